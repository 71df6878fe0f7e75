"""The browser and its pages: scrapy-playwright's contexts, and what is done in a page of ours.

What differs from scrapy-playwright, and why: the document is given to the page and not
fetched again; no wait is without a limit; a page is closed whatever became of it, and its
context after so many pages, for Chromium keeps something of each page as long as its context
lasts (microsoft/playwright#6319); a browser that died is known by its silence alone.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright._impl._errors import TargetClosedError
from playwright.async_api import Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from imagecrawler.exceptions import RenderingError
from imagecrawler.handlers.page_routes import IsAllowed, PageRoutes
from imagecrawler.items import Look
from imagecrawler.rendering.contract import UNRESPONSIVE, LookLimits

if TYPE_CHECKING:
    from playwright.async_api import Browser
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from imagecrawler.handlers.chromium import ChromiumProvider

logger = logging.getLogger(__name__)

# More than any setting asks for: how many pages are open at once is limited by whoever asks
# for them; scrapy-playwright's own count goes wrong with a page that crashes.
_NO_LIMIT = 10_000
# A page that meets the death of the browser may be its cause, or not.
_BROWSERS_PER_PAGE = 3
_ANSWER_SECONDS = 5.0
# The run may end half a second after its last write; what is left ends with the process.
_CLOSE_SECONDS = 0.25


@dataclass(slots=True)
class Shown:
    """What became of a page: a ``look`` at it, and where it wanted to go instead."""

    look: Look
    led_to: list[str]
    cookies: list[dict[str, Any]]


class BrowserPages(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Shows documents that were fetched, each in a page of its own, in one browser.

    A context is used for ``pages_per_context`` pages. ``is_allowed`` says whether a frame's
    URL may be fetched.
    """

    def __init__(
        self,
        crawler: Crawler,
        provider: ChromiumProvider,
        *,
        limits: LookLimits,
        is_allowed: IsAllowed,
        pages_per_context: int,
        context_options: dict[str, Any],
    ) -> None:
        super().__init__(crawler)
        self.config.max_pages_per_context = _NO_LIMIT
        self.browser_provider = provider
        self.browser: Browser | None = None
        self._limits = limits
        self._is_allowed = is_allowed
        self._pages_per_context = pages_per_context
        self._context_options = context_options
        self._pages = itertools.count()
        self._contexts = itertools.count()
        self._open: Counter[str] = Counter()
        self._current = ""

    async def show(self, document: Response, cookies: list[dict[str, Any]]) -> Shown:
        """Return what the page that is made of ``document`` shows.

        Raises:
            RenderingError: it hangs or crashes, or the browser cannot be started.
        """
        name = await self._enter()
        request = Request(
            document.url,
            meta={
                "document": document,
                "cookies": cookies,
                "playwright_context": name,
                "playwright_context_kwargs": self._context_options,
                "playwright_include_page": True,  # it is closed here
            },
        )
        try:
            return await self._shown(request)
        except Error as error:
            raise _as_rendering_error(error) from error
        finally:
            await self._leave(request, name)

    async def close(self) -> None:
        """End the browser, at once: nothing in it is worth keeping."""
        await HTTP11DownloadHandler.close(self)
        if self.browser is not None:
            await _within(_CLOSE_SECONDS, self.browser.close())
        await self.browser_provider.close()

    async def _shown(self, request: Request) -> Shown:
        for number in itertools.count(1):
            browser = self.browser
            try:
                shown: Shown = await self._download_request_with_retry(request, None)
                return shown
            except Error as error:
                if number == _BROWSERS_PER_PAGE or not await self._has_died(browser):
                    raise
                logger.warning("The browser has died (%s) and is started again", _first_line(error))
                self.stats.inc_value("render/restarts")
        raise AssertionError("unreachable")

    async def _has_died(self, browser: Browser | None) -> bool:
        """Whether a page that failed in ``browser`` needs another one; then there is none now."""
        async with self.browser_launch_lock:
            if browser is None or browser is not self.browser:
                return True
            if await _answers(browser):
                return False
            self.browser = None
            self.context_wrappers.clear()
            await self.browser_provider.close()
            return True

    async def _maybe_launch_browser(self) -> None:
        async with self.browser_launch_lock:
            if self.browser is None:
                self.browser = await self.browser_provider.launch_browser()
                self.stats.inc_value("playwright/browser_count")

    async def _create_page(self, request: Request, spider: Any) -> Page:
        page: Page = await super()._create_page(request, spider)
        request.meta["playwright_page"] = page  # known before anything can go wrong with it
        return page

    async def _download_request_with_page(self, request: Request, page: Page, spider: Any) -> Shown:
        document: Response = request.meta["document"]
        crashed = asyncio.Event()
        page.on("crash", lambda _: crashed.set())
        page.on("popup", _close)
        await _add_cookies(page, request.meta["cookies"])
        routes = PageRoutes(document, is_allowed=self._is_allowed)
        await page.route("**", routes.answer)
        with suppress(PlaywrightTimeoutError):  # what is there by then is looked at
            await page.goto(
                document.url,
                wait_until="domcontentloaded",
                timeout=self._limits.max_seconds * 1000,
                referer=_referer(document),
            )
        with suppress(PlaywrightTimeoutError):
            await page.wait_for_load_state(
                "networkidle", timeout=self._limits.settle_seconds * 1000
            )
        look = Look(html=await page.content(), base_url=page.url)
        if crashed.is_set():
            raise RenderingError("render-crash", "the page crashed")
        if look.stopped_by == UNRESPONSIVE:
            raise RenderingError("render-hang", "the page answers no more")
        return Shown(look, routes.led_to, list(map(dict, await page.context.cookies())))

    async def _enter(self) -> str:
        if next(self._pages) % self._pages_per_context == 0:
            previous, self._current = self._current, f"pages-{next(self._contexts)}"
            await self._close_if_left(previous)
        self._open[self._current] += 1
        return self._current

    async def _leave(self, request: Request, name: str) -> None:
        page = request.meta.get("playwright_page")
        if page is not None:
            await _within(_ANSWER_SECONDS, page.close())
        self._open[name] -= 1
        await self._close_if_left(name)

    async def _close_if_left(self, name: str) -> None:
        if self._open[name] > 0 or name == self._current:
            return
        del self._open[name]
        if (wrapper := self.context_wrappers.pop(name, None)) is not None:
            await _within(_ANSWER_SECONDS, wrapper.context.close())


