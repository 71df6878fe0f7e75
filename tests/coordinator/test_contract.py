"""The promises of a frontier that every backend keeps: through `Frontier` alone.

A backend is how a store is opened, how a process ends well and how it dies. To test another,
add it to `BACKENDS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from imagecrawler.coordinator.contract import Failed, Frontier, GivenBack, Lease, Visited
from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.run import RunRules
from imagecrawler.items import PageItem
from imagecrawler.storage.store import Store

HOSTS = ("a.example", "b.example", "c.example")


class Backend(Protocol):
    """One kind of frontier, on a place of its own."""

    def open(self, rules: RunRules) -> Frontier: ...

    def kill(self, frontier: Frontier) -> None: ...


class Folders:
    """A store's folders."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def open(self, rules: RunRules) -> Frontier:
        return Coordinator.open(Store.open(self._root, fsync=False), rules)

    def kill(self, frontier: Frontier) -> None:
        assert isinstance(frontier, Coordinator)
        frontier._committer._thread.shutdown(wait=True)
        assert frontier.store._lock is not None
        frontier.store._lock.release()


BACKENDS: dict[str, Callable[[Path], Backend]] = {"folders": Folders}


class Crawl:
    """A frontier in one process, driven by hand."""

    def __init__(self, frontier: Frontier) -> None:
        self.frontier = frontier

    async def start(self, *urls: str) -> None:
        for url in urls:
            self.frontier.add_start(url, "any")
        await self.durable(lambda: self.frontier.snapshot()["pages_queued"] >= len(urls))

    def lease(self, has_room: Callable[[str], bool] = lambda host: True) -> Lease | None:
        return self.frontier.lease(has_room)

    def leases(self, most: int = 1_000) -> list[Lease]:
        found: list[Lease] = []
        while len(found) < most and (lease := self.lease()) is not None:
            found.append(lease)
        return found

    async def end(self, lease: Lease, outcome: Any = None) -> None:
        """Give a lease back with its outcome, and wait until that is durable."""
        lease.outcome = outcome or lease.outcome or Visited(200, None, [])
        self.frontier.finish(lease)
        await self.durable(lambda: self.frontier.page_lease(lease.key) is None)

    async def durable(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self.frontier.flush()
            await asyncio.sleep(0.001)

    async def visit_all(self) -> list[str]:
        visited = []
        while (lease := self.lease()) is not None:
            visited.append(lease.url)
            await self.end(lease)
        return visited


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    return BACKENDS[request.param](tmp_path)


@asynccontextmanager
async def running(backend: Backend, *, dies: bool = False, **rules: Any) -> AsyncIterator[Crawl]:
    """One process: it ends well, or is killed."""
    frontier = backend.open(RunRules(**{"widths": (600,), "smallest": "600", **rules}))
    frontier.start(lambda: None, lambda error: None)
    yield Crawl(frontier)
    if dies:
        backend.kill(frontier)
        return
    await frontier.close()
    frontier.release()


def pages(count: int, host: str = HOSTS[0]) -> list[str]:
    return [f"http://{host}/{n}" for n in range(count)]


def test_a_page_is_handed_out_once(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend) as crawl:
            await crawl.start(*pages(3))
            assert not crawl.frontier.add_start(pages(3)[0], "any")
            leases = crawl.leases()
            assert sorted(lease.url for lease in leases) == pages(3)
            for lease in leases:
                await crawl.end(lease)
            assert crawl.lease() is None
            assert not crawl.frontier.has_work()
        async with running(backend) as crawl:
            assert not crawl.frontier.add_start(pages(3)[0], "any")
            assert crawl.lease() is None

    asyncio.run(run())


def test_pages_of_a_host_are_first_in_first_out(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend, dies=True) as crawl:
            await crawl.start(*pages(10))
            for lease in crawl.leases(4):
                await crawl.end(lease)
        async with running(backend) as crawl:
            crawl.frontier.add_start("http://a.example/late", "any")
            assert await crawl.visit_all() == [*pages(10)[4:], "http://a.example/late"]

    asyncio.run(run())


def test_hosts_take_turns_whatever_they_have_queued(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend) as crawl:
            await crawl.start(*pages(9), *pages(3, HOSTS[1]), *pages(3, HOSTS[2]))
            hosts = [url.split("/")[2] for url in await crawl.visit_all()]
            for turn in range(3):
                assert sorted(hosts[3 * turn : 3 * turn + 3]) == sorted(HOSTS)
            assert hosts[9:] == [HOSTS[0]] * 6

    asyncio.run(run())


def test_a_host_without_room_holds_up_no_other(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend) as crawl:
            await crawl.start(*pages(2), *pages(2, HOSTS[1]))
            others = [crawl.lease(lambda host: host != HOSTS[0]) for _ in range(2)]
            assert [lease.host for lease in others if lease] == [HOSTS[1]] * 2
            assert crawl.lease(lambda host: host != HOSTS[0]) is None
            assert crawl.frontier.has_work()
            crawl.frontier.release_host(HOSTS[0])
            assert [lease.host for lease in crawl.leases()] == [HOSTS[0]] * 2

    asyncio.run(run())


def test_never_more_is_handed_out_than_the_concurrency(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend, concurrency=2) as crawl:
            await crawl.start(*pages(4))
            first, second = crawl.leases()
            await crawl.end(first)
            assert len(crawl.leases()) == 1
            await crawl.end(second)

    asyncio.run(run())


def test_what_was_in_flight_at_a_kill_comes_again_and_nothing_else(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend, dies=True, concurrency=2) as crawl:
            await crawl.start(*pages(5))
            for _ in range(2):
                lease = crawl.lease()
                assert lease is not None
                await crawl.end(lease)
            in_flight = [lease.url for lease in crawl.leases()]
        async with running(backend) as crawl:
            assert in_flight == pages(5)[2:4]
            assert await crawl.visit_all() == pages(5)[2:]

    asyncio.run(run())


def test_links_of_a_page_are_durable_before_it_is_done(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend, dies=True) as crawl:
            await crawl.start(*pages(1))
            lease = crawl.lease()
            assert lease is not None
            crawl.frontier.found(lease, PageItem(lease.key, lease.url, 200, links=pages(3)))
            await crawl.end(lease)
        async with running(backend) as crawl:
            assert await crawl.visit_all() == pages(3)[1:]

    asyncio.run(run())


def test_a_page_that_is_given_back_comes_first_and_as_if_new(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend) as crawl:
            await crawl.start(*pages(2))
            first = crawl.lease()
            assert first is not None
            await crawl.end(first, GivenBack())
            again = crawl.lease()
            assert again is not None
            assert (again.url, again.attempts, again.outcome) == (pages(2)[0], 0, None)
            await crawl.end(again)
            assert await crawl.visit_all() == pages(2)[1:]
            assert not crawl.frontier.has_work()

    asyncio.run(run())


def test_a_failed_page_is_tried_when_it_is_due_and_holds_up_no_other(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend) as crawl:
            await crawl.start(*pages(4))
            for wait in (3_600.0, None, 0.0):
                lease = crawl.lease()
                assert lease is not None
                await crawl.end(lease, Failed("timeout", "slow", None, wait))
            left = crawl.leases()
            assert {lease.url: lease.attempts for lease in left} == {pages(4)[2]: 1, pages(4)[3]: 0}
            for lease in left:
                await crawl.end(lease)
            assert not crawl.frontier.has_work()
        async with running(backend) as crawl:
            assert crawl.lease() is None
            assert crawl.frontier.add_start(pages(4)[1], "any", again=True)

    asyncio.run(run())


def test_nothing_is_handed_out_of_what_is_drained(backend: Backend) -> None:
    async def run() -> None:
        async with running(backend) as crawl:
            await crawl.start(*pages(2))
            crawl.frontier.drain()
            assert crawl.lease() is None
            assert not crawl.frontier.has_work()
        async with running(backend) as crawl:
            assert await crawl.visit_all() == pages(2)

    asyncio.run(run())


def test_an_estimate_is_kept_for_the_next_run(backend: Backend) -> None:
    async def run() -> None:
        learned = {"e.com": [1, "1", 0]}
        async with running(backend) as crawl:
            assert crawl.frontier.keep("guess", lambda: learned) is None
            learned["f.com"] = []
        async with running(backend, dies=True) as crawl:
            assert crawl.frontier.keep("guess", list) == learned
        async with running(backend) as crawl:
            assert crawl.frontier.keep("guess", list) == learned
            assert crawl.frontier.keep("other", lambda: None) is None

    asyncio.run(run())
