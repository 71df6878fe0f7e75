"""What each host may be asked for in a day (UTC), and what is left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from imagecrawler.coordinator.run import HostLimits
from imagecrawler.storage.spending import HostSpending, Spent

_MICROS = 1_000_000


class HostBudgets:
    """The budgets of all hosts; ``now`` is in microseconds since the epoch.

    Requests for robots.txt do not count. What is on its way when the bytes are used up still
    comes.
    """

    def __init__(self, limits: HostLimits, spending: HostSpending) -> None:
        self._limits = limits
        self._spending = spending

    def open(self, now: int) -> dict[str, str]:
        """Go on with the day; return why, of each host whose budget is used up. Raises OSError."""
        if self._limits.are_set:
            self._spending.open(_day(now))
        return self._used_up()

    def read(self, now: int) -> dict[str, str]:
        """Return the same beside a running crawl: nothing is written. Raises OSError."""
        if self._limits.are_set:
            self._spending.load(_day(now))
        return self._used_up()

    def _used_up(self) -> dict[str, str]:
        whys = {host: self.used_up(spent) for host, spent in self._spending.hosts.items()}
        return {host: why for host, why in whys.items() if why}

    def spend(self, host: str, *, requests: int, size_bytes: int, now: int) -> str:
        """Note what a host was asked for; return why it may not be asked more today, or ``""``."""
        if not self._limits.are_set:
            return ""
        spent = self._spending.add(_day(now), host, requests=requests, size_bytes=size_bytes)
        return self.used_up(spent)

    def requests_left(self, host: str, now: int) -> int | None:
        """Return how many requests a host may still be sent today; None: any number."""
        most = self._limits.requests_per_day
        if not most:
            return None
        is_today = self._spending.day == _day(now)
        spent = self._spending.hosts.get(host, Spent()) if is_today else Spent()
        return max(0, most - spent.requests)

    def used_up(self, spent: Spent) -> str:
        """Return which budget is used up, in words, or ``""``."""
        limits = self._limits
        if limits.requests_per_day and spent.requests >= limits.requests_per_day:
            return f"its {limits.requests_per_day:,} requests of today are made"
        if limits.bytes_per_day and spent.bytes >= limits.bytes_per_day:
            return f"its {limits.bytes_per_day:,} bytes of today have come"
        return ""


def next_day(now: int) -> int:
    """Return when the next day begins, UTC."""
    today = datetime.fromtimestamp(now // _MICROS, UTC).replace(hour=0, minute=0, second=0)
    return int((today + timedelta(days=1)).timestamp()) * _MICROS


def _day(now: int) -> str:
    return f"{datetime.fromtimestamp(now // _MICROS, UTC):%Y-%m-%d}"
