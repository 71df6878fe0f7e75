"""Notices a crawl that makes no progress, says what it hangs on, and frees or ends it.

What waits by right is no stall: a pause, a delay of a host, a retry that is not due yet.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from imagecrawler.coordinator import signals as our_signals
from imagecrawler.coordinator.options import number
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import StalledError
from imagecrawler.policies.stalls import Quiet, stall_words

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
# After downloads were given up: so long may what follows them take.
_SECOND_CHANCE_SECONDS = 60.0
# Each of them ends by itself in time; twice that is no impatience.
_OTHER_LIMITS = ("DOWNLOAD_TIMEOUT", "IMAGES_TIMEOUT_SECONDS", "RENDER_MAX_SECONDS")


class Watchdog:
    """Looks every second, on the event loop and from a thread beside it."""

    def __init__(self, crawler: Crawler, *, limit_seconds: float) -> None:
        self._crawler = crawler
        self._limit_seconds = limit_seconds
        self._look_seconds = min(_LOOK_SECONDS, limit_seconds / 10)
        self._quiet = Quiet(self._look_seconds)
        self._ended = 0
        self._beats = 0
        self._has_barked = False
        self._is_over = threading.Event()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read STALL_SECONDS; 0 is no watchdog. Other limits of time may make it more."""
        settings = crawler.settings
        limit = number(settings, "STALL_SECONDS")
        if not limit:
            raise NotConfigured
        least = max(number(settings, name) for name in _OTHER_LIMITS) * 2
        dog = cls(crawler, limit_seconds=max(limit, least))
        connect = crawler.signals.connect
        connect(dog.begin, signal=signals.spider_opened)
        connect(dog.end, signal=signals.spider_closed)
        connect(dog.note, signal=signals.request_left_downloader)
        return dog

    def begin(self) -> None:
        """Begin to look."""
        scheduler = getattr(self._crawler.engine, "scheduler", None)
        if isinstance(scheduler, StoreScheduler):
            self._task = asyncio.ensure_future(self._look_on(scheduler))
            threading.Thread(target=self._watch_loop, name="watchdog", daemon=True).start()

    def note(self) -> None:
        """Note that something has ended."""
        self._ended += 1

    def end(self) -> None:
        """Look no more."""
        self._is_over.set()
        if self._task is not None:
            self._task.cancel()

    async def _look_on(self, scheduler: StoreScheduler) -> None:
        while True:
            await asyncio.sleep(self._look_seconds)
            self._beats += 1
            self._look(scheduler)

    def _look(self, scheduler: StoreScheduler) -> None:
        works = scheduler.under_way(now=time.monotonic())
        excused = scheduler.is_held or not works
        quiet = self._quiet.add((self._ended, scheduler.ended), excused=excused)
        if quiet < self._limit_seconds:
            self._has_barked = False
        elif not self._has_barked:
            self._has_barked = True
            logger.error("%s", stall_words(works, quiet))
            self._crawler.signals.send_catch_log(our_signals.time_is_up)
        elif quiet >= self._limit_seconds + min(_SECOND_CHANCE_SECONDS, self._limit_seconds):
            urls = ", ".join(work.url for work in works[:3])
            scheduler.end_with(
                StalledError(
                    f"Nothing has ended for {quiet:.0f} s, though downloads were given up: the "
                    f"crawl ends. It hangs on {urls}. Start it again to go on."
                ),
                reason="stalled",
            )

    # -- from beside the loop --------------------------------------------------------------

    def _watch_loop(self) -> None:
        loop = threading.main_thread().ident
        quiet = Quiet(self._look_seconds)
        while not self._is_over.wait(self._look_seconds):
            if quiet.add(self._beats, excused=False) >= self._limit_seconds:
                self._leave(sys._current_frames().get(loop or 0), quiet.seconds)

    def _leave(self, frame: Any, seconds: float) -> None:
        """End the process as a kill would: what was in flight is suspected by the next run."""
        where = "".join(traceback.format_stack(frame)) if frame is not None else ""
        logger.critical(
            "One piece of code has held up everything for %.0f s (STALL_SECONDS): the process ends "
            "at once. Nothing is lost; what was in flight is tried again, and set aside if it does "
            "so three times. It was here:\n%s",
            seconds,
            where,
        )
        logging.shutdown()
        os._exit(1)
