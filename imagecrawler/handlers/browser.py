"""The browser and its pages: scrapy-playwright's contexts, and what is done in a page of ours.

What differs from scrapy-playwright, and why: the document is given to the page and not
fetched again; no wait is without a limit; a page is closed whatever became of it, and its
context after so many pages, for Chromium keeps something of each page as long as its context
lasts (microsoft/playwright#6319); a browser that died is known by its silence alone.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from playwright._impl._errors import TargetClosedError
from playwright.async_api import Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from imagecrawler.exceptions import RenderingError
from imagecrawler.handlers.page_routes import HeadersOf, IsAllowed, PageRoutes
from imagecrawler.handlers.pauses import Pauses
from imagecrawler.items import Look
from imagecrawler.rendering.contract import UNRESPONSIVE, LookLimits
from imagecrawler.rendering.looking import look
from imagecrawler.rendering.watching import Watch, watch_page

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Route
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from imagecrawler.handlers.chromium import ChromiumProvider

logger = logging.getLogger(__name__)

# More than any setting asks for: how many pages are open at once is limited by whoever asks
# for them; scrapy-playwright's own count goes wrong with a page that crashes.
_NO_LIMIT = 10_000
# A page that meets the death of the browser may be its cause, or not.
_BROWSERS_PER_PAGE = 3
# Playwright's objects hold each other: some 2,000 of a page, which Python by itself looks for
# every few hundred pages. Looking takes 20 ms, a page a second.
_PAGES_A_COLLECTION = 8
_ANSWER_SECONDS = 5.0
# A look ends by itself in time, unless the page or the browser hangs.
_GRACE_SECONDS = 10.0
_LATE_SECONDS = 5.0
# The run may end half a second after its last write; what is left ends with the process.
_CLOSE_SECONDS = 0.25


@dataclass(slots=True)
class Shown:
    """What became of a page: a ``look`` at it, and the cookies that its browser has now.

    ``failure`` is None, or why the look saw less than there is: ``render-hang``,
    ``render-crash``.
    """

    look: Look
    cookies: list[dict[str, Any]]
    failure: str | None = None


class BrowserPages(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Shows documents that were fetched, each in a page of its own, in one browser.

    A context is used for ``pages_per_context`` pages, one after the other: of several that are
    open in it Chromium draws the last, and the others once a second. ``is_allowed`` says whether
    a frame's URL may be fetched, ``headers_of`` what is said to a URL's host besides.
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
        headers_of: HeadersOf,
    ) -> None:
        super().__init__(crawler)
        self.config.max_pages_per_context = _NO_LIMIT
        self.browser_provider = provider
        self.browser: Browser | None = None
        self._limits = limits
        self._is_allowed = is_allowed
        self._pages_per_context = pages_per_context
        self._context_options = context_options
        self._headers_of = headers_of
        self._left = itertools.count(1)
        self._contexts = itertools.count()
        self._free: list[str] = []
        self._pages_in: Counter[str] = Counter()
        # Contexts in which what is no page of ours, a pop-up, loads nothing.
        self._closed_to_others: WeakSet[BrowserContext] = WeakSet()

    async def show(self, document: Response, cookies: list[dict[str, Any]]) -> Shown:
        """Return what the page that is made of ``document`` shows.

        Raises:
            RenderingError: nothing; or the browser cannot be started.
        """
        name = self._enter()
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
        finally:
            await self._leave(request, name)

    async def close(self) -> None:
        """End the browser, at once: nothing in it is worth keeping."""
        await HTTP11DownloadHandler.close(self)
        if self.browser is not None:
            await self._end(self.browser)

    async def _shown(self, request: Request) -> Shown:
        pauses = Pauses()
        for number in itertools.count(1):
            before = pauses.number
            async with pauses.watched():
                outcome = await self._attempt(request)
            is_well = isinstance(outcome, Shown) and outcome.failure is None
            if is_well or number == _BROWSERS_PER_PAGE:
                break
            if await self._has_died(request):
                self.stats.inc_value("render/restarts")
            elif pauses.number == before:
                break
            else:
                # Its time ran out while nobody looked at it.
                self.stats.inc_value("render/again_after_pause")
                await self._close_page(request)
            request.meta.pop("playwright_page", None)
        if isinstance(outcome, RenderingError):
            raise outcome
        return outcome

    async def _attempt(self, request: Request) -> Shown | RenderingError:
        limit_seconds = self._limits.max_seconds + _GRACE_SECONDS
        try:
            async with asyncio.timeout(limit_seconds):
                shown: Shown = await self._download_request_with_retry(request, None)
                return shown
        except TimeoutError:
            return RenderingError("render-hang", f"no end after {limit_seconds:g} seconds")
        except Error as error:
            return _as_rendering_error(error)

    async def _has_died(self, request: Request) -> bool:
        """Whether what happened to a page happened to its browser; then that is ended here."""
        page = request.meta.get("playwright_page")
        used: Browser | None = self.browser if page is None else page.context.browser
        if used is None:
            return True
        browser: Browser = used
        async with self.browser_launch_lock:
            if self.browser is not browser:
                return True  # another page has noticed
            if await _answers(browser):
                return False
            logger.warning("The browser has died, and is started again")
            self.browser = None
            self.context_wrappers.clear()
            await self._end(browser)
            return True

    async def _end(self, browser: Browser) -> None:
        await _within(_CLOSE_SECONDS, browser.close())
        await self.browser_provider.close()

    async def _maybe_launch_browser(self) -> None:
        async with self.browser_launch_lock:
            if self.browser is None:
                self.browser = await self.browser_provider.launch_browser()
                self.stats.inc_value("playwright/browser_count")

    async def _create_page(self, request: Request, spider: Any) -> Page:
        page: Page = await super()._create_page(request, spider)
        request.meta["playwright_page"] = page  # known before anything can go wrong with it
        if page.context not in self._closed_to_others:
            self._closed_to_others.add(page.context)
            await page.context.route("**/*", _refuse)
        return page

    async def _download_request_with_page(self, request: Request, page: Page, spider: Any) -> Shown:
        document: Response = request.meta["document"]
        crashed = asyncio.Event()
        page.on("crash", lambda _: crashed.set())
        page.on("popup", _close)
        await _add_cookies(page, request.meta["cookies"])
        routes = PageRoutes(document, is_allowed=self._is_allowed, headers_of=self._headers_of)
        await page.route("**/*", routes.answer)
        watch = await watch_page(page)
        found = await self._look(page, document, watch)
        found.links += [url for url in routes.led_to if url not in found.links]
        if crashed.is_set():
            return Shown(found, [], "render-crash")
        if found.stopped_by == UNRESPONSIVE or not found.html:
            return Shown(found, [], "render-hang")
        return Shown(found, list(map(dict, await page.context.cookies())))

    async def _look(self, page: Page, document: Response, watch: Watch) -> Look:
        try:
            await page.goto(
                document.url,
                wait_until="domcontentloaded",
                timeout=self._limits.max_seconds * 1000,
                referer=_referer(document),
            )
        except PlaywrightTimeoutError:
            # What is there by then is looked at, briefly.
            return await look(page, replace(self._limits, max_seconds=_LATE_SECONDS), watch)
        return await look(page, self._limits, watch)

    def _enter(self) -> str:
        name = self._free.pop() if self._free else f"pages-{next(self._contexts)}"
        self._pages_in[name] += 1
        return name

    async def _leave(self, request: Request, name: str) -> None:
        is_closed = await self._close_page(request)
        if is_closed and self._pages_in[name] < self._pages_per_context:
            self._free.append(name)
        else:
            await self._close_context(name)
        if next(self._left) % _PAGES_A_COLLECTION == 0:
            gc.collect()

    async def _close_page(self, request: Request) -> bool:
        page: Page | None = request.meta.get("playwright_page")
        if page is None:
            return True
        await _within(_ANSWER_SECONDS, page.close())
        return page.is_closed()

    async def _close_context(self, name: str) -> None:
        del self._pages_in[name]
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


async def _refuse(route: Route) -> None:
    await _within(_ANSWER_SECONDS, route.abort("blockedbyclient"))


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
