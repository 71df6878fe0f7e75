"""Headers of HEADERS_FILE for pages, images and robots.txt of the sites that they are meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from imagecrawler.coordinator.site_files import site_headers

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from imagecrawler.policies.site_headers import SiteHeaders

_SAID = "site_headers"


class SiteHeadersMiddleware:
    """Adds a site's headers to requests to it, and takes them off what it redirects elsewhere.

    A redirect is a copy with all headers. It stands before the defaults (language, user agent),
    so that they fill in what was taken off.
    """

    def __init__(self, headers: SiteHeaders) -> None:
        self._headers = headers

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the file. Raises SettingError."""
        return cls(site_headers(crawler.settings))

    def process_request(self, request: Request) -> None:
        """Have the request say what is meant for its origin."""
        for name in request.meta.pop(_SAID, ()):
            request.headers.pop(name, None)
        if headers := self._headers.of(request.url):
            request.headers.update(headers)
            request.meta[_SAID] = tuple(headers)
