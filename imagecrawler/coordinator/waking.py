"""When the engine asks for the next request though nothing has ended: there is work again."""

from __future__ import annotations

import asyncio
from typing import Protocol

from imagecrawler.coordinator.engine import Engine


class HasEngine(Protocol):
    """Scrapy's crawler, whose engine is not there at first."""

    @property
    def engine(self) -> Engine:
        """The engine, once the crawl starts."""


class EngineWaker:
    """Wakes the engine at once, or when the next retry is due."""

    def __init__(self, crawler: HasEngine) -> None:
        self._crawler = crawler
        self._timer: asyncio.TimerHandle | None = None

    def wake(self) -> None:
        """Let the engine ask, unless it is closing."""
        slot = self._crawler.engine._slot
        if slot is not None and slot.closing is None:
            slot.nextcall.schedule()

    def wake_after(self, seconds: float) -> None:
        """Let the engine ask after some seconds, and not when it was last said."""
        self.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds + 0.001, self.wake)

    def cancel(self) -> None:
        """Let it ask no more."""
        if self._timer is not None:
            self._timer.cancel()
