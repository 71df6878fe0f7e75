from __future__ import annotations

from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.items import Source
from imagecrawler.policies.choice import policy_named
from imagecrawler.spiders.source_runs import FeedRules, FeedRun, SourceRun

HTML = {"content-type": ["text/html"]}
RULES = FeedRules(watch=False, max_age_seconds=3600, requests_per_hour=20, low_water=10)


def source_run(name: str, policy: str = "fresh", weight: float = 1.0) -> SourceRun:
    source = Source(name, f"https://{name}.example/new?page={{page}}", weight=weight)
    return SourceRun(source, policy, policy_named(policy, forget_seconds=10))


def answer(run: SourceRun, first: int) -> Answer:
    items = "".join(
        f'<article><h2><a href="/{n}">{n}</a></h2><img src="/{n}.jpg" width="400"></article>'
        for n in range(first, first + 4)
    )
    return Answer(run.url, f"<main>{items}</main>".encode(), HTML)


def pass_over(feed: FeedRun, answers: int = 100) -> list[str]:
    """Answer all that is asked for, each page with items of its own; return what was asked."""
    asked: list[str] = []
    while (runs := feed.turn(now=1.0)) and len(asked) < answers:
        for run in runs:
            asked.append(run.url)
            read = run.read(answer(run, 1000 * len(asked)), lambda item: False, now=1.0)
            feed.found(len(read.new))
            run.ask = None
    return asked


def test_heads_come_first_and_deeper_pages_are_shared_by_weight() -> None:
    feed = FeedRun([source_run("a", weight=3.0), source_run("b")], RULES)
    feed.want(60, refill=1)
    asked = pass_over(feed)
    assert asked[:2] == ["https://a.example/new?page=1", "https://b.example/new?page=1"]
    counts = [sum(f"{name}.example" in url for url in asked) for name in "ab"]
    assert sum(counts) <= 17
    assert counts[0] > counts[1]


def test_nothing_is_asked_twice_without_an_answer() -> None:
    run = source_run("a")
    feed = FeedRun([run], RULES)
    feed.want(60, refill=1)
    assert feed.turn(now=1.0) == [run]
    assert feed.turn(now=1.0) == []
    run.failed("timeout", is_gone=False, now=1.0)
    run.ask = None
    assert feed.turn(now=1.0) == []
    assert run.poll.health(1.0) == "slow"


def test_what_was_known_under_one_policy_is_kept_beside_another() -> None:
    first = source_run("a")
    feed = FeedRun([first], RULES)
    feed.want(8, refill=1)
    pass_over(feed)
    kept = first.to_json()
    second = source_run("a", "book")
    second.restore(kept)
    assert second.state == {}
    third = source_run("a")
    third.restore(second.to_json())
    assert third.state == first.state
    assert third.poll == first.poll


def test_a_state_of_another_hand_begins_anew() -> None:
    for kept in ({"poll": 3}, {"policies": [1]}, {"policies": {"fresh": {"intervals": 3}}}):
        run = source_run("a")
        run.restore(kept)
        assert run.state == {}
