"""A fault of a store, and the repairs that have to wait until pages are queued again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from imagecrawler.coordinator.page_states import PageStates, entry_of, queue_pages
from imagecrawler.identity.urls import page_key
from imagecrawler.storage.pages import PageLine
from imagecrawler.storage.queue import Entry
from imagecrawler.storage.store import Store


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken promise: the file (its path in the store), what is wrong, what repair does.

    ``repair`` and ``mend`` are None for what has to be looked at by hand. ``mend`` may be
    called once, by the store's writer; a kill in its middle leaves the same fault or none.
    """

    path: str
    what: str
    repair: str | None = None
    mend: Callable[[], None] | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.what}: {self.repair or 'look at it yourself'}"


class Repairs:
    """Pages that are to be visited again, and what may be removed only after they are queued.

    ``pending`` has the keys of the pages that are in queue/.
    """

    def __init__(self, store: Store, states: PageStates, pending: set[int]) -> None:
        self._store = store
        self._states = states
        self._pending = pending
        self._entries: dict[int, Entry] = {}
        self._images: set[str] = set()
        self._after: list[Callable[[], None]] = []

    def queue(self, entries: Iterable[Entry], *, unknown_only: bool = False) -> None:
        """Have pages visited again; those that are queued already, only once.

        With ``unknown_only`` those that ended stay as they are.
        """
        for entry in entries:
            key = int(page_key(entry["url"]), 16)
            known = key in self._pending or (unknown_only and self._states.log.has_ended(key))
            if not known:
                self._entries.setdefault(key, entry)

    def find_again(self, image_id: str) -> None:
        """Have the pages visited again that show an image whose record is lost."""
        self._images.add(image_id)

    def then(self, step: Callable[[], None]) -> None:
        """Do something after the pages are queued: what they are queued for goes then."""
        self._after.append(step)

    def finish(self) -> None:
        """Queue the pages, then do what waited for that. Raises OSError."""
        if self._images:
            self.queue(map(entry_of, self._lines_of_images()))
        queue_pages(self._store, self._entries.values())
        self._pending.update(self._entries)
        self._entries = {}
        for step in self._after:
            step()
        self._after = []

    def _lines_of_images(self) -> Iterable[PageLine]:
        lines: dict[str, PageLine] = {}
        for _, line in self._store.pages.scan(repair=False):
            if isinstance(line.get("url"), str) and not self._images.isdisjoint(images_of(line)):
                lines[line["key"]] = line
        return lines.values()


def images_of(line: PageLine) -> list[str]:
    """Return the ids of the images that a page showed."""
    images = line.get("images")
    return [key for key in images if isinstance(key, str)] if isinstance(images, list) else []


def relative(store: Store, path: str) -> str:
    """Return a path as people see it: within the store, with forward slashes."""
    return os.path.relpath(path, store.root).replace(os.sep, "/")
