"""Pauses a crawl before the disk is full, and lets it go on when there is room again."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Self

from rich.filesize import decimal
from scrapy import signals
from scrapy.exceptions import NotConfigured

from imagecrawler.coordinator import signals as our_signals
from imagecrawler.coordinator.options import number, store_path
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import PausedTooLongError
from imagecrawler.policies.room import floor_bytes, is_short

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# A fast line fills some 100 MB in that time: less than the floor that is meant for it.
_LOOK_SECONDS = 1.0


class DiskFloor:
    """Looks at the store's disk every second. STORE_FREE_BYTES=0 does not look at all."""

    def __init__(
        self, crawler: Crawler, *, wished_bytes: int, look_seconds: float, most_seconds: float
    ) -> None:
        self._crawler = crawler
        self._place = store_path(crawler.settings)
        self._wished_bytes = wished_bytes
        self._look_seconds = look_seconds
        self._most_seconds = most_seconds
        self._paused_seconds: float | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read STORE_FREE_BYTES, PAUSE_CHECK_SECONDS and PAUSE_MAX_SECONDS."""
        settings = crawler.settings
        wished = int(number(settings, "STORE_FREE_BYTES"))
        if not wished:
            raise NotConfigured
        floor = cls(
            crawler,
            wished_bytes=wished,
            look_seconds=min(_LOOK_SECONDS, number(settings, "PAUSE_CHECK_SECONDS", least=0.01)),
            most_seconds=number(settings, "PAUSE_MAX_SECONDS"),
        )
        crawler.signals.connect(floor.begin, signal=our_signals.starts_known)
        crawler.signals.connect(floor.end, signal=signals.spider_closed)
        return floor

    async def begin(self) -> None:
        """Look before the first request, and on from then."""
        scheduler = getattr(self._crawler.engine, "scheduler", None)
        if isinstance(scheduler, StoreScheduler):
            await self._look(scheduler)
            self._task = asyncio.ensure_future(self._look_on(scheduler))

    def end(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _look_on(self, scheduler: StoreScheduler) -> None:
        while True:
            await asyncio.sleep(self._look_seconds)
            await self._look(scheduler)

    async def _look(self, scheduler: StoreScheduler) -> None:
        place = self._place
        try:
            disk = await asyncio.to_thread(shutil.disk_usage, place)
        except OSError:  # whoever writes there says what is wrong
            return
        floor = floor_bytes(self._wished_bytes, disk.total)
        paused = self._paused_seconds is not None
        if not is_short(disk.free, floor, paused=paused):
            self._paused_seconds = None
            scheduler.go_on("disk", f"There is room again ({decimal(disk.free)} free): going on.")
        elif self._paused_seconds is None:
            self._paused_seconds = 0.0
            scheduler.hold("disk", _words(place, disk.free, floor, self._most_seconds))
        else:
            self._paused_seconds += self._look_seconds
            if self._paused_seconds >= self._most_seconds:
                scheduler.end_with(PausedTooLongError(_end(place, self._most_seconds)))


def _words(place: str, free: int, floor: int, most_seconds: float) -> str:
    return (
        f"Only {decimal(free)} are free on the disk of {place}, less than {decimal(floor)} "
        f"(STORE_FREE_BYTES): the crawl pauses until some space is freed, for at most "
        f"{most_seconds:g} s. What was found is kept; Ctrl-C ends it."
    )


def _end(place: str, most_seconds: float) -> str:
    return (
        f"The disk of {place} had too little room for {most_seconds:g} s: free some space and "
        "start again, or lower STORE_FREE_BYTES. Nothing found is lost."
    )
