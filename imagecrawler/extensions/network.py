"""Pauses a crawl while the network is away, and leaves a host alone that went away.

Neither costs a URL one of its tries. What an answer and its absence mean is `policies.reach`'
business, how a host is asked `witnesses`'.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.utils.httpobj import urlparse_cached

from imagecrawler.coordinator import signals as our_signals
from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.options import number
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import PausedTooLongError
from imagecrawler.extensions.witnesses import Witnesses, with_address
from imagecrawler.identity.urls import authority, host_name
from imagecrawler.policies.reach import DOUBTFUL, Reach
from imagecrawler.security.addresses import literal_address

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

_BACK_OFF_MOST = 12  # times PAUSE_CHECK_SECONDS
_BEAT_SECONDS = 0.5
_STOOD_STILL_SECONDS = 3.0  # a loop that is only busy comes round sooner


class NetworkWatch:
    """Says which failed requests are let pass, and pauses what cannot succeed just now."""

    def __init__(
        self, crawler: Crawler, *, check_seconds: float, most_seconds: float, away_seconds: float
    ) -> None:
        self._crawler = crawler
        self._check_seconds = check_seconds
        self._most_seconds = most_seconds
        self._away_seconds = away_seconds
        self._reach = Reach()
        self._witnesses = Witnesses(crawler, self._reach, lately_seconds=check_seconds)
        self._starts: list[str] = []
        self._nameless: set[str] = set()  # what failed for want of a name
        self._away: set[str] = set()
        self._is_lost = False
        self._absences: Counter[str] = Counter()  # how often a host went away; "": all of them
        self._tasks: set[asyncio.Task[None]] = set()
        self._still: list[tuple[float, float]] = []  # when the process stood still, and how long

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read PAUSE_CHECK_SECONDS, PAUSE_MAX_SECONDS and HOST_AWAY_SECONDS."""
        settings = crawler.settings
        watch = cls(
            crawler,
            check_seconds=number(settings, "PAUSE_CHECK_SECONDS", least=0.01),
            most_seconds=number(settings, "PAUSE_MAX_SECONDS"),
            away_seconds=number(settings, "HOST_AWAY_SECONDS"),
        )
        connect = crawler.signals.connect
        connect(watch.begin, signal=our_signals.starts_known)
        connect(watch.note_answer, signal=signals.response_downloaded)
        connect(watch.end, signal=signals.spider_closed)
        return watch

    def begin(self, urls: list[str]) -> None:
        """Begin with the start URLs of this run and of earlier ones."""
        scheduler = self._scheduler()
        if scheduler is None:
            return
        self._starts = urls
        scheduler.excuse_failures_if(self.is_excused)
        self._start(self._beat())

    def note_answer(self, response: Response, request: Request) -> None:
        """Note that somebody answered; a server error is an answer."""
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        self._reach.answered(url.hostname or "", origin, now=time.monotonic())

    def end(self) -> None:
        """Stop waiting for anybody."""
        for task in self._tasks:
            task.cancel()

    async def is_excused(self, lease: Lease, reason: str, final: bool, sent: float) -> bool:
        """Return whether a failure is not the URL's: it is to be tried again as if it never was."""
        host, reach = lease.host, self._reach
        self._take_starts()
        if self._is_lost or host in self._away or self._stood_still(reason, sent):
            return True
        if reason == "dns":
            return await self._is_nameless(host, f"{lease.kind} {lease.key}", final)
        reach.failed(host, f"{lease.kind} {lease.key}")
        if not reach.is_doubtful(host, begun=sent, final=final):
            return False
        is_known, absences = reach.knows(host), self._absences_of(host)
        if is_known and await self._witnesses.any_answers([host]):
            # Back again, perhaps: others may have found it away while this one asked.
            return self._absences_of(host) > absences
        witnesses = reach.witnesses(without=host)
        if await self._witnesses.any_answers(witnesses):
            return is_known and self._leave_alone(host)
        if not witnesses and not is_known:
            return False  # nobody ever answered: there is nothing to compare with
        return self._lose()

    async def _is_nameless(self, host: str, key: str, final: bool) -> bool:
        """Whether no name can be resolved, whatever kept connections still answer."""
        self._nameless.add(key)
        if not final and len(self._nameless) < DOUBTFUL:
            return False
        is_known = self._reach.knows(host)
        names = [name for name in self._reach.witnesses(without=host) if not literal_address(name)]
        if await with_address(names):
            self._nameless.clear()
            return is_known and self._leave_alone(host, by_name=True)
        return bool(names or is_known) and self._lose(by_name=True)

    def _take_starts(self) -> None:
        scheduler = self._scheduler()
        if scheduler is None or scheduler.coordinator is None:
            return
        for url in self._starts:
            host, origin = host_name(url), f"{url.partition(':')[0]}://{authority(url)}"
            is_known = scheduler.coordinator.has_visited(host)
            (self._reach.knew if is_known else self._reach.hope)(host, origin)
        self._starts = []

    def _absences_of(self, host: str) -> int:
        return self._absences[""] + self._absences[host]

    # -- who is away -----------------------------------------------------------------------

    def _lose(self, *, by_name: bool = False) -> bool:
        """Pause the crawl; return whether failures pass. ``by_name``: names are what lacks."""
        scheduler = self._scheduler()
        if self._is_lost or scheduler is None:
            return self._is_lost
        self._is_lost = True
        self._absences[""] += 1
        self._nameless.clear()
        scheduler.hold(
            "network",
            "No host answers: the network seems to be away. The crawl pauses and looks again, for "
            f"at most {self._most_seconds:g} s; nothing is given up meanwhile. Ctrl-C ends it.",
        )
        self._start(self._wait_for_network(scheduler, by_name))
        return True

    async def _wait_for_network(self, scheduler: StoreScheduler, by_name: bool) -> None:
        if await self._came_back([], self._most_seconds, by_name):
            self._is_lost = False
            scheduler.go_on("network", "Hosts answer again: the crawl goes on.")
            return
        scheduler.end_with(
            PausedTooLongError(
                f"No host answered for {self._most_seconds:g} s: the crawl ends, and all is kept. "
                "Start it again when the network is back; PAUSE_MAX_SECONDS is how long it waits."
            ),
            reason="network",
        )

    def _leave_alone(self, host: str, *, by_name: bool = False) -> bool:
        """Pause a host; return whether its failures pass."""
        scheduler = self._scheduler()
        if scheduler is None or not self._away_seconds:
            return False
        if host not in self._away:
            self._away.add(host)
            self._absences[host] += 1
            scheduler.hold_host(host)
            logger.warning(
                "%s does not answer any more: it is left alone for at most %g s",
                host,
                self._away_seconds,
            )
            self._start(self._wait_for_host(scheduler, host, by_name))
        return True

    async def _wait_for_host(self, scheduler: StoreScheduler, host: str, by_name: bool) -> None:
        if await self._came_back([host], self._away_seconds, by_name):
            logger.warning("%s answers again", host)
        else:
            logger.warning("%s stays away: its pages and images are tried as usual", host)
            self._reach.give_up(host)
        self._away.discard(host)
        scheduler.go_on_with(host)

    async def _came_back(self, hosts: list[str], most_seconds: float, by_name: bool) -> bool:
        """Wait until one of the hosts (of all, if none is named) answers; False: it did not."""
        wait, waited = self._check_seconds, 0.0
        while waited < most_seconds:
            wait = min(wait, most_seconds - waited)
            # Counted, not measured: a machine that slept for hours has not asked meanwhile.
            await asyncio.sleep(wait)
            asked = hosts or self._reach.witnesses()
            # Behind a proxy there may be no name service at all, and nobody misses it.
            if await self._witnesses.any_answers(await with_address(asked) if by_name else asked):
                return True
            if not (hosts and self._is_lost):  # else nobody can tell about this host
                waited += wait
            wait = min(wait * 2, self._check_seconds * _BACK_OFF_MOST)
        return False

    # -- a process that stood still --------------------------------------------------------

    async def _beat(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            now = time.monotonic()
            if now - last > _STOOD_STILL_SECONDS + _BEAT_SECONDS:
                self._still.append((now, now - last))
            last = now

    def _stood_still(self, reason: str, sent: float) -> bool:
        """Whether most of a request's time passed while the process was stopped."""
        limit = self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        still = sum(seconds for when, seconds in self._still[-100:] if when > sent)
        return reason == "timeout" and bool(limit) and still >= limit / 2

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _scheduler(self) -> StoreScheduler | None:
        scheduler = getattr(self._crawler.engine, "scheduler", None)
        return scheduler if isinstance(scheduler, StoreScheduler) else None
