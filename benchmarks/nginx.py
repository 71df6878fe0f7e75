"""nginx with one worker on loopback addresses, and the journal that it keeps.

The server of all crawls here: several times faster than any crawler (143,000 pages/s on the
machine of the baselines), so that it is never what is measured.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_TYPES = {
    "text/html": "html htm xhtml",
    "text/css": "css",
    "text/plain": "txt",
    "text/xml": "xml",
    "text/javascript": "js",
    "image/jpeg": "jpg jpeg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg svgz",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/tiff": "tif tiff",
    "image/x-icon": "ico",
}

_CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  log_format journal '$msec $server_addr $status $request_method $request_uri';
  access_log {folder}/journal.log journal;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ {types} }}
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  server_tokens off;
{servers}
}}
"""
_SERVER = "  server {{ listen {address}:{port}; root '{root}'; index index.html; }}"


class JournalLine(NamedTuple):
    """One request that nginx answered. ``when`` is the end of the answer, in epoch seconds."""

    when: float
    address: str
    status: int
    method: str
    path: str


class Journal:
    """The access log of a running nginx: written line by line, unbuffered, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def mark(self) -> int:
        """Return the place in bytes up to which the journal is written now."""
        return self._path.stat().st_size

    def since(self, mark: int = 0) -> list[JournalLine]:
        """Return the lines after a mark. A line that is being written is left out."""
        with self._path.open("rb") as file:
            file.seek(mark)
            raw = file.read()
        lines = raw[: raw.rfind(b"\n") + 1].decode("utf-8", "replace").splitlines()
        return [_line(text) for text in lines]


def _line(text: str) -> JournalLine:
    when, address, status, method, path = text.split(" ", 4)
    return JournalLine(float(when), address, int(status), method, path)


@contextlib.contextmanager
def serving(folder: Path, roots: Mapping[str, Path], port: int) -> Iterator[Journal]:
    """Serve a root folder on each loopback address, and yield the journal.

    ``folder`` takes configuration, journal and nginx's temporary files. Ends the program with
    a line that says how to install nginx where there is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    servers = [_SERVER.format(address=a, port=port, root=r) for a, r in roots.items()]
    configuration = _CONFIGURATION.format(
        folder=folder,
        # Workers of a root's nginx become nobody, who may not look into a temporary folder.
        user=f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else "",
        types=" ".join(f"{kind} {suffixes};" for kind, suffixes in _TYPES.items()),
        servers="\n".join(servers),
    )
    (folder / "nginx.conf").write_text(configuration)
    command = [_executable(), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "stderr.log").open("wb") as errors:
        process = subprocess.Popen([*command, "-e", str(folder / "error.log")], stderr=errors)
    try:
        for address in roots:
            _wait_until_listening(address, port, process, folder)
        yield Journal(folder / "journal.log")
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port that is free on every loopback address now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def _executable() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        sys.exit("nginx is not installed: apt-get install nginx-light (or brew install nginx)")
    return found


def _wait_until_listening(
    address: str, port: int, process: subprocess.Popen[bytes], folder: Path
) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
            return
        time.sleep(0.02)
    reason = (folder / "stderr.log").read_text() + (folder / "error.log").read_text()
    sys.exit(f"nginx does not answer on {address}:{port}:\n{reason}")
