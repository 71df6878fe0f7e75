"""A real Chromium that looks at pages as the crawl does: images answered with a stub."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from imagecrawler.items import Look
from imagecrawler.rendering.contract import STUB_BODY, STUB_HEADERS, LookLimits
from imagecrawler.rendering.looking import look
from imagecrawler.rendering.watching import watch_page
from tests.galleries.galleries import galleries
from tests.site.running import Site

DEBIAN = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
# The site is on this machine: what is not there after so long does not come.
LIMITS = LookLimits(network_idle_seconds=0.3)


class Eyes:
    """``eyes.look(url)`` opens a page, looks, and closes it; ``asked`` has what passed."""

    def __init__(self, runner: asyncio.Runner, browser: Browser) -> None:
        self._runner, self._browser = runner, browser

    def look(self, url: str, limits: LookLimits = LIMITS, *, watched: bool = True) -> Look:
        return self._runner.run(self._look(url, limits, watched))

    def evaluate(self, script: str, argument: Any = None) -> Any:
        async def run() -> Any:
            page = await self._browser.new_page()
            try:
                return await page.evaluate(script, argument)
            finally:
                await page.close()

        return self._runner.run(run())

    async def _look(self, url: str, limits: LookLimits, watched: bool) -> Look:
        context = await self._browser.new_context(service_workers="block")
        try:
            page = await context.new_page()
            await page.route("**/*", _stubbed)
            return await self._looked(page, url, limits, watched)
        finally:
            await context.close()

    async def _looked(self, page: Page, url: str, limits: LookLimits, watched: bool) -> Look:
        watch = await watch_page(page) if watched else None
        await page.goto(url, wait_until="domcontentloaded")
        return await look(page, limits, watch)


@pytest.fixture(scope="module")
def eyes() -> Iterator[Eyes]:
    with asyncio.Runner() as runner:
        playwright = runner.run(async_playwright().start())
        try:
            path = str(DEBIAN) if DEBIAN.exists() else None
            browser = runner.run(playwright.chromium.launch(executable_path=path, args=ARGUMENTS))
            yield Eyes(runner, browser)
            runner.run(browser.close())
        finally:
            runner.run(playwright.stop())


@pytest.fixture(scope="module")
def gallery_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("galleries"), [galleries()])
    yield running
    running.stop()


async def _stubbed(route: Route) -> None:
    if route.request.resource_type == "image":
        await route.fulfill(status=200, headers=STUB_HEADERS, body=STUB_BODY)
    else:
        await route.continue_()
