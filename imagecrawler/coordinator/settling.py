"""An image was fetched and resized: it gets its files, or is one that is there already.

A kill between any two steps leaves an image that is wanted, or one that is settled: the
smallest file comes last, after the record that names it.
"""

from __future__ import annotations

from collections.abc import Set

from imagecrawler.coordinator.choosing import (
    RenditionChoice,
    kept_url,
    with_refuted,
    with_tried,
)
from imagecrawler.coordinator.contract import Lease, Rendered
from imagecrawler.coordinator.group import Written
from imagecrawler.coordinator.leaving_out import announced, failure_for_good, leave_out
from imagecrawler.coordinator.near import Near, unmarked
from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.identity.urls import host_name
from imagecrawler.imaging.widths import smallest_bucket
from imagecrawler.storage import atomic
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store


class Settling:
    """The images of one group that were fetched and resized; ``written`` says what became so.

    ``stored`` has the ids of those that had their smallest file before this group.
    """

    def __init__(
        self,
        store: Store,
        cache: RecordCache,
        choice: RenditionChoice,
        stored: Set[str],
        written: Written,
    ) -> None:
        self._store = store
        self._cache = cache
        self._choice = choice
        self._stored = stored
        self._written = written

    def settle(self, lease: Lease, rendered: Rendered) -> None:
        """Give an image its files, or say what it is the same as. Raises OSError."""
        self._written.bytes_written += rendered.bytes_written
        record = dict(self._cache.get(lease.key) or lease.entry)
        first = self._cache.contents.first(rendered.facts["sha256"], lease.key)
        if first != lease.key and self._is_a_stopgap(record, lease, rendered):
            self._settle_new(record, lease, rendered, is_stopgap=True)
        elif first != lease.key:
            self._note_duplicate(record, lease, rendered, first)
        elif _is_no_better(record, lease, int(rendered.facts["width"])):
            self._discard(record, lease, rendered)
        else:
            self._settle_new(record, lease, rendered)

    def _is_a_stopgap(self, record: Record, lease: Lease, rendered: Rendered) -> bool:
        """Whether bytes that another has too are less than this picture's other URLs promise.

        Then they are the server's for all that it does not have: they stay until something wider
        comes.
        """
        if lease.key in self._stored:
            return False
        facts = {**rendered.facts, "asked_url": lease.url}
        better = self._choice.better({**record, **facts}, tried=lease.tried)
        return better is not None and better.derived_by is None

    def _settle_new(
        self, record: Record, lease: Lease, rendered: Rendered, *, is_stopgap: bool = False
    ) -> None:
        # A record may say what a kill kept from coming true: without its last file it is no
        # first one.
        previous = record if lease.key in self._stored else {}
        near = self._cache.near.of(lease.key, previous, rendered.facts) if not is_stopgap else None
        if near is not None and near.outcome == "first":
            self._leave_out_new(record, lease, rendered, near)
            return
        settled = unmarked(record)
        if near is not None and near.outcome == "new":
            self._cache.put(near.first, announced(near, lease.key))
        elif near is not None:
            settled.update(near.marks())
            self._written.near_marked += 1
        self._cache.contents.has_now(previous, rendered.facts["sha256"])
        outgrown = _outgrown(settled, rendered)
        has_files = lease.key in self._stored or bool(_files(settled))
        settled = self._with_facts(settled, lease, rendered, outgrown)
        self._adopt(settled, lease, rendered, has_files=has_files)
        for path in (p for name in outgrown for p in self._files_of(name, lease.key)):
            atomic.remove(path)
        self._store.failed.remove(lease.key)
        self._written.left_out.pop(lease.key, None)
        self._cache.near.settled(lease.key, previous, settled)
        if near is not None and near.outcome == "new":
            self._leave_out_first(near.first)

    def _with_facts(
        self, record: Record, lease: Lease, rendered: Rendered, outgrown: list[str]
    ) -> Record:
        """Return the record of an image that has its files, with what was fetched."""
        gained = _has_gained(record, lease)
        files = {name: path for name, path in _files(record).items() if name not in outgrown}
        for bucket, suffix, _ in rendered.files:
            files[bucket] = self._store.downloaded.relative_path(bucket, lease.key, suffix)
        # What it was stored from until now is the narrower one, and not to be asked again.
        is_stored = lease.key in self._stored
        replaced = {kept_url(record) or lease.url} - {lease.url} if is_stored else ()
        refuted = with_refuted(record, lease, int(rendered.facts["width"]))
        record = with_tried(refuted, *lease.tried, *replaced)
        record.pop("asked_url", None)
        record.update(rendered.facts, files=files, widths=list(self._choice.widths))
        if record.get("fetched_url", lease.url) != lease.url:
            record["asked_url"] = lease.url
        record.pop("given_up", None)
        self._hope_on(record, lease, hopefully=gained)
        return record

    def _adopt(self, record: Record, lease: Lease, rendered: Rendered, *, has_files: bool) -> None:
        """Write a record, and give its files their names: the smallest last."""
        *larger, (bucket, suffix, temporary) = rendered.files
        downloaded = self._store.downloaded
        for name, kind, path in larger:
            downloaded.adopt(path, name, lease.key, kind)
        if not has_files and not larger:
            self._cache.put(lease.key, record)
            downloaded.adopt(temporary, bucket, lease.key, suffix, is_first=True)
            return
        # An image that has a file already looks settled, at least to a run for other widths: until
        # the last file has its name, its record says that it lacks that.
        without = {name: path for name, path in record["files"].items() if name != bucket}
        self._cache.put(lease.key, {**record, "upgrade": True, "files": without})
        downloaded.adopt(temporary, bucket, lease.key, suffix, is_first=not has_files)
        self._cache.put(lease.key, record)

    def _discard(self, record: Record, lease: Lease, rendered: Rendered) -> None:
        """Keep what is stored: the rendition that promised more has no more."""
        gained = _has_gained(record, lease)
        refuted = with_refuted(record, lease, int(rendered.facts["width"]))
        record = with_tried(refuted, *lease.tried, lease.url)
        self._hope_on(record, lease, hopefully=gained)
        self._cache.put(lease.key, record)
        _remove_temporary(rendered)
        self._written.no_better.add(lease.key)

    def _hope_on(self, record: Record, lease: Lease, *, hopefully: bool) -> None:
        """Ask for the next rendition if it promises more, now that this one's width is known."""
        record.pop("upgrade", None)
        better = self._choice.better(record, hopefully=hopefully)
        if better is not None:
            record["upgrade"] = True
            self._written.better.append((host_name(better.url), lease.key))

    def _note_duplicate(self, record: Record, lease: Lease, rendered: Rendered, first: str) -> None:
        self._written.duplicates[lease.key] = first
        record.pop("upgrade", None)
        if lease.key in self._stored:
            gained = _has_gained(record, lease)
            record = with_tried(record, *lease.tried, lease.url)
            self._hope_on(record, lease, hopefully=gained)
        else:
            now, message = self._store.clock.now(), f"the same bytes as {first}"
            failure = failure_for_good(lease.url, "duplicate", message, now, lease.attempts + 1)
            self._store.failed.write(lease.key, {**failure, "first": first})
            record.update(rendered.facts)
        self._cache.put(lease.key, record)
        _remove_temporary(rendered)

    def _leave_out_new(self, record: Record, lease: Lease, rendered: Rendered, near: Near) -> None:
        record = {**record, **rendered.facts, **near.marks()}
        self._leave_out(lease.key, record, attempts=lease.attempts + 1)
        _remove_temporary(rendered)

    def _leave_out_first(self, first: str) -> None:
        record = self._cache.get(first)
        if record is not None:
            self._leave_out(first, record, attempts=0)

    def _leave_out(self, key: str, record: Record, *, attempts: int) -> None:
        smallest = str(smallest_bucket(self._choice.widths))
        put = self._cache.put
        self._written.left_out[key] = leave_out(
            self._store, put, key, record, smallest=smallest, attempts=attempts
        )
        # Equal bytes that come later are held against the picture that is kept.
        self._cache.contents.forget(record.get("sha256"), key)

    def _files_of(self, bucket: str, key: str) -> list[str]:
        return list(self._store.downloaded.of_image(bucket, key))


