"""What the rendering of pages teaches, when it fails."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from imagecrawler.coordinator.contract import Lease
from imagecrawler.exceptions import RenderingError
from imagecrawler.middlewares.rendering import RenderingMiddleware

UPGRADES = {"Content-Security-Policy": ["img-src *", "upgrade-insecure-requests"]}


async def _fails(job: Request) -> None:
    raise RenderingError("render-crash", "it crashed")


def test_a_page_that_cannot_be_rendered_has_gained_nothing() -> None:
    handlers = SimpleNamespace(download_request_async=_fails)
    crawler = SimpleNamespace(
        stats=MemoryStatsCollector(get_crawler()),
        spider=SimpleNamespace(arguments=SimpleNamespace(render="auto")),
        engine=SimpleNamespace(downloader=SimpleNamespace(handlers=handlers), scheduler=None),
    )
    middleware = RenderingMiddleware(crawler)

    def visit(number: int) -> dict[str, str]:
        url = f"https://e.com/photo/{number}"
        request = Request(url, meta={"lease": Lease("page", str(number), "e.com", url, {})})
        body = b'<div id="gallery"></div><script src="/g.js"></script><img src="http://e.com/a">'
        response = HtmlResponse(url, body=body, headers=UPGRADES)
        asyncio.run(middleware.process_response(request, response))
        assert request.meta["page"].images[0].url == "https://e.com/a"
        told: dict[str, str] = request.meta["rendered"]
        return told

    assert [visit(number)["error"] for number in range(3)] == ["render-crash"] * 3
    assert "gave nothing" in visit(3)["passed_by"]
