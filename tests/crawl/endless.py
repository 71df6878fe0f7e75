"""A site without end: its pages are made up as they are asked for, which no list could hold."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from urllib.parse import parse_qs, urlsplit

# Two to the power of this are the combinations of a shop's filters.
_FILTERS = 16


@dataclass
class Endless:
    """``url`` is its home page; ``asked`` counts the requests by the first part of the path."""

    url: str
    asked: Counter[str] = field(default_factory=Counter)


@contextmanager
def endless() -> Iterator[Endless]:
    """Serve the traps that crawlers know: a calendar, a growing path, a chain, a shop."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.site = Endless(f"http://127.0.0.1:{server.server_port}/")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.site  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet

    def do_GET(self) -> None:
        site: Endless = self.server.site  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        name = parts.path.split("/")[1]
        site.asked[name] += 1
        links = _links(name, parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
        known = name in ("", "calendar", "grow", "chain", "shop", "session")
        body = "".join(f'<a href="{link}">.</a>' for link in links).encode() if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: ``asked`` tells."""


def _links(name: str, path: str, query: dict[str, str]) -> list[str]:
    if name == "":
        return ["/calendar?year=2020&month=1", "/grow/a/", "/chain/1", "/shop", "/session/1-x"]
    if name == "calendar":
        month = int(query["month"])
        return [f"/calendar?year={2020 + m // 12}&month={m}" for m in (month + 1, month - 1)]
    if name == "grow":
        return ["a/", "b/a/"]
    if name == "chain":
        return [f"/chain/{int(path.split('/')[2]) + 1}"]
    if name == "session":  # every page gives its links a new number in the path
        number = int(path.split("/")[2].split("-")[0])
        return [f"/session/{2 * number}-x", f"/session/{2 * number + 1}-x"]
    return [
        "/shop?" + "&".join(f"{k}={query.get(k, 0) if k != flip else on}" for k in _names())
        for flip, on in product(_names(), (0, 1))
    ]


def _names() -> list[str]:
    return [f"filter{number}" for number in range(_FILTERS)]
