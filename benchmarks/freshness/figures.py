"""What a policy did, as it was seen from outside: requests, finds, what was shown; and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from benchmarks.freshness.truth import DAY, HOUR, Stream

Item = tuple[int, int]
"""A source's number and an item's: its place in ``Stream.arrivals``."""


@dataclass(slots=True)
class Journal:
    """Everything that happened in one run, in virtual seconds.

    ``lists`` has each list request with how many items it showed that no earlier one had;
    ``found`` when a list first showed each item, ``ready`` when its image could first be seen, both
    in that order; ``shown`` what the viewer saw, ``empty`` when there was nothing to see.
    """

    lists: list[tuple[float, int]] = field(default_factory=list)
    found: dict[Item, float] = field(default_factory=dict)
    ready: dict[Item, float] = field(default_factory=dict)
    shown: list[tuple[float, Item]] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one run between two moments; shares from 0 to 1, delays and ages in hours.

    Only items that arrived at least a day before the end count as missed: the others had less
    than a day to be found in. ``delay_hours`` is of the items that were found by the end.
    """

    requests_an_hour: float
    requests_an_image: float
    wasted: float
    within_hour: float
    within_day: float
    delay_hours: float
    median_age_hours: float
    fresh_shown: float
    repeats_per_1000: float
    empty: int


def figures(journal: Journal, streams: Sequence[Stream], *, begin: float, end: float) -> Figures:
    """Return the figures of what happened from ``begin`` to ``end``."""
    lists = [new for moment, new in journal.lists if begin <= moment < end]
    arrived = {
        (number, item): moment
        for number, stream in enumerate(streams)
        for item, moment in enumerate(stream.arrivals)
        if begin <= moment < end - DAY
    }
    delays = [journal.found[i] - t for i, t in arrived.items() if i in journal.found]
    ages = [
        (moment - streams[number].arrivals[item]) / HOUR
        for moment, (number, item) in journal.shown
        if begin <= moment < end
    ]
    return Figures(
        requests_an_hour=len(lists) / ((end - begin) / HOUR),
        requests_an_image=len(lists) / max(1, sum(lists)),
        wasted=sum(not new for new in lists) / max(1, len(lists)),
        within_hour=sum(delay <= HOUR for delay in delays) / max(1, len(arrived)),
        within_day=sum(delay <= DAY for delay in delays) / max(1, len(arrived)),
        delay_hours=fmean(delays) / HOUR if delays else float("nan"),
        median_age_hours=median(ages) if ages else float("nan"),
        fresh_shown=sum(age <= 24 for age in ages) / max(1, len(ages)),
        repeats_per_1000=1_000 * _repeats(journal, begin, end) / max(1, len(ages)),
        empty=sum(begin <= moment < end for moment in journal.empty),
    )


def _repeats(journal: Journal, begin: float, end: float) -> int:
    seen: set[Item] = set()
    repeats = 0
    for moment, item in journal.shown:
        repeats += item in seen and begin <= moment < end
        seen.add(item)
    return repeats
