"""What queue/ and pages/ say of every page, for those who look at a store between runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from imagecrawler.coordinator.pages import ENTRY_FIELDS, clean_entries
from imagecrawler.identity.urls import host_name, page_key
from imagecrawler.storage import instants
from imagecrawler.storage.pages import LineAt, PageLine, ended_at
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.store import Store


class PageFailure(NamedTuple):
    """The last line of a page that failed; ``due`` is None when there is no next try."""

    reason: str
    due: int | None
    where: LineAt


class PageStates:
    """The last line of every page: when it ended, and why it failed if it did.

    Keys and instants are held, the lines are not. The store's clock is set after all that
    was read, so that what is queued now is newer.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.ended: dict[int, int] = {}
        self.failures: dict[int, PageFailure] = {}
        for where, line in store.pages.scan(repair=False):
            self._note(where, line)

    def left(self, batch: Batch, entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
        """Return the (key, entry) pairs of a batch whose pages are still to visit."""
        self._store.clock.advance_to(batch.instant)
        keyed = ((int(page_key(entry["url"]), 16), entry) for entry in entries)
        return [(k, e) for k, e in keyed if self.ended.get(k, -1) <= batch.instant]

    def queued(self) -> Iterator[tuple[Batch, list[tuple[int, Entry]] | None]]:
        """Yield each batch with its pages that are left, oldest first; None for a torn one."""
        for batch in self._store.queue.batches():
            pairs = self._store.queue.read(batch)
            yield batch, None if pairs is None else self.left(batch, clean_entries(pairs))

    def _note(self, where: LineAt, line: PageLine) -> None:
        key = key_number(line)
        if key is None:
            return
        ended = ended_at(line)
        self._store.clock.advance_to(ended)
        self.ended[key] = ended
        self.failures.pop(key, None)
        reason = line.get("error")
        if isinstance(reason, str):
            due = instants.from_text(line.get("next_try"))
            self.failures[key] = PageFailure(reason, due, where)


def key_number(line: PageLine) -> int | None:
    """Return the 64-bit key of a line; None when it has none."""
    try:
        return int(line["key"], 16)
    except ValueError:
        return None


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
