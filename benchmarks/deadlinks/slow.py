"""A host that has a robots.txt and never answers anything else, with a journal."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextlib.contextmanager
def never_answering(address: str) -> Iterator[tuple[int, Counter[str]]]:
    """Listen on a free port; yield it, and the requests so far by path.

    Connections are accepted and read. A request for anything but /robots.txt waits until the
    end of the context, which is the end of the benchmark.
    """
    asked: Counter[str] = Counter()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        """One connection."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer robots.txt with 404, and nothing else at all."""
            asked[self.path] += 1
            if self.path == "/robots.txt":
                self.send_error(404)
            else:
                over.wait()
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
