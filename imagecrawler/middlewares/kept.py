"""What a middleware learns of sites is kept in the store for the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from imagecrawler.coordinator.scheduler import StoreScheduler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Learned(Protocol):
    """Something that is learned, as it goes to the store and comes from it."""

    def restore(self, kept: Any, /) -> None:
        """Take up what an earlier run kept; whatever is not that is passed over."""

    def to_json(self) -> Any:
        """Return what the next run is to know."""


def restore_kept(crawler: Crawler, name: str, learned: Learned) -> None:
    """Take up what an earlier run kept under ``name``, and have the next run do so.

    Only once the store is open: with the first page, not with the crawler.
    """
    scheduler = crawler.engine.scheduler
    if isinstance(scheduler, StoreScheduler) and scheduler.coordinator is not None:
        learned.restore(scheduler.coordinator.keep(name, learned.to_json))
