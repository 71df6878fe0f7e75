"""Hosts take turns; one that rests takes its own when the rest is over."""

from __future__ import annotations

import json

from imagecrawler.coordinator.rests import HostRests, Rest, hosts_from_json
from imagecrawler.coordinator.rotation import HostRotation


def test_a_resting_host_waits_and_the_others_go_on() -> None:
    rests = HostRests()
    rotation = HostRotation(rests)
    for host in "abc":
        rotation.add(host)
    rests.add("a", Rest(100, "busy"))
    rests.add("a", Rest(50, "shorter"))
    assert [rotation.take(lambda _: True, 0) for _ in range(3)] == ["b", "c", None]
    assert (rotation.has_ready(0), rotation.next_due(0), rotation.resting(0)) == (False, 100, {"a"})
    rests.add("a", Rest(200, "busier"))
    assert rotation.has_ready(100)
    assert rotation.take(lambda _: True, 100) is None  # it was looked at again
    assert (rotation.has_ready(100), rotation.next_due(100)) == (False, 200)
    assert rotation.take(lambda _: True, 200) == "a"
    assert rotation.take(lambda _: True, 200) is None


def test_a_rest_that_begins_while_a_host_is_parked_or_ready_counts() -> None:
    rests = HostRests()
    rotation = HostRotation(rests)
    rotation.add("a")
    assert rotation.take(lambda _: False, 0) is None
    rests.add("a", Rest(100, "busy"))
    assert rotation.has_ready(0)  # a request of it is under way
    rotation.release("a")
    assert (rotation.has_ready(0), rotation.next_due(0)) == (False, 100)


def test_what_is_written_is_read_again_and_rubbish_is_not() -> None:
    rests = HostRests()
    assert rests.to_write(now=0, now_seconds=0.0) is None
    rests.add("a", Rest(100, "it answered 429", outlasts=True))
    rests.add("b", Rest(100, "robots.txt"))
    rests.add("c", Rest(5, "over", outlasts=True))
    rests.slow("d", 2.5)
    written = json.loads(json.dumps(rests.to_write(now=10, now_seconds=0.0)))
    assert rests.to_write(now=10, now_seconds=9.0) is None
    found, delays = hosts_from_json(written)
    assert (found.keys(), delays) == ({"a", "b"}, {"d": 2.5})
    again = HostRests()
    again.restore(written, 10)
    assert again.lasting(10) == {"a": Rest(100, "it answered 429", outlasts=True)}
    for rubbish in (None, [], {"rests": 3, "delays": {"x": "y"}}, {"rests": {"a": [1, 2]}}):
        assert hosts_from_json(rubbish) == ({}, {})
