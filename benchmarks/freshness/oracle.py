"""What those who know the truth would ask for the same delay: the measure of a policy's requests.

Two of them. One knows what can be known beforehand: how often each source has news, and how deep
a page is. It polls each one evenly, as often as is best
(f_i = B sqrt(rate_i) / sum sqrt(rate), Sia & Cho 2007). The other one is told when each
item will come: no policy can do what it does, and it bounds them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.freshness.truth import HOUR, PAGE_SIZE, Stream

_LONGEST_BATCH = 400


def polls_by_rates(streams: Sequence[Stream], *, delay_seconds: float, seconds: float) -> float:
    """Return the polls in ``seconds`` of one who knows all rates, for this mean delay.

    An item that is polled for every 1/f waits 1/(2f), so the mean is
    sum(rate_i / 2 f_i) / sum(rate); with the best f it is (sum sqrt(rate))^2 / (2 B sum(rate)).
    A poll of what may be more than a page costs as many requests as it has pages.
    """
    rates = [stream.rate / HOUR for stream in streams]
    roots = sum(map(math.sqrt, rates))
    budget = roots**2 / (2 * sum(rates) * delay_seconds)
    requests = 0.0
    for rate in rates:
        frequency = budget * math.sqrt(rate) / roots
        requests += frequency * _expected_pages(rate / frequency)
    return requests * seconds


def polls_by_times(
    streams: Sequence[Stream], *, delay_seconds: float, begin: float, end: float
) -> float:
    """Return the fewest polls between two moments of one who knows all times, for this delay."""
    times = [np.array([t for t in s.arrivals if begin <= t < end]) for s in streams]
    items = sum(len(own) for own in times)

    def cost(price: float) -> tuple[float, float]:
        plans = [_plan(own, price) for own in times if len(own)]
        polls, delays = (sum(column) for column in zip(*plans, strict=True))
        return polls, delays / max(1, items)

    # The dearer a second of delay, the more polls; by halving, to a price at which it fits.
    price = _bisected(lambda p: cost(p)[1] <= delay_seconds)
    return cost(price)[0]


def deeper_pages(shown: float, found: float) -> float:
    """Return how many pages the back catalogue must give for what news do not."""
    return max(0.0, shown - found) / PAGE_SIZE


def _expected_pages(mean: float) -> float:
    """Return the pages of a poll with so many news on average: one, and those that overflow."""
    chance, below, pages = math.exp(-mean), 0.0, 1.0
    if not chance:
        return mean / PAGE_SIZE + 0.5
    for number in range(int(mean + 12 * math.sqrt(mean) + 5 * PAGE_SIZE)):
        below += chance
        if number % PAGE_SIZE == PAGE_SIZE - 1:
            pages += max(0.0, 1.0 - below)
        chance *= mean / (number + 1)
    return pages


def _plan(times: np.ndarray, price: float) -> tuple[int, float]:
    """Return polls and total delay of the plan with the least polls + price * delay.

    It polls at the moment of an arrival, for those since the last poll: the shortest way through
    the items, in batches.
    """
    count = len(times)
    sums = np.concatenate(([0.0], np.cumsum(times)))
    best = np.zeros(count + 1)
    polls, delays = np.zeros(count + 1, int), np.zeros(count + 1)
    for last in range(1, count + 1):
        first = np.arange(max(0, last - _LONGEST_BATCH), last)
        size = last - first
        delay = size * times[last - 1] - (sums[last] - sums[first])
        asked = -(-size // PAGE_SIZE)
        total = best[first] + asked + price * delay
        chosen = int(np.argmin(total))
        best[last] = total[chosen]
        polls[last] = polls[first[chosen]] + asked[chosen]
        delays[last] = delays[first[chosen]] + delay[chosen]
    return int(polls[count]), float(delays[count])


def _bisected(is_enough: Callable[[float], bool]) -> float:
    low, high = 1e-9, 1.0
    for _ in range(18):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
