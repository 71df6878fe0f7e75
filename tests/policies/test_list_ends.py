"""Lists whose servers go on answering beyond the last page; what is no such end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.items import Source
from imagecrawler.policies.choice import POLICIES, policy_named
from imagecrawler.spiders.feed_run import FeedRules, FeedRun
from imagecrawler.spiders.source_run import SourceRun

URL = "https://e.com/list?page="
JSON = ["application/json"]
END_PAGES: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "last": lambda page, last: (page, last),
    "first": lambda page, last: (page, 1),
    "around": lambda page, last: (page, (page - 1) % last + 1),
    "to-first": lambda page, last: (1, 1),
    "to-last": lambda page, last: (last, last),
}
"""What is shown beyond the last page: at the address of which page, the items of which."""


@dataclass
class Server:
    """A list of ``per`` items a page, one after the other, that goes on beyond its end."""

    end: str
    items: list[int]
    per: int = 4
    links: bool = False
    is_ring: bool = False
    pins: int = 0
    bursts: dict[int, int] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def answer(self, url: str) -> Answer:
        page = int(url.partition("page=")[2] or 1)
        self.asked.append(page)
        for _ in range(self.bursts.get(len(self.asked), 0)):
            self.items.insert(0, max(self.items) + 1)
        last = -(-len(self.items) // self.per)
        at, shown = (page, page) if page <= last else END_PAGES[self.end](page, last)
        items = self.items[(shown - 1) * self.per : shown * self.per]
        listed = [{"id": i, "image": f"https://e.com/{i}.jpg"} for i in self.pinned() + items]
        headers = {"content-type": JSON}
        if self.links:
            headers["link"] = [f'<{URL}{self.next(page, last)}>; rel="next"']
        came_from = url if at == page else f"{URL}{at}"
        return Answer(came_from, json.dumps({"items": listed}).encode(), headers)

    def next(self, page: int, last: int) -> int:
        return page % last + 1 if self.is_ring else page + 1

    def pinned(self) -> list[int]:
        return self.items[-self.pins :] if self.pins else []


def reader(policy: str, server: Server) -> FeedRun:
    source = Source("s", "https://e.com/list" if server.links else URL + "{page}")
    run = SourceRun(source, policy, policy_named(policy, forget_seconds=1e6))
    return FeedRun([run], FeedRules(False, 3600.0, 20.0, low_water=20))


def walk(feed: FeedRun, server: Server, store: set[str], *, now: float, most: int = 60) -> None:
    """One pass that wants all there is."""
    feed.runs[0].is_polled = False
    feed.want(10_000, refill=int(now))
    for _ in range(most):
        turn = feed.turn(now=now)
        if not turn:
            feed.wanted = 0
            return
        now += 1
        (run,) = turn
        read = run.read(server.answer(run.url), lambda item: item.id in store, now=now)
        run.ask = None
        store.update(item.id for item in read.new)
    raise AssertionError(f"no end: {server.asked}")


@pytest.mark.parametrize("end", END_PAGES)
@pytest.mark.parametrize("policy", POLICIES)
def test_pages_that_show_nothing_further_are_the_end(policy: str, end: str) -> None:
    for links, pins in ((False, 0), (True, 0), (False, 2)):
        server = Server(end, list(range(22, 0, -1)), links=links, pins=pins)
        feed, store = reader(policy, server), set[str]()
        walk(feed, server, store, now=1.0)
        assert store == {str(i) for i in server.items}
        # Six pages, and those that show nothing further: pins are taken for a wrong guess.
        most = 16 if end == "around" or pins else 8
        assert len(server.asked) <= most
        server.asked.clear()
        walk(feed, server, store, now=3_600.0)
        assert len(server.asked) <= (most if policy == "rescan" else 1)


@pytest.mark.parametrize("end", END_PAGES)
def test_the_end_is_found_also_from_where_an_earlier_run_stopped(end: str) -> None:
    server, store = Server(end, list(range(22, 0, -1))), set[str]()
    feed = reader("fresh", server)
    with pytest.raises(AssertionError):
        walk(feed, server, store, now=1.0, most=4)
    for day in range(1, 4):
        kept = feed.runs[0].to_json()
        feed = reader("fresh", server)
        feed.runs[0].restore(json.loads(json.dumps(kept)))
        server.asked.clear()
        server.items.insert(0, server.items[0] + 1)
        walk(feed, server, store, now=100_000.0 * day)
        assert store == {str(i) for i in server.items}
        assert len(server.asked) <= 24


@pytest.mark.parametrize("policy", POLICIES)
def test_a_link_that_leads_back_is_the_end(policy: str) -> None:
    server = Server("last", list(range(22, 0, -1)), links=True, is_ring=True)
    feed, store = reader(policy, server), set[str]()
    walk(feed, server, store, now=1.0)
    assert store == {str(i) for i in server.items}
    assert server.asked == [1, 2, 3, 4, 5, 6, 1, 2]  # page 1 has two addresses


def test_what_a_page_shows_again_on_another_day_is_no_end() -> None:
    """Each day one page is read, and one page of news has pushed the last one onto it."""
    server = Server("last", list(range(40, 0, -1)))
    feed, store = reader("book", server), set[str]()
    (run,) = feed.runs
    for day in range(5):
        feed.wanted = 0
        feed.want(1, refill=day + 1)
        (asked,) = feed.turn(now=86_400.0 * day + 1)
        store |= {
            i.id
            for i in asked.read(server.answer(run.url), lambda i: False, now=86_400.0 * day + 1).new
        }
        run.ask = None
        server.items[:0] = range(100 + 4 * day, 96 + 4 * day, -1)
    assert server.asked == [1, 2, 3, 4, 5]
    assert not run.state["ended"]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_list_that_moves_while_it_is_read_has_not_ended(policy: str) -> None:
    """News push items, or a whole page of them, down onto the page that is read next."""
    for bursts in ({3: 4}, {3: 8}, {2: 4, 4: 4}, dict.fromkeys(range(2, 12), 3)):
        server = Server("last", list(range(40, 0, -1)), bursts=dict(bursts), pins=1)
        feed, store = reader(policy, server), set[str]()
        walk(feed, server, store, now=1.0)
        assert store >= {str(i) for i in range(1, 41)}


def test_known_ground_that_is_walked_over_is_no_end() -> None:
    server = Server("last", list(range(40, 0, -1)))
    feed, store = reader("rescan", server), set[str]()
    walk(feed, server, store, now=1.0)
    server.items += range(-1, -21, -1)
    walk(feed, server, store, now=50.0)
    assert store >= {str(i) for i in server.items}


def test_pages_without_an_item_that_lead_on_are_no_end_unless_there_are_many() -> None:
    for empty, is_found in ((15, True), (40, False)):
        server = Server("last", [*range(8, 4, -1), *[0] * 4 * empty, *range(4, 0, -1)], links=True)
        feed, store = reader("fresh", server), {"0"}

        def without_zeros(url: str, answer: Callable[[str], Answer] = server.answer) -> Answer:
            found = answer(url)
            items = [i for i in json.loads(found.body)["items"] if i["id"]]
            return Answer(found.url, json.dumps({"items": items}).encode(), found.headers)

        server.answer = without_zeros  # type: ignore[method-assign]
        walk(feed, server, store, now=1.0)
        assert ("1" in store) is is_found
        assert len(server.asked) <= 22


def test_parts_that_an_index_names_are_all_read() -> None:
    run = SourceRun(
        Source("s", "https://e.com/index.xml"), "fresh", policy_named("fresh", forget_seconds=1)
    )
    parts = "".join(f"<sitemap><loc>https://e.com/{n}.xml</loc></sitemap>" for n in range(6))
    pages = {"index": f"<sitemapindex>{parts}</sitemapindex>"}
    for n in range(6):
        pages[str(n)] = f"<urlset><url><loc>https://e.com/p{n // 5}</loc></url></urlset>"
    feed, new = FeedRun([run], FeedRules(False, 3600.0, 20.0, low_water=20)), set[str]()
    feed.want(100, refill=1)
    while feed.turn(now=1.0):
        body = pages[run.url.rpartition("/")[2].removesuffix(".xml")].encode()
        answer = Answer(run.url, body, {"content-type": ["application/xml"]})
        new |= {item.id for item in run.read(answer, lambda item: False, now=1.0).new}
        run.ask = None
    assert new == {"https://e.com/p0", "https://e.com/p1"}
