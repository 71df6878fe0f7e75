"""What a test site was asked: its journal, read while it is being written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Request:
    """One request; instants are seconds since the epoch.

    ``finished`` is None while it is being answered, ``status`` also when its client left.
    ``sent`` counts the body's bytes that were written, where they come in pieces.
    ``path`` has the query; header names are lower case; ``host`` counts from 0.
    """

    number: int
    host: int
    base: str
    method: str
    path: str
    headers: dict[str, str]
    started: float
    finished: float | None = None
    status: int | None = None
    sent: int | None = None

    @property
    def url(self) -> str:
        return self.base + self.path


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one site."""

    file: Path

    def requests(
        self, path: str | None = None, *, host: int | None = None, method: str | None = None
    ) -> list[Request]:
        """Return the requests that match, in the order of their start.

        ``path`` matches with the query or, when it has none itself, without.
        """
        return [
            request
            for request in self._all().values()
            if (path is None or path in (request.path, request.path.partition("?")[0]))
            and (host is None or request.host == host)
            and (method is None or request.method == method)
        ]

    def wait_for(
        self, condition: Callable[[list[Request]], Any], *, timeout_seconds: float = 60
    ) -> list[Request]:
        """Return all requests as soon as the condition holds for them.

        Raises:
            TimeoutError: it never did.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            requests = self.requests()
            if condition(requests):
                return requests
            if time.monotonic() > deadline:
                message = f"not within {timeout_seconds} s; {len(requests)} requests were made"
                raise TimeoutError(message)
            time.sleep(0.01)

    def _all(self) -> dict[int, Request]:
        requests: dict[int, Request] = {}
        for line in self._lines():
            event, number = line.pop("event"), line["number"]
            if event == "start":
                requests[number] = Request(started=line.pop("time"), **line)
            else:
                request = requests[number]
                request.finished, request.status = line["time"], line["status"]
                request.sent = line["sent"]
        return requests

    def _lines(self) -> Iterable[dict[str, Any]]:
        if not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)


def most_at_once(requests: Iterable[Request]) -> int:
    """Return how many of the requests were being answered at the same time, at most."""
    steps: list[tuple[float, int]] = []
    for request in requests:
        steps.append((request.started, 1))
        if request.finished is not None:
            steps.append((request.finished, -1))
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most
