"""A forward proxy that knows names which no name server knows, and keeps a journal."""

from __future__ import annotations

import base64
import selectors
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class ForwardProxy(ThreadingHTTPServer):
    """``names`` are what it resolves, to a host and port; ``password`` is what it asks for.

    ``asked`` are the methods and targets it was asked for with the right password.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, names: Mapping[str, str], password: str = "") -> None:
        self.names = names
        self.expected = (
            f"Basic {base64.b64encode(password.encode()).decode()}" if password else None
        )
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def place(self, netloc: str) -> str:
        return self.names.get(netloc.partition(":")[0], netloc)

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up is not this server's business."""


class _Handler(BaseHTTPRequestHandler):
    server: ForwardProxy
    protocol_version = "HTTP/1.1"
    rbufsize = 0  # what follows a CONNECT is the tunnel's

    def do_GET(self) -> None:
        if not self._may():
            return
        parts = urlsplit(self.path)
        there = HTTPConnection(self.server.place(parts.netloc), timeout=20)
        kept = {k: v for k, v in self.headers.items() if not k.lower().startswith("proxy-")}
        there.request("GET", parts._replace(scheme="", netloc="").geturl() or "/", headers=kept)
        answer = there.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding", "date"):
                self.send_header(name, value)
        self._end_with(body)

    def do_CONNECT(self) -> None:
        if not self._may():
            return
        host, _, port = self.server.place(self.path).rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as there:
            self.send_response(200)
            self.end_headers()
            self._carry(there)

    def _may(self) -> bool:
        if self.server.expected in (None, self.headers["Proxy-Authorization"]):
            self.server.asked.append((self.command, self.path))
            return True
        self.send_response(407)
        self.send_header("Proxy-Authenticate", "Basic")
        self._end_with(b"")
        return False

    def _end_with(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _carry(self, there: socket.socket) -> None:
        self.close_connection = True
        ways = {self.connection: there, there: self.connection}
        with selectors.DefaultSelector() as ready:
            for source in ways:
                ready.register(source, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    ways[key.fileobj].sendall(data)

    def log_message(self, *_: object) -> None:
        """The journal is enough."""


@contextmanager
def forward_proxy(names: Mapping[str, str], password: str = "") -> Iterator[ForwardProxy]:
    """Run a proxy in a thread of the test."""
    proxy = ForwardProxy(names, password)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
