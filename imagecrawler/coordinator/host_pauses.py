"""Hosts of which nothing is handed out for a while: they ask for it, or have a used-up budget."""

from __future__ import annotations

from typing import Any

from imagecrawler.coordinator.host_budgets import HostBudgets, next_day
from imagecrawler.coordinator.rests import HOSTS, HostRests, Rest
from imagecrawler.storage.cache import CacheFolder
from imagecrawler.storage.instants import RunClock

_MICROS = 1_000_000


class HostPauses:
    """Lets hosts rest, by the clock of the run."""

    def __init__(self, rests: HostRests, budgets: HostBudgets, clock: RunClock) -> None:
        self._rests = rests
        self._budgets = budgets
        self._clock = clock

    def take_up(self, cache: CacheFolder) -> None:
        """Go on with the rests of earlier runs, and with the budgets of today. Raises OSError."""
        now = self._clock.now()
        self._rests.restore(cache.read(HOSTS), now)
        for host, why in self._budgets.open(now).items():
            self._rests.add(host, Rest(next_day(now), why))

    def seconds_left(self, host: str) -> float:
        """Return how long a host is still left alone; 0.0 where it is not."""
        return max(0.0, (self._rests.until(host) - self._clock.now()) / _MICROS)

    def rest(self, host: str, seconds: float, why: str, *, outlasts: bool) -> None:
        """Hand out nothing of a host for a while; ``outlasts``: in the next run too."""
        self._rests.add(host, Rest(self._clock.now() + int(seconds * _MICROS), why, outlasts))

    def spend(self, host: str, *, requests: int, size_bytes: int) -> None:
        """Note what a host was asked for. It rests for today when its budget is used up.

        Raises OSError.
        """
        now = self._clock.now()
        why = self._budgets.spend(host, requests=requests, size_bytes=size_bytes, now=now)
        if why:
            self._rests.add(host, Rest(next_day(now), why))

    def requests_left(self, host: str) -> int | None:
        """Return how many more requests a host's budget of today has; None: any number."""
        return self._budgets.requests_left(host, self._clock.now())

    def to_write(self, now_seconds: float) -> dict[str, Any]:
        """Return what is to be kept of them now, by name; mostly nothing."""
        changed = self._rests.to_write(now=self._clock.now(), now_seconds=now_seconds)
        return {} if changed is None else {HOSTS: changed}
