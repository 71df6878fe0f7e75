"""What queue/ and pages/ say of every page, for those who look at a store between runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from imagecrawler.coordinator.page_log import PageLog, key_number
from imagecrawler.coordinator.pages import ENTRY_FIELDS, clean_entries
from imagecrawler.identity.urls import host_name, page_key
from imagecrawler.storage import instants
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.pages import PageLine
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.store import Store


class FailedLine(NamedTuple):
    """The last line of a page that failed, and why it did."""

    key: int
    reason: str
    line: PageLine


class PagesLeft(NamedTuple):
    """The keys of the pages that are still to visit, and how many of each host there are."""

    keys: KeyTable
    hosts: Counter[str]
    torn_batches: int


class PageStates:
    """The last line of every page, and the pages that are still to visit.

    Keys and instants are held, the lines are not; see `PageLog`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.log = PageLog(store)
        self.log.load(repair=False)

    def left(self, batch: Batch, entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
        """Return the (key, entry) pairs of a batch whose pages are still to visit."""
        self._store.clock.advance_to(batch.instant)
        keyed = ((int(page_key(entry["url"]), 16), entry) for entry in entries)
        return [(k, e) for k, e in keyed if (self.log.ended(k) or 0) <= batch.instant]

    def queued(self) -> Iterator[tuple[Batch, list[tuple[int, Entry]] | None]]:
        """Yield each batch with its pages that are left, oldest first; None for a torn one."""
        for batch in self._store.queue.batches():
            pairs = self._store.queue.read(batch)
            yield batch, None if pairs is None else self.left(batch, clean_entries(pairs))

    def pages_left(self) -> PagesLeft:
        """Return which pages are still to visit, and how many batches are torn."""
        left = PagesLeft(KeyTable(), Counter(), 0)
        for _, entries in self.queued():
            if entries is None:
                left = left._replace(torn_batches=left.torn_batches + 1)
            for key, entry in entries or ():
                left.keys[key] = 0
                left.hosts[host_name(entry["url"])] += 1
        return left

    def failed_lines(self) -> Iterator[FailedLine]:
        """Read pages/ again, and yield the last line of each page that failed, oldest first."""
        told: set[int] = set()
        for _, line in self._store.pages.scan(repair=False):
            key = key_number(line)
            failure = self.log.failure(key) if key is not None else None
            if key is not None and failure and key not in told and self.log.is_last(key, line):
                told.add(key)
                yield FailedLine(key, failure.reason, line)


def entry_of(line: PageLine) -> Entry:
    """Return the queue entry that visits the page of a line again, from anew."""
    return {"url": line["url"], **{name: line[name] for name in ENTRY_FIELDS if name in line}}


def queue_pages(store: Store, entries: Iterable[Entry]) -> list[tuple[str, Batch]]:
    """Queue pages, whatever their hosts; return (host, batch) of each file. Raises OSError."""
    by_host: dict[str, dict[str, Entry]] = {}
    for entry in clean_entries(("", entry) for entry in entries):
        by_host.setdefault(host_name(entry["url"]), {})[page_key(entry["url"])] = entry
    return store.queue.write_hosts(by_host, store.clock, fsync=store.fsync)


def set_aside(store: Store, entries: Iterable[Entry], reason: str, message: str) -> None:
    """Write a last line for each of these pages, so that none is visited. Raises OSError."""
    now = store.clock.now()
    lines: list[dict[str, Any]] = [
        {
            "key": page_key(entry["url"]),
            **entry_of({"key": "", **entry}),
            "error": reason,
            "message": message,
            "attempts": 0,
            "next_try": None,
            "when": instants.to_text(now),
        }
        for entry in entries
    ]
    store.pages.append(lines, instant=now, fsync=store.fsync)
