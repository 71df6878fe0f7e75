"""Which list pages a feed run asks for when a viewer runs low."""

from __future__ import annotations

from collections.abc import Sequence

from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.discovery.paging.reading import ListReader
from imagecrawler.items import ListedItem, Listing, Place, Source
from imagecrawler.policies.choice import policy_named
from imagecrawler.spiders.feed_run import FeedRules, FeedRun
from imagecrawler.spiders.source_run import SourceRun

PAGE = 25


class Endless(ListReader):
    """A list without end, whose pages are asked for by the item that they are below."""

    def __init__(self, name: str) -> None:
        super().__init__(Source(name, f"https://{name}.example/"))

    def read(self, place: Place, answer: Answer) -> Listing:
        first = int(place.url.partition("=")[2] or 0)
        items = tuple(ListedItem(f"{self.source.name}-{first + n}") for n in range(PAGE))
        return Listing(place, items, Place(f"{self.head.url}?after={first + PAGE}"), "cursor")


def feed_run() -> FeedRun:
    runs = []
    for name in ("a", "b", "c"):
        reader = Endless(name)
        run = SourceRun(reader.source, "fresh", policy_named("fresh", forget_seconds=1.0))
        run.reader = reader
        runs.append(run)
    rules = FeedRules(True, max_age_seconds=1e6, requests_per_hour=1.0, low_water=100)
    return FeedRun(runs, rules)


def asked(feed: FeedRun, store: set[str]) -> list[str]:
    """Return whose lists were asked for until there was nothing more to ask."""
    names = []
    while turn := feed.turn(now=1.0):
        for run in turn:
            read = run.read(Answer(run.url, b"", {}), lambda item: item.id in store, now=1.0)
            run.ask = None
            feed.found(len(read.new))
            store.update(item.id for item in read.new)
            names.append(run.source.name)
    return names


def whose(feed: FeedRun, store: set[str], demands: Sequence[int]) -> list[str]:
    names = []
    for number, unseen in enumerate(demands):
        feed.demanded(unseen, refill=number + 1)
        names.append("".join(asked(feed, store)))
    return names


def test_a_refill_is_of_a_low_water_mark_and_one_source_gives_all_of_it() -> None:
    feed, store = feed_run(), set[str]()
    assert asked(feed, store) == ["a", "b", "c"]  # the newest pages, nothing being wanted
    assert whose(feed, store, [100, 99, 180, 40, 30]) == ["", "aaaa", "", "bbbb", "cccc"]


def test_a_refill_under_way_is_not_begun_anew() -> None:
    feed, store = feed_run(), set[str]()
    asked(feed, store)
    feed.demanded(50, refill=1)
    (run,) = feed.turn(now=1.0)
    feed.demanded(49, refill=2)
    assert (feed.refill, feed.wanted, run.source.name) == (1, 100, "a")
