"""Hosts that are left alone until a time, or ask for a pace: what they wait for, and why."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

HOSTS = "hosts"  # the name in cache/ under which another process reads them

# More hosts than this do not rest at once in any crawl that gets on; the oldest rest goes first.
_MAX_HOSTS = 10_000
_WRITE_SECONDS = 2.0  # between two writes, for a few hosts; in proportion for thousands


class Rest(NamedTuple):
    """Until when a host is left alone, in microseconds since the epoch, and why.

    ``outlasts``: by the next run too. It asks for robots.txt at once, and may have other budgets.
    """

    until: int
    why: str
    outlasts: bool = False


class HostRests:
    """The rests of one run, by host name without port. A longer one takes a shorter one's place."""

    def __init__(self) -> None:
        self._rests: dict[str, Rest] = {}
        self._delays: dict[str, float] = {}
        self._has_changed = False
        self._written_seconds = -math.inf

    def add(self, host: str, rest: Rest) -> None:
        """Leave a host alone."""
        if rest.until > self.until(host):
            _put(self._rests, host, rest)
            self._has_changed = True

    def slow(self, host: str, seconds: float) -> None:
        """Note the pace that a host asks for, for people to look at."""
        if seconds:
            _put(self._delays, host, seconds)
        elif self._delays.pop(host, None) is None:
            return
        self._has_changed = True

    def until(self, host: str) -> int:
        """Return when a host may be asked again; 0 where it may at once."""
        rest = self._rests.get(host)
        return rest.until if rest is not None else 0

    def lasting(self, now: int) -> dict[str, Rest]:
        """Return the rests that are not over, by host."""
        self._rests = {host: rest for host, rest in self._rests.items() if rest.until > now}
        return dict(self._rests)

    def to_write(self, *, now: int, now_seconds: float) -> dict[str, Any] | None:
        """Return what is to be written now and then for others to read; mostly None."""
        pause = _WRITE_SECONDS * (1 + len(self._rests) / 1000)
        if not self._has_changed or now_seconds < self._written_seconds + pause:
            return None
        self._has_changed, self._written_seconds = False, now_seconds
        return {"rests": self.lasting(now), "delays": dict(self._delays)}

    def restore(self, kept: Any, now: int) -> None:
        """Take what an earlier run wrote."""
        rests, self._delays = hosts_from_json(kept)
        self._rests = {
            host: rest for host, rest in rests.items() if rest.until > now and rest.outlasts
        }


def hosts_from_json(kept: Any) -> tuple[dict[str, Rest], dict[str, float]]:
    """Return the rests, and the seconds between requests, by host; rubbish is passed over."""
    kept = kept if isinstance(kept, dict) else {}
    rests, delays = kept.get("rests"), kept.get("delays")
    found = {}
    for host, value in rests.items() if isinstance(rests, dict) else ():
        match value:
            case [int() as until, str() as why, bool() as outlasts]:
                found[host] = Rest(until, why, outlasts)
    paces = delays.items() if isinstance(delays, dict) else ()
    return found, {host: float(pace) for host, pace in paces if isinstance(pace, (int, float))}


def _put(values: dict[str, Any], host: str, value: Any) -> None:
    values.pop(host, None)
    if len(values) >= _MAX_HOSTS:
        del values[next(iter(values))]
    values[host] = value
