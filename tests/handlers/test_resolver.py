"""The resolver's promises, on a clock of the test's own and threads that are real."""

from __future__ import annotations

import threading

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import DNSLookupError
from twisted.internet.task import Clock

from imagecrawler.handlers.resolver import CachingNameResolver, resolve, system_lookup


class ClockedReactor(Clock):
    """What threads hand back waits here until the test takes it."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_back = []
        self.arrived = threading.Semaphore(0)

    def callFromThread(self, function, *args):  # noqa: N802
        self.handed_back.append((function, args))
        self.arrived.release()

    def take(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.arrived.acquire(timeout=30)
            function, args = self.handed_back.pop(0)
            function(*args)


class Names:
    """A name server: what it knows, what it was asked, whether it answers."""

    def __init__(self, **known: list[str]) -> None:
        self.known = known
        self.asked: list[str] = []
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        assert self.answers.wait(30)
        if name not in self.known:
            raise OSError("unknown")
        return self.known[name]


@pytest.fixture
def reactor():
    return ClockedReactor()


def resolver_for(reactor, names, **options) -> CachingNameResolver:
    made = CachingNameResolver(
        reactor, **{"cache_entries": 100, "timeout_seconds": 5, "lookup": names, **options}
    )
    reactor.nameResolver = made
    return made


def outcome(deferred):
    got = []
    deferred.addBoth(got.append)
    return got


def test_both_families_are_given_with_the_port(reactor):
    resolver_for(reactor, Names(a=["192.0.2.1", "2001:db8::1"]))
    got = outcome(resolve(reactor, "a", 8080))
    reactor.take()
    assert got == [[IPv4Address("TCP", "192.0.2.1", 8080), IPv6Address("TCP", "2001:db8::1", 8080)]]


def test_those_who_ask_at_once_share_one_lookup(reactor):
    names = Names(a=["192.0.2.1"])
    resolver_for(reactor, names)
    got = [outcome(resolve(reactor, "a", port)) for port in (1, 2, 3)]
    reactor.take()
    assert [addresses[0][0].port for addresses in got] == [1, 2, 3]
    assert names.asked == ["a"]


def test_an_answer_is_kept_for_ten_minutes(reactor):
    names = Names(a=["192.0.2.1"])
    resolver_for(reactor, names)
    outcome(resolve(reactor, "a", 80))
    reactor.take()
    reactor.advance(599)
    assert outcome(resolve(reactor, "a", 80))
    assert len(names.asked) == 1
    reactor.advance(2)
    assert not outcome(resolve(reactor, "a", 80))
    reactor.take()
    assert len(names.asked) == 2


def test_a_failure_is_kept_for_half_a_minute(reactor):
    names = Names()
    resolver_for(reactor, names)
    got = outcome(resolve(reactor, "a", 80))
    reactor.take()
    assert got[0].check(DNSLookupError)
    assert outcome(resolve(reactor, "a", 80))[0].check(DNSLookupError)
    reactor.advance(31)
    outcome(resolve(reactor, "a", 80))
    reactor.take()
    assert len(names.asked) == 2


def test_the_cache_is_bounded_and_drops_the_oldest(reactor):
    names = Names(**{name: ["192.0.2.1"] for name in "abc"})
    resolver_for(reactor, names, cache_entries=2)
    for name in "abc":
        outcome(resolve(reactor, name, 80))
        reactor.take()
    assert outcome(resolve(reactor, "c", 80))
    assert not outcome(resolve(reactor, "a", 80))


def test_without_a_cache_every_connection_asks(reactor):
    names = Names(a=["192.0.2.1"])
    resolver_for(reactor, names, cache_entries=0)
    for _ in range(3):
        outcome(resolve(reactor, "a", 80))
        reactor.take()
    assert len(names.asked) == 3


def test_a_silent_name_server_is_given_up_after_the_timeout(reactor):
    names = Names(a=["192.0.2.1"])
    names.answers.clear()
    resolver_for(reactor, names)
    got = outcome(resolve(reactor, "a", 80))
    reactor.advance(4.9)
    assert not got
    reactor.advance(0.2)
    assert got[0].check(DNSLookupError)
    names.answers.set()  # The late answer harms nobody, and is not thrown away.
    reactor.take()
    assert len(got) == 1
    assert outcome(resolve(reactor, "a", 80))[0][0].host == "192.0.2.1"
    assert len(names.asked) == 1


def test_more_lookups_than_threads_wait_their_turn(reactor):
    wanted = [f"n{number}" for number in range(100)]
    names = Names(**{name: ["192.0.2.1"] for name in wanted})
    names.answers.clear()
    resolver_for(reactor, names)
    got = [outcome(resolve(reactor, name, 80)) for name in wanted]
    assert len(names.asked) <= 32
    names.answers.set()
    reactor.take(100)
    assert all(got)
    assert sorted(names.asked) == sorted(wanted)
    assert not reactor.getDelayedCalls()


def test_one_who_gave_up_is_not_called(reactor):
    resolver_for(reactor, Names(a=["192.0.2.1"]))
    asking = resolve(reactor, "a", 80)
    got = outcome(asking)
    asking.cancel()
    reactor.take()
    assert len(got) == 1


def test_the_system_knows_literals_without_a_name_server():
    assert system_lookup("127.0.0.1") == ["127.0.0.1"]
    assert system_lookup("::1") == ["::1"]
    assert system_lookup("0x7f.1") == ["127.0.0.1"]
