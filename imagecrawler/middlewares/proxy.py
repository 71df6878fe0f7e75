"""The proxy of pages and images; the browser asks here which one is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Self

from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.exceptions import DownloadCancelledError

from imagecrawler.coordinator.options import proxy_url
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import SettingError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_ASKS_WHO = 407  # https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8


class ProxyMiddleware(HttpProxyMiddleware):
    """Sends everything through HTTPPROXY_URL; without it, as Scrapy does, by the environment.

    What the environment's ``no_proxy`` lists is asked without one either way. A proxy that does
    not accept its password ends the run: no page is to blame, and all would fail. Once something
    came through it, a site may have said that it does not, and is not believed.
    """

    _crawler: Crawler
    _is_accepted = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the settings and the environment. Raises NotConfigured, SettingError."""
        middleware = super().from_crawler(crawler)
        middleware._crawler = crawler
        if url := proxy_url(crawler.settings):
            proxy = middleware._get_proxy(url, "http")
            middleware.proxies = {"http": proxy, "https": proxy}
        return middleware

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, unless it is the proxy's, which wants to know who asks."""
        if request.meta.get("proxy"):
            if response.status != _ASKS_WHO:
                self._is_accepted = True
            elif not self._is_accepted and request.url.startswith("http:"):
                self._end(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """End the run where a tunnel was refused for that; else leave the exception to others."""
        # Scrapy's TunnelError has the status in its text alone.
        if type(exception).__name__ == "TunnelError" and f": {_ASKS_WHO}," in str(exception):
            self._end(request)

    def _end(self, request: Request) -> NoReturn:
        error = SettingError(
            f"The proxy {request.meta['proxy']} does not accept the name and password that it is "
            "given: set HTTPPROXY_URL=http://name:password@host:port"
        )
        scheduler = self._crawler.engine.scheduler
        if isinstance(scheduler, StoreScheduler):
            scheduler.end_with(error)
        raise DownloadCancelledError(str(error))