def _files(record: Record) -> dict[str, str]:
    files = record.get("files")
    return dict(files) if isinstance(files, dict) else {}


def _outgrown(record: Record, rendered: Rendered) -> list[str]:
    """Return the buckets whose file is no longer the image's, now that others are made.

    It is too narrow for them, or was when they were made, or they are the bytes of what it was
    stored from before.
    """
    made = {bucket for bucket, _, _ in rendered.files}
    width, before = int(rendered.facts["width"]), record.get("width")
    narrowest = min(width, before) if isinstance(before, int) else width
    is_same = record.get("sha256") == rendered.facts["sha256"]
    return [
        name
        for name in _files(record).keys() - made
        if (int(name) > narrowest if name.isdigit() else not is_same)
    ]


def _has_gained(record: Record, lease: Lease) -> bool:
    """Whether a page has named another rendition since this one was asked for."""
    return bool(record.get("candidates") != lease.entry.get("candidates"))


def _is_no_better(record: Record, lease: Lease, width_px: int) -> bool:
    """Whether a rendition that was fetched because it promised more pixels has no more."""
    width = record.get("width")
    hoped = bool(lease.entry.get("upgrade")) and bool(record.get("upgrade"))
    if not hoped or not isinstance(width, int):
        return False
    return width_px < width or (width_px == width and lease.hoped_for)


def _remove_temporary(rendered: Rendered) -> None:
    for _, _, temporary in rendered.files:
        atomic.remove(temporary)
