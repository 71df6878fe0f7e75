"""LOG_FORMATTER: Scrapy's log lines, made only where LOG_LEVEL lets somebody read them.

Scrapy makes a record of every response and item and lets the handler throw it away.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class NeededLogFormatter(LogFormatter):
    """Scrapy's formatter; None, which logs nothing, for lines below ``least``."""

    def __init__(self, least: int) -> None:
        self._is_silent = least > logging.DEBUG

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read LOG_LEVEL, by name or number."""
        level = crawler.settings.get("LOG_LEVEL")
        return cls(
            level if isinstance(level, int) else logging.getLevelNamesMapping().get(level, 0)
        )

    def crawled(self, *args: Any) -> LogFormatterResult | None:  # type: ignore[override]
        """Return the line of a response, or None."""
        return None if self._is_silent else super().crawled(*args)

    def scraped(self, *args: Any) -> LogFormatterResult | None:  # type: ignore[override]
        """Return the line of an item, or None."""
        return None if self._is_silent else super().scraped(*args)
