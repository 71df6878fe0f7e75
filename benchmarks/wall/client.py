"""A wall as a process, and a viewer who asks it over one connection."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from benchmarks.memory import resident_mib


class ServedWall:
    """``scrapy wall`` on a store. ``started_seconds``: from the start to the address, ``url``."""

    def __init__(self, store: Path) -> None:
        begun = time.perf_counter()
        self.begun = begun
        command = [sys.executable, "-m", "scrapy", "wall", "--port", "0"]
        env = {**os.environ, "SCRAPY_SETTINGS_MODULE": "imagecrawler.settings"}
        self._process = subprocess.Popen(
            [*command, "-s", f"IMAGES_STORE={store}"], stdout=subprocess.PIPE, text=True, env=env
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.started_seconds = time.perf_counter() - begun
        address = next(word for word in line.split() if word.startswith("http"))
        self.url = address.rstrip("/")
        self._host = urlsplit(address).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=120)

    def get(self, path: str, **query: object) -> tuple[float, Any]:
        """Return the seconds that an answer took, and its JSON."""
        begun = time.perf_counter()
        self._connection.request("GET", f"{path}?{urlencode(query)}")
        data = self._connection.getresponse().read()
        return time.perf_counter() - begun, json.loads(data)

    def fetch(self, path: str) -> float:
        """Return the seconds that a file took."""
        begun = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        assert len(answer.read()) > 1000, answer.status
        return time.perf_counter() - begun

    def shown(self, viewer: str, ids: list[str]) -> None:
        """Say that images were shown."""
        body, headers = (
            json.dumps({"viewer": viewer, "ids": ids}),
            {"content-type": "application/json"},
        )
        self._connection.request("POST", "/api/shown", body, headers)
        assert self._connection.getresponse().read() == b'{"marked":%d}' % len(ids)

    @property
    def resident_mib(self) -> float:
        """What the process holds in memory."""
        return resident_mib(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()

    def stop(self) -> float:
        """End it as Ctrl-C does; return the seconds that took."""
        begun = time.perf_counter()
        self._process.terminate()
        self._process.wait(30)
        return time.perf_counter() - begun
