"""The download handler of ``render:`` requests: pages that a browser shows.

It is made with the first of them, so a crawl that renders nothing has no browser, no driver
and no proxy, and imports none.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response

from imagecrawler.coordinator.options import store_path
from imagecrawler.coordinator.site_files import login_state, site_headers
from imagecrawler.exceptions import RenderingError, SettingError
from imagecrawler.handlers.browser_cookies import browser_cookies, keep_cookies
from imagecrawler.handlers.guard import guard_for
from imagecrawler.handlers.in_flight import InFlight
from imagecrawler.handlers.proxy import FilteringProxy, Upstream
from imagecrawler.rendering.contract import LookLimits
from imagecrawler.rendering.finding import NO_BROWSER, find_browser

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    from scrapy.crawler import Crawler

    from imagecrawler.handlers.browser import BrowserPages, Shown
    from imagecrawler.policies.login_state import LoginState
    from imagecrawler.security.addresses import Origin


class RenderingHandler(BaseDownloadHandler):
    """Show the response in a request's ``meta["document"]`` in a browser.

    Never more than PLAYWRIGHT_MAX_PAGES_PER_CONTEXT pages at once.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        limits = LookLimits(max_seconds=settings.getfloat("RENDER_MAX_SECONDS"))
        if largest := settings.getint("PAGE_MAX_BYTES"):
            limits = replace(limits, max_html_chars=largest)
        self._limits = limits
        self._at_once = asyncio.Semaphore(settings.getint("PLAYWRIGHT_MAX_PAGES_PER_CONTEXT"))
        self._in_flight = InFlight(crawler)
        self._proxy = FilteringProxy(
            guard_for(crawler),
            timeout_seconds=settings.getfloat("DOWNLOAD_TIMEOUT") or 60.0,
            note=lambda event, number: crawler.stats.inc_value(f"render/{event}", number),
            upstream=self._upstream,
        )
        self._pages: BrowserPages | None = None
        self._lack: RenderingError | None = None
        self._login_domains: frozenset[str] = frozenset()

    async def download_request(self, request: Request) -> Response:
        """Return the document; ``meta["shown"]`` has what a page made of it shows.

        Raises:
            RenderingError: there is no such page; the document is as good as before.
            DownloadAbortedError: the run is ending.
        """
        document: Response = request.meta["document"]
        with self._in_flight.tracked(document.url):
            async with self._at_once:
                request.meta["shown"] = await self._shown(document)
        return document

    async def close(self) -> None:
        """End the browser, its driver and the proxy."""
        if self._pages is not None:
            await self._pages.close()
        self._proxy.stop()

    async def _shown(self, document: Response) -> Shown:
        if self._lack is not None:
            raise self._lack
        jar = self._cookie_jar(document)
        try:
            self._pages = self._pages or self._browser_pages()
            cookies = browser_cookies(jar or (), document.url, also=self._login_domains)
            shown = await self._pages.show(document, cookies)
        except RenderingError as error:
            if error.reason == "no-browser":
                self._lack = error  # nor will there be one for the next page
            raise
        if jar is not None:
            keep_cookies(jar, shown.cookies)
        return shown

    def _browser_pages(self) -> BrowserPages:
        from imagecrawler.handlers.browser import BrowserPages
        from imagecrawler.handlers.chromium import ChromiumProvider

        settings = self.crawler.settings
        found = find_browser(
            settings.get("BROWSER_EXECUTABLE"), environment=os.environ, home=Path.home()
        )
        if found is None:
            raise RenderingError("no-browser", NO_BROWSER)
        try:
            login, headers = login_state(settings), site_headers(settings)
        except SettingError as error:  # they were there when the crawl began
            raise RenderingError("render-error", str(error)) from error
        self._login_domains = frozenset(cookie.domain for cookie in login.cookies)
        cookies = self.crawler.get_downloader_middleware(CookiesMiddleware)
        provider = ChromiumProvider(
            found,
            proxy_url=f"http://127.0.0.1:{self._proxy.start()}",
            options=settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS"),
            profiles_dir=self._profiles_dir(),
        )
        return BrowserPages(
            self.crawler,
            provider,
            limits=self._limits,
            is_allowed=self._is_allowed,
            # A context has cookies: without them no page may see what another one left.
            pages_per_context=settings.getint("RENDER_PAGES_PER_CONTEXT") if cookies else 1,
            context_options=self._context_options(login),
            headers_of=headers.of,
        )

    def _profiles_dir(self) -> str:
        # What is left there goes when the store is opened again.
        return str(Path(store_path(self.crawler.settings), "tmp"))

    def _context_options(self, login: LoginState) -> dict[str, Any]:
        settings = self.crawler.settings
        language = settings.getdict("DEFAULT_REQUEST_HEADERS").get("Accept-Language")
        return {
            "user_agent": settings.get("USER_AGENT"),
            "extra_http_headers": {"Accept-Language": language} if language else None,
            "ignore_https_errors": not settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"),
            "service_workers": "block",
            "accept_downloads": False,
            # Cookies are not of it: they come with each page, as they are by then.
            "storage_state": {"cookies": [], "origins": list(login.origins)},
        }

    def _cookie_jar(self, document: Response) -> CookieJar | None:
        cookies = self.crawler.get_downloader_middleware(CookiesMiddleware)
        if cookies is None:
            return None
        jar: CookieJar = cookies.jars[document.meta.get("cookiejar")].jar
        return jar

    def _upstream(self, origin: Origin) -> Upstream | None:
        # The way of a page of that origin is the browser's too.
        request = Request(f"{origin}/")
        proxies = self.crawler.get_downloader_middleware(HttpProxyMiddleware)
        if proxies is not None:
            proxies.process_request(request)
        parts = urlsplit(request.meta.get("proxy") or "")
        if parts.hostname is None:
            return None
        said = request.headers.get("Proxy-Authorization")
        return Upstream(parts.hostname, parts.port or 80, said)

    async def _is_allowed(self, url: str) -> bool:
        robots = self.crawler.get_downloader_middleware(RobotsTxtMiddleware)
        if robots is None:
            return True
        try:
            await robots.process_request(Request(url))
        except Exception:  # forbidden, or nobody can say: either way it is not loaded
            return False
        return True
