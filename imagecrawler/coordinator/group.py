"""A group of changes that becomes durable together: data, and the writing of it.

`write_group` runs in the committer's thread. The order is the promise: images before
links, links before page lines, page lines before the removal of finished batches. A group
that was written in part and is written again changes nothing twice.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from imagecrawler.coordinator.choosing import (
    RenditionChoice,
    Widths,
    kept_url,
    with_refuted,
    with_tried,
)
from imagecrawler.coordinator.contract import Lease, Rendered
from imagecrawler.coordinator.leaving_out import announced, leave_out
from imagecrawler.coordinator.near import Near, NearDuplicates, unmarked
from imagecrawler.identity.urls import host_name
from imagecrawler.imaging.widths import smallest_bucket
from imagecrawler.policies.near import NearRules
from imagecrawler.storage import atomic
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.pages import LineAt, PageLine
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.records import Record, merged, only_seen_again, seen_on
from imagecrawler.storage.store import Store


@dataclass(slots=True)
class Group:
    """Changes that wait to be written, in the order in which they came."""

    sightings: list[tuple[str, Record, tuple[str, str] | None]] = field(default_factory=list)
    seen_again: list[tuple[str, str]] = field(default_factory=list)  # image id, page URL
    links: dict[str, dict[str, Entry]] = field(default_factory=dict)
    lines: list[tuple[Lease | None, PageLine]] = field(default_factory=list)
    rendered: list[tuple[Lease, Rendered]] = field(default_factory=list)
    failures: list[tuple[Lease, dict[str, Any]]] = field(default_factory=list)
    given_back: list[Lease] = field(default_factory=list)
    size: int = 0

    def __bool__(self) -> bool:
        return self.size > 0


@dataclass(slots=True)
class Written:
    """What the event loop has to know about a group that is on disk."""

    wanted: list[tuple[str, str]] = field(default_factory=list)  # host, image id
    better: list[tuple[str, str]] = field(default_factory=list)  # the same, of stored images
    new_images: int = 0
    excluded: list[str] = field(default_factory=list)  # the reason of each
    batches: list[tuple[str, Batch]] = field(default_factory=list)
    places: list[LineAt] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)  # image id to the first's id
    no_better: set[str] = field(default_factory=set)  # ids whose new rendition was discarded
    left_out: dict[str, str] = field(default_factory=dict)  # near duplicates: id, URL
    near_marked: int = 0
    bytes_written: int = 0


# How long the news that a picture was seen on one more page may stay in memory, in seconds.
# The page lines repeat it: what a kill takes is read from there again.
POSTPONE_SECONDS = 5.0
POSTPONED_MOST = 10_000
_POSTPONED_PER_GROUP = 64


class RecordCache:
    """The records last read or written, so that a picture on many pages is read once.

    A picture that is on every page would be rewritten with every page: what only adds a page
    to a record is gathered for some seconds. ``contents`` maps 64 bits of the sha256 of
    fetched bytes to the first image that had them, ``near`` knows how they look.
    """

    def __init__(self, store: Store, near: NearRules | None = None, size: int = 4096) -> None:
        self._store = store
        self._size = size
        self.contents: dict[int, str] = {}
        self.near = NearDuplicates(near or NearRules(), self.get)
        self.postponed: dict[str, tuple[float, Record]] = {}
        self._records: OrderedDict[str, Record] = OrderedDict()

    def get(self, image_id: str) -> Record | None:
        """Return a record, or None: there is none, or it cannot be read."""
        if (postponed := self.postponed.get(image_id)) is not None:
            return postponed[1]
        record = self._records.get(image_id)
        if record is None:
            record = self._store.visited.read(image_id)
            if record is not None:
                self._keep(image_id, record)
        else:
            self._records.move_to_end(image_id)
        return record

    def put(self, image_id: str, record: Record) -> None:
        """Write a record to the store, and keep it."""
        self._store.visited.write(image_id, record)
        self.postponed.pop(image_id, None)
        self._keep(image_id, record)

    def put_later(self, image_id: str, record: Record) -> None:
        """Keep a record that is to be written within some seconds."""
        since = self.postponed.get(image_id, (time.monotonic(), record))[0]
        self.postponed[image_id] = (since, record)

    def write_postponed(self, *, all_of_them: bool = False) -> None:
        """Write what has waited long enough, a few records at a time."""
        due = time.monotonic() - POSTPONE_SECONDS
        excess = len(self.postponed) - POSTPONED_MOST
        most = len(self.postponed) if all_of_them else max(_POSTPONED_PER_GROUP, excess)
        for image_id, (since, record) in list(islice(self.postponed.items(), most)):
            if since > due and not all_of_them and excess <= 0:
                break
            self.put(image_id, record)

    def _keep(self, image_id: str, record: Record) -> None:
        self._records[image_id] = record
        self._records.move_to_end(image_id)
        if len(self._records) > self._size:
            self._records.popitem(last=False)


def write_group(
    store: Store, group: Group, cache: RecordCache, choice: RenditionChoice, stored: set[str]
) -> Written:
    """Make a group durable and return what became of it. Raises OSError."""
    written = Written()
    for image_id, sighting, exclusion in group.sightings:
        _write_sighting(store, cache, choice, stored, written, image_id, sighting, exclusion)
    for lease, rendered in group.rendered:
        _settle(store, cache, choice, stored, written, lease, rendered)
        written.bytes_written += rendered.bytes_written
    for lease, failure in group.failures:
        _write_failure(store, cache, choice.widths, stored, lease, failure)
    written.batches = store.queue.write_hosts(group.links, store.clock, fsync=store.fsync)
    _write_lines(store, group, written)
    for image_id, page in group.seen_again:
        known = cache.get(image_id)
        if known is not None and (record := seen_on(known, page)) is not None:
            cache.put_later(image_id, record)
    cache.write_postponed()
    return written


def earlier_tries(record: Record) -> dict[str, Any]:
    """Return what is known of the tries to better a stored image, as a failure has it.

    An image that has its files has no entry in the ledger: its record counts the tries.
    """
    upgrade = record.get("upgrade")
    if not isinstance(upgrade, dict):
        return {}
    tried = upgrade.get("tried")
    tried = [url for url in tried if isinstance(url, str)] if isinstance(tried, list) else []
    return {**upgrade, "tried": tried}


def lacks_a_bucket(store: Store, image_id: str, widths: Widths) -> bool:
    """Whether an image has no file in one of these buckets, whatever its record says.

    For images that the first seed's program stored: their records tell neither size nor files.
    """
    return not all(store.downloaded.of_image(str(width), image_id) for width in widths)


def _write_sighting(
    store: Store,
    cache: RecordCache,
    choice: RenditionChoice,
    stored: set[str],
    written: Written,
    image_id: str,
    sighting: Record,
    exclusion: tuple[str, str] | None,
) -> None:
    previous = cache.get(image_id)
    record = merged(previous, sighting)
    if record is None:
        return
    if previous is None:
        written.new_images += 1
    elif only_seen_again(record, previous):
        cache.put_later(image_id, record)
        return
    elif image_id in stored and not record.get("upgrade"):
        gained = record.get("candidates") != previous.get("candidates")
        measured = isinstance(record.get("width"), int)
        if gained and (
            choice.wants_more(record)
            if measured
            else lacks_a_bucket(store, image_id, choice.widths)
        ):
            record["upgrade"] = True
    if exclusion is not None and previous is None:
        failure = _failure(sighting["url"], *exclusion, store.clock.now())
        store.failed.write(image_id, failure)
        written.excluded.append(exclusion[0])
    cache.put(image_id, record)
    candidate = choice.next(record, stored=image_id in stored)
    if candidate is None or image_id in store.failed.ids:
        return
    if image_id not in stored:
        written.wanted.append((host_name(candidate.url), image_id))
    elif record.get("upgrade") and not (previous or {}).get("upgrade"):
        written.better.append((host_name(candidate.url), image_id))


def _settle(
    store: Store,
    cache: RecordCache,
    choice: RenditionChoice,
    stored: set[str],
    written: Written,
    lease: Lease,
    rendered: Rendered,
) -> None:
    record = dict(cache.get(lease.key) or lease.entry)
    first = cache.contents.setdefault(content_key(rendered.facts["sha256"]), lease.key)
    if first != lease.key:
        _note_duplicate(store, cache, stored, written, lease, rendered, first)
        return
    gained = record.get("candidates") != lease.entry.get("candidates")
    width = int(rendered.facts["width"])
    if _is_no_better(record, lease, width):
        record = with_tried(with_refuted(record, lease, width), *lease.tried, lease.url)
        _hope_on(record, choice, written, lease, hopefully=gained)
        cache.put(lease.key, record)
        for _, _, temporary in rendered.files:
            atomic.remove(temporary)
        written.no_better.add(lease.key)
        return
    # A record may say what a kill kept from coming true: without its last file it is no first one.
    previous = record if lease.key in stored else {}
    near = cache.near.of(lease.key, previous, rendered.facts)
    if near is not None and near.outcome == "first":
        _leave_out_new(store, cache, choice, written, lease, rendered, near)
        return
    record = unmarked(record)
    if near is not None and near.outcome == "new":
        cache.put(near.first, announced(near, lease.key))
    elif near is not None:
        record.update(near.marks())
        written.near_marked += 1
    files = dict(record["files"]) if isinstance(record.get("files"), dict) else {}
    # The smallest bucket of an earlier run may be too wide for it, now that there is a smaller.
    made = {bucket for bucket, _, _ in rendered.files}
    outgrown = [n for n in files if n not in made and n.isdigit() and int(n) > width]
    files = {name: path for name, path in files.items() if name not in outgrown}
    for bucket, suffix, _ in rendered.files:
        files[bucket] = store.downloaded.relative_path(bucket, lease.key, suffix)
    # What it was stored from until now is the narrower one, and not to be asked again.
    replaced = {kept_url(record) or lease.url} - {lease.url} if lease.key in stored else ()
    record = with_tried(with_refuted(record, lease, width), *lease.tried, *replaced)
    record.pop("asked_url", None)
    record.update(rendered.facts, files=files, widths=list(choice.widths))
    if record.get("fetched_url", lease.url) != lease.url:
        record["asked_url"] = lease.url
    record.pop("given_up", None)
    _hope_on(record, choice, written, lease, hopefully=gained)
    *larger, smallest = rendered.files
    for bucket, suffix, temporary in larger:
        store.downloaded.adopt(temporary, bucket, lease.key, suffix)
    # An image that has a smallest file already looks settled: until the new one has its name,
    # its record says that it lacks that file.
    bucket, suffix, temporary = smallest
    without = {name: path for name, path in files.items() if name != bucket}
    unsettled = {**record, "upgrade": True, "files": without}
    cache.put(lease.key, unsettled if lease.key in stored else record)
    store.downloaded.adopt(temporary, bucket, lease.key, suffix)
    if lease.key in stored:
        cache.put(lease.key, record)
    for path in (p for name in outgrown for p in store.downloaded.of_image(name, lease.key)):
        atomic.remove(path)
    store.failed.remove(lease.key)
    written.left_out.pop(lease.key, None)
    cache.near.settled(lease.key, previous, record)
    if near is not None and near.outcome == "new":
        _leave_out_first(store, cache, choice, written, near.first)


def _leave_out_new(
    store: Store,
    cache: RecordCache,
    choice: RenditionChoice,
    written: Written,
    lease: Lease,
    rendered: Rendered,
    near: Near,
) -> None:
    record = {**(cache.get(lease.key) or lease.entry), **rendered.facts, **near.marks()}
    _leave_out(store, cache, choice, written, lease.key, record, attempts=lease.attempts + 1)
    for _, _, temporary in rendered.files:
        atomic.remove(temporary)


def _leave_out_first(
    store: Store, cache: RecordCache, choice: RenditionChoice, written: Written, first: str
) -> None:
    record = cache.get(first)
    if record is not None:
        _leave_out(store, cache, choice, written, first, record, attempts=0)


def _leave_out(
    store: Store,
    cache: RecordCache,
    choice: RenditionChoice,
    written: Written,
    key: str,
    record: Record,
    *,
    attempts: int,
) -> None:
    smallest = str(smallest_bucket(choice.widths))
    url = leave_out(store, cache.put, key, record, smallest=smallest, attempts=attempts)
    written.left_out[key] = url
    # Equal bytes that come later are held against the picture that is kept.
    sha256 = record.get("sha256")
    if isinstance(sha256, str) and cache.contents.get(content_key(sha256)) == key:
        del cache.contents[content_key(sha256)]


def _hope_on(
    record: Record, choice: RenditionChoice, written: Written, lease: Lease, *, hopefully: bool
) -> None:
    """Ask for the next rendition if it promises more, now that this one has shown its width."""
    record.pop("upgrade", None)
    better = choice.better(record, hopefully=hopefully)
    if better is not None:
        record["upgrade"] = True
        written.better.append((host_name(better.url), lease.key))


def _is_no_better(record: Record, lease: Lease, width_px: int) -> bool:
    """Whether a rendition that was fetched because it promised more pixels has no more."""
    width = record.get("width")
    hoped = bool(lease.entry.get("upgrade")) and bool(record.get("upgrade"))
    if not hoped or not isinstance(width, int):
        return False
    return width_px < width or (width_px == width and lease.hoped_for)


def _note_duplicate(
    store: Store,
    cache: RecordCache,
    stored: set[str],
    written: Written,
    lease: Lease,
    rendered: Rendered,
    first: str,
) -> None:
    written.duplicates[lease.key] = first
    record = {**(cache.get(lease.key) or lease.entry)}
    record.pop("upgrade", None)
    record = with_tried(record, *lease.tried, lease.url) if lease.key in stored else record
    if lease.key not in stored:
        message = f"the same bytes as {first}"
        failure = _failure(lease.url, "duplicate", message, store.clock.now())
        store.failed.write(lease.key, {**failure, "attempts": lease.attempts + 1, "first": first})
        record.update(rendered.facts)
    cache.put(lease.key, record)
    for _, _, temporary in rendered.files:
        atomic.remove(temporary)


def content_key(sha256: str) -> int:
    """Return the 64 bits under which fetched bytes are remembered."""
    return int(sha256[:16], 16)


def _write_failure(
    store: Store,
    cache: RecordCache,
    widths: Widths,
    stored: set[str],
    lease: Lease,
    failure: dict[str, Any],
) -> None:
    if lease.key not in stored:
        store.failed.write(lease.key, failure)
        return
    record = cache.get(lease.key)
    if record is None:
        return
    record = {**record, "upgrade": failure}
    if failure["next_try"] is None:
        del record["upgrade"]
        record = with_tried({**record, "given_up": list(widths)}, *lease.tried)
    cache.put(lease.key, record)


def _write_lines(store: Store, group: Group, written: Written) -> None:
    if not group.lines:
        return
    instant = store.clock.now()
    for _, line in group.lines:
        line.setdefault("when", to_text(instant))
    written.places = store.pages.append(
        [line for _, line in group.lines], instant=instant, fsync=store.fsync
    )
    for lease, _ in group.lines:
        batch = lease.token if lease is not None else None
        if isinstance(batch, Batch):
            batch.left -= 1
            if batch.left <= 0:
                store.queue.remove(batch)


def _failure(url: str, reason: str, message: str, now: int) -> dict[str, Any]:
    return {
        "url": url,
        "reason": reason,
        "attempts": 0,
        "message": message,
        "last_try": to_text(now),
        "next_try": None,
    }
