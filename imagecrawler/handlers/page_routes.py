"""What one page in the browser may load, and from where: the answers to its requests.

This is no boundary (see `proxy`): it spares servers what nobody looks at, and gives the page
the document that was fetched already, so that a rendered page costs its server one request
for it like any other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from playwright.async_api import Error

from imagecrawler.rendering.contract import STUB_BODY, STUB_TYPE

if TYPE_CHECKING:
    from playwright.async_api import Request, Route
    from scrapy.http import Response

IsAllowed = Callable[[str], Awaitable[bool]]
HeadersOf = Callable[[str], Mapping[str, str]]

_NEVER_LOADED = frozenset({"media", "font", "ping", "cspviolationreport", "manifest", "texttrack"})
# Of the document's own headers: those that no longer hold for its bytes, or that are an order
# to a browser that keeps what it is given. Cookies are shared in another way.
_NOT_THE_PAGES = frozenset(
    {
        "clear-site-data",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-length",
        "set-cookie",
        "transfer-encoding",
    }
)


class PageRoutes:
    """Answers the requests of one page that shows ``document``.

    - The document itself comes from memory.
    - Images are answered with one transparent pixel: an error would make galleries drop them.
    - Media, fonts, beacons and reports are not loaded.
    - The page stays where it is: addresses that it wants to go to are in ``led_to``.
    - Frames of the page's own origin are loaded if ``is_allowed`` (robots.txt) says so; those
      of others are not: they are not looked at.
    - Everything else (scripts, style sheets, data) goes out through the proxy, with the
      headers that are meant for its URL (``headers_of``).
    """

    def __init__(self, document: Response, *, is_allowed: IsAllowed, headers_of: HeadersOf) -> None:
        self._document = document
        self._is_allowed = is_allowed
        self._headers_of = headers_of
        self._is_shown = False
        self.led_to: list[str] = []

    async def answer(self, route: Route) -> None:
        """Answer one request; one whose page has gone needs no answer."""
        try:
            await self._answer(route, route.request)
        except Error:
            return

    async def _answer(self, route: Route, request: Request) -> None:
        kind = request.resource_type
        if request.is_navigation_request():
            await self._navigate(route, request)
        elif kind == "image":
            await route.fulfill(
                content_type=STUB_TYPE, body=STUB_BODY, headers=await _shared_with(request)
            )
        elif kind in _NEVER_LOADED:
            await route.abort("blockedbyclient")
        else:
            await self._load(route, request)

    async def _load(self, route: Route, request: Request) -> None:
        headers = self._headers_of(request.url)
        if not headers:
            await route.continue_()
            return
        # What continue_ is given goes along to wherever the answer redirects
        # (https://playwright.dev/python/docs/api/class-route#route-continue).
        named = {name.lower(): value for name, value in headers.items()}
        try:
            answer = await route.fetch(headers=request.headers | named, max_redirects=0)
        except Error:
            await route.abort("failed")
        else:
            await route.fulfill(response=answer)

    async def _navigate(self, route: Route, request: Request) -> None:
        if request.frame.parent_frame is not None:
            may = await self._may_be_framed(request.url)
            await (self._load(route, request) if may else route.abort("blockedbyclient"))
        elif self._is_shown:
            self.led_to.append(request.url)
            await route.abort("aborted")  # the only code that leaves the page as it is
        else:
            self._is_shown = True
            await route.fulfill(
                status=self._document.status,
                headers=_page_headers(self._document),
                body=self._document.body,
            )

    async def _may_be_framed(self, url: str) -> bool:
        return _origin(url) == _origin(self._document.url) and await self._is_allowed(url)


async def _shared_with(request: Request) -> dict[str, str]:
    """Headers that let a page's scripts read an image, as if its server allowed it (CORS)."""
    origin = await request.header_value("origin")
    if origin is None:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}


def _page_headers(document: Response) -> dict[str, str]:
    headers = {str(name): text for name, text in document.headers.to_unicode_dict().items()}
    return {name: text for name, text in headers.items() if name.lower() not in _NOT_THE_PAGES}


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]).lower()
