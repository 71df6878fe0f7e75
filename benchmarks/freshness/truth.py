"""The truth: ten sources, when each of their items arrived, and when somebody looks."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

HOUR = 3_600.0
DAY = 86_400.0
PAGE_SIZE = 25
# News an hour of each source: from a quiet blog to a busy board, 104 together.
RATES = (0.2, 0.5, 1.0, 2.0, 4.0, 6.0, 10.0, 15.0, 25.3, 40.0)


@dataclass(frozen=True, slots=True)
class Stream:
    """One source. ``arrivals`` are the seconds at which its items came, oldest first.

    Time 0 is when the crawl begins; what came before is the back catalogue. An item is its
    place in ``arrivals``.
    """

    name: str
    rate: float
    arrivals: tuple[float, ...]

    def count(self, now: float) -> int:
        """Return how many items there are."""
        return bisect_right(self.arrivals, now)

    def page(self, number: int, now: float) -> range:
        """Return the items of a page, the newest first; page 0 is the newest one."""
        newest = self.count(now) - 1 - number * PAGE_SIZE
        return range(newest, max(-1, newest - PAGE_SIZE), -1)


@dataclass(frozen=True, slots=True)
class Scenario:
    """How somebody looks: images an hour, in the first ``hours_a_day`` of each day."""

    name: str
    shown_an_hour: float
    hours_a_day: float

    def moments(self, seconds: float) -> Iterator[float]:
        """Yield when an image is wanted."""
        gap = HOUR / self.shown_an_hour
        moment = gap
        while moment <= seconds:
            if moment % DAY < self.hours_a_day * HOUR:
                yield moment
            moment += gap


SCENARIOS = (
    Scenario("A", 360.0, 24.0),
    Scenario("B", 60.0, 24.0),
    Scenario("C", 360.0, 8.0),
)


def streams(*, seconds: float, catalogue: int, seed: int = 1) -> tuple[Stream, ...]:
    """Return the sources; the same arguments give the same items at the same times.

    Items come independently of each other (a Poisson process), ``catalogue`` of each source
    before time 0, which for the slow ones is years.
    """
    return tuple(_stream(index, rate, seconds, catalogue, seed) for index, rate in enumerate(RATES))


def _stream(index: int, rate: float, seconds: float, catalogue: int, seed: int) -> Stream:
    randomness = random.Random(f"{seed}/{index}")
    before, moment = [], 0.0
    for _ in range(catalogue):
        moment -= randomness.expovariate(rate / HOUR)
        before.append(moment)
    after, moment = [], randomness.expovariate(rate / HOUR)
    while moment <= seconds:
        after.append(moment)
        moment += randomness.expovariate(rate / HOUR)
    return Stream(f"s{index}", rate, (*before[::-1], *after))
