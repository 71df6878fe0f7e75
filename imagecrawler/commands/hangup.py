"""SIGHUP: whoever watched the crawl has gone. It stops as with SIGTERM; printing may fail."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


def stop_on_hangup(crawler: Crawler) -> None:
    """Stop a crawl when its terminal is closed, unless nohup asked for the opposite.

    A kernel and a shell both send the signal: the second one, which for SIGTERM means "at once,
    without the last write", says nothing new here.
    """
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is None or signal.getsignal(hangup) is not signal.SIG_DFL:
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        from twisted.internet import reactor

        signal.signal(hangup, signal.SIG_IGN)
        if crawler.crawling:  # else it is stopping already
            reactor.callFromThread(logger.warning, "SIGHUP: the terminal was closed")
            signal.raise_signal(signal.SIGTERM)

    signal.signal(hangup, stop)


def print_if_heard(text: str, stream: TextIO) -> None:
    """Print to a stream behind which nobody may be any more: then nothing is, nor at exit."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_error_if_heard(text: str) -> None:
    """Print one line for a person on stderr."""
    print_if_heard(f"imagecrawler: {text}", sys.stderr)
