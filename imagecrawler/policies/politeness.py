"""Who asks, and how long a host is left alone: when it asks for that, and when it cannot answer.

All of it is pure; seconds since the epoch come in as ``now``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MAX_BACK_OFF_SECONDS = 3600.0
# "a reasonably long period of time (for example, 30 days)", after which robots.txt counts as
# missing: https://www.rfc-editor.org/rfc/rfc9309.html#section-2.3.1.4
MAX_OUTAGE_SECONDS = 30 * 24 * 3600.0

_FORGOTTEN_SECONDS = 7 * 24 * 3600.0
_MAX_HOSTS = 10_000
_BUSY = frozenset({429, 503})


_CONTACT = re.compile(r"https?://[!-'*-~]+|[!-'*-?A-~]+@[!-'*-?A-~]+")


def is_contact(text: str) -> bool:
    """Whether a text can stand in a User-Agent header as a way to reach somebody."""
    return _CONTACT.fullmatch(text) is not None


def user_agent(name: str, contact: str) -> str:
    """Return who asks, with a way to reach them: ``name (+contact)``."""
    return name if not contact or contact in name else f"{name} (+{contact})"


def has_contact(agent: str) -> bool:
    """Whether a User-Agent header says how to reach somebody."""
    return _CONTACT.search(agent) is not None


@dataclass(slots=True)
class BackOff:
    """The hosts that have too much to do, and for how long each is to be left alone.

    A host that names a time (Retry-After) gets that; else each refusal in a row doubles the
    time, and each answer between halves it again. One 503 alone is the page's, not the host's.
    """

    first_seconds: float
    _levels: dict[str, int] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)

    def answered(
        self, host: str, status: int, *, now: float, retry_after_seconds: float | None = None
    ) -> float | None:
        """Note an answer; return the seconds for which to leave its host alone, or None."""
        if status not in _BUSY:
            self._recover(host)
            return None
        level = self._levels.get(host, 0)
        if now < self._until.get(host, 0.0) and retry_after_seconds is None:
            return None  # one of those that were on their way already
        if len(self._levels) >= _MAX_HOSTS and host not in self._levels:
            self._forget(next(iter(self._levels)))
        self._levels[host] = level + 1
        if status == 503 and level == 0 and retry_after_seconds is None:
            return None
        exponent = level - 1 if level and status == 503 else level
        wait = _wait(self.first_seconds * 2.0 ** min(exponent, 30), retry_after_seconds, level + 1)
        self._until[host] = now + wait
        return wait

    def _recover(self, host: str) -> None:
        level = self._levels.get(host, 0) // 2
        if level:
            self._levels[host] = level
        else:
            self._forget(host)

    def _forget(self, host: str) -> None:
        self._levels.pop(host, None)
        self._until.pop(host, None)


@dataclass(slots=True)
class Outages:
    """Since when, and how many times in a row, robots.txt of a host could not be read.

    Nobody knows what was between two failures that are more than a week apart: the later one
    is a new outage.
    """

    _since: dict[str, tuple[float, float, int]] = field(default_factory=dict)  # first, last, times

    def note(self, host: str, *, now: float) -> int:
        """Note one more failure; return how many it are."""
        first, last, times = self._since.pop(host, (now, now, 0))
        if not 0 <= now - last <= _FORGOTTEN_SECONDS:
            first = now
        if len(self._since) >= _MAX_HOSTS:
            del self._since[next(iter(self._since))]
        self._since[host] = (first, now, times + 1)
        return times + 1

    def over(self, host: str) -> None:
        """Note that it was read."""
        self._since.pop(host, None)

    def are_over_long(self, host: str) -> bool:
        """Whether it has been so for longer than a crawler has to wait."""
        first, last, _ = self._since.get(host, (0.0, 0.0, 0))
        return last - first > MAX_OUTAGE_SECONDS

    @staticmethod
    def wait_seconds(times: int, first_seconds: float, asked_seconds: float | None) -> float:
        """Return how long not to ask again: four times as long each time, an hour at most."""
        return _wait(first_seconds * 4.0 ** min(times - 1, 15), asked_seconds, times)

    def to_json(self) -> dict[str, list[float]]:
        """Return it for the next run, which asks anew, without the long waits of this one."""
        return {host: [first, last] for host, (first, last, _) in self._since.items()}

    def restore(self, kept: Any) -> None:
        """Take what an earlier run kept; whatever is not that is passed over."""
        for host, value in kept.items() if isinstance(kept, dict) else ():
            match value:
                case [int() | float() as first, int() | float() as last]:
                    self._since[str(host)] = (float(first), float(last), 0)


def _wait(own_seconds: float, asked_seconds: float | None, times: int) -> float:
    if asked_seconds and times == 1:
        return asked_seconds  # who names a time is believed once
    return max(min(own_seconds, MAX_BACK_OFF_SECONDS), asked_seconds or 0.0)
