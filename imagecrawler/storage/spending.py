"""``inflight/spent``: what each host was asked for today (UTC), so that its budget lasts the day.

One line for each request, ``DAY HOST REQUESTS BYTES``, written before the request is made; the
next opening sums them up. Past days go. There is no such file where no host has a budget.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from imagecrawler.storage import atomic


class Spent(NamedTuple):
    """What one host was asked for, and what it sent."""

    requests: int = 0
    bytes: int = 0


class HostSpending:
    """What hosts were asked for on one day. Used from one thread."""

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._path = os.path.join(root, "inflight", "spent")
        self._tmp_dir = tmp_dir
        self._descriptor = -1
        self.day = ""
        self.hosts: dict[str, Spent] = {}

    def load(self, day: str) -> None:
        """Read what was spent on ``day`` (``2026-11-21``); nothing is written."""
        self.day, self.hosts = day, {}
        try:
            with open(self._path, encoding="ascii", errors="replace") as file:
                lines = file.read().split("\n")[:-1]  # the last has no end: torn
        except FileNotFoundError:
            return
        for line in lines:
            parts = line.split(" ")
            if len(parts) == 4 and parts[0] == day and (parts[2] + parts[3]).isdecimal():
                self._sum(parts[1], int(parts[2]), int(parts[3]))

    def open(self, day: str) -> None:
        """Begin a day: sum up what was written of it, and forget other days. Raises OSError."""
        self.load(day)
        self.close()
        lines = "".join(f"{day} {host} {n} {size}\n" for host, (n, size) in self.hosts.items())
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        atomic.write_whole(self._path, lines.encode("ascii", "replace"), tmp_dir=self._tmp_dir)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)

    def add(self, day: str, host: str, *, requests: int = 0, size_bytes: int = 0) -> Spent:
        """Note what a host was asked for, and return what that makes today. Raises OSError."""
        if day != self.day:
            self.open(day)
        line = f"{day} {host} {requests} {size_bytes}\n".encode("ascii", "replace")
        atomic.append(self._descriptor, line, fsync=False)
        return self._sum(host, requests, size_bytes)

    def close(self) -> None:
        """Close the file. There is nothing to save."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _sum(self, host: str, requests: int, size_bytes: int) -> Spent:
        before = self.hosts.get(host, Spent())
        self.hosts[host] = Spent(before.requests + requests, before.bytes + size_bytes)
        return self.hosts[host]
