"""How long a host that has too much to do is left alone, and one that cannot say what it allows."""

from __future__ import annotations

from itertools import pairwise

from imagecrawler.policies.politeness import (
    MAX_BACK_OFF_SECONDS,
    BackOff,
    Outages,
    has_contact,
    is_contact,
    user_agent,
)

DAY = 24 * 3600.0


def test_each_refusal_in_a_row_doubles_the_rest_and_answers_shorten_it() -> None:
    back_off, now, waits = BackOff(5.0), 0.0, []
    for _ in range(12):
        wait = back_off.answered("a", 429, now=now)
        assert wait is not None
        waits.append(wait)
        now += wait
    assert waits[:3] == [5, 10, 20] and waits[-1] == MAX_BACK_OFF_SECONDS
    assert all(later >= earlier for earlier, later in pairwise(waits))
    assert back_off.answered("b", 429, now=now) == 5
    for _ in range(3):
        assert back_off.answered("a", 200, now=now) is None
    assert back_off.answered("a", 429, now=now) == 10
    for _ in range(9):
        back_off.answered("a", 404, now=now)
    assert back_off.answered("a", 429, now=now + 1000) == 5


def test_one_rest_for_all_that_were_on_their_way() -> None:
    back_off = BackOff(5.0)
    assert back_off.answered("a", 429, now=0) == 5
    assert back_off.answered("a", 429, now=1) is None
    assert back_off.answered("a", 429, now=6) == 10


def test_one_503_is_the_page_two_in_a_row_are_the_host() -> None:
    back_off = BackOff(5.0)
    assert back_off.answered("a", 503, now=0) is None
    assert back_off.answered("a", 200, now=1) is None
    assert back_off.answered("a", 503, now=2) is None
    assert back_off.answered("a", 503, now=3) == 5
    assert back_off.answered("a", 503, now=9) == 10


def test_a_time_that_is_named_counts_but_not_for_ever() -> None:
    back_off = BackOff(5.0)
    assert back_off.answered("a", 503, now=0, retry_after_seconds=2) == 2
    assert back_off.answered("a", 429, now=3, retry_after_seconds=2) == 10
    assert back_off.answered("a", 429, now=14, retry_after_seconds=7200) == 7200
    assert back_off.answered("b", 429, now=0, retry_after_seconds=0) == 5


def test_hosts_are_forgotten_before_memory_is_used_up() -> None:
    back_off, outages = BackOff(5.0), Outages()
    for n in range(20_000):
        back_off.answered(str(n), 429, now=0)
        outages.note(str(n), now=0)
    assert len(back_off._levels) == len(back_off._until) == len(outages.to_json()) == 10_000


def test_an_outage_is_over_long_after_thirty_days_of_failures() -> None:
    outages = Outages()
    for day in range(31):
        assert outages.note("a", now=day * DAY) == day + 1
        assert not outages.are_over_long("a")
        kept = outages.to_json()
    outages.note("a", now=30.1 * DAY)
    assert outages.are_over_long("a")
    next_run = Outages()
    next_run.restore(kept)
    assert next_run.note("a", now=30.1 * DAY) == 1 and next_run.are_over_long("a")
    next_run.over("a")
    assert not next_run.are_over_long("a")


def test_two_failures_months_apart_are_no_outage_of_months() -> None:
    outages = Outages()
    outages.note("a", now=0)
    outages.note("a", now=90 * DAY)
    assert not outages.are_over_long("a")
    outages.note("a", now=0)  # a clock that was set back
    outages.note("a", now=5 * DAY)
    assert not outages.are_over_long("a")
    for rubbish in (None, [], {"a": 3}, {"a": ["x", 1]}):
        outages.restore(rubbish)


def test_waits_for_robots_grow_to_an_hour() -> None:
    waits = [Outages.wait_seconds(times, 5.0, None) for times in range(1, 9)]
    assert waits[:3] == [5, 20, 80] and waits[-1] == MAX_BACK_OFF_SECONDS
    assert Outages.wait_seconds(1, 5.0, 1.0) == 1
    assert Outages.wait_seconds(2, 5.0, 1.0) == 20
    assert Outages.wait_seconds(2, 5.0, 9000.0) == 9000


def test_a_contact_goes_into_the_user_agent_once() -> None:
    agent = user_agent("imagecrawler/0.1", "https://example.org/me")
    assert agent == "imagecrawler/0.1 (+https://example.org/me)"
    assert user_agent(agent, "https://example.org/me") == agent
    assert user_agent("x/1", "") == "x/1"
    assert has_contact(agent) and has_contact("x (me@example.org)") and not has_contact("x/1")
    for good in ("me@example.org", "http://example.org/", "https://example.org/~me?a=b"):
        assert is_contact(good)
    for bad in ("me", "a b@c", "https://x/(1)", "http://", "a@b\nX-Header: y"):
        assert not is_contact(bad)
