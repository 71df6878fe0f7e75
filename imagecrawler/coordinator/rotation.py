"""Hosts that have work, taken in turn; those without room are parked until they have."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class HostRotation:
    """A fair order of hosts: each is handed out once before any is handed out again."""

    def __init__(self) -> None:
        self._ready: deque[str] = deque()
        self._parked: set[str] = set()
        self._known: set[str] = set()

    def add(self, host: str) -> None:
        """Let a host with work take its turn after all others; no effect if it waits already."""
        if host not in self._known:
            self._known.add(host)
            self._ready.append(host)

    def take(self, has_room: Callable[[str], bool]) -> str | None:
        """Return the next host that has room, or None. It is out until it is added again.

        Hosts without room are parked: they cost nothing until `release` is called.
        """
        while self._ready:
            host = self._ready.popleft()
            if has_room(host):
                self._known.discard(host)
                return host
            self._parked.add(host)
        return None

    def release(self, host: str) -> None:
        """Let a parked host take its turn again: a request of it has ended."""
        if host in self._parked:
            self._parked.discard(host)
            self._ready.append(host)

    def __len__(self) -> int:
        return len(self._known)
