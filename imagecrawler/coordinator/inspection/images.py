"""Faults of an image: its record, its failure and its files, each and against each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from imagecrawler.coordinator.inspection import salvage
from imagecrawler.coordinator.inspection.faults import Fault, Repairs, relative
from imagecrawler.coordinator.inspection.files import ImageFiles, Rules
from imagecrawler.coordinator.inspection.records import Change, record_faults
from imagecrawler.storage import instants
from imagecrawler.storage.failed import Failure
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store

# Reasons that keep an image out for good: its files go, and not the failure.
_OUT = ("dropped", "opted-out")


class ImageInspection:
    """Checks one image after another, by its id. Reads only; several threads may call it."""

    def __init__(self, store: Store, rules: Rules, repairs: Repairs) -> None:
        self._store = store
        self._rules = rules
        self._repairs = repairs

    def faults(self, key: str) -> list[Fault]:
        """Return all faults of one image, those of its record first."""
        record = self._store.visited.read(key)
        found = list(self._record_faults(key, record))
        files = {
            bucket: paths
            for bucket in self._rules.buckets
            if (paths := self._store.downloaded.of_image(bucket, key))
        }
        failure = self._store.failed.read(key) if key in self._store.failed.ids else None
        if failure is not None and _is_out(failure):
            return found + list(self._out(key, files))
        found += self._failure_faults(key, failure, stored=self._rules.smallest in files)
        return found + list(ImageFiles(self._store, self._rules, key, record, files).faults())

    def look_again(self, key: str) -> None:
        """Take up what a running crawl has changed since the names were read."""
        self._store.visited.look_again(key)
        if not os.path.exists(self._failed_path(key)):
            self._store.failed.ids.discard(key)

    def _record_faults(self, key: str, record: Record | None) -> Iterator[Fault]:
        if key not in self._store.visited.extensions:
            return
        path = self._store.visited.path(key)
        if record is None:
            yield self._torn_record(key, path)
            return
        for what, repair, change in record_faults(self._store.visited.extensions[key], record):
            yield Fault(relative(self._store, path), what, repair, self._changing(key, change))

    def _torn_record(self, key: str, path: str) -> Fault:
        if os.path.isdir(path):
            return Fault(relative(self._store, path), "a folder where a record should be")
        try:
            url = salvage.first_url(Path(path).read_bytes())
        except OSError:
            url = None

        def mend() -> None:
            if url is None:
                self._store.visited.forget(key)
            else:
                self._store.visited.write(key, {"url": url})

        def prepare() -> None:
            self._repairs.find_again(key)
            self._repairs.then(mend)

        done = "removes it" if url is None else "keeps its URL"
        repair = f"{done} and visits the pages that show it again"
        return Fault(relative(self._store, path), "a torn record", repair, prepare)

    def _failure_faults(
        self, key: str, failure: Failure | None, *, stored: bool
    ) -> Iterator[Fault]:
        path = self._failed_path(key)
        if key not in self._store.failed.ids or not os.path.exists(path):
            return

        def mend() -> None:
            self._store.failed.remove(key)

        next_try = (failure or {}).get("next_try")
        if failure is None or (next_try is not None and instants.from_text(next_try) is None):
            repair = "removes it, so that the image is tried again"
            yield Fault(relative(self._store, path), "a torn failure", repair, mend)
        elif stored:
            what = f"it says {failure['reason']}, and the image has its files"
            yield Fault(relative(self._store, path), what, "removes it", mend)

    def _out(self, key: str, files: dict[str, list[str]]) -> Iterator[Fault]:
        for path in (path for paths in files.values() for path in paths):
            yield Fault(
                relative(self._store, path),
                "a file of an image that was taken out",
                "removes it",
                lambda: self._remove(key),
            )

    def _remove(self, key: str) -> None:
        self._store.downloaded.remove(key, smallest=self._rules.smallest)

    def _changing(self, key: str, change: Change) -> Any:
        return lambda: change_record(self._store, key, change)

    def _failed_path(self, key: str) -> str:
        return os.path.join(self._store.root, "failed", key[:4], key + ".json")


def change_record(store: Store, key: str, change: Change) -> None:
    """Change a record as it is on disk now, which an earlier repair may have written."""
    record = store.visited.read(key)
    if record is not None:
        store.visited.write(key, change(record))


def _is_out(failure: Failure) -> bool:
    return failure["reason"] in _OUT and failure.get("next_try") is None