async def _answers(browser: Browser) -> bool:
    async def ask() -> bool:
        await (await browser.new_context()).close()
        return True

    return bool(await _within(_ANSWER_SECONDS, ask()))


async def _within(seconds: float, coro: Coroutine[Any, Any, Any]) -> Any:
    """Return what ``coro`` gives; None when it fails, or takes longer."""
    try:
        return await asyncio.wait_for(coro, seconds)
    except (Error, TimeoutError):
        return None


async def _close(page: Page) -> None:
    await _within(_ANSWER_SECONDS, page.close())


async def _add_cookies(page: Page, cookies: list[dict[str, Any]]) -> None:
    for cookie in cookies:
        # One by one: the browser has its own idea of what a cookie may be, and takes all or none.
        with suppress(Error):
            await page.context.add_cookies([cookie])  # type: ignore[list-item]


def _referer(document: Response) -> str | None:
    value = document.request.headers.get("Referer") if document.request else None
    return value.decode("latin-1") if value else None


def _as_rendering_error(error: Error) -> RenderingError:
    text = _first_line(error)
    if isinstance(error, PlaywrightTimeoutError):
        return RenderingError("render-hang", text)
    if "crashed" in text or isinstance(error, TargetClosedError):
        return RenderingError("render-crash", text)
    return RenderingError("render-error", text)


def _first_line(error: Error) -> str:
    return error.message.partition("\n")[0][:500]
