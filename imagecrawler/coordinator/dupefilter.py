"""DUPEFILTER_CLASS: whether a page is known, by the store."""

from __future__ import annotations

from scrapy import Request
from scrapy.dupefilters import RFPDupeFilter

from imagecrawler.coordinator.contract import Frontier


class StoreDupeFilter(RFPDupeFilter):
    """Asks the store; before one is opened (scrapy shell, fetch …) it is Scrapy's own filter.

    It only tests: a page becomes known when its queue entry is written, so that a crash
    between the two loses nothing.
    """

    coordinator: Frontier | None = None

    def request_seen(self, request: Request) -> bool:
        """Whether the request's page is queued, done or set aside."""
        if self.coordinator is None:
            return super().request_seen(request)
        return self.coordinator.knows_page(request.url)
