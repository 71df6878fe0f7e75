"""A loopback server with a journal, and crawls as processes of their own."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

CRAWL = Path(__file__).with_name("crawl.py")


class Site(ThreadingHTTPServer):
    """Answers on every loopback address, IPv4 and IPv6, and notes what reaches it."""

    address_family = socket.AF_INET6
    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.connections: list[str] = []
        self.requests: list[dict[str, str]] = []
        self.server_names: list[str | None] = []
        self.hung_up = threading.Event()
        self.context = context
        if context:
            context.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        super().__init__(("::", 0), Answers)
        self.port = self.server_address[1]

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def get_request(self):
        connection, address = super().get_request()
        self.connections.append(address[0])
        return connection, address

    def finish_request(self, request, client_address) -> None:
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address) -> None:
        """A crawler that hangs up is not this server's business."""

    def paths(self) -> list[str]:
        return [request["path"] for request in self.requests]


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append({"path": self.path, "host": self.headers["Host"]})
        parts = urlsplit(self.path)
        if parts.path == "/redirect":
            self._answer(302, b"", Location=unquote(parse_qs(parts.query)["to"][0]))
        elif parts.path == "/robots.txt":
            self._answer(200, b"User-agent: *\nAllow: /\n")
        elif parts.path == "/silent":
            time.sleep(600)
        elif parts.path.startswith("/hang"):
            self._drip(first=int(parse_qs(parts.query).get("first", ["64"])[0]))
        elif parts.path == "/when-hung-up":
            self._answer(200 if self.server.hung_up.wait(30) else 500, b"")
        elif parts.path == "/drip":
            self._drip(first=0)
        else:
            self._answer(200, b"<html><body>here</body></html>")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, first: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        try:
            self.end_headers()  # it may be all that the crawler waits for
            self.wfile.write(b"x" * first)
            for _ in range(6000):
                self.wfile.write(b"x")
                time.sleep(1.1)
        except OSError:
            self.server.hung_up.set()
            raise

    def log_message(self, *_args: object) -> None:
        """The journal is enough."""


def serving(site: Site):
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def site():
    yield from serving(Site())


@pytest.fixture
def other_site():
    yield from serving(Site())


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "secure.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("secure.example")]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure_site(certificate: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    yield from serving(Site(context))


def _environment(**extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    root = str(Path(__file__).parents[2])
    return {**kept, "PYTHONPATH": root, "SCRAPY_SETTINGS_MODULE": "", **extra}


@pytest.fixture
def crawl(tmp_path):
    """Run one job of crawl.py; what it printed, its log, and the seconds it took to go."""

    def run(*, env: dict[str, str] | None = None, **job: object) -> SimpleNamespace:
        done = subprocess.run(
            [sys.executable, str(CRAWL), json.dumps(job)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env=_environment(**(env or {})),
            check=False,
        )
        ended = time.time()
        assert done.returncode == 0, done.stderr
        out = json.loads(done.stdout.splitlines()[-1])
        return SimpleNamespace(**out, log=done.stderr, exit_seconds=ended - out["closed"])

    return run


@pytest.fixture
def scrapy_command(tmp_path):
    """Run ``scrapy <arguments>`` with the guarded handler, outside any project."""

    def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        handler = "imagecrawler.handlers.http.GuardedHTTPHandler"
        handlers = json.dumps({"http": handler, "https": handler})
        return subprocess.run(
            [
                *(sys.executable, "-m", "scrapy", *arguments),
                *("-s", f"DOWNLOAD_HANDLERS={handlers}", "-s", "ROBOTSTXT_OBEY=True"),
                *("-s", "RETRY_ENABLED=False", "-s", "TELNETCONSOLE_ENABLED=False"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env=_environment(**(env or {})),
            check=False,
        )

    return run
