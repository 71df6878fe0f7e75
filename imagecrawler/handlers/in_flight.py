"""The downloads under way of one handler: counted while they last, dropped when the run ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError

from imagecrawler.coordinator import signals as our_signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_STOPPING = "the crawl is stopping"


class DownloadAbortedError(DownloadCancelledError):
    """The run is ending: the download was dropped, and is due again in the next run."""


class InFlight:
    """The tasks inside `tracked`. The signal ``abort_in_flight`` fails them, and all to come.

    ``time_is_up`` fails those that are under way, as a limit of time would.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._late: set[asyncio.Task[object]] = set()
        self._is_aborted = False
        crawler.signals.connect(self._abort, our_signals.abort_in_flight)
        crawler.signals.connect(self._end_late, our_signals.time_is_up)

    def cancel_all(self) -> None:
        """Cancel the tasks that are under way now."""
        for task in self._tasks:
            task.cancel()

    @contextmanager
    def tracked(self, url: str) -> Iterator[None]:
        """Know the current task as the download of ``url`` while the block lasts.

        A cancelled task leaves it with an exception that is one: CancelledError is no
        Exception, so Scrapy would wait for this request for ever.

        Raises:
            DownloadAbortedError: the run is ending.
            DownloadTimeoutError: nothing has ended for too long.
            DownloadCancelledError: someone else cancelled it.
        """
        if self._is_aborted:
            raise DownloadAbortedError(_STOPPING)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if self._is_aborted:
                raise DownloadAbortedError(_STOPPING) from None
            if task in self._late:
                raise DownloadTimeoutError(f"{url} was given up: it held up the crawl") from None
            raise DownloadCancelledError(f"{url} was cancelled") from None
        finally:
            self._tasks.discard(task)
            self._late.discard(task)

    def _end_late(self) -> None:
        self._late |= self._tasks
        self.cancel_all()

    def _abort(self) -> None:
        self._is_aborted = True
        self.cancel_all()
