"""The cancelled timers that ended downloads leave in Twisted's reactor.

Each leaves two: that of its time limit, and that of the connection which it took from the pool.
The reactor looks for cancelled ones only when a timer fires, and on asyncio's loop that is the
oldest of them: all downloads of a minute (DOWNLOAD_TIMEOUT), 1 kB each, were in memory.
"""

from __future__ import annotations

from typing import Any

_DOWNLOADS_PER_CLEANING = 50


class LeftTimers:
    """Has the reactor throw away what is cancelled, again and again: a few dozen are left."""

    def __init__(self) -> None:
        self._downloads = 0

    def note_download(self) -> None:
        """Count a download that has ended."""
        self._downloads += 1
        if self._downloads % _DOWNLOADS_PER_CLEANING == 0:
            from twisted.internet import reactor

            clock: Any = reactor
            clock.callLater(0, lambda: None)  # whatever fires will do
