from __future__ import annotations

import json
import random

import pytest

from imagecrawler.items import Addressing, ListedItem, Listing, Place
from imagecrawler.policies.fresh import Fresh, gaps
from imagecrawler.policies.paging import Demand, PagingPolicy
from imagecrawler.policies.seed_paging import Book, Bookmark, Forget, Rescan
from tests.policies.simulated import Reader, SimulatedSource

ADDRESSINGS: tuple[Addressing, ...] = ("numbered", "offset", "cursor", "next-link")


def reader(policy: PagingPolicy, addressing: Addressing = "numbered") -> Reader:
    source = SimulatedSource(addressing=addressing)
    source.arrive(100)
    return Reader(policy, source)


def pages(asked: list[str]) -> list[int]:
    return [int(url.partition("page=")[2] or 1) for url in asked]


def test_the_hole_of_the_article():
    """Seven pages arrive while nobody looks: the requests of one visit, and what they found."""
    asked, found = {}, {}
    for policy in (Book(), Rescan(), Bookmark(), Forget(), Fresh()):
        read = reader(policy)
        read.run(20)
        read.source.arrive(35)
        read.now += 3_600
        name = type(policy).__name__
        asked[name] = pages(read.run(35))
        found[name] = len(set(read.source.items[:35]) & set(read.store))
    assert asked == {
        "Book": [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        "Rescan": [1, 2, 3, 4, 5, 6, 7],
        "Bookmark": [1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
        "Forget": [1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
        "Fresh": [1, 2, 3, 4, 5, 6, 7],
    }
    assert found == {"Book": 15, "Rescan": 35, "Bookmark": 20, "Forget": 20, "Fresh": 35}


def test_rescan_pays_for_depth_and_fresh_does_not():
    asked = {}
    for policy in (Rescan(), Fresh()):
        read = reader(policy)
        read.run(60)
        read.source.arrive(5)
        read.now += 3_600
        asked[type(policy).__name__] = pages(read.run(10))
    # Page 2 is where news and known ground meet, page 13 where that ends by now.
    assert asked == {"Rescan": list(range(1, 15)), "Fresh": [1, 2, 13, 14]}


@pytest.mark.parametrize("addressing", ["numbered", "offset"])
@pytest.mark.parametrize("moved", [3_000, 37, -60, -300])
def test_where_a_list_has_moved_unseen_its_end_is_found_by_halves(
    addressing: Addressing, moved: int
):
    read = reader(Fresh(), addressing)
    read.source.arrive(4_000)
    read.run(400)
    above = [f"known{number}" for number in range(moved)]
    read.source.items[200 : 200 + max(0, -moved)] = above
    read.store.update(above)
    read.now += 3_600
    asked = read.run(30)
    # The newest page, the guess, ten jumps, as many halves, what is left, six pages of five.
    assert len(asked) <= 30
    read.now, read.most = read.now + 3_600, 2_000
    read.run(4_000)
    assert not read.missing


def test_a_search_that_was_cut_short_long_ago_begins_anew_from_the_guess():
    read = reader(Fresh())
    read.source.arrive(4_000)
    read.run(400)
    above = [f"known{number}" for number in range(300)]
    read.source.items[200:200] = above
    read.store.update(above)
    read.now += 3_600
    read.run(30, dies_after=3)
    assert read.state["seek"] is not None
    for _ in range(40):
        read.source.arrive(100)
        read.run(0)
        read.now += 3_600
    assert len(read.run(30)) <= 30


def test_news_that_had_come_before_the_end_was_seen_have_not_moved_it_since():
    read = Reader(Fresh(), SimulatedSource(page_size=25))
    read.source.arrive(500)
    read.run(100)
    read.source.arrive(15)
    read.now += 3_600
    read.run(50, polls=False)
    read.run(0)  # tells of the fifteen, which are above the end that has just been seen
    read.now += 600
    end = max(read.source.items.index(item) for item in read.store) // 25 + 1
    # By all fifteen it would have moved onto the page below that.
    assert pages(read.run(30, polls=False)) == [end, end + 1, end + 2]


def test_forget_reads_the_hole_when_it_has_forgotten():
    read = reader(Forget(forget_seconds=7_200))
    read.run(20)
    read.source.arrive(35)
    read.now += 3_600
    read.run(5)
    assert set(read.source.items[5:20]).isdisjoint(read.store)
    read.now += 3_600
    read.run(15)
    assert set(read.source.items[:20]) <= set(read.store)


@pytest.mark.parametrize("policy", [Book(), Rescan(), Bookmark(), Forget(), Fresh()])
def test_nothing_is_asked_for_when_nothing_is_wanted(policy):
    assert policy.next({}, Demand(), now=0.0) is None
    read = reader(policy)
    read.run(1000)
    assert policy.next(read.state, Demand(), now=read.now) is None
    assert not read.missing


@pytest.mark.parametrize("addressing", ADDRESSINGS)
def test_nothing_is_missed_though_items_come_go_and_move(addressing):
    """Arrivals, deletions, pins, other page sizes, and kills before the state was written."""
    for seed in range(12):
        choose = random.Random(seed)
        read = reader(Fresh(), addressing)
        read.most = 3_000
        source = read.source
        source.page_size, source.marks_pins = choose.randint(1, 7), choose.random() < 0.5
        for _ in range(choose.randint(1, 8)):
            source.arrive(choose.choice((0, 0, 3, 40)))
            for _ in range(choose.choice((0, 0, 10))):
                source.items.pop(choose.randrange(len(source.items)))
            source.pins = choose.choice((source.pins, source.items[-2:]))
            source.page_size = choose.choice((source.page_size, choose.randint(1, 7)))
            read.now += choose.choice((3_600, 100_000))
            read.run(choose.randint(0, 30), dies_after=choose.choice((None, 1, 2, 3)))
        read.now += 100_000
        read.run(1000)
        assert not read.missing, seed
        assert not gaps(read.state), seed
        assert max(read.store.values()) == 1, seed


def test_a_gap_is_filled_before_anything_deeper_also_after_a_kill():
    read = reader(Fresh())
    read.run(20)
    read.source.arrive(40)
    read.now += 3_600
    read.run(40, dies_after=3)  # the third page was read, and its state not written
    assert gaps(read.state) == 1
    assert pages(read.run(40))[:8] == [1, 3, 4, 5, 6, 7, 8, 9]
    assert gaps(read.state) == 0
    assert set(read.source.items[:60]) <= set(read.store)


def test_pinned_items_are_no_known_ground():
    read = reader(Fresh())
    read.source.pins, read.source.marks_pins = ["i1", "i2", "i3"], False
    read.run(20)
    read.source.arrive(20)
    read.now += 3_600
    read.run(0)
    read.run(20)
    assert set(read.source.items[:20]) <= set(read.store)


def test_the_cost_of_a_quiet_source_is_one_request_a_poll():
    for addressing in ADDRESSINGS:
        read = reader(Fresh(), addressing)
        read.run(30)
        read.now += 3_600
        assert len(read.run(0)) == 1


def test_a_document_that_lists_all_has_no_gaps():
    read = reader(Fresh(), "whole")
    read.run(100)
    read.source.arrive(3)
    read.now += 3_600
    assert len(read.run(100)) == 1
    read.source.arrive(50)
    read.now += 3_600
    assert len(read.run(100)) == 1
    assert gaps(read.state) == 0


def test_late_insertions_are_found_by_an_audit():
    read = reader(Fresh(audit_every=4))
    read.run(40)
    read.source.items.insert(8, "i500")
    read.source.ever.append("i500")
    for _ in range(12):
        read.now += 3_600
        read.run(0)
    assert "i500" in read.store


def test_an_audit_ends_where_known_ground_does():
    read = reader(Fresh(audit_every=1))
    read.run(12)
    known = set(read.store)
    for _ in range(9):
        read.now += 3_600
        read.run(0)
    assert len(set(read.store) - known) < read.source.page_size
    assert pages(read.asked[-6:]) in ([1, 2, 1, 3, 1, 2], [1, 3, 1, 2, 1, 3])


def test_a_list_that_is_empty_for_a_while_is_not_forgotten():
    read = reader(Fresh())
    read.run(30)
    items, read.source.items = read.source.items, []
    read.now += 86_400
    read.run(30)
    read.source.items = items
    read.now += 3_600
    assert pages(read.run(10)) == [1, 6, 7, 8]


def test_the_state_is_small_json_however_much_was_read():
    read = reader(Fresh())
    read.source.arrive(3_000)
    read.most = 1_000
    read.run(3_000)
    assert len(json.dumps(read.state)) < 8_000


def test_a_page_below_a_cursor_that_is_not_there_is_the_end():
    policy, demand = Fresh(), Demand(10, 1)
    items = tuple(ListedItem(f"i{n}") for n in range(4))
    head = Listing(Place("a"), items, Place("b"), "cursor")
    ask = policy.next({}, demand, now=0)
    assert ask is not None
    state, _ = policy.read({}, ask, demand, head, lambda item: False, now=0)
    ask = policy.next(state, demand, now=0)
    assert ask is not None
    assert ask.place == Place("b")
    state = policy.missed(state, ask, demand, now=0)
    assert state["intervals"][0]["ended"] == 0
