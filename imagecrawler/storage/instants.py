"""Instants as the store writes them, and a clock that never goes back.

In file names an instant is a number of microseconds since the epoch, 16 digits; inside
JSON it is ISO 8601 in UTC with microseconds. The first seed named its queue files in
units of ten seconds, 9 digits: a shorter number means the same instant, less exactly.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
NAME_DIGITS = 16
_DAY = 86_400_000_000


def to_text(micros: int) -> str:
    """Return an instant for JSON: ``to_text(0) == "1970-01-01T00:00:00.000000Z"``."""
    instant = (_EPOCH + timedelta(microseconds=micros)).replace(tzinfo=None)
    return instant.isoformat(timespec="microseconds") + "Z"


def from_text(text: object) -> int | None:
    """Return the microseconds of an ISO 8601 instant, or None for anything else.

    None also for what `to_text` cannot write: outside the years 1 to 9999 in UTC.
    """
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    micros = (instant - _EPOCH) // _MICROSECOND
    return micros if _FIRST <= micros <= _LAST else None


def from_name(digits: str) -> int | None:
    """Return the microseconds that a queue file's name stands for, or None: not a name.

    ``from_name("168338802") == 1683388020000000``, the seed's ten-second bucket.
    """
    if not digits.isascii() or not digits.isdigit() or not 7 <= len(digits) <= NAME_DIGITS:
        return None
    return int(digits) * int(10 ** (NAME_DIGITS - len(digits)))


def is_ahead(instant: int) -> bool:
    """Whether an instant lies over a day ahead: no clock of ours has written it."""
    return instant > time.time_ns() // 1000 + _DAY


class Clock:
    """Microseconds since the epoch, each reading later than all before it.

    ``floor`` is the latest instant a store already knows, so that a computer whose clock
    was set back still writes entries and lines in order.
    """

    def __init__(self, floor: int = 0) -> None:
        self._last = floor
        self._lock = threading.Lock()

    def advance_to(self, instant: int) -> None:
        """Let all later readings be after ``instant``, unless it lies over a day ahead.

        One wrong instant in a file must not carry the whole store into another century.
        """
        if is_ahead(instant):
            return
        with self._lock:
            self._last = max(self._last, instant)

    def now(self) -> int:
        """Return the present in microseconds, unique among all readings of this clock."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            return self._last


class RunClock:
    """Microseconds since the epoch as the clock had it at the start, and the time passed since.

    For what is waited for within one run: a clock that is set meanwhile makes no retry due, and
    none due hours later.
    """

    def __init__(self) -> None:
        self._ahead = time.time_ns() - time.monotonic_ns()

    def now(self) -> int:
        """Return the present of this run in microseconds."""
        return (time.monotonic_ns() + self._ahead) // 1000
