"""Pages that send their visitors on, at once: by a meta element, or by the header of that name."""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_meta_refresh

from imagecrawler.discovery.refreshes import refresh_target
from imagecrawler.identity.urls import absolute_url, page_key

_REASON = "meta refresh"
# Scrapy looks at so many characters. Most pages are left alone without being decoded for it.
_SEARCHED_BYTES = 4 * 4096
_WORDS = (b"refresh", b"r\0e\0f\0r\0e\0s\0h")


class RefreshMiddleware(MetaRefreshMiddleware):
    """Takes for a redirect what sends on in less than METAREFRESH_MAXDELAY seconds.

    Where it takes longer there is something to be seen, and the page is read; so it is when it
    only shows itself again: once is for a cookie that it wants back.
    """

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the response, or the request for the page that it sends to."""
        if not isinstance(response, HtmlResponse) or request.meta.get("dont_redirect"):
            return response
        seconds, url = self._refresh(response) or (None, "")
        if seconds is None or seconds >= self._maxdelay:
            return response
        reasons = request.meta.get("redirect_reasons", ())
        if _REASON in reasons and page_key(url) == page_key(request.url):
            return response
        redirected = self._redirect_request_using_get(request, response, url)
        return self._redirect(redirected, request, _REASON)

    def _refresh(self, response: HtmlResponse) -> tuple[float, str] | None:
        if header := response.headers.get("Refresh"):
            return refresh_target(header.decode("latin-1"), response.url)
        head = response.body[:_SEARCHED_BYTES].lower()
        if not any(word in head for word in _WORDS):
            return None
        seconds, target = get_meta_refresh(response, ignore_tags=self._ignore_tags)
        url = absolute_url(target, response.url) if target else None
        return None if seconds is None or url is None else (seconds, url)
