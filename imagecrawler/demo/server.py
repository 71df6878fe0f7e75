"""The demo gallery over HTTP: one loopback address, two ports, so two origins.

``with DemoSite() as site: site.start_url`` serves in threads of this process until the block
ends. What was drawn is kept, so a picture costs its drawing once.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from imagecrawler.demo import painting
from imagecrawler.demo.pages import Origins, page, robots, sitemap
from imagecrawler.demo.works import NATIVE_WIDTH_PX, VIEW_BY_FILE, WIDTHS_PX, View

ADDRESS = "127.0.0.1"
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_ATTIC = View("attic", "noon", "hills", "unlisted-attic.jpg", "Hills seen from the attic")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request gets."""

    body: bytes
    content_type: str
    status: HTTPStatus = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)


_NOT_FOUND = Answer(b"Not here.\n", "text/plain", HTTPStatus.NOT_FOUND)
_BUSY = Answer(
    b"In a second.\n", "text/plain", HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}
)
Answering = Callable[[str, dict[str, str]], Answer]


@cache
def _painted(view: View, width_px: int) -> Answer:
    return Answer(painting.paint(view, width_px), _TYPES[view.file.rpartition(".")[2]])


def _picture(file: str, width_px: str) -> Answer:
    view = _ATTIC if file == _ATTIC.file else VIEW_BY_FILE.get(file)
    if view is None or not width_px.isdecimal() or int(width_px) not in WIDTHS_PX:
        return _NOT_FOUND
    return _painted(view, int(width_px))


def _style() -> Answer:
    return Answer((files(__package__) / "site" / "style.css").read_bytes(), "text/css")


def _truncated() -> Answer:
    whole = _picture("north-face-dusk.jpg", "1200").body
    return Answer(whole[: len(whole) // 2], "image/jpeg")


# What is the same whatever is asked: styles, icons, oddities.
_FIXED: dict[str, Callable[[], Answer]] = {
    "/static/style.css": _style,
    "/static/logo.png": lambda: Answer(painting.icon("logo", 96), "image/png"),
    "/static/icon-32.png": lambda: Answer(painting.icon("icon", 32), "image/png"),
    "/static/icon-leaf.png": lambda: Answer(painting.icon("leaf", 24), "image/png"),
    "/img/portrait.jpg": lambda: Answer(painting.portrait(), "image/jpeg"),
    "/broken/html.jpg": lambda: Answer(b"<!doctype html><title>Sorry</title>", "image/jpeg"),
    "/broken/truncated.jpg": _truncated,
}


class _Site:
    """The first origin: pages, and pictures whose width is a parameter."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._busy_asked = threading.Event()

    def __call__(self, path: str, query: dict[str, str]) -> Answer:
        if path == "/broken/busy.jpg":
            return self._busy()
        if path == "/robots.txt":
            return Answer(robots(self._origins).encode(), "text/plain; charset=utf-8")
        if path == "/sitemap.xml":
            return Answer(sitemap(self._origins).encode(), "application/xml")
        if path in _FIXED:
            return _FIXED[path]()
        if path.startswith("/img/"):
            return _picture(path.removeprefix("/img/"), query.get("w", str(NATIVE_WIDTH_PX)))
        html = page(path, query, self._origins)
        return Answer(html.encode(), "text/html; charset=utf-8") if html else _NOT_FOUND

    def _busy(self) -> Answer:
        """Refuse the first request of this server's life, as an overloaded server does."""
        if not self._busy_asked.is_set():
            self._busy_asked.set()
            return _BUSY
        return Answer(painting.icon("busy", 640), "image/png")


def _image_host(path: str, _query: dict[str, str]) -> Answer:
    """Answer for the second origin: ``/<width>/<file>``, and a robots.txt that allows all."""
    if path == "/robots.txt":
        return Answer(b"User-agent: *\nDisallow:\n", "text/plain; charset=utf-8")
    width, _, file = path.lstrip("/").partition("/")
    return _picture(file, width)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # Head and body leave in one packet.

    def __init__(self, answering: Answering, *args: Any) -> None:
        self._answering = answering
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer, with an ETag; 304 to whoever has it already."""
        parts = urlsplit(self.path)
        answer = self._answering(parts.path, dict(parse_qsl(parts.query)))
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        fine = answer.status == HTTPStatus.OK
        if fine and self.headers.get("If-None-Match") == etag:
            answer = Answer(b"", answer.content_type, HTTPStatus.NOT_MODIFIED)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if fine:
            self.send_header("ETag", etag)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to the crawl."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        """Bind without asking the DNS for this machine's name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up: a stopped crawl does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class DemoSite:
    """The gallery and its image host, serving from construction on until ``close``.

    A port of 0 takes any free one.

    Raises:
        OSError: a port is taken.
    """

    def __init__(self, port: int = 0, image_port: int = 0) -> None:
        self._images = _Server((ADDRESS, image_port), partial(_Handler, _image_host))
        try:
            self._site = _Server((ADDRESS, port), BaseHTTPRequestHandler)
        except OSError:
            self._images.server_close()
            raise
        self.origins = Origins(
            f"http://{ADDRESS}:{self._site.server_port}",
            f"http://{ADDRESS}:{self._images.server_port}",
        )
        self.start_url = f"{self.origins.site}/"
        self._site.RequestHandlerClass = partial(_Handler, _Site(self.origins))
        for server in (self._site, self._images):
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and free the ports."""
        for server in (self._site, self._images):
            server.shutdown()
            server.server_close()
