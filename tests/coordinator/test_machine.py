"""The coordinator against a model of a whole crawl, killed between and within any two steps.

COORDINATOR_MACHINE_EXAMPLES=20000 makes a long run of it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from imagecrawler.coordinator.contract import Failed, GivenBack, Lease, Redirected, Visited
from imagecrawler.coordinator.drops import Drops
from imagecrawler.coordinator.retries import DECIDED, retry_failures
from imagecrawler.coordinator.run import RunRules
from imagecrawler.identity.urls import host_name
from imagecrawler.imaging.widths import smallest_bucket
from imagecrawler.items import PageItem
from imagecrawler.storage import atomic
from imagecrawler.storage.store import Store
from tests.coordinator import web
from tests.coordinator.model import (
    FAR_SECONDS,
    Model,
    check_end,
    check_nothing_is_left,
    check_promises,
    name_of,
)
from tests.coordinator.process import Process
from tests.dying import Death, DyingOs
from tests.quick_disk import quick_disk

WHICH = st.integers(0, 9)
WAITS = st.sampled_from([0.0, FAR_SECONDS, None])
# The smallest stays: a narrower one leaves files where verify says that they do not belong.
WIDTHS = st.sampled_from([(8,), (8,), (8,), (4, 8), (8, 16), (8, "original")])
DEATHS = st.none() | st.integers(1, 25)
FULL = OSError(28, "No space left on device")
ENOUGH = 2_000


def running(machine: CoordinatorMachine) -> bool:
    return machine.process is not None


def holding(kind: str) -> Any:
    return lambda machine: running(machine) and machine.held(kind)


class CoordinatorMachine(RuleBasedStateMachine):
    """A crawl of a small web in many processes, most of which are killed."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(dir=quick_disk()))
        self.disk = DyingOs()
        atomic.os = self.disk  # type: ignore[assignment]
        self.model = Model()
        self.process: Process | None = None
        self.widths: tuple[Any, ...] = (8,)
        self.starts: list[str] = []
        self.torn = False

    # -- a process begins and ends ---------------------------------------------------------

    @precondition(lambda self: not running(self))
    @rule(
        widths=WIDTHS,
        room=st.sampled_from([1, 2, 8]),
        concurrency=st.sampled_from([1, 3, 8]),
        revisit=st.sampled_from([None, None, 0.0]),
        visit_pages=st.sampled_from([True, True, True, False]),
        dies_at=DEATHS,
    )
    def open(
        self,
        widths: tuple[Any, ...],
        room: int = 8,
        concurrency: int = 3,
        revisit: float | None = None,
        visit_pages: bool = True,
        dies_at: int | None = None,
    ) -> None:
        rules = RunRules(
            widths=widths,
            smallest=str(smallest_bucket(widths)),
            concurrency=concurrency,
            revisit_seconds=revisit,
            visit_pages=visit_pages,
        )
        self.disk.reset(dies_at)
        try:
            self.process = process = Process(self.root, rules, room)
        except Death:
            self.model.killed(None)
            if revisit is not None:
                self.model.queued_for_revisit()
            return
        self.disk.reset()
        self.widths = widths
        assert process.left_in_tmp == []
        check_promises(self.root, widths, self.model.dropped)
        self.model.opened(process, self.root)
        self.act(process.start)

    @precondition(running)
    @rule()
    def close(self) -> None:
        process = self.process
        assert process is not None
        for lease in [*process.downloading]:
            self.act(process.finish, lease, lease.outcome or GivenBack())
            if self.process is None:
                return
        try:
            process.close()
        except Death:
            self.die()
            return
        if self.disk.dead:
            self.die()
            return
        self.process = None
        if not process.fatal:
            assert process.coordinator.leased == {}
            self.model.acknowledged(process)
        self.model.ended_process()
        self.disk.reset()

    @precondition(running)
    @rule(at=st.just(0) | st.integers(1, 30), how=st.sampled_from(["between", "torn", "full"]))
    def kill(self, at: int, how: str) -> None:
        """Let the process die now, at one of the next changes of the disk, or of a full one."""
        if at == 0:
            self.die()
        else:
            self.disk.reset(at, torn=how == "torn", error=FULL if how == "full" else None)

    @precondition(lambda self: running(self) and self.process.downloading)
    @rule(which=WHICH, times=st.integers(1, 5))
    def die_of_one_again_and_again(self, which: int, times: int) -> None:
        held = self.process.downloading
        name = name_of(held[which % len(held)])
        for _ in range(times):
            self.die()
            self.open(self.widths)
            for _ in range(ENOUGH):
                if self.process is None or name in self.model.out:
                    break
                lease = self.hand_out()
                if lease is None and self.process is not None and self.process.reader.ended:
                    break
                if lease is None:
                    self.read(5)
            if self.process is None:
                return

    # -- work in and out -------------------------------------------------------------------

    @precondition(running)
    @rule(url=st.sampled_from(web.STARTS), again=st.booleans())
    def add_start(self, url: str, again: bool = False) -> None:
        if host_name(url) in self.model.dropped:
            return  # whoever types it in wants it back
        if url not in self.starts:
            self.starts.append(url)
        if self.ask("add_start", url, "any", again=again):
            self.model.queued_again(url)

    @precondition(running)
    @rule(times=st.integers(1, 6))
    def lease(self, times: int) -> None:
        for _ in range(times):
            if self.process is not None:
                self.hand_out()

    @precondition(holding("page"))
    @rule(which=WHICH, spoiled=st.sampled_from([False, False, False, True]))
    def visit(self, which: int, spoiled: bool = False) -> None:
        self.end_page(self.held("page", which), spoiled=spoiled)

    @precondition(holding("page"))
    @rule(which=WHICH)
    def visit_in_two_steps(self, which: int) -> None:
        lease = self.held("page", which)
        if lease.outcome is None:
            self.ask("found", lease, page_item(lease))

    @precondition(holding("page"))
    @rule(which=WHICH, to=st.sampled_from([*web.TARGETS, web.PAGES[1], web.PAGES[7]]))
    def redirect(self, which: int, to: str) -> None:
        lease = self.held("page", which)
        hops = lease.entry.get("hops", 0) + 1
        if lease.outcome is not None or hops > 3 or to == lease.url:
            return
        lease.outcome = Redirected(301, to)
        if self.ask("add_redirect", lease, to, hops=hops, scope="any"):
            self.model.queued_again(to)
        self.finish(lease)

    @precondition(holding("page"))
    @rule(which=WHICH, wait=WAITS)
    def fail_page(self, which: int, wait: float | None) -> None:
        self.fail(self.held("page", which), wait)

    @precondition(holding("image"))
    @rule(which=WHICH)
    def render(self, which: int) -> None:
        self.end_image(self.held("image", which))

    @precondition(holding("image"))
    @rule(which=WHICH, wait=WAITS)
    def fail_image(self, which: int, wait: float | None) -> None:
        self.fail(self.held("image", which), wait)

    @precondition(lambda self: running(self) and self.process.downloading)
    @rule(which=WHICH)
    def give_back(self, which: int) -> None:
        held = self.process.downloading
        lease = held[which % len(held)]
        lease.outcome = lease.outcome or GivenBack()
        self.finish(lease)

    # -- time ------------------------------------------------------------------------------

    @precondition(running)
    @rule(steps=st.integers(1, 30))
    def work(self, steps: int) -> None:
        for _ in range(steps):
            if self.process is not None:
                self.work_a_step()

    @precondition(running)
    @rule()
    def flush(self) -> None:
        self.act(self.process.flush)

    @precondition(running)
    @rule()
    def write(self) -> None:
        self.act(self.process.write)

    @precondition(running)
    @rule()
    def let_time_pass(self) -> None:
        self.act(self.process.let_time_pass)

    @precondition(running)
    @rule(records=st.integers(1, 40))
    def read(self, records: int) -> None:
        for _ in range(records):
            self.process.reader.step()

    @precondition(running)
    @rule()
    def work_to_the_end(self) -> None:
        self.to_the_end()

    # -- commands --------------------------------------------------------------------------

    @precondition(lambda self: not running(self) and self.starts)
    @rule(host=st.sampled_from(["b.example", "c.example"]), dies_at=DEATHS)
    def drop(self, host: str, dies_at: int | None) -> None:
        smallest = str(smallest_bucket(self.widths))
        self.disk.reset(dies_at)
        for _ in range(2):
            try:
                with_store(self.root, lambda store: Drops(store, smallest=smallest).drop(host))
            except Death:
                self.disk.reset()
        self.disk.reset()
        about = Store.read(str(self.root)).dropped_hosts()
        self.model.dropped |= {host} & set(about)

    @precondition(lambda self: not running(self) and self.starts)
    @rule(dies_at=DEATHS)
    def retry(self, dies_at: int | None) -> None:
        self.disk.reset(dies_at)
        self.model.retried()
        with suppress(Death):
            with_store(self.root, lambda store: retry_failures(store, lambda r: r not in DECIDED))
        self.disk.reset()

    # -- how it is done --------------------------------------------------------------------

    def held(self, kind: str, which: int | None = None) -> Any:
        held = [lease for lease in self.process.downloading if lease.kind == kind]
        return held if which is None else held[which % len(held)]

    def act(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Do something in the process; it may die of it."""
        if self.process is None:
            return None
        result = None
        with suppress(Death):
            result = function(*args, **kwargs)
        if self.disk.dead:
            self.die()
        else:
            self.model.acknowledged(self.process)
            assert len(self.process.fatal) <= 1
        return result

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if self.process is None:
            return None
        asked = getattr(self.process.coordinator, name)
        return self.act(self.process.call, asked, *args, **kwargs)

    def die(self) -> None:
        process, self.process = self.process, None
        assert process is not None
        self.model.killed(process)
        process.kill()
        self.disk.reset()

    def hand_out(self) -> Lease | None:
        process = self.process
        assert process is not None
        pages = process.coordinator.pages
        waiting = {h for h in web.HOSTS if pages._has_more(h) and process.has_room(h)}
        lease: Lease | None = self.act(process.lease)
        if self.process is None:
            return None
        if lease is not None:
            self.model.handed_out(process, lease, waiting)
        return lease

    def finish(self, lease: Lease, outcome: Any = None) -> None:
        if self.process is None:
            return
        outcome = outcome or lease.outcome
        if isinstance(outcome, Failed):
            self.model.failed_with[name_of(lease)].add(outcome.reason)
        self.act(self.process.finish, lease, outcome)

    def end_page(self, lease: Lease, *, spoiled: bool = False) -> None:
        if spoiled or isinstance(lease.outcome, Failed):
            if lease.outcome is None:
                self.ask("found", lease, page_item(lease))
            self.finish(lease, Failed("parser-error", "our bug"))
        elif "images" in lease.entry:
            self.finish(lease, lease.outcome or Visited(304, None, lease.entry["images"]))
        else:
            if lease.outcome is None:
                self.ask("found", lease, page_item(lease))
            self.finish(lease)

    def end_image(self, lease: Lease) -> None:
        if lease.url in web.GONE:
            self.fail(lease, None)
        else:
            self.finish(lease, self.process.rendered(lease))

    def fail(self, lease: Lease, wait: float | None) -> None:
        reason = f"{lease.kind}-failed"
        if lease.kind == "image" and wait is None:
            wait = 0.0 if self.process.coordinator.try_another(lease, reason) else None
        self.finish(lease, Failed(reason, "as told", 503, wait))

    def work_a_step(self) -> None:
        if self.hand_out() is not None or self.process is None:
            return
        if self.process.downloading:
            lease = self.process.downloading[0]
            (self.end_page if lease.kind == "page" else self.end_image)(lease)
        else:
            self.process.reader.step()
            self.act(self.process.let_time_pass)

    def to_the_end(self) -> None:
        """Do all that is left, every page and image at its best."""
        for _ in range(ENOUGH):
            process = self.process
            if process is None or process.fatal or not process.coordinator.has_work():
                break
            self.work_a_step()
        else:
            raise AssertionError("there is work, and nothing moves")
        process = self.process
        if process is not None and not process.fatal and process.rules.visit_pages:
            assert process.reader.ended
            check_nothing_is_left(self.root, tuple(process.rules.widths))

    def teardown(self) -> None:
        if not hasattr(self, "root"):
            return
        try:
            if sys.exception() is None:
                self.finish_the_crawl()
        finally:
            atomic.os = os  # type: ignore[assignment]
            if self.process is not None:
                self.process.kill()
            shutil.rmtree(self.root)

    def finish_the_crawl(self) -> None:
        self.disk.reset()
        if self.process is not None and not (
            self.process.rules.visit_pages and not self.process.fatal
        ):
            self.close()
        if self.process is None:
            self.open(self.widths)
        for url in list(self.starts):
            self.add_start(url)
        self.to_the_end()
        self.close()
        check_promises(self.root, self.widths, self.model.dropped)
        check_end(self.root, self.model, self.starts)
        self.open(self.widths)  # a second run of a crawl that has ended
        assert self.hand_out() is None
        self.process.reader.to_the_end()
        assert self.hand_out() is None
        self.act(self.process.let_time_pass)
        assert not self.process.coordinator.has_work()
        self.close()


def with_store(root: Path, work: Any) -> None:
    """Do what a command does with a store; a death leaves the lock to the next process."""
    store = Store.open(str(root), fsync=False)
    try:
        work(store)
    except Death:
        store._lock.release()  # type: ignore[union-attr]
        raise
    store.close()


def page_item(lease: Lease) -> PageItem:
    links = web.LINKS[lease.url]
    return PageItem(lease.key, lease.url, 200, images=web.pictures_of(lease.url), links=links)


TestCoordinatorMachine = CoordinatorMachine.TestCase
TestCoordinatorMachine.settings = settings(
    max_examples=int(os.environ.get("COORDINATOR_MACHINE_EXAMPLES", "60")),
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
