"""Where WebSub hubs reach a crawl: a small server on its reactor, and what places it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from twisted.internet.error import CannotListenError
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from imagecrawler.exceptions import SettingError

if TYPE_CHECKING:
    from imagecrawler.coordinator.options import SettingsLike

# A notice has the whole list in it. One that is larger is refused: the source is polled as before.
_MAX_NOTICE_BYTES = 4 * 1024 * 1024
_IDLE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class CallbackPlace:
    """The URL below which hubs reach this crawl (it ends in a slash), and where that leads to."""

    prefix: str
    host: str
    port: int


class HubListener(Protocol):
    """Who is told what hubs send. ``token`` is the last part of the path."""

    def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Return what confirms that this was asked for; None: it was not."""

    def notice(self, token: str, signature: str | None, body: bytes) -> bool:
        """Take a notice, whoever it is from; False: there is no such subscription."""


def callback_place(settings: SettingsLike) -> CallbackPlace | None:
    """Return what WEBSUB_CALLBACK and WEBSUB_LISTEN say; None: hubs are not used.

    Raises SettingError.
    """
    prefix = str(settings.get("WEBSUB_CALLBACK") or "")
    host, port = _listen(settings.get("WEBSUB_LISTEN"))
    if not prefix:
        return None
    if not _is_prefix(prefix):
        raise SettingError(
            f"WEBSUB_CALLBACK={prefix!r}: give the URL below which hubs reach WEBSUB_LISTEN, "
            "for example https://example.org/websub/"
        )
    return CallbackPlace(prefix.rstrip("/") + "/", host, port)


def _listen(value: Any) -> tuple[str, int]:
    host, _, port = str(value).rpartition(":")
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        if port.isascii() and 0 < int(port) < 65_536:
            return str(address), int(port)
    except ValueError:
        pass
    raise SettingError(
        f"WEBSUB_LISTEN={value!r}: give an address of this machine and a port, for example "
        "127.0.0.1:8765"
    )


def _is_prefix(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_place = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" ?#@")
    return is_place and plain


def listen(place: CallbackPlace, listener: HubListener) -> Callable[[], Any]:
    """Serve hubs from now on, and return what ends that. Raises SettingError: it cannot."""
    # Not before Scrapy has installed it. Its types say nothing without a plugin of mypy's.
    from twisted.internet import reactor as installed

    reactor: Any = installed
    make_site: Any = Site
    site = make_site(
        _Callbacks(listener), _Notice, timeout=_IDLE_SECONDS, parsePOSTFormSubmission=False
    )
    try:
        port = reactor.listenTCP(place.port, site, interface=place.host)
    except CannotListenError as error:
        raise SettingError(
            f"WEBSUB_LISTEN={place.host}:{place.port}: cannot listen there "
            f"({error.socketError}); give another port, and lead WEBSUB_CALLBACK to it"
        ) from None
    stop: Callable[[], Any] = port.stopListening
    return stop


class _Callbacks(Resource):
    isLeaf = True  # noqa: N815 - Twisted's names

    def __init__(self, listener: HubListener) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._listener = listener

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        query = {_text(name): _text(values[0]) for name, values in request.args.items()}
        answer = self._listener.verify(_token(request), query)
        if answer is None:
            return _refused(request, 404)
        request.responseHeaders.setRawHeaders("Content-Type", ["text/plain; charset=utf-8"])
        request.responseHeaders.setRawHeaders("X-Content-Type-Options", ["nosniff"])
        return answer.encode("utf-8", "surrogateescape")

    def render_POST(self, request: _Notice) -> bytes:  # noqa: N802
        if request.is_too_large:
            return _refused(request, 413)
        signature = request.getHeader("X-Hub-Signature")
        if not self._listener.notice(_token(request), signature, request.content.read()):
            return _refused(request, 404)
        request.setResponseCode(202)
        return b""


class _Notice(Request):
    """A request of whose body no more is kept than a notice may have, whatever length it states."""

    content: Any
    is_too_large = False

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.is_too_large |= self.content.tell() + len(data) > _MAX_NOTICE_BYTES
        # Let through to its end: a hub that is cut off while it sends does not read why.
        if not self.is_too_large:
            super().handleContentChunk(data)  # type: ignore[no-untyped-call]


def _token(request: Request) -> str:
    return _text(request.path.rpartition(b"/")[2])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _refused(request: Request, status: int) -> bytes:
    request.setResponseCode(status)
    return b""
