"""Faults of one image's files: torn, misnamed, of a wrong width, or not what the record says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from imagecrawler.coordinator.inspection.faults import Fault, relative
from imagecrawler.coordinator.inspection.pixels import FileFacts, file_facts
from imagecrawler.coordinator.inspection.records import (
    Change,
    fetched_again,
    with_file,
    without_file,
)
from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.encoding import SUFFIXES
from imagecrawler.imaging.widths import Bucket, buckets_in_write_order
from imagecrawler.storage import atomic
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store

_OTHER_SUFFIXES = {".jpeg": ".jpg", ".tiff": ".tif"}
_AGAIN = "removes it, so that the image is fetched again"


@dataclass(frozen=True, slots=True)
class Rules:
    """What files are measured by: the widths of the setting, and all buckets that exist.

    ``settled`` says that the store's records were made for these widths.
    """

    widths: tuple[Bucket, ...]
    smallest: str
    buckets: tuple[str, ...]
    max_pixels: int
    settled: bool


class ImageFiles:
    """The files of one image: ``files`` maps a bucket to paths, more than one if torn."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        key: str,
        record: Record | None,
        files: dict[str, list[str]],
    ) -> None:
        self._store = store
        self._rules = rules
        self._key = key
        self._record = record or {}
        self._files = files
        listed = self._record.get("files")
        self._listed: dict[str, Any] = listed if isinstance(listed, dict) else {}
        self._settled_for = _buckets(self._record.get("widths"))
        native = self._record.get("width")
        self._native = native if isinstance(native, int) and native > 0 else None
        # Its files are about to be replaced, or a kill left them half replaced.
        self._in_change = bool(self._record.get("upgrade"))

    def faults(self) -> Iterator[Fault]:
        """Yield all faults of the files, and of what the record says of them."""
        for bucket, paths in self._files.items():
            kept = self._kept(bucket, paths)
            for path in paths:
                if path != kept:
                    yield self._surplus(path, "a second file of the same image")
            yield from self._file_faults(bucket, kept)
        if self._rules.smallest in self._files and not self._in_change:
            yield from self._missing()

    def _kept(self, bucket: str, paths: list[str]) -> str:
        listed = [path for path in paths if relative(self._store, path) == self._listed.get(bucket)]
        return listed[0] if listed else max(paths, key=_modified)

    def _file_faults(self, bucket: str, path: str) -> Iterator[Fault]:
        try:
            facts = file_facts(path, max_pixels=self._rules.max_pixels)
        except FileNotFoundError:
            return
        except ImageRejectedError as error:
            if error.reason == "not-an-image":
                yield self._refetched(bucket, path, f"it cannot be decoded ({error})")
            else:
                yield Fault(relative(self._store, path), f"it was not checked: {error}")
            return
        stem, suffix = os.path.splitext(path)
        true_suffix = SUFFIXES[facts.kind]
        if _OTHER_SUFFIXES.get(suffix, suffix) != true_suffix:
            yield self._misnamed(bucket, path, stem + true_suffix, facts)
        else:
            yield from self._unlisted(bucket, path)
        if bucket == "original":
            yield from self._original(path, facts)
        elif facts.kind != "svg":  # which is of any width
            yield from self._width(bucket, path, facts)

    def _width(self, bucket: str, path: str, facts: FileFacts) -> Iterator[Fault]:
        width, wanted = facts.width, int(bucket)
        what = f"it is {width} px wide"
        native = None if self._in_change or bucket not in self._listed else self._native
        if width > wanted:
            yield self._refetched(bucket, path, what)
        elif width == wanted:
            if native is not None and native < width:
                yield self._refetched(bucket, path, f"{what}, enlarged from {native} px")
        elif native is not None and width != native:
            yield self._refetched(bucket, path, f"{what}, of an image of {native} px")
        elif not self._is_smallest(bucket):
            if native is None:
                yield self._refetched(bucket, path, what)
            else:
                yield self._surplus(path, f"{what} as the image is, which goes to the smallest")

    def _original(self, path: str, facts: FileFacts) -> Iterator[Fault]:
        record = self._record
        if self._in_change or not isinstance(record.get("sha256"), str):
            return
        if facts.sha256 != record["sha256"]:
            yield self._refetched("original", path, "its bytes are not those that were fetched")
            return
        true = {"format": facts.kind, "bytes": facts.bytes}
        true |= {"width": facts.width, "height": facts.height}
        wrong = [name for name, value in true.items() if record.get(name) != value]
        if wrong:
            what = f"the record of the image has another {', '.join(wrong)}"
            yield self._recorded(path, what, "corrects the record", lambda old: {**old, **true})

    def _unlisted(self, bucket: str, path: str) -> Iterator[Fault]:
        own = relative(self._store, path)
        if self._listed.get(bucket) == own or self._in_change or not self._listed:
            return
        # A kill after the larger files and before the record is no fault: it is done again.
        if bucket in self._listed or (self._rules.settled and bucket in self._settled_for):
            what = "the record of the image does not say that it is there"
            yield self._recorded(path, what, "corrects the record", with_file(bucket, own))

    def _missing(self) -> Iterator[Fault]:
        expected: set[str] = set(self._listed)
        if self._native is not None and self._settled_for:
            parsed: list[Bucket] = [
                "original" if name == "original" else int(name) for name in self._settled_for
            ]
            order = map(str, buckets_in_write_order(self._native, parsed))
            expected.update(name for name in order if name in map(str, self._rules.widths))
        for bucket in sorted(expected - self._files.keys()):
            path = str(
                self._listed.get(bucket) or f"downloaded/{bucket}/{self._key[:4]}/{self._key}"
            )
            if bucket in map(str, self._rules.widths):
                repair, change = "has the image fetched again", fetched_again(bucket)
            else:
                repair, change = "corrects the record", without_file(bucket)
            mend = self._changing(change)
            yield Fault(path, "it is missing, though the image is settled for it", repair, mend)

    # -- repairs ---------------------------------------------------------------------------

    def _refetched(self, bucket: str, path: str, what: str) -> Fault:
        # The image is wanted when it has no file in the smallest bucket. Where a larger file is
        # broken the sound small one stays: the picture may be gone from its site by now.
        is_wanted = bucket in map(str, self._rules.widths)

        def mend() -> None:
            atomic.remove(path)
            if bucket != self._rules.smallest:
                self._changing((fetched_again if is_wanted else without_file)(bucket))()

        repair = _AGAIN if is_wanted else "removes it"
        return Fault(relative(self._store, path), what, repair, mend)

    def _surplus(self, path: str, what: str) -> Fault:
        bucket = relative(self._store, path).split("/")[1]

        def mend() -> None:
            atomic.remove(path)
            if not self._store.downloaded.of_image(bucket, self._key) and bucket in self._listed:
                self._changing(without_file(bucket))()

        return Fault(relative(self._store, path), what, "removes it", mend)

    def _misnamed(self, bucket: str, path: str, true_path: str, facts: FileFacts) -> Fault:
        def mend() -> None:
            if os.path.lexists(true_path):
                atomic.remove(path)
            else:
                atomic.adopt(path, true_path)
            if self._listed:
                self._changing(with_file(bucket, relative(self._store, true_path)))()

        name = os.path.basename(true_path)
        what = f"its suffix lies: it is a {facts.kind} file"
        return Fault(relative(self._store, path), what, f"renames it to {name}", mend)

    def _recorded(self, path: str, what: str, repair: str, change: Change) -> Fault:
        return Fault(relative(self._store, path), what, repair, self._changing(change))

    def _changing(self, change: Change) -> Callable[[], None]:
        def mend() -> None:
            record = self._store.visited.read(self._key)
            if record is not None:
                self._store.visited.write(self._key, change(record))

        return mend

    def _is_smallest(self, bucket: str) -> bool:
        numbers = [name for name in self._settled_for if name != "original"]
        numbers = numbers or [name for name in self._files if name != "original"]
        return int(bucket) == min(map(int, numbers))


def _buckets(widths: Any) -> list[str]:
    """Return the buckets that a record says it was settled for; empty when it does not."""
    names = [str(width) for width in widths] if isinstance(widths, list) else []
    return [name for name in names if name == "original" or (name.isdecimal() and int(name) > 0)]


def _modified(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
