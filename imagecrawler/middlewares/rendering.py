"""Has pages rendered in a browser: all of them, or those that show that they need it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from imagecrawler.coordinator.contract import Lease
from imagecrawler.exceptions import RenderingError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class RenderingMiddleware:
    """Replaces the response of a page by what a browser makes of it.

    It stands next to the spider, so what it sees is whole: decoded, redirects followed, cookies
    taken. All that was said of requests (delays, limits, robots.txt) held for it, and its slot
    stays taken until the page is rendered. A page that cannot be rendered stays as it came;
    ``meta["rendered"]`` says what was done, and why, or why not.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler: its spider has the arguments, its engine the browser."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the page as it was rendered, or the response itself."""
        why = self._why(request, response)
        if not why:
            return response
        begun = time.monotonic()
        facts: dict[str, Any] = {"why": why}
        request.meta["rendered"] = facts
        try:
            return await self._rendered(request, response, facts)
        except RenderingError as error:
            logger.warning("%s could not be rendered (%s): %s", response, error.reason, error)
            facts.update(error=error.reason, message=str(error)[:500])
            self._crawler.stats.inc_value(f"render/failed/{error.reason}")
            return response
        finally:
            facts["seconds"] = round(time.monotonic() - begun, 2)

    async def _rendered(
        self, request: Request, response: Response, facts: dict[str, Any]
    ) -> Response:
        job = Request(
            f"render:{response.url}", meta={"document": response.replace(request=request)}
        )
        handlers = self._crawler.engine.downloader.handlers
        rendered = await handlers.download_request_async(job)
        look = job.meta["look"]
        request.meta.update(look=look, led_to=job.meta["led_to"])
        facts.update(rounds=look.rounds, stopped_by=look.stopped_by)
        self._crawler.stats.inc_value("render/pages")
        return rendered

    def _why(self, request: Request, response: Response) -> list[str]:
        lease = request.meta.get("lease")
        arguments = getattr(self._crawler.spider, "arguments", None)
        if not isinstance(lease, Lease) or lease.kind != "page" or "as" in lease.entry:
            return []
        if response.status != 200 or not isinstance(response, HtmlResponse):
            return []
        return ["always"] if getattr(arguments, "render", "never") == "always" else []
