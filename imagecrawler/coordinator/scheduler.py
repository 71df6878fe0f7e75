"""SCHEDULER: leases from the coordinator become requests, their ends become outcomes.

A request has ended when the engine has dropped it from its set of requests in progress:
after its items went through all pipelines. Scrapy has no public signal for that
(scrapy#7978), so this reads ``engine._slot`` and asserts it when the store is opened.
Before a store is opened (scrapy shell, fetch, parse, check) this is Scrapy's own scheduler.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.core.scheduler import Scheduler
from scrapy.exceptions import CloseSpider, DownloadCancelledError
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.misc import build_from_crawler, load_object
from twisted.python.failure import Failure

from imagecrawler.coordinator import signals as our_signals
from imagecrawler.coordinator.asking import Asker
from imagecrawler.coordinator.closing import Closing
from imagecrawler.coordinator.contract import Failed, Frontier, GivenBack, Lease
from imagecrawler.coordinator.dupefilter import StoreDupeFilter
from imagecrawler.coordinator.ending import Ending
from imagecrawler.coordinator.engine import is_readable, under_way
from imagecrawler.coordinator.excuses import Excuses, IsExcused
from imagecrawler.coordinator.failed_tries import (
    failed,
    failed_status,
    failed_with,
    rejected,
    untried,
)
from imagecrawler.coordinator.holds import Holds
from imagecrawler.coordinator.redirects import goes_on, lead_to, spelled
from imagecrawler.coordinator.requests_out import RequestsOut
from imagecrawler.coordinator.room import TICK_SECONDS, Room
from imagecrawler.coordinator.waking import EngineWaker
from imagecrawler.exceptions import (
    ImageCrawlerError,
    ImageRejectedError,
    RobotsUnavailableError,
    UnsupportedScrapyError,
)
from imagecrawler.policies.stalls import Work
from imagecrawler.storage.store import unwritable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

logger = logging.getLogger(__name__)


class StoreScheduler(Scheduler):
    """The coordinator's hook in Scrapy. `begin` opens it for one run."""

    crawler: Crawler
    df: StoreDupeFilter

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it without a JOBDIR: the store is the whole state (scrapyd sets one)."""
        settings = crawler.settings
        return cls(
            dupefilter=build_from_crawler(load_object(settings["DUPEFILTER_CLASS"]), crawler),
            mqclass=load_object(settings["SCHEDULER_MEMORY_QUEUE"]),
            pqclass=load_object(settings["SCHEDULER_PRIORITY_QUEUE"]),
            stats=crawler.stats,
            crawler=crawler,
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.coordinator: Frontier | None = None
        self._ending = Ending()
        self._excuses = Excuses(self._ending)
        self._waker = EngineWaker(self.crawler)
        self._retry_exceptions: tuple[type[BaseException], ...] = ()
        self._started_at = ""
        self._stop_task: asyncio.Future[None] | None = None
        self._has_enough_images: Callable[[], bool] = lambda: False
        self._holds = Holds()

    # -- a run begins ----------------------------------------------------------------------

    def begin(self, coordinator: Frontier, *, started: str) -> None:
        """Work off an opened coordinator from now on.

        Raises UnsupportedScrapyError when this Scrapy lacks what the scheduler reads of it.
        """
        _assert_engine(self.crawler)
        exceptions = self.crawler.settings.getlist("RETRY_EXCEPTIONS")
        self._retry_exceptions = tuple(load_object(name) for name in exceptions)
        self._started_at = started
        self.coordinator = self.df.coordinator = coordinator
        self._put_together(coordinator)
        connect = self.crawler.signals.connect
        connect(self._on_spider_error, signal=signals.spider_error)
        connect(self._on_item_error, signal=signals.item_error)
        connect(self._on_idle, signal=signals.spider_idle)
        self._ticks = create_looping_call(self._tick)
        self._ticks.start(TICK_SECONDS, now=False)
        coordinator.start(self._waker.wake, self._on_fatal)
        if coordinator.rules.limits.max_seconds is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(coordinator.rules.limits.max_seconds, self._stop, "max_seconds")

    def _put_together(self, coordinator: Frontier) -> None:
        engine = self.crawler.engine
        self._room = Room(coordinator, engine.downloader, self._waker.wake)
        self._out = RequestsOut[Request](coordinator, engine, self._room, self._ending)
        self._asker = Asker(
            Request,
            spider=self.crawler.spider,
            errback=self._on_failure,
            page_max_bytes=self.crawler.settings.getint("PAGE_MAX_BYTES"),
            content_filter=coordinator.rules.content_filter,
            retries=coordinator.rules.retries,
        )
        self._closing = Closing(
            coordinator,
            self._ending,
            cancel_queued=self._cancel_queued,
            abort=lambda: self.crawler.signals.send_catch_log(our_signals.abort_in_flight),
            under_way=lambda now: self.under_way(now=now),
            write=self._close,
        )

    def hold_images_while(self, has_enough: Callable[[], bool]) -> None:
        """Hand out no image while ``has_enough()``, which the end of an image must change.

        Only then is it asked again: when a request has ended, the engine asks for the next.
        """
        self._has_enough_images = has_enough

    def excuse_failures_if(self, is_excused: IsExcused) -> None:
        """Give work back, as if it had not been tried, whose failure ``is_excused`` lets pass."""
        self._excuses.is_excused = is_excused

    # -- pauses ----------------------------------------------------------------------------

    def hold(self, reason: str, words: str) -> None:
        """Hand out nothing more until `go_on` is called with the same reason."""
        if self._holds.begin(reason, words, now=time.monotonic()):
            logger.warning("%s", words)

    def go_on(self, reason: str, words: str) -> None:
        """End a pause, if there is one for this reason."""
        if self._holds.end(reason, now=time.monotonic()):
            logger.warning("%s", words)
            self._waker.wake()

    @property
    def is_held(self) -> bool:
        """Whether the crawl pauses."""
        return bool(self._holds)

    def hold_host(self, host: str) -> None:
        """Hand out nothing of one host until `go_on_with` is called with it."""
        self._room.hold(host)

    def go_on_with(self, host: str) -> None:
        """End the pause of one host."""
        self._room.go_on_with(host)

    # -- Scrapy's interface ----------------------------------------------------------------

    def has_pending_requests(self) -> bool:
        """Whether the run has work, or waits for a group or a retry."""
        if self.coordinator is None or super().has_pending_requests():
            return super().has_pending_requests()
        self._out.sweep()
        if not self._out.are_waiting and not self.coordinator.has_work():
            return False
        if (wait := self.coordinator.seconds_to_next()) is not None:
            self._waker.wake_after(wait)
        return True

    def enqueue_request(self, request: Request) -> bool:
        """Take a start request, a redirect, or a request that a spider made. Never raises."""
        if self.coordinator is None:
            return super().enqueue_request(request)
        lease = request.meta.get("lease")
        if isinstance(lease, Lease):
            return self._enqueue_redirect(request, lease)
        if request.method != "GET" or request.callback is not None or request.dont_filter:
            # What is more than a link to a page cannot be kept on disk: it lives in memory.
            return super().enqueue_request(request)
        url = spelled(request.url)
        if request.meta.get("is_start_request"):
            scope, again = str(request.meta["scope"]), bool(request.meta.get("typed"))
            return self.coordinator.add_start(url, scope, again=again)
        return self.coordinator.add_link(url, parent=request.meta.get("entry", {}))

    def next_request(self) -> Request | None:
        """Return the next request, or None: nothing now, or its host has no room."""
        if self.coordinator is None:
            return super().next_request()
        self._out.sweep()
        if (waiting := self._out.next_waiting()) is not None:
            return waiting
        if self._holds:
            self.coordinator.flush()
            return None
        try:
            lease = self.coordinator.lease(self._room.is_at, images=not self._has_enough_images())
        except OSError as error:
            self._on_fatal(error)
            return None
        if lease is None:
            self.coordinator.flush()
            return super().next_request()
        try:
            request = self._asker.request(lease)
            self._out.add(request, lease)
        except ValueError as error:  # another hand wrote this URL into the store
            lease.outcome = failed(self.coordinator, lease, "bad-url", str(error)[:500])
            self._out.finish(lease)
            self.coordinator.flush()  # which wakes the engine for the next one
            return None
        return request

    def close(self, reason: str) -> Deferred[None] | None:
        """Write the last group and the summary, and release the store."""
        closed = super().close(reason)
        if self.coordinator is None:
            return closed
        return deferred_from_coro(self._close(reason))

    def ask_list(
        self,
        lease: Lease,
        *,
        headers: dict[str, str],
        callback: Callable[..., Any],
    ) -> None:
        """Ask for a list page of a paged source, before anything else that waits for its host."""
        self._out.wait(self._asker.list_request(lease, headers=headers, callback=callback))
        self._waker.wake()

    def snapshot(self) -> dict[str, Any]:
        """Return the counts of the running crawl, for live progress."""
        if self.coordinator is None:
            return {}
        slots = self.crawler.engine.downloader.slots
        hosts = self.coordinator.busiest_hosts(5, lambda h: len(self._room.requests_of(h)))
        for host in hosts:
            slot = slots.get(host["host"])
            host["delay"] = slot.delay if slot else 0.0
        return {**self.coordinator.snapshot(), "hosts": hosts, "paused": self._holds.words()}

    @property
    def ended(self) -> int:
        """How many leases came back."""
        return self._out.ended if self.coordinator is not None else 0

    def under_way(self, *, now: float) -> list[Work]:
        """Return what is downloaded or worked on; not what waits for its turn at a host."""
        worked_on = self._out.worked_on() if self.coordinator is not None else []
        return under_way(self.crawler.engine.downloader, worked_on, now=now)

    # -- ends in ---------------------------------------------------------------------------

    def _enqueue_redirect(self, request: Request, lease: Lease) -> bool:
        assert self.coordinator is not None
        target = spelled(request.url)
        if goes_on(self.coordinator, lease, target):
            self._out.go_on(request, lease)
            return True
        reasons = request.meta.get("redirect_reasons") or [0]
        return lead_to(
            self.coordinator,
            lease,
            target,
            status=reasons[-1] if isinstance(reasons[-1], int) else 200,
            hops=int(request.meta.get("redirect_times", 1)),
            admits=getattr(self.crawler.spider, "admits_redirect", None),
        )

    async def _on_failure(self, failure: Failure) -> None:
        """Turn the failure of a leased request into its outcome (the errback of all leases)."""
        assert self.coordinator is not None
        request: Request = failure.request  # type: ignore[attr-defined]
        lease: Lease = request.meta["lease"]
        error: BaseException = failure.value  # type: ignore[assignment]
        stops = self._ending.has_begun or self._ending.failure is not None
        if stops and isinstance(error, DownloadCancelledError):
            lease.outcome = GivenBack()
            return
        if isinstance(error, RobotsUnavailableError):
            lease.outcome = untried(self.coordinator, lease, request.url, error)
        elif isinstance(error, HttpError):
            response = error.response
            retry_after = response.headers.get("Retry-After")
            lease.outcome = failed_status(self.coordinator, lease, response.status, retry_after)
        elif isinstance(error, ImageRejectedError):
            lease.outcome = rejected(self.coordinator, lease, error)
        elif await self._excuses.let_pass(self.coordinator, lease, error, request):
            lease.outcome = GivenBack()
        else:
            listed = isinstance(error, self._retry_exceptions)
            lease.outcome = failed_with(self.coordinator, lease, error, listed=listed)

    def _on_spider_error(self, failure: Failure, response: Response | None) -> None:
        self._spoil(response, "parser-error", failure)

    def _on_item_error(self, response: Response | None, failure: Failure) -> None:
        self._spoil(response, "pipeline-error", failure)

    def _spoil(self, response: Any, reason: str, failure: Failure) -> None:
        lease = response.meta.get("lease") if isinstance(response, Response) else None
        if isinstance(lease, Lease):
            lease.outcome = Failed(reason, f"{type(failure.value).__name__}: {failure.value}"[:500])

    # -- waking, stopping ------------------------------------------------------------------

    def _tick(self) -> None:
        slot = self.crawler.engine._slot
        if self.coordinator is None or slot is None:
            return
        self._out.sweep()
        self.coordinator.tick()
        if slot.closing is not None:
            self._closing.tick(asyncio.get_running_loop().time())

    def _cancel_queued(self) -> None:
        for slot in self.crawler.engine.downloader.slots.values():
            while slot.queue:
                _, waiter = slot.queue.popleft()
                error = DownloadCancelledError("the crawl is stopping")
                waiter.errback(Failure(error))  # type: ignore[no-untyped-call]

    def _stop(self, reason: str) -> None:
        if self.crawler.engine._slot is not None and self._ending.stopped_by is None:
            self._ending.stopped_by = reason
            closing = self.crawler.engine.close_spider_async(reason=reason)
            self._stop_task = asyncio.ensure_future(closing)

    def stop_for(self, error: OSError) -> None:
        """End the run as failed: the store cannot be written.

        What is in flight is given back; what has ended is still written if that works.
        """
        self._on_fatal(error)

    def end_with(self, error: ImageCrawlerError, *, reason: str = "error") -> None:
        """End the run as failed, and give back what is in flight."""
        if self._ending.failure is None:
            self._ending.failure = error
            logger.critical("%s", error)
            self._stop(reason)

    def _on_fatal(self, error: OSError) -> None:
        assert self.coordinator is not None
        if self._ending.failure is None:
            self.end_with(unwritable(self.coordinator.place, error), reason="store_error")

    def _on_idle(self) -> None:
        assert self.coordinator is not None
        if (limit := self.coordinator.limit_reached()) is not None:
            raise CloseSpider(limit)

    async def _close(self, reason: str) -> None:
        assert self.coordinator is not None
        self._ticks.stop()
        self._waker.cancel()
        self._ending.begin(0.0)
        self._out.sweep()
        self._out.give_up_waiting()
        for name, seconds in self._holds.seconds(now=time.monotonic()).items():
            self.crawler.stats.set_value(f"run/paused_seconds/{name}", seconds)
        await self._ending.write(
            self.coordinator,
            self.crawler.stats,
            spider=self.crawler.spidercls.name,
            reason=reason,
            started=self._started_at,
        )


def _assert_engine(crawler: Crawler) -> None:
    if not is_readable(crawler.engine):
        raise UnsupportedScrapyError(
            f"Scrapy {scrapy.__version__} lacks engine._slot.inprogress, which tells when a "
            "request has ended. Install a version that works: pip install 'scrapy>=2.19,<2.20'"
        )
