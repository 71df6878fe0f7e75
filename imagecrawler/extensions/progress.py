"""Live progress on a terminal. In a log nothing of it: there Scrapy's LogStats speaks."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TextIO

from rich.console import Console
from rich.live import Live
from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from scrapy.utils.log import get_scrapy_root_handler

from imagecrawler.extensions.progress_view import progress_view

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.task import LoopingCall

_INTERVAL_SECONDS = 0.5
_RATE_WINDOW = 20  # Snapshots: rates are over the last ten seconds.


class Progress:
    """Shows what the scheduler's ``snapshot()`` says, twice a second, below the log lines.

    Off without a terminal, with ``LOG_FILE`` (somebody reads it elsewhere) and on terminals
    that cannot move their cursor. A scheduler without ``snapshot`` shows nothing.
    """

    def __init__(self, crawler: Crawler, console: Console) -> None:
        self._crawler = crawler
        self._console = console
        self._history: deque[Mapping[str, Any]] = deque(maxlen=_RATE_WINDOW)
        self._live: Live | None = None
        self._task: AsyncioLoopingCall | LoopingCall | None = None
        self._log_handler: logging.StreamHandler[Any] | None = None
        self._log_stream: TextIO | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Raise NotConfigured where there is nobody to look."""
        console = Console(stderr=True)
        seen = sys.stderr.isatty() and console.is_terminal and not console.is_dumb_terminal
        if not seen or crawler.settings.get("LOG_FILE"):
            raise NotConfigured
        progress = cls(crawler, console)
        crawler.signals.connect(progress.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(progress.spider_closed, signal=signals.spider_closed)
        return progress

    def spider_opened(self) -> None:
        """Take the terminal's last lines."""
        if self._snapshot() is None:
            return
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        self._live.start()
        # Rich hides the cursor; after a kill -9 nobody would bring it back.
        self._console.show_cursor(True)
        self._send_log_through_console()
        self._task = create_looping_call(self._show)
        self._task.start(_INTERVAL_SECONDS)

    def spider_closed(self) -> None:
        """Give the lines back."""
        if self._live is None:
            return
        if self._task is not None and self._task.running:
            self._task.stop()
        with suppress(OSError):
            self._live.stop()
        self._live = None
        if self._log_handler is not None and self._log_stream is not None:
            self._log_handler.setStream(self._log_stream)

    def _snapshot(self) -> Mapping[str, Any] | None:
        scheduler = getattr(self._crawler.engine, "scheduler", None)
        ask = getattr(scheduler, "snapshot", None)
        return ask() if callable(ask) else None

    def _show(self) -> None:
        snapshot = self._snapshot()
        if snapshot is None or self._live is None:
            return
        self._history.append(snapshot)
        with suppress(OSError):  # the terminal was closed: there is nobody to look
            self._live.update(progress_view(self._history), refresh=True)

    def _send_log_through_console(self) -> None:
        """Scrapy's handler keeps the stderr of its birth: replacing sys.stderr misses it."""
        handler = get_scrapy_root_handler()
        if isinstance(handler, logging.StreamHandler) and handler.stream is not None:
            self._log_handler, self._log_stream = handler, handler.stream
            handler.setStream(_ConsoleStream(self._console))


class _ConsoleStream:
    """Log lines printed above the live lines, as they are: not wrapped, not coloured."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        self._console.out(text, end="", highlight=False)
        return len(text)

    def flush(self) -> None:
        """The console holds nothing back."""
