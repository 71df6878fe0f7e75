"""What queue/ and pages/ say when a run begins: the pages that are left, and those due again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice

from imagecrawler.coordinator.classing import is_first_visit
from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.page_states import key_number, queue_pages
from imagecrawler.coordinator.pages import (
    ENTRY_FIELDS,
    PageFrontier,
    clean_entries,
    lease_of_line,
)
from imagecrawler.coordinator.record_cache import POSTPONE_SECONDS
from imagecrawler.identity.urls import host_name, page_key
from imagecrawler.storage import instants
from imagecrawler.storage.pages import LineAt, PageLine, ended_at
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.store import Store

# Twice the time that a sighting may stay in memory: groups take time too.
_POSTPONED_MICROS = int(2 * POSTPONE_SECONDS * 1_000_000)

# Pages queued at a time, so that memory does not grow with those that are due.
_REVISITS_AT_ONCE = 1_000


class PageLoader:
    """Fills a frontier from queue/ and pages/, before the crawl begins.

    The queue is read twice, so that memory holds keys and never the entries. ``left`` has
    the keys of the pages that are still queued, ``held`` the leases of suspected pages, by
    key: they are kept out of the frontier. Queue files that are torn, or whose pages are all
    done, are left out; the latter are removed.
    """

    def __init__(self, store: Store, frontier: PageFrontier, suspects: Iterable[str]) -> None:
        self.left: set[int] = set()
        self.held: dict[str, Lease] = {}
        self.latest = LatestPages()
        self._store = store
        self._frontier = frontier
        self._suspects = frozenset(suspects)
        self._queued: set[int] = set()
        self._ended: dict[int, int] = {}  # when pages ended that are in queue/ too
        self._retries: dict[int, tuple[int, LineAt]] = {}
        self.visited: Counter[str] = Counter()  # pages of each host, each once
        self._counted: set[int] = set()

    def load(self) -> None:
        """Read everything. Raises OSError."""
        batches = list(self._readable_batches())
        self._frontier.known |= self._queued
        for where, line in self._store.pages.scan(repair=True):
            self._note(where, line)
        for batch in batches:
            self._add(batch)
        for key, (due, where) in self._retries.items():
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

    def _readable_batches(self) -> Iterator[Batch]:
        for batch in self._store.queue.batches():
            pairs = self._store.queue.read(batch)
            if pairs is None:
                self._frontier.torn_batches.append(batch.path)
                continue
            self._store.clock.advance_to(batch.instant)
            keys = (page_key(entry["url"]) for entry in clean_entries(pairs))
            self._queued.update(int(key, 16) for key in keys)
            yield batch

    def _note(self, where: LineAt, line: PageLine) -> None:
        key = key_number(line)
        if key is None:
            return
        self._frontier.known.add(key)
        if key not in self._counted and is_first_visit(line) and isinstance(line.get("url"), str):
            self._counted.add(key)
            self.visited[host_name(line["url"])] += 1
        ended = ended_at(line)
        self._store.clock.advance_to(ended)
        self.latest.add(line, ended)
        if key in self._queued:
            self._ended[key] = max(ended, self._ended.get(key, 0))
        self._frontier.failed_starts.discard(key)
        over = line.get("error") not in (None, "dropped", "crashed") and not line.get("next_try")
        if line.get("start") and over:
            self._frontier.failed_starts.add(key)
        self._retries.pop(key, None)
        due = instants.from_text(line.get("next_try"))
        if due is not None:
            self._retries[key] = (due, where)

    def _add(self, batch: Batch) -> None:
        unique: dict[str, Entry] = {}
        for entry in clean_entries(self._store.queue.read(batch) or ()):
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
        # A page that an older batch has too is visited once, from there.
        if key in self.left or self._ended.get(key, 0) > batch.instant:
            return False
        self.left.add(key)
        return True

    def _add_retry(self, due: int, where: LineAt) -> None:
        line = self._store.pages.read(where) if self._suspects else None
        if line is not None and line["key"] in self._suspects and isinstance(line.get("url"), str):
            self.held[line["key"]] = lease_of_line(line)
        else:
            self._frontier.add_retry(due, where)


class LatestPages:
    """(URL, image ids) of the pages that ended in the store's last seconds.

    Where their images were seen may not have reached the records before a kill.
    """

    def __init__(self) -> None:
        self._lines: deque[tuple[int, str, list[str]]] = deque()

    def add(self, line: PageLine, ended: int) -> None:
        """Take one page line, in the order of the file; ``ended`` in microseconds."""
        images, url = line.get("images"), line.get("url")
        if isinstance(images, list) and isinstance(url, str):
            self._lines.append((ended, url, [key for key in images if isinstance(key, str)]))
        while self._lines and self._lines[0][0] < ended - _POSTPONED_MICROS:
            self._lines.popleft()

    def take(self) -> list[tuple[str, str]]:
        """Return (image id, URL of a page it was seen on), and forget them."""
        seen = [(key, url) for _, url, keys in self._lines for key in keys]
        self._lines.clear()
        return seen


def _revisit(line: PageLine) -> Entry:
    """Return the queue entry that visits a page again, conditionally where it allows that."""
    kept = ("url", *ENTRY_FIELDS, "etag", "last_modified", "images")
    return {name: line[name] for name in kept if line.get(name) is not None}
