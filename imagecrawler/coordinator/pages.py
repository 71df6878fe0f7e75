"""The pages of one store that are still to visit, in memory: batch names, keys, retries."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from imagecrawler.coordinator.contract import HasRoom, Lease
from imagecrawler.coordinator.rests import HostRests
from imagecrawler.coordinator.rotation import HostRotation
from imagecrawler.identity.urls import absolute_url, host_name, page_key
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.pages import LineAt, PagesFolder
from imagecrawler.storage.queue import Batch, Entry, QueueFolder


class PageFrontier:
    """First in, first out per host; hosts in turn; retries when they are due.

    Per host only batches (name and count) are held, and the pages of the one batch that is
    being handed out. ``known`` has the 64-bit keys of all pages queued, done or set aside, each
    with what `PageLog` says of it, or 0.
    """

    def __init__(self, queue: QueueFolder, pages: PagesFolder, rests: HostRests) -> None:
        self._queue = queue
        self._pages = pages
        self.known = KeyTable(wide=True)
        self.done_entries: set[tuple[int, str]] = set()  # (batch instant, key), from earlier runs
        self.failed_starts: set[int] = set()  # start pages that failed for good
        self.waiting = 0
        self.torn_batches: list[str] = []
        self._batches: dict[str, deque[tuple[Batch, int]]] = {}  # with the pages of that host
        self._loaded: dict[str, deque[tuple[Batch, str, Entry]]] = {}
        self._due: dict[str, deque[Lease]] = {}
        self._retries: list[tuple[int, int, LineAt]] = []
        self._serial = 0
        self._rotation = HostRotation(rests)

    def add_batch(self, host: str, batch: Batch, count: int) -> None:
        """Let ``count`` pages of a host in a batch that is on disk be handed out."""
        self._batches.setdefault(host, deque()).append((batch, count))
        self.waiting += count
        self._rotation.add(host)

    def add_retry(self, due: int, where: LineAt) -> None:
        """Let the page of a failed line be tried again at ``due`` (microseconds)."""
        self._serial += 1
        heapq.heappush(self._retries, (due, self._serial, where))

    def give_back(self, lease: Lease) -> None:
        """Put a page that was not tried to its end before all others of its host."""
        untouched = replace(lease, outcome=None)  # its next try has an end of its own
        self._due.setdefault(lease.host, deque()).appendleft(untouched)
        self.waiting += 1
        self._rotation.add(lease.host)

    def take(self, has_room: HasRoom, now: int) -> Lease | None:
        """Return the next page whose host has room, or None."""
        self._wake_retries(now)
        while (host := self._rotation.take(has_room, now)) is not None:
            lease = self._take_from(host)
            if self._has_more(host):
                self._rotation.add(host)
            if lease is not None:
                self.waiting -= 1
                return lease
        return None

    def release(self, host: str) -> None:
        """A request of a host ended: it may have room again."""
        self._rotation.release(host)

    def has_ready(self, now: int) -> bool:
        """Whether a page waits for nothing but room."""
        return self._rotation.has_ready(now)

    def next_due(self) -> int | None:
        """Return when the earliest retry is due, in microseconds, or None."""
        return self._retries[0][0] if self._retries else None

    def rests_until(self, now: int) -> int | None:
        """Return when the first of the resting hosts that have pages may be asked, or None."""
        return self._rotation.next_due(now)

    def resting(self, now: int) -> set[str]:
        """Return the hosts that have pages and rest."""
        return self._rotation.resting(now)

    def retries(self) -> int:
        """Return how many pages wait for another try."""
        return len(self._retries)

    def hosts(self, limit: int, in_flight: Callable[[str], int]) -> list[dict[str, Any]]:
        """Return the hosts with the most batches, for people to look at."""
        busiest = heapq.nlargest(limit, self._batches, key=lambda host: len(self._batches[host]))
        queued = {host: sum(count for _, count in self._batches[host]) for host in busiest}
        return [{"host": h, "queued": n, "in_flight": in_flight(h)} for h, n in queued.items()]

    def _wake_retries(self, now: int) -> None:
        while self._retries and self._retries[0][0] <= now:
            _, _, where = heapq.heappop(self._retries)
            line = self._pages.read(where)
            if line is None or not isinstance(line.get("url"), str):
                continue
            lease = lease_of_line(line)
            self._due.setdefault(lease.host, deque()).append(lease)
            self.waiting += 1
            self._rotation.add(lease.host)

    def _take_from(self, host: str) -> Lease | None:
        due = self._due.get(host)
        if due:
            lease = due.popleft()
            if not due:
                del self._due[host]
            return lease
        while True:
            loaded = self._loaded.get(host)
            if loaded:
                batch, key, entry = loaded.popleft()
                if not loaded:
                    del self._loaded[host]
                return Lease("page", key, host, entry["url"], entry, token=batch)
            if not self._load(host):
                return None

    def _load(self, host: str) -> bool:
        batches = self._batches.get(host)
        if not batches:
            return False
        batch, count = batches.popleft()
        if not batches:
            del self._batches[host]
        pairs = self._queue.read(batch)
        if pairs is None:
            self.torn_batches.append(batch.path)
        entries: deque[tuple[Batch, str, Entry]] = deque()
        seen: set[str] = set()  # a foreign batch may spell one page in several ways
        for entry in clean_entries(pairs or ()):
            key = page_key(entry["url"])
            if host_name(entry["url"]) != host or key in seen:
                continue
            seen.add(key)
            if (batch.instant, key) in self.done_entries:
                self.done_entries.discard((batch.instant, key))
            else:
                entries.append((batch, key, entry))
        self.waiting += len(entries) - count  # another hand may have changed the file
        if entries:
            self._loaded[host] = entries
        return True

    def _has_more(self, host: str) -> bool:
        return host in self._due or host in self._loaded or host in self._batches


# What a page line keeps of the queue entry, so that its page can be queued again.
ENTRY_FIELDS = ("depth", "scope", "start", "as", "hops", "via", "source")
_FIELD_TYPES = {
    "depth": int,
    "scope": str,
    "start": bool,
    "as": str,
    "hops": int,
    "via": list,
    "source": dict,
}


def clean_entries(pairs: Iterable[tuple[str, Entry]]) -> list[Entry]:
    """Return the usable entries of a batch: their keys are ignored, rubbish fields dropped.

    A queue file may come from another program or another hand.
    """
    cleaned = []
    for _, raw in pairs:
        url = absolute_url(raw["url"], raw["url"])
        if url is None:
            continue
        entry = {
            name: value
            for name, value in raw.items()
            if isinstance(value, _FIELD_TYPES.get(name, object))
        }
        cleaned.append({**entry, "url": url})
    return cleaned


def lease_of_line(line: dict[str, Any]) -> Lease:
    """Return the lease for another try of a page that failed."""
    entry = {"url": line["url"], **{k: line[k] for k in ENTRY_FIELDS if k in line}}
    attempts = line.get("attempts")
    return Lease(
        "page",
        line["key"],
        host_name(line["url"]),
        line["url"],
        entry,
        attempts=attempts if isinstance(attempts, int) else 1,
    )
