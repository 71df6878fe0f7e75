"""The downloads under way of one handler: counted while they last, dropped when the run ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError

from imagecrawler.coordinator import signals as our_signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_STOPPING = "the crawl is stopping"


class DownloadAbortedError(DownloadCancelledError):
    """The run is ending: the download was dropped, and is due again in the next run."""


class InFlight:
    """The tasks inside `tracked`. The signal ``abort_in_flight`` fails them, and all to come."""

    def __init__(self, crawler: Crawler) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_aborted = False
        crawler.signals.connect(self._abort, our_signals.abort_in_flight)

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
            raise DownloadCancelledError(f"{url} was cancelled") from None
        finally:
            self._tasks.discard(task)

    def _abort(self) -> None:
        self._is_aborted = True
        self.cancel_all()
