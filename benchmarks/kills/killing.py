"""A crawl that is killed and resumed until it ends, and what each of its processes did."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawls import Crawl, CrawlEnd
from benchmarks.nginx import Journal
from benchmarks.sites import GeneratedSite
from benchmarks.stores import StoreReading, TornFile

# How long workers may take to notice that their parent is gone.
_WORKERS_END_SECONDS = 5.0
_PARENT_ONLY_SHARE = 0.4
_EARLY_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Round:
    """One process of the crawl, from its start to its kill or to its own end.

    ``pages_again`` and ``images_again`` count addresses that were asked for in an earlier
    round too, ``twice`` those asked for more than once in this one. ``exit_code`` is
    negative after a kill. ``ended_by`` is ``itself``, ``group``, ``parent`` or ``timeout``.
    """

    ended_by: str
    seconds: float
    exit_code: int
    pages: int
    images: int
    pages_again: int
    images_again: int
    twice: int
    torn: list[TornFile]


class KilledCrawl:
    """Kills one crawl again and again, then lets it finish.

    ``start`` starts or resumes it, given the number of the round (from 1) and whether a page
    was answered before: until then there is nothing to resume. ``store`` is looked through
    for torn files after every round (None: there is none to look through).
    """

    def __init__(
        self,
        site: GeneratedSite,
        *,
        port: int,
        journal: Journal,
        start: Callable[[int, bool], Crawl],
        store: StoreReading | None,
        timeout_seconds: float,
        randomness: random.Random,
    ) -> None:
        self.seen: Counter[str] = Counter()
        self.left_behind: dict[int, int] = {}
        self._site = site
        self._pages, self._images = frozenset(site.pages), frozenset(site.images)
        self._port = port
        self._journal = journal
        self._start = start
        self._store = store
        self._decoded: set[Path] = set()
        self._timeout_seconds = timeout_seconds
        self._randomness = randomness
        self._killed: list[tuple[int, Crawl, float]] = []

    def rounds(self, kills: int) -> list[Round]:
        """Run the crawl to its end with at most ``kills`` kills, printing a line for each.

        Afterwards ``seen`` counts the answers by address, and ``left_behind`` the processes
        that lived on for five seconds after their parent was killed, by round.
        """
        done: list[Round] = []
        while not done or done[-1].ended_by in ("group", "parent"):
            done.append(self._round(len(done) + 1, kills_left=kills - len(done)))
            print(_line(len(done), done[-1]), flush=True)
        self._look_for_workers(patience_seconds=_WORKERS_END_SECONDS)
        return done

    def _round(self, number: int, *, kills_left: int) -> Round:
        mark = self._journal.mark()
        crawl = self._start(number, bool(self.seen))
        if kills_left > 0:
            self._wait_for_the_moment(crawl, mark, kills_left)
        else:
            crawl.wait(self._timeout_seconds)
        end = crawl.poll()
        ended_by = "itself"
        if end is None:
            ended_by, end = self._kill(number, crawl, kills_left)
        # At once, while the workers of a killed parent may still be at it.
        torn = self._store.torn(known=self._decoded) if self._store else []
        self._look_for_workers(patience_seconds=0)
        now = Counter(
            address
            for line in self._journal.since(mark)
            if (address := f"http://{line.address}:{self._port}{line.path}") in self._all
        )
        again = {address for address in now if self.seen[address]}
        self.seen.update(now)
        return Round(
            ended_by=ended_by,
            seconds=end.wall_seconds,
            exit_code=end.exit_code,
            pages=len(now.keys() & self._pages),
            images=len(now.keys() & self._images),
            pages_again=len(again & self._pages),
            images_again=len(again & self._images),
            twice=now.total() - len(now),
            torn=torn,
        )

    @property
    def _all(self) -> frozenset[str]:
        return self._pages | self._images

    def _wait_for_the_moment(self, crawl: Crawl, mark: int, kills_left: int) -> None:
        """Return when the crawl is to be killed, or when it has ended by itself."""
        if self._randomness.random() < _EARLY_SHARE:
            crawl.wait(self._randomness.uniform(0.3, 2.0))
            return
        remaining = len(self._all - self.seen.keys())
        # On average the kills left share out what is left to fetch.
        answers = self._randomness.randint(1, max(2, 2 * remaining // (kills_left + 1)))
        while crawl.seconds < self._timeout_seconds and not crawl.poll():
            if len(self._journal.since(mark)) >= answers:
                # Not right at an answer: all kills would hit the same few lines of code.
                crawl.wait(crawl.seconds + self._randomness.uniform(0, 0.06))
                return
            time.sleep(0.003)

    def _kill(self, number: int, crawl: Crawl, kills_left: int) -> tuple[str, CrawlEnd]:
        if crawl.seconds >= self._timeout_seconds or kills_left <= 0:
            return "timeout", crawl.kill()
        parent_only = self._randomness.random() < _PARENT_ONLY_SHARE
        end = crawl.kill(parent_only=parent_only)
        self._killed.append((number, crawl, time.monotonic()))
        return "parent" if parent_only else "group", end

    def _look_for_workers(self, *, patience_seconds: float) -> None:
        waiting = []
        for number, crawl, killed_at in self._killed:
            deadline = killed_at + _WORKERS_END_SECONDS
            while (left := crawl.processes_left()) and time.monotonic() < deadline:
                if not patience_seconds:
                    waiting.append((number, crawl, killed_at))
                    break
                time.sleep(0.1)
            else:
                if left:
                    self.left_behind[number] = len(left)
                for pid in left:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        self._killed = waiting


def _line(number: int, done: Round) -> str:
    how = f"exit {done.exit_code}" if done.ended_by == "itself" else done.ended_by
    return (
        f"round {number:2}: {done.seconds:5.1f} s, {how:8} {done.pages:4} pages "
        f"({done.pages_again} again) {done.images:5} images ({done.images_again} again), "
        f"{done.twice} asked twice, {len(done.torn)} torn"
    )
