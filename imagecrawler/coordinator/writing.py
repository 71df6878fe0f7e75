"""How a group of changes becomes durable, in which order. Runs in the committer's thread.

The order is the promise: images before links, links before page lines, page lines before the
removal of finished batches. A group that was written in part and is written again changes
nothing twice.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from imagecrawler.coordinator.choosing import RenditionChoice, with_tried
from imagecrawler.coordinator.classing import was_pixel, with_pixel_mark
from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.group import Group, Written
from imagecrawler.coordinator.leaving_out import failure_for_good
from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.coordinator.settling import Settling
from imagecrawler.coordinator.upgrades import lacks_a_bucket
from imagecrawler.identity.urls import host_name
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.queue import Batch
from imagecrawler.storage.records import Record, merged, only_seen_again, seen_on
from imagecrawler.storage.store import Store


def write_group(
    store: Store, group: Group, cache: RecordCache, choice: RenditionChoice, stored: Set[str]
) -> Written:
    """Make a group durable and return what became of it. Raises OSError."""
    writing = _Writing(store, cache, choice, stored)
    settling = Settling(store, cache, choice, stored, writing.written)
    for lease, _ in group.lines:
        cache.classes.note_page(lease)
    for sighting in group.sightings:
        writing.sighting(*sighting)
    for lease, rendered in group.rendered:
        settling.settle(lease, rendered)
    for lease, failure in group.failures:
        writing.failure(lease, failure)
    writing.written.batches = store.queue.write_hosts(group.links, store.clock, fsync=store.fsync)
    # What a source's state calls known is in visited/ or in queue/ by now.
    for _, listed in group.listed:
        store.sources.write(listed.source, listed.state)
    writing.lines(group)
    writing.seen_again(group)
    cache.write_postponed()
    for name, value in group.estimates.items():
        store.cache.write(name, value)
    return writing.written


class _Writing:
    """One group on its way to a store, but for the images that got their files."""

    def __init__(
        self, store: Store, cache: RecordCache, choice: RenditionChoice, stored: Set[str]
    ) -> None:
        self._store = store
        self._cache = cache
        self._choice = choice
        self._stored = stored
        self.written = Written()

    def sighting(self, image_id: str, sighting: Record, exclusion: tuple[str, str] | None) -> None:
        """Merge what a page says of an image into its record; ``exclusion`` is for a new one."""
        previous = self._cache.get(image_id)
        record = merged(previous, sighting)
        if record is None:
            return
        record = self._cache.classes.judged(record)
        if previous is None:
            exclusion = exclusion or self._cache.classes.exclusion(record)
            self._note_new(image_id, sighting, exclusion)
        elif only_seen_again(record, previous):
            self._cache.put_later(image_id, record)
            return
        elif self._may_better(image_id, record, previous):
            record["upgrade"] = True
        self._cache.put(image_id, record)
        if previous is not None and previous.get("class") != record["class"]:
            self._let_in(image_id, record)
        self._ask_for(image_id, record, previous or {})

    def failure(self, lease: Lease, failure: dict[str, Any]) -> None:
        """Write why an image has no file; a stored one notes in its record what was tried."""
        if lease.key not in self._stored:
            if was_pixel(lease) and (dot := self._cache.get(lease.key)) is not None:
                self._cache.put(lease.key, with_pixel_mark(dot))
            self._store.failed.write(lease.key, failure)
            return
        record = self._cache.get(lease.key)
        if record is None:
            return
        record = {**record, "upgrade": failure}
        if failure["next_try"] is None:
            del record["upgrade"]
            given_up = list(self._choice.widths)
            record = with_tried({**record, "given_up": given_up}, *lease.tried)
        self._cache.put(lease.key, record)

    def lines(self, group: Group) -> None:
        """Append the lines of the pages that ended, and remove the batches that are done."""
        if not group.lines:
            return
        store, instant = self._store, self._store.clock.now()
        for _, line in group.lines:
            line.setdefault("when", to_text(instant))
        lines = [line for _, line in group.lines]
        self.written.places = store.pages.append(lines, instant=instant, fsync=store.fsync)
        for lease, _ in group.lines:
            batch = lease.token if lease is not None else None
            if isinstance(batch, Batch):
                batch.left -= 1
                if batch.left <= 0:
                    store.queue.remove(batch)

    def seen_again(self, group: Group) -> None:
        """Add pages to the records of images that they show; written some seconds later."""
        for image_id, page in group.seen_again:
            known = self._cache.get(image_id)
            if known is not None and (record := seen_on(known, page)) is not None:
                self._cache.put_later(image_id, record)

    def _let_in(self, image_id: str, record: Record) -> None:
        """Want an image after all whose class was left out: pages know better by now."""
        if image_id not in self._store.failed.ids or image_id in self._stored:
            return
        failure = self._store.failed.read(image_id)
        if failure is not None and self._cache.classes.admits_again(failure, record):
            self._store.failed.remove(image_id)

    def _note_new(self, image_id: str, sighting: Record, exclusion: tuple[str, str] | None) -> None:
        self.written.new_images += 1
        if exclusion is not None:
            now = self._store.clock.now()
            self._store.failed.write(image_id, failure_for_good(sighting["url"], *exclusion, now))
            self.written.excluded.append(exclusion[0])

    def _may_better(self, image_id: str, record: Record, previous: Record) -> bool:
        """Whether a stored image has gained a candidate that may be worth a request."""
        if image_id not in self._stored or record.get("upgrade"):
            return False
        if record.get("candidates") == previous.get("candidates"):
            return False
        if isinstance(record.get("width"), int):
            return self._choice.wants_more(record)
        return lacks_a_bucket(self._store, image_id, self._choice.widths)

    def _ask_for(self, image_id: str, record: Record, previous: Record) -> None:
        is_stored = image_id in self._stored
        candidate = self._choice.next(record, stored=is_stored)
        if candidate is None or image_id in self._store.failed.ids:
            return
        if not is_stored:
            self.written.wanted.append((host_name(candidate.url), image_id))
        elif record.get("upgrade") and not previous.get("upgrade"):
            self.written.better.append((host_name(candidate.url), image_id))
