"""What a run knows and could learn anew from the folders, kept in cache/ for the next opening.

Nothing depends on it: what is written here may be lost, old or deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from imagecrawler.coordinator.page_log import PageLog, write_log
from imagecrawler.storage.store import Store

# For ten million pages it takes half a second, in which nothing else is written.
_EVERY_SECONDS = 600.0


class Snapshots:
    """Taken now and then, since a kill would leave all to be read again, and at the end."""

    def __init__(self, store: Store, log: PageLog) -> None:
        self._store = store
        self._log = log
        self._taken = time.monotonic()

    def are_due(self) -> bool:
        """Whether the last ones were taken long ago."""
        return time.monotonic() > self._taken + _EVERY_SECONDS

    def take(self, more: Callable[[], None] | None = None) -> Callable[[], None]:
        """Return what writes all that is known now, and ``more``, for the thread that writes.

        To be called while nothing is being written: only then the folders say the same.
        """
        self._taken = time.monotonic()
        store, log = self._store, self._log.snapshot()

        def write() -> None:
            store.save_names()
            if log is not None:
                write_log(store, log)
            if more is not None:
                more()

        return write
