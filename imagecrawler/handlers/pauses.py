"""Whether this process stood still: a laptop that slept, a machine that was paused or starved.

A limit of time that fires right after it says nothing of what was waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_BEAT_SECONDS = 0.5
# A loop that is only busy comes round sooner.
_PAUSE_SECONDS = 3.0


class Pauses:
    """Counts pauses of the event loop while somebody watches, one at a time."""

    def __init__(self) -> None:
        self.number = 0
        self._last = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Count the pauses within the block."""
        self._last = time.monotonic()
        pulse = asyncio.ensure_future(self._beat())
        try:
            yield
        finally:
            pulse.cancel()
            self._note()  # the block may have ended with the pause

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            self._note()

    def _note(self) -> None:
        now = time.monotonic()
        self.number += now - self._last > _PAUSE_SECONDS + _BEAT_SECONDS
        self._last = now
