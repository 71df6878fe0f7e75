"""Takes page items to the coordinator: their images are recorded, their links queued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.items import PageItem

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class PagesPipeline:
    """Hands `PageItem` objects on and waits for nothing: only the acknowledgement waits."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler: its scheduler has the coordinator."""
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """Record a page item; other items pass."""
        scheduler = self._crawler.engine.scheduler
        if isinstance(item, PageItem) and isinstance(scheduler, StoreScheduler):
            coordinator = scheduler.coordinator
            lease = coordinator.page_lease(item.key) if coordinator is not None else None
            if coordinator is not None and lease is not None:
                coordinator.found(lease, item)
        return item
