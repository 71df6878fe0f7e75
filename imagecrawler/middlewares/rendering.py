"""Has pages rendered in a browser: all of them, or those that show that they need it."""

from __future__ import annotations

import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import HtmlResponse, Response

from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.discovery.charset import page_text
from imagecrawler.discovery.elements import page_tree
from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.discovery.rendered import rendered_page
from imagecrawler.exceptions import RenderingError
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Look
from imagecrawler.middlewares.kept import restore_kept
from imagecrawler.policies.rendering import Gain, RenderLearning
from imagecrawler.rendering.signs import needs_rendering

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

NO_BROWSER = "no-browser"


class RenderingMiddleware:
    """Adds to the response of a page, as ``meta["page"]``, what it shows and where it leads.

    It stands next to the spider, so what it sees is whole: decoded, redirects followed, cookies
    taken. All that was said of requests (delays, limits, robots.txt) held for it, and its host
    has no room for another until the page is rendered. A page that cannot be rendered is what
    the server sent; ``meta["rendered"]`` says what was done, and why, or why not.

    With ``render=never`` it does nothing, and the spider reads the page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._said_so = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler: its spider has the arguments, its engine the browser."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the response; what its page shows is in ``meta`` of the request."""
        mode = self._mode()
        if mode != "never" and isinstance(response, HtmlResponse) and _is_page(request, response):
            await self._read(request, response, is_always=mode == "always")
        return response

    async def _read(self, request: Request, response: HtmlResponse, *, is_always: bool) -> None:
        content_type = response.headers.get("Content-Type") or b""
        html = page_text(response.body, content_type.decode("latin-1"))
        tree = page_tree(html)
        url = absolute_url(response.url, response.url) or response.url
        policies = _policies(response)
        static = parse_page(tree, url=url, robots_tag=_robots_tag(response), policies=policies)
        request.meta["page"] = static
        if is_always:
            await self._render(request, response, "always")
            return
        signs = needs_rendering(html, tree, static.images)
        choice = self._learning.choice(url, signs)
        if choice.render:
            await self._render(request, response, choice.why)
            self._learn(request, url, static, signs)
        elif choice.why:
            request.meta["rendered"] = {"passed_by": choice.why}

    async def _render(self, request: Request, response: HtmlResponse, why: str) -> None:
        begun = time.monotonic()
        facts = await self._look(request, response)
        seconds = round(time.monotonic() - begun, 2)
        request.meta["rendered"] = {"why": why, "seconds": seconds, **facts}

    async def _look(self, request: Request, response: HtmlResponse) -> dict[str, Any]:
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
        static: ParsedPage = request.meta["page"]
        robots_tag = _robots_tag(response)
        request.meta["page"] = rendered_page(static, look, robots_tag=robots_tag)
        stats.inc_value(f"render/failed/{shown.failure}" if shown.failure else "render/pages")
        facts = {"rounds": look.rounds, "stopped_by": look.stopped_by}
        return facts | ({"error": shown.failure} if shown.failure else {})

    def _learn(self, request: Request, url: str, static: ParsedPage, signs: list[str]) -> None:
        if request.meta["rendered"].get("error") == NO_BROWSER:
            return  # which says nothing of the page
        final: ParsedPage = request.meta["page"]
        images = len(static.images), len(final.images)
        gain = Gain(*images, len(static.links), len(final.links))
        self._learning.learned(url, gain, signs=signs)

    @cached_property
    def _learning(self) -> RenderLearning:
        learning = RenderLearning()
        restore_kept(self._crawler, "rendering", learning)
        return learning

    def _note(self, error: RenderingError, response: Response) -> None:
        if error.reason != NO_BROWSER:
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


def _is_page(request: Request, response: Response) -> bool:
    lease = request.meta.get("lease")
    is_page = isinstance(lease, Lease) and lease.kind == "page" and "as" not in lease.entry
    return is_page and response.status == 200


def _robots_tag(response: Response) -> str | None:
    value = response.headers.get("X-Robots-Tag")
    return value.decode("latin-1")[:1000] if value else None


def _policies(response: Response) -> list[str]:
    values = response.headers.getlist("Content-Security-Policy")
    return [value.decode("latin-1") for value in values]
