"""Hosts that have work, taken in turn; those without room are parked until they have."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable

from imagecrawler.coordinator.rests import HostRests


class HostRotation:
    """A fair order of hosts: each is handed out once before any is handed out again.

    A host that rests takes its turn when its rest is over. Instants are microseconds.
    """

    def __init__(self, rests: HostRests) -> None:
        self._rests = rests
        self._ready: deque[str] = deque()
        self._parked: set[str] = set()
        self._resting: list[tuple[int, str]] = []
        self._known: set[str] = set()

    def add(self, host: str) -> None:
        """Let a host with work take its turn after all others; no effect if it waits already."""
        if host not in self._known:
            self._known.add(host)
            self._ready.append(host)

    def take(self, has_room: Callable[[str], bool], now: int) -> str | None:
        """Return the next host that has room, or None. It is out until it is added again.

        Hosts without room are parked: they cost nothing until `release` is called.
        """
        while self._resting and self._resting[0][0] <= now:
            self._ready.append(heapq.heappop(self._resting)[1])
        while self._ready:
            host = self._ready.popleft()
            if self._rests_at(host, now):
                self._sort(host, now)
            elif has_room(host):
                self._known.discard(host)
                return host
            else:
                self._parked.add(host)
        return None

    def release(self, host: str) -> None:
        """Let a parked host take its turn again: a request of it has ended."""
        if host in self._parked:
            self._parked.discard(host)
            self._ready.append(host)

    def next_due(self, now: int) -> int | None:
        """Return when the first rest of a host with work is over, or None."""
        self._sort_ready(now)
        return self._resting[0][0] if self._resting else None

    def resting(self, now: int) -> set[str]:
        """Return the hosts with work that rest."""
        self._sort_ready(now)
        return {host for _, host in self._resting}

    def has_ready(self, now: int) -> bool:
        """Whether a host with work waits for nothing but room."""
        is_over = bool(self._resting) and self._resting[0][0] <= now
        return is_over or bool(self._parked) or any(not self._rests_at(h, now) for h in self._ready)

    def _rests_at(self, host: str, now: int) -> bool:
        return self._rests.until(host) > now

    def _sort_ready(self, now: int) -> None:
        for _ in range(len(self._ready)):
            self._sort(self._ready.popleft(), now)

    def _sort(self, host: str, now: int) -> None:
        if self._rests_at(host, now):
            heapq.heappush(self._resting, (self._rests.until(host), host))
        else:
            self._ready.append(host)
