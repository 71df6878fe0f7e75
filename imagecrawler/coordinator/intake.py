"""What the background read of the store finds, taken over by the event loop.

Until it has ended, what it might know otherwise waits: see ``early``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from imagecrawler.coordinator.early import EarlyWork
from imagecrawler.coordinator.knowledge import StoreKnowledge


class Intake:
    """Takes from the reader until it is done; ``early`` is what waits for that, None afterwards."""

    def __init__(self, knowledge: StoreKnowledge) -> None:
        self.early: EarlyWork | None = EarlyWork()
        self._reader = knowledge.reader
        self._images = knowledge.images
        self._cache = knowledge.cache
        self._failed = knowledge.store.failed

    def start(self, on_done: Callable[[], None]) -> None:
        """Read in a thread, which calls ``on_done`` at its end."""
        self._reader.on_done = on_done
        self._reader.take_names()
        threading.Thread(target=self._reader.run, name="store-reader", daemon=True).start()

    def stop(self) -> None:
        """Let the reader end early."""
        self._reader.stop = True

    def take(self, early: EarlyWork) -> bool:
        """Take what was read; return whether that was the last, so that ``early`` is over."""
        reader = self._reader
        is_read = reader.done  # before the last of it is taken
        self._take_contents()
        while reader.found:
            host, key, had_files = reader.found.popleft()
            ended = key in self._images.stored or key in self._failed.ids
            if key not in early.ended and (had_files or not ended):
                self._images.want(host, key)
        while reader.later:
            due, host, key = reader.later.popleft()
            if key not in early.ended:
                self._images.want_later(due, host, key)
        if is_read:
            self.early = None
        return is_read

    def is_whole(self) -> bool:
        """Whether all that could be read was taken.

        A reader that was stopped is done too, but was not taken from to its end.
        """
        return self.early is None and not self._reader.ended_early

    def is_settled(self) -> bool:
        """Whether the store has all that it can have of every image."""
        return self.is_whole() and not self._reader.unreadable and not self._images.waiting()

    def _take_contents(self) -> None:
        reader, cache = self._reader, self._cache
        while reader.aliases:
            self._images.add_alias(*reader.aliases.popleft())
        while reader.contents:
            cache.contents.take(*reader.contents.popleft())
        while reader.looks:
            cache.near.add(*reader.looks.popleft())
