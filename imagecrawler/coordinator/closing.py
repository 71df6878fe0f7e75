"""From when the engine closes until nothing is under way: what is under way has to end."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine
from typing import Any

from imagecrawler.coordinator.contract import Frontier
from imagecrawler.coordinator.ending import Ending
from imagecrawler.policies.stalls import Work

logger = logging.getLogger(__name__)


class Closing:
    """Lets what is in flight end by itself, then aborts it, then ends the process without it.

    ``cancel_queued()`` ends what waits for its turn at a host, ``abort()`` what is downloaded,
    ``under_way(now)`` returns what still is or is worked
    on, and ``write(reason)`` is the last that a run does.
    """

    def __init__(
        self,
        coordinator: Frontier,
        ending: Ending,
        *,
        cancel_queued: Callable[[], None],
        abort: Callable[[], object],
        under_way: Callable[[float], list[Work]],
        write: Callable[[str], Coroutine[Any, Any, None]],
    ) -> None:
        self._coordinator = coordinator
        self._ending = ending
        self._cancel_queued = cancel_queued
        self._abort = abort
        self._under_way = under_way
        self._write = write
        self._leaving: asyncio.Future[None] | None = None

    def tick(self, now: float) -> None:
        """Do what is due; to be called again and again while the engine closes."""
        if not self._ending.has_begun:
            self._ending.begin(now)
            self._coordinator.drain()
        self._cancel_queued()
        if self._ending.aborts(now):
            self._abort()
        # Without anything under way it is the pipelines' own end that takes its time.
        hangs = self._ending.is_overdue(now) and self._under_way(now)
        if hangs and self._leaving is None:
            self._leaving = asyncio.ensure_future(self._leave())

    async def _leave(self) -> None:
        """End the process though code of a spider or pipeline does not: it would wait for ever.

        What hangs stays noted as in flight, so that the next run suspects it as after a crash.
        """
        urls = ", ".join(work.url for work in self._under_way(time.monotonic())[:3])
        logger.error("The crawl ends without what does not: %s", urls)
        await self._write("shutdown")
        logging.shutdown()
        os._exit(self._ending.failure.exit_code if self._ending.failure is not None else 0)
