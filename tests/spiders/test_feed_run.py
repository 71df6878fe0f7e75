from __future__ import annotations

from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.items import Source
from imagecrawler.policies.choice import policy_named
from imagecrawler.policies.websub import Subscription
from imagecrawler.spiders.feed_run import FeedRules, FeedRun
from imagecrawler.spiders.source_run import SourceRun

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


def answered(feed: FeedRun, run: SourceRun, *, now: float) -> None:
    new = run.read(answer(run, int(1000 * now)), lambda item: False, now=now).new
    run.ask = None
    feed.found(len(new))


def test_a_source_that_hangs_holds_no_other_up() -> None:
    hanging, prompt = source_run("a"), source_run("b")
    feed = FeedRun([hanging, prompt], RULES)
    feed.want(28, refill=1)
    assert feed.turn(now=1.0) == [hanging, prompt]
    answered(feed, prompt, now=2.0)
    assert feed.turn(now=2.0) == []  # what the other may give is waited for
    for now in range(12, 18):
        assert feed.turn(now=float(now)) == [prompt]
        answered(feed, prompt, now=float(now))
    assert (feed.wanted, hanging.url) == (0, "https://a.example/new?page=1")
    # It is tried once more, and still nobody waits for it.
    hanging.put_off(30.0)
    feed.want(20, refill=2)
    assert feed.turn(now=30.0) == [hanging, prompt]
    answered(feed, prompt, now=31.0)
    assert feed.turn(now=31.0) == [prompt]


def test_a_slow_source_is_waited_for_once_and_again_when_it_is_prompt() -> None:
    slow, prompt = source_run("a", "rescan"), source_run("b")
    feed = FeedRun([slow, prompt], RULES)
    feed.want(100, refill=1)
    feed.turn(now=1.0)
    answered(feed, prompt, now=2.0)
    answered(feed, slow, now=20.0)
    assert feed.turn(now=20.0) == [slow, prompt]
    answered(feed, prompt, now=21.0)
    assert feed.turn(now=21.0) == [prompt]
    answered(feed, slow, now=22.0)
    assert not slow.is_slow


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


WATCHING = FeedRules(watch=True, max_age_seconds=21_600, requests_per_hour=6, low_water=10)


def announced(lease_ends: float) -> FeedRun:
    """Return a run of one source that a hub announces, polled at 1,000 s."""
    run = source_run("a")
    run.is_listening = True
    run.subscription = Subscription("h", "t", "https://me/x", "s", lease_ends=lease_ends)
    feed = FeedRun([run], WATCHING)
    polled(feed, at=1_000.0, first=100)
    return feed


def polled(feed: FeedRun, *, at: float, first: int) -> None:
    """Have the newest page asked for, and answered with items of which 98 and 99 are unknown."""
    (run,) = feed.turn(now=at)
    new = ("/98", "/99")
    run.read(answer(run, first), lambda item: not item.id.endswith(new), now=at)
    run.ask = None


def test_a_source_that_is_announced_is_polled_for_staleness_alone_while_its_lease_lasts() -> None:
    for lease_ends, next_poll in ((1e6, 1_000.0 + 21_600), (1_100.0, 1_000.0 + 600)):
        feed = announced(lease_ends)
        assert feed.turn(now=next_poll - 1) == []
        assert feed.turn(now=next_poll + 1) == feed.runs
    # What was told while nobody listened is not known.
    feed = announced(1e6)
    feed.runs[0].is_polled = False
    assert feed.turn(now=1_600.0) == feed.runs


def test_a_notice_is_kept_until_its_source_is_asked() -> None:
    feed = announced(1e6)
    (run,) = feed.runs
    assert run.subscription is not None
    run.subscription = run.subscription.with_notice(1_010.0)
    assert feed.turn(now=1_059.0) == []
    restarted = source_run("a")
    restarted.restore({**run.to_json(), **run.to_keep()})
    assert restarted.subscription == run.subscription
    polled(feed, at=1_060.0, first=100)
    assert run.subscription.noticed is None and run.is_announced(1_061.0)


def test_a_hub_that_is_silent_when_there_is_news_is_not_relied_upon() -> None:
    feed = announced(1e6)
    polled(feed, at=30_000.0, first=100)
    assert feed.runs[0].is_announced(30_001.0)
    polled(feed, at=60_000.0, first=98)
    assert not feed.runs[0].is_announced(60_001.0)
    # A notice that comes while the page is under way is of that news.
    feed = announced(1e6)
    (run,) = feed.turn(now=30_000.0)
    assert run.subscription is not None
    run.subscription = run.subscription.with_notice(30_001.0)
    run.read(answer(run, 98), lambda item: not item.id.endswith("/98"), now=30_002.0)
    assert run.is_announced(30_003.0)


def test_what_is_not_safe_yet_is_not_kept_with_a_subscription() -> None:
    run = announced(1e6).runs[0]
    assert run.state and "policies" not in run.to_keep()
    run.safe = run.to_json()
    assert run.to_keep() == {**run.to_json(), "websub": run.to_keep()["websub"]}
