"""A whole store, inspected: every promise of its folders, one fault after another."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from imagecrawler.coordinator.inspection.faults import Fault, Repairs, images_of, relative
from imagecrawler.coordinator.inspection.files import Rules
from imagecrawler.coordinator.inspection.images import ImageInspection
from imagecrawler.coordinator.inspection.pages import line_faults, queue_faults
from imagecrawler.coordinator.page_log import key_number
from imagecrawler.coordinator.page_states import PageStates
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.widths import smallest_bucket
from imagecrawler.storage import atomic
from imagecrawler.storage.store import Store

_IMAGES_AT_ONCE = 256
_LOOK_AGAIN_SECONDS = 1.0


class StoreInspection:
    """The inspection of one store. Reads only; the faults and ``repairs`` write when asked.

    ``running`` says that a crawl may be writing: what it is just changing is looked at again
    before it counts as a fault.
    """

    def __init__(self, store: Store, rules: ImageRules, *, running: bool) -> None:
        self._store = store
        self._running = running
        self._states = PageStates(store)  # first: what is in its lines is in visited/ too
        store.visited.load(repair=False)
        store.failed.load()
        self._pending: set[int] = set()
        self.repairs = Repairs(store, self._states, self._pending)
        widths = [str(width) for width in rules.widths]
        self._rules = Rules(
            widths=rules.widths,
            smallest=str(smallest_bucket(rules.widths)),
            buckets=tuple(dict.fromkeys([*store.downloaded.buckets(), *widths])),
            max_pixels=rules.max_pixels,
            settled=store.about.get("widths") == list(rules.widths),
        )
        self.counts = {"pages": len(self._states.log), "images": 0, "files": 0}

    def faults(self) -> Iterator[Fault]:
        """Yield every fault; the order is that in which they may be mended."""
        store, pending = self._store, self._pending
        yield from queue_faults(store, self._states, pending, self.repairs)
        yield from line_faults(store, self._states, pending, self.repairs, running=self._running)
        for path in store.visited.superseded:
            yield _removed(store, path, "an older record of the same image")
        orphans: set[str] = set()
        yield from self._image_faults(self._ids(orphans))
        yield from self._orphan_faults(orphans)
        yield from self._foreign()

    def _ids(self, orphans: set[str]) -> Iterator[str]:
        """Yield the ids of all files, a folder's at a time; those without record are orphans."""
        visited, failed = self._store.visited.extensions.shards, self._store.failed.ids.shards
        buckets = [self._store.downloaded.ids(bucket).shards for bucket in self._rules.buckets]
        folders = {name for shards in (visited, failed, *buckets) for name in shards.stamps}
        for folder in sorted(folders):
            known = {*visited.ids_in(folder), *failed.ids_in(folder)}
            files = [shards.ids_in(folder) for shards in buckets]
            ids = known.union(*files)
            orphans |= ids - known
            self.counts["files"] += sum(map(len, files))
            self.counts["images"] += len(ids)
            yield from sorted(ids)

    def _image_faults(self, keys: Iterable[str]) -> Iterator[Fault]:
        inspection = ImageInspection(self._store, self._rules, self.repairs)
        again: list[str] = []
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for chunk in _chunks(keys):
                for key, found in zip(chunk, threads.map(inspection.faults, chunk), strict=True):
                    if found and self._running:
                        again.append(key)
                    else:
                        yield from found
        if again:
            time.sleep(_LOOK_AGAIN_SECONDS)
        for key in again:
            inspection.look_again(key)
            yield from inspection.faults(key)

    def _orphan_faults(self, orphans: set[str]) -> Iterator[Fault]:
        """Yield files whose image has no record, but for those that a queued page will show."""
        if orphans:
            for _, line in self._store.pages.scan(repair=False):
                if key_number(line) in self._pending:
                    orphans.difference_update(images_of(line))
        for key in sorted(orphans):
            self._store.visited.look_again(key)
            if key in self._store.visited.extensions:
                continue
            for bucket in self._rules.buckets:
                for path in self._store.downloaded.of_image(bucket, key):
                    yield Fault(relative(self._store, path), "its image has no record")

    def _foreign(self) -> Iterator[Fault]:
        store = self._store
        paths = [*store.queue.strangers, *store.pages.strangers, *store.visited.strangers]
        paths += [*store.downloaded.strangers, *store.failed.strangers, *self._foreign_buckets()]
        for path in dict.fromkeys(paths):
            if os.path.lexists(path):
                yield Fault(relative(store, path), "it is not the store's")

    def _foreign_buckets(self) -> list[str]:
        root = os.path.join(self._store.root, "downloaded")
        ours = set(self._store.downloaded.buckets())
        try:
            return sorted(entry.path for entry in os.scandir(root) if entry.name not in ours)
        except FileNotFoundError:
            return []


def opening_faults(store: Store) -> list[Fault]:
    """Return what the next opening for writing puts right by itself.

    Files in tmp/ are no fault: a kill leaves them, and they are removed then.
    """
    found = []
    path = os.path.join(store.root, "store.json")
    if os.path.exists(path) and not store.about:
        what = "it is torn: which hosts were dropped is lost, and which widths are settled"
        found.append(Fault("store.json", what, "writes a new one", store.write_about))
    return found


def _removed(store: Store, path: str, what: str) -> Fault:
    return Fault(relative(store, path), what, "removes it", lambda: atomic.remove(path))


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    left = iter(keys)
    while chunk := list(islice(left, _IMAGES_AT_ONCE)):
        yield chunk
