"""Has pages rendered in a browser: all of them, or those that show that they need it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import HtmlResponse, Response

from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import RenderingError
from imagecrawler.items import Look

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class RenderingMiddleware:
    """Adds to the response of a page, as ``meta["look"]``, what a browser shows of it.

    It stands next to the spider, so what it sees is whole: decoded, redirects followed, cookies
    taken. All that was said of requests (delays, limits, robots.txt) held for it, and its host
    has no room for another until the page is rendered. A page that cannot be rendered is what
    the server sent; ``meta["rendered"]`` says what was done, and why, or why not.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._said_so = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler: its spider has the arguments, its engine the browser."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the response; the ``look`` at its page, if there was one, is in ``meta``."""
        why = self._why(request, response)
        if why:
            begun = time.monotonic()
            facts = await self._render(request, response)
            seconds = round(time.monotonic() - begun, 2)
            request.meta["rendered"] = {"why": why, "seconds": seconds, **facts}
        return response

    async def _render(self, request: Request, response: Response) -> dict[str, Any]:
        job = Request(
            f"render:{response.url}", meta={"document": response.replace(request=request)}
        )
        stats = self._crawler.stats
        try:
            await self._crawler.engine.downloader.handlers.download_request_async(job)
        except RenderingError as error:
            self._note(error, response)
            stats.inc_value(f"render/failed/{error.reason}")
            return {"error": error.reason, "message": str(error)[:500]}
        shown = job.meta["shown"]
        look: Look = shown.look
        request.meta["look"] = look
        stats.inc_value(f"render/failed/{shown.failure}" if shown.failure else "render/pages")
        facts = {"rounds": look.rounds, "stopped_by": look.stopped_by}
        return facts | ({"error": shown.failure} if shown.failure else {})

    def _note(self, error: RenderingError, response: Response) -> None:
        if error.reason != "no-browser":
            logger.warning("%s could not be rendered: %s", response, error)
        elif self._mode() == "always":
            scheduler = self._crawler.engine.scheduler
            assert isinstance(scheduler, StoreScheduler)
            scheduler.end_with(error)
            raise DownloadCancelledError(str(error)) from error
        elif not self._said_so:
            self._said_so = True
            logger.warning("Pages are read without a browser: %s", error)

    def _mode(self) -> str:
        arguments = getattr(self._crawler.spider, "arguments", None)
        return str(getattr(arguments, "render", "never"))

    def _why(self, request: Request, response: Response) -> list[str]:
        lease = request.meta.get("lease")
        if not isinstance(lease, Lease) or lease.kind != "page" or "as" in lease.entry:
            return []
        if response.status != 200 or not isinstance(response, HtmlResponse):
            return []
        return ["always"] if self._mode() == "always" else []
