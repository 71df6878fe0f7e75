"""What silence means, when a disk is short of room, and what is no progress."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.coordinator.holds import Holds
from imagecrawler.policies.reach import Reach
from imagecrawler.policies.room import floor_bytes, is_short
from imagecrawler.policies.stalls import Quiet, Work, stall_words


def known(*hosts: str) -> Reach:
    reach = Reach()
    for when, host in enumerate(hosts, 1):
        reach.answered(host, f"http://{host}", now=float(when))
    return reach


def test_a_host_that_answered_since_is_not_at_fault() -> None:
    reach = known("a.example")
    reach.failed("a.example", "1")
    assert not reach.is_doubtful("a.example", begun=0.5, final=True)
    assert reach.is_doubtful("a.example", begun=1.5, final=True)
    assert not reach.is_doubtful("a.example", begun=1.5, final=False)


def test_several_urls_that_fail_in_a_row_make_doubt_and_one_does_not() -> None:
    reach = known("a.example")
    for _ in range(9):
        reach.failed("a.example", "the same")
    assert not reach.is_doubtful("a.example", begun=2.0, final=False)
    for key in "12":
        reach.failed("a.example", key)
    assert reach.is_doubtful("a.example", begun=2.0, final=False)
    reach.answered("a.example", "http://a.example", now=3.0)
    reach.failed("a.example", "3")
    assert not reach.is_doubtful("a.example", begun=4.0, final=False)


def test_the_silence_of_a_stranger_counts_where_nobody_else_answers_either() -> None:
    reach = known("a.example")
    for key in "123":
        reach.failed("dead.example", key)
    assert not reach.knows("dead.example")
    assert not reach.is_doubtful("dead.example", begun=0.5, final=True)
    assert reach.is_doubtful("dead.example", begun=2.0, final=False)
    assert reach.witnesses(without="dead.example") == ["a.example"]


def test_a_host_given_up_is_a_stranger_until_it_answers() -> None:
    reach = known("a.example", "b.example")
    reach.give_up("a.example")
    assert not reach.knows("a.example")
    reach.answered("a.example", "https://a.example", now=9.0)
    assert reach.knows("a.example") and reach.origin_of("a.example") == "https://a.example"


def test_those_who_answered_last_are_asked_first_and_typed_hosts_only_in_numbers() -> None:
    reach = known("a.example", "b.example", "c.example", "d.example")
    assert reach.witnesses(without="c.example") == ["d.example", "b.example", "a.example"]
    typed = Reach()
    for number in range(3):
        assert typed.witnesses() == []
        typed.hope(f"h{number}", f"http://h{number}")
    assert typed.witnesses(without="h0") == ["h1", "h2"]


@given(st.integers(0, 2**50), st.integers(0, 2**50), st.integers(0, 2**50))
def test_a_small_disk_is_not_all_floor_and_a_pause_ends_with_more_than_it_began(
    wished: int, disk: int, free: int
) -> None:
    floor = floor_bytes(wished, disk)
    assert floor <= wished and floor * 20 <= disk
    assert not is_short(disk, floor, paused=True)
    assert is_short(free, floor, paused=True) or not is_short(free, floor, paused=False)


def test_only_looks_without_news_and_without_excuse_are_quiet() -> None:
    quiet = Quiet(look_seconds=2.0)
    quiet.add("a", excused=False)
    assert [quiet.add("a", excused=False) for _ in range(3)] == [2.0, 4.0, 6.0]
    assert quiet.add("b", excused=False) == 0.0
    assert quiet.add("b", excused=False) == 2.0
    assert quiet.add("b", excused=True) == 0.0


def test_the_longest_in_flight_are_told_first_and_few_of_them() -> None:
    works = [Work(f"http://a.example/{n}", "download of", float(n)) for n in range(12)]
    lines = stall_words(works, 900.0).splitlines()
    assert lines[1] == "  11 s download of http://a.example/11"
    assert "and 2 more" in lines[11] and "900 s" in lines[0]


def test_pauses_are_counted_by_reason_and_the_oldest_is_told() -> None:
    holds = Holds()
    assert not holds and holds.words() == ""
    assert holds.begin("network", "no network", now=1.0)
    assert not holds.begin("network", "no network", now=2.0)
    holds.begin("disk", "no room", now=3.0)
    assert holds and holds.words() == "no network"
    assert holds.end("network", now=5.0) and not holds.end("network", now=6.0)
    assert holds.words() == "no room"
    assert holds.seconds(now=7.0) == {"network": 4.0, "disk": 4.0}
