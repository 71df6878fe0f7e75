"""Instants as pages, feeds and JSON state them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Before the web there were no posts; an instant beyond is a year in the future of any clock, or
# a number that is none.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)
_MAX_CHARS = 64
_NUMBER = re.compile(r"[0-9]{9,19}(?:\.[0-9]{1,9})?")
# `2024-05-01T12:00:00.1234567Z`: Python takes 3 or 6 digits, .NET writes 7.
_FRACTION = re.compile(r"(?<=[0-9])[.,]([0-9]+)(?=$|[Zz+\- ])")
_SHORT_ZONE = re.compile(r"([+-][0-9]{2}):?([0-9]{2})$")
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)


def stated_instant(value: object) -> datetime | None:
    """Return the instant that a text or number states, in UTC; None for what states none.

    ISO 8601, the dates of RFC 5322 (feeds) and Unix times in seconds to nanoseconds, as a number
    or a text of digits. A time without a zone is taken as UTC, a date without a time as its
    midnight: good enough for the order of posts and for rates.

        stated_instant("2024-05-01T14:00:00+0200") == datetime(2024, 5, 1, 12, tzinfo=UTC)
        stated_instant(1714564800) == datetime(2024, 5, 1, 12, tzinfo=UTC)

    Raises nothing.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _of_text(value.strip()) if isinstance(value, str) else _of_number(value)
    return found if found is not None and _FIRST <= found < _LAST else None


def _of_number(number: float) -> datetime | None:
    for unit in _UNITS:
        try:
            found = datetime.fromtimestamp(number / unit, UTC)
        except (ValueError, OverflowError, OSError):  # more seconds than any year has
            continue
        if _FIRST <= found < _LAST:
            return found
    return None


def _of_text(text: str) -> datetime | None:
    if not text or len(text) > _MAX_CHARS:
        return None
    if _NUMBER.fullmatch(text):
        return _of_number(float(text))
    for parse in (_iso, parsedate_to_datetime):
        try:
            found = parse(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue  # The second one fails in several ways on what is no date.
    return None


def _iso(text: str) -> datetime:
    text = _FRACTION.sub(lambda found: f".{found[1]:0<6.6}", text)
    text = _SHORT_ZONE.sub(r"\1:\2", text) if "T" in text or " " in text else text
    return datetime.fromisoformat(text.removesuffix(" UTC"))
