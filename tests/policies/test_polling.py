from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.items import ListedItem, Listing, ListingHints, Place
from imagecrawler.policies.polling import MIN_POLL_SECONDS, PollState, poll_periods

HOUR = 3_600.0
PAGE = Listing(Place("a"), (ListedItem("x"),), Place("b"))


def watched(per_hour: float, *, hours: int = 200) -> PollState:
    state = PollState()
    for hour in range(hours):
        state = state.answered_with(PAGE, now=hour * HOUR)
        state = state.counted(int((hour + 1) * per_hour) - int(hour * per_hour))
    return state


@pytest.mark.parametrize("per_hour", [0.2, 1.0, 40.0])
def test_the_rate_is_learned(per_hour):
    assert watched(per_hour).rate * HOUR == pytest.approx(per_hour, rel=0.15)


def test_an_old_rate_fades_by_half_in_a_day():
    busy = watched(40.0)
    later = busy.answered_with(PAGE, now=199 * HOUR + 86_400)
    assert later.rate / busy.rate == pytest.approx(0.5, abs=0.03)


def test_stated_times_give_a_first_rate():
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    items = tuple(ListedItem(str(n), posted=begun - timedelta(minutes=6 * n)) for n in range(11))
    state = PollState().answered_with(Listing(Place("a"), items), now=0.0)
    assert state.rate * HOUR == pytest.approx(5.25)


def test_polls_follow_the_square_root_of_the_rate():
    periods = poll_periods(
        [watched(1), watched(36)], [1, 1], requests_per_hour=3.0, max_age_seconds=1e9
    )
    assert periods[0] / periods[1] == pytest.approx(6, rel=0.05)
    assert sum(HOUR / period for period in periods) == pytest.approx(3.0)


def test_none_is_asked_before_there_should_be_news_but_for_staleness():
    states = [watched(1), watched(36), PollState(polled=0.0)]
    slow, busy, new = poll_periods(states, [1] * 3, requests_per_hour=100, max_age_seconds=1e9)
    assert slow == pytest.approx(2 * HOUR, rel=0.1)
    assert busy == pytest.approx(2 * HOUR / 36, rel=0.1)
    assert new < slow  # nobody can say yet
    bound = poll_periods(states, [1] * 3, requests_per_hour=100, max_age_seconds=HOUR)
    assert bound[0] == HOUR


@given(
    rates=st.lists(st.floats(0, 100), min_size=1, max_size=20),
    budget=st.floats(0.1, 1000),
    max_age=st.floats(MIN_POLL_SECONDS, 1e6),
)
def test_no_source_waits_longer_than_wished_and_the_budget_is_kept_if_it_can_be(
    rates, budget, max_age
):
    states = [PollState(items=rate, seconds=HOUR, polled=0.0) for rate in rates]
    periods = poll_periods(
        states, [1.0] * len(rates), requests_per_hour=budget, max_age_seconds=max_age
    )
    assert all(MIN_POLL_SECONDS <= period <= max_age * 1.0001 for period in periods)
    needed = len(rates) * HOUR / max_age
    assert sum(HOUR / period for period in periods) <= max(budget, needed) * 1.0001


def test_a_short_document_is_read_before_it_overflows():
    feed = Listing(Place("a"), tuple(ListedItem(str(n)) for n in range(10)), addressing="whole")
    state = PollState(items=40.0, seconds=HOUR).answered_with(feed, now=0.0)
    (period,) = poll_periods([state], [1], requests_per_hour=0.1, max_age_seconds=86_400)
    assert period * state.rate <= 5.001


def test_what_a_source_says_of_its_caches_is_believed_up_to_the_staleness_wished():
    hinted = Listing(Place("a"), PAGE.items, hints=ListingHints(ttl_seconds=7_200))
    state = PollState().answered_with(hinted, now=0.0)
    assert state.due(60, max_age_seconds=86_400) == 7_200
    assert state.due(60, max_age_seconds=600) == 600
    assert state.due(9_000, max_age_seconds=86_400) == 9_000


def test_hours_in_which_a_feed_asks_not_to_be_read_are_left_out_up_to_the_staleness_wished():
    hints = ListingHints(quiet_hours=frozenset({73, 74, 75}))
    state = PollState().answered_with(Listing(Place("a"), PAGE.items, hints=hints), now=0.0)
    assert state.due(600, max_age_seconds=86_400) == 600
    assert state.due(2 * HOUR, max_age_seconds=86_400) == 4 * HOUR
    assert state.due(HOUR, max_age_seconds=2 * HOUR) == 2 * HOUR
    assert PollState.from_json(state.to_json()) == state


def test_an_unchanged_answer_keeps_the_validators():
    hints = ListingHints(etag='"1"', last_modified="yesterday")
    state = PollState().answered_with(Listing(Place("a"), PAGE.items, hints=hints), now=0.0)
    again = state.answered_with(Listing(Place("a"), is_unchanged=True), now=60.0)
    assert (again.etag, again.last_modified) == ('"1"', "yesterday")
    assert again.answered == 60.0


def test_a_source_that_is_away_is_probed_less_and_less_and_is_missed_for_half_its_absence():
    state, now, probes = PollState().answered_with(PAGE, now=0.0), HOUR, 0
    while now < HOUR + 86_400:
        state = state.failed("timeout", now=now)
        probes += 1
        now = state.due(60, max_age_seconds=86_400)
    assert probes < 25
    assert now - HOUR < 1.5 * 86_400
    assert state.health(HOUR + 60) == "slow"
    assert state.health(HOUR + 86_400) == "dead"
    assert state.answered_with(PAGE, now=now).health(now) == "ok"


def test_its_json_gives_it_again():
    state = watched(3).failed("dns", now=9e9)
    assert PollState.from_json(state.to_json()) == state


def test_an_announced_source_leaves_its_share_to_the_others_and_is_as_fresh_as_wished():
    states = [watched(36), watched(36)]
    wishes = {"requests_per_hour": 0.5, "max_age_seconds": 10 * HOUR}
    shared = poll_periods(states, [1, 1], **wishes)
    told, untold = poll_periods(states, [1, 1], **wishes, announced=[True, False])
    assert shared == [4 * HOUR] * 2
    assert (told, untold) == (10 * HOUR, pytest.approx(2.5 * HOUR))


def test_a_notice_is_followed_at_once_and_at_most_once_a_minute():
    hints = ListingHints(ttl_seconds=7_200)
    state = PollState().answered_with(Listing(Place("a"), PAGE.items, hints=hints), now=1_000.0)
    assert state.due_by_notice(1_010.0) == 1_000 + MIN_POLL_SECONDS
    assert state.due_by_notice(2_000.0) == 2_000
    assert PollState().due_by_notice(5.0) == 5
