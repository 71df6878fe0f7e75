"""The truth of the freshness benchmark: its sources, its site, its figures and its oracles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.freshness.figures import Journal, figures
from benchmarks.freshness.oracle import _plan, polls_by_rates, polls_by_times
from benchmarks.freshness.site import FORMS, MockSite, form_of
from benchmarks.freshness.truth import DAY, HOUR, PAGE_SIZE, SCENARIOS, Scenario, Stream, streams
from benchmarks.freshness.viewer import Viewer
from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.discovery.paging.reading import ListReader
from imagecrawler.items import Place, Source


def test_days_are_the_same_again_and_as_busy_as_stated() -> None:
    days = streams(seconds=10 * DAY, catalogue=50)
    assert days == streams(seconds=10 * DAY, catalogue=50)
    assert days != streams(seconds=10 * DAY, catalogue=50, seed=2)
    arrived = [len(stream.arrivals) - 50 for stream in days]
    assert sum(arrived) == pytest.approx(104 * 240, rel=0.05)
    assert all(a <= b for stream in days for a, b in pairwise(stream.arrivals))
    shown = [len(list(scenario.moments(2 * DAY))) for scenario in SCENARIOS]
    assert shown == [17_280, 2_880, 5_760]


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_each_form_of_the_site_shows_all_items_once(number: int) -> None:
    (stream,) = (Stream(f"s{number}", 1.0, tuple(map(float, range(-60, 0)))),)
    site = MockSite([stream], factor=1.0)
    site.origin = "https://e.com"
    reader = ListReader(Source("s", site.source_urls()[stream.name]))
    place: Place | None = reader.head
    names = []
    while place is not None:
        head, _, body = site.answer(place.url.removeprefix(site.origin)).partition(b"\r\n\r\n")
        kind = head.decode().partition("Content-Type: ")[2].partition("\r\n")[0]
        listing = reader.read(place, Answer(place.url, body, {"content-type": [kind]}))
        assert listing is not None
        names += [image.url.rpartition("/")[2] for item in listing.items for image in item.images]
        place = listing.older
    assert names == [f"{item}.jpg" for item in range(59, -1, -1)]
    asked = [new for _, new in site.journal.lists]
    assert asked[:3] == [PAGE_SIZE, PAGE_SIZE, 10]
    # Pages that are only counted say no end: one more is asked for, and is empty.
    assert asked[3:] == ([0] if form_of(stream.name) in ("html-pages", "json-offsets") else [])


def test_figures_of_a_day_that_is_known() -> None:
    stream = Stream("s0", 1.0, (-HOUR, 0.5 * HOUR, 2 * HOUR, 3 * HOUR))
    journal = Journal(lists=[(0.0, 1), (HOUR, 1), (1.5 * HOUR, 0), (4 * HOUR, 1)])
    journal.found = journal.ready = {(0, 0): 0.0, (0, 1): HOUR, (0, 2): 4 * HOUR}
    viewer = Viewer([stream], journal)
    for hour in (1, 4, 5, 6):
        viewer.look(hour * HOUR)
    found = figures(journal, [stream], begin=0.0, end=DAY + 10 * HOUR)
    assert [item for _, (_, item) in journal.shown] == [2, 1, 0]  # newest first
    assert journal.empty == [6 * HOUR]
    assert (found.requests_an_image, found.wasted) == (4 / 3, 0.25)
    assert (found.within_hour, found.within_day) == (1 / 3, 2 / 3)
    assert found.delay_hours == pytest.approx(1.25)
    assert (found.empty, found.repeats_per_1000) == (1, 0)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=7), st.floats(0.001, 5))
def test_who_is_told_the_times_has_the_cheapest_plan(times: list[float], price: float) -> None:
    times = sorted(times)
    polls, delay = _plan(np.array(times), price)
    costs = []
    for cuts in range(2 ** (len(times) - 1)):
        ends = [n for n in range(len(times)) if n == len(times) - 1 or cuts >> n & 1]
        waits = [min(times[e] for e in ends if e >= n) - t for n, t in enumerate(times)]
        costs.append(len(ends) + price * sum(waits))
    assert polls + price * delay == pytest.approx(min(costs))


def test_who_is_told_more_asks_less_and_who_waits_longer_too() -> None:
    days = streams(seconds=DAY, catalogue=0)
    asked = []
    for delay in (0.1 * HOUR, 0.5 * HOUR, 2 * HOUR):
        by_rates = polls_by_rates(days, delay_seconds=delay, seconds=DAY)
        by_times = polls_by_times(days, delay_seconds=delay, begin=0.0, end=DAY)
        assert by_times < by_rates
        asked.append(by_rates)
    assert asked == sorted(asked, reverse=True)
    # Never less than the pages that the news fill.
    assert asked[-1] >= 104 * 24 / PAGE_SIZE


def test_a_scenario_of_part_of_the_day() -> None:
    moments = list(Scenario("x", 1.0, 8.0).moments(2 * DAY))
    assert [moment / HOUR for moment in moments] == [*range(1, 8), *range(24, 32), 48]
