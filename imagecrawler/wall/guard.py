"""What comes before every answer of the wall, and is added to each: ASGI middleware.

A page of another site can make a browser send requests here, and by DNS rebinding even read the
answers. So the Host header has to be one of ours (an IP address cannot be rebound), and requests
that a browser says come from elsewhere are refused, but for following a link to a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = ("/", "/browse", "/status")

# Scripts, styles, pictures and data from here alone, nothing inline, no frame around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_ADDED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "cache-control": "no-store",
}


class Guard:
    """Refuses what another site has sent, and says what a browser may do with an answer.

    ``names`` are the hosts besides ``localhost`` and IP addresses by which the wall is reached.
    An answer's own headers win over those that are added.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = frozenset({"localhost", *(name.lower() for name in names)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ADDED.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        answer = self._app if refused is None else PlainTextResponse(refused, status_code=403)
        await answer(scope, receive, guarded)

    def _refusal(self, method: str, path: str, headers: Headers) -> str | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return "This is not the host's name here; scrapy wall --name NAME adds one.\n"
        if not is_same_origin(method, path, headers):
            return "This was sent by a page of another site.\n"
        return None

    def _is_ours(self, host: str) -> bool:
        name = host_of(host)
        return name in self._names or _is_address(name)


def is_same_origin(method: str, path: str, headers: Headers) -> bool:
    """Whether a request comes from our own page, from no page, or follows a link to a page."""
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        follows = headers.get("sec-fetch-mode") == "navigate" and method == "GET"
        return follows and path in PAGES
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers["host"]


def host_of(header: str) -> str:
    """Return the host of a Host header, without port, in small letters."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
