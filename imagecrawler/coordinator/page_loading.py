"""What queue/ and pages/ say when a run begins: the pages that are left, and those due again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.page_log import PageLog, key_number
from imagecrawler.coordinator.page_states import queue_pages
from imagecrawler.coordinator.pages import (
    ENTRY_FIELDS,
    PageFrontier,
    clean_entries,
    lease_of_line,
)
from imagecrawler.identity.urls import host_name, page_key
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.pages import LineAt, PageLine, ended_at
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.store import Store

# Pages queued at a time, so that memory does not grow with those that are due.
_REVISITS_AT_ONCE = 1_000


class PageLoader:
    """Fills a frontier and a log from queue/ and pages/, before the crawl begins.

    Memory holds keys and never the entries. ``left`` has the keys of the pages that are still
    queued, ``held`` the leases of suspected pages, by key: they are kept out of the frontier.
    Queue files that are torn, or whose pages are all done, are left out; the latter are removed.
    """

    def __init__(
        self, store: Store, frontier: PageFrontier, log: PageLog, suspects: Iterable[str]
    ) -> None:
        self.left = KeyTable()
        self.held: dict[str, Lease] = {}
        self.log = log
        self._store = store
        self._frontier = frontier
        self._suspects = frozenset(suspects)

    def load(self) -> None:
        """Read everything. Raises OSError."""
        self.log.load(repair=True)
        self._frontier.known = self.log.table
        self._frontier.failed_starts.update(self.log.failed_starts)
        for batch in self._store.queue.batches():
            pairs = self._store.queue.read(batch)
            if pairs is None:
                self._frontier.torn_batches.append(batch.path)
            else:
                self._store.clock.advance_to(batch.instant)
                self._add(batch, clean_entries(pairs))
        for key, (due, where) in self.log.retries.items():
            if key not in self.left:
                self._add_retry(due, where)

    def queue_revisits(self, before: int) -> None:
        """Queue the pages whose last good visit ended before an instant (microseconds).

        Those that are queued anyway are not queued twice, those of a dropped host not at all.
        """
        due: dict[int, LineAt] = {}
        for where, line in self._store.pages.scan(repair=False):
            key = key_number(line)
            if key is None or key in self.left:
                continue
            due.pop(key, None)
            if line.get("error") is None and ended_at(line) <= before:
                due[key] = where
        lines = (self._store.pages.read(where) for where in due.values())
        entries = (
            _revisit(line)
            for line in lines
            if line and isinstance(line.get("url"), str) and not self._store.is_dropped(line["url"])
        )
        while slice_ := list(islice(entries, _REVISITS_AT_ONCE)):
            for host, batch in queue_pages(self._store, slice_):
                self._frontier.add_batch(host, batch, batch.left)

    def _add(self, batch: Batch, entries: Iterable[Entry]) -> None:
        unique: dict[str, Entry] = {}
        for entry in entries:
            unique.setdefault(page_key(entry["url"]), entry)
        counts: dict[str, int] = {}
        for key, entry in unique.items():
            if not self._is_left(int(key, 16), batch):
                self._frontier.done_entries.add((batch.instant, key))
                continue
            batch.left += 1
            host = host_name(entry["url"])
            if key in self._suspects:
                self._frontier.done_entries.add((batch.instant, key))
                self.held[key] = Lease("page", key, host, entry["url"], entry, token=batch)
            else:
                counts[host] = counts.get(host, 0) + 1
        if not batch.left:
            self._frontier.done_entries -= {(batch.instant, key) for key in unique}
            self._store.queue.remove(batch)
        for host, count in counts.items():
            self._frontier.add_batch(host, batch, count)

    def _is_left(self, key: int, batch: Batch) -> bool:
        self.log.table.setdefault(key, 0)
        # A page that an older batch has too is visited once, from there.
        if key in self.left or (self.log.ended(key) or 0) > batch.instant:
            return False
        self.left[key] = 0
        return True

    def _add_retry(self, due: int, where: LineAt) -> None:
        line = self._store.pages.read(where) if self._suspects else None
        if line is not None and line["key"] in self._suspects and isinstance(line.get("url"), str):
            self.held[line["key"]] = lease_of_line(line)
        else:
            self._frontier.add_retry(due, where)


def _revisit(line: PageLine) -> Entry:
    """Return the queue entry that visits a page again, conditionally where it allows that."""
    kept = ("url", *ENTRY_FIELDS, "etag", "last_modified", "images")
    return {name: line[name] for name in kept if line.get(name) is not None}
