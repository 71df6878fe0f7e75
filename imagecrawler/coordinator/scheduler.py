"""SCHEDULER: leases from the coordinator become requests, their ends become outcomes.

A request has ended when the engine has dropped it from its set of requests in progress:
after its items went through all pipelines. Scrapy has no public signal for that
(scrapy#7978), so this reads ``engine._slot`` and asserts it when the store is opened.
Before a store is opened (scrapy shell, fetch, parse, check) this is Scrapy's own scheduler.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable
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
from imagecrawler.coordinator.asking import headers_of, image_meta, page_meta, text_meta
from imagecrawler.coordinator.contract import Failed, Frontier, GivenBack, Lease
from imagecrawler.coordinator.dupefilter import StoreDupeFilter
from imagecrawler.coordinator.ending import Ending
from imagecrawler.coordinator.engine import is_readable, under_way
from imagecrawler.coordinator.failed_tries import (
    failed,
    failed_status,
    failed_with,
    rejected,
    untried,
)
from imagecrawler.coordinator.holds import Holds
from imagecrawler.coordinator.redirects import goes_on, lead_to, spelled
from imagecrawler.coordinator.room import TICK_SECONDS, Room
from imagecrawler.exceptions import (
    ImageCrawlerError,
    ImageRejectedError,
    RobotsUnavailableError,
    UnsupportedScrapyError,
)
from imagecrawler.policies.failures import reason_of
from imagecrawler.policies.reach import SILENCE
from imagecrawler.policies.stalls import Work
from imagecrawler.storage.store import unwritable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

logger = logging.getLogger(__name__)

# (lease, reason, whether there is no further try, when it was sent)
IsExcused = Callable[[Lease, str, bool, float], Awaitable[bool]]


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
        self._inflight: dict[Request, Lease] = {}
        self._continued: deque[Request] = deque()
        self._leaving: asyncio.Future[None] | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self._retry_exceptions: tuple[type[BaseException], ...] = ()
        self._started_at = ""
        self._stop_task: asyncio.Future[None] | None = None
        self._has_enough_images: Callable[[], bool] = lambda: False
        self._holds = Holds()
        self._is_excused: IsExcused | None = None
        self.ended = 0  # leases that came back

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
        self._room = Room(coordinator, self.crawler.engine.downloader, self._wake)
        connect = self.crawler.signals.connect
        connect(self._on_spider_error, signal=signals.spider_error)
        connect(self._on_item_error, signal=signals.item_error)
        connect(self._on_idle, signal=signals.spider_idle)
        self._ticks = create_looping_call(self._tick)
        self._ticks.start(TICK_SECONDS, now=False)
        coordinator.start(self._wake, self._on_fatal)
        if coordinator.rules.limits.max_seconds is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(coordinator.rules.limits.max_seconds, self._stop, "max_seconds")

    def hold_images_while(self, has_enough: Callable[[], bool]) -> None:
        """Hand out no image while ``has_enough()``, which the end of an image must change.

        Only then is it asked again: when a request has ended, the engine asks for the next.
        """
        self._has_enough_images = has_enough

    def excuse_failures_if(self, is_excused: IsExcused) -> None:
        """Give work back, as if it had not been tried, whose failure ``is_excused`` lets pass."""
        self._is_excused = is_excused

    # -- pauses ----------------------------------------------------------------------------

    def hold(self, reason: str, words: str) -> None:
        """Hand out nothing more until `go_on` is called with the same reason."""
        if self._holds.begin(reason, words, now=time.monotonic()):
            logger.warning("%s", words)

    def go_on(self, reason: str, words: str) -> None:
        """End a pause, if there is one for this reason."""
        if self._holds.end(reason, now=time.monotonic()):
            logger.warning("%s", words)
            self._wake()

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
        self._sweep()
        if self._continued or self.coordinator.has_work():
            self._arm_retry_timer()
            return True
        return False

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
        self._sweep()
        if (continued := self._next_continued()) is not None:
            self._track(continued, continued.meta["lease"])
            return continued
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
            return self._request(lease)
        except ValueError as error:  # another hand wrote this URL into the store
            lease.outcome = failed(self.coordinator, lease, "bad-url", str(error)[:500])
            self._finish(lease)
            self.coordinator.flush()  # which wakes the engine for the next one
            return None

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
        self._continued.append(
            Request(
                lease.url,
                callback=callback,
                errback=self._on_failure,
                headers=headers,
                meta=text_meta(lease, headers=headers, max_bytes=self._page_max_bytes),
                dont_filter=True,
            )
        )
        self._wake()

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

    def under_way(self, *, now: float) -> list[Work]:
        """Return what is downloaded or worked on; not what waits for its turn at a host."""
        engine = self.crawler.engine
        inprogress = engine._slot.inprogress if engine._slot is not None else ()
        leased = [request for request in self._inflight if request in inprogress]
        return under_way(engine.downloader, leased, now=now)

    # -- requests out ----------------------------------------------------------------------

    def _request(self, lease: Lease) -> Request:
        assert self.coordinator is not None
        spider: Any = self.crawler.spider
        headers = headers_of(lease)
        if lease.kind == "page":
            callback = spider.parse_page
            meta = page_meta(lease, headers=headers, max_bytes=self._page_max_bytes)
        else:
            callback = spider.parse_image
            meta = image_meta(lease, content_filter=self.coordinator.rules.content_filter)
        request = Request(
            lease.url,
            callback=callback,
            errback=self._on_failure,
            headers=headers,
            meta=meta,
            dont_filter=True,
        )
        self._track(request, lease)
        return request

    @property
    def _page_max_bytes(self) -> int:
        return self.crawler.settings.getint("PAGE_MAX_BYTES")

    def _track(self, request: Request, lease: Lease) -> None:
        self._inflight[request] = lease
        self._room.take(request)

    def _next_continued(self) -> Request | None:
        # A slot lets through all that enter it at one go: its limit is held here.
        slot_of = self.crawler.engine.downloader.get_slot_key
        for request in self._continued:
            if self._room.is_at(slot_of(request)):
                self._continued.remove(request)
                return request
        return None

    # -- ends in ---------------------------------------------------------------------------

    def _sweep(self) -> None:
        slot = self.crawler.engine._slot
        inprogress = slot.inprogress if slot is not None else set()
        self._room.release()
        for request in [r for r in self._inflight if r not in inprogress]:
            self._finish(self._inflight.pop(request))

    def _finish(self, lease: Lease) -> None:
        assert self.coordinator is not None
        if lease.outcome is None and self._ending.has_begun:
            lease.outcome = GivenBack()
        self.ended += 1
        self.coordinator.finish(lease)

    def _enqueue_redirect(self, request: Request, lease: Lease) -> bool:
        assert self.coordinator is not None
        target = spelled(request.url)
        if goes_on(self.coordinator, lease, target):
            self._continue(request, lease)
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

    def _continue(self, request: Request, lease: Lease) -> None:
        for previous in [r for r, held in self._inflight.items() if held is lease]:
            del self._inflight[previous]
        # The slot of the first host came along: the limits of the host that is asked now count.
        request.meta.pop("download_slot", None)
        # Tracked when it is handed out: until then it is not in progress, as if it had ended.
        self._continued.append(request)

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
        elif await self._is_let_pass(lease, error, request):
            lease.outcome = GivenBack()
        else:
            listed = isinstance(error, self._retry_exceptions)
            lease.outcome = failed_with(self.coordinator, lease, error, listed=listed)

    async def _is_let_pass(self, lease: Lease, error: BaseException, request: Request) -> bool:
        reason = reason_of(error)
        if self._is_excused is None or reason not in SILENCE:
            return False
        assert self.coordinator is not None
        wait = self.coordinator.rules.retries.wait_seconds(
            attempts=lease.attempts + 1, reason=reason
        )
        sent = request.meta.get("sent_at", request.meta["leased_at"])
        is_excused = await self._is_excused(lease, reason, wait is None, sent)
        return is_excused or self._ending.has_begun

    def _on_spider_error(self, failure: Failure, response: Response | None) -> None:
        self._spoil(response, "parser-error", failure)

    def _on_item_error(self, response: Response | None, failure: Failure) -> None:
        self._spoil(response, "pipeline-error", failure)

    def _spoil(self, response: Any, reason: str, failure: Failure) -> None:
        lease = response.meta.get("lease") if isinstance(response, Response) else None
        if isinstance(lease, Lease):
            lease.outcome = Failed(reason, f"{type(failure.value).__name__}: {failure.value}"[:500])

    # -- waking, stopping ------------------------------------------------------------------

    def _wake(self) -> None:
        slot = self.crawler.engine._slot
        if slot is not None and slot.closing is None:
            slot.nextcall.schedule()

    def _arm_retry_timer(self) -> None:
        assert self.coordinator is not None
        wait = self.coordinator.seconds_to_next()
        if wait is None:
            return
        if self._retry_timer is not None:
            self._retry_timer.cancel()
        self._retry_timer = asyncio.get_running_loop().call_later(wait + 0.001, self._wake)

    def _tick(self) -> None:
        slot = self.crawler.engine._slot
        if self.coordinator is None or slot is None:
            return
        self._sweep()
        self.coordinator.tick()
        if slot.closing is None:
            return
        now = asyncio.get_running_loop().time()
        if not self._ending.has_begun:
            self._ending.begin(now)
            self.coordinator.drain()
        self._empty_slot_queues()
        if self._ending.aborts(now):
            self.crawler.signals.send_catch_log(our_signals.abort_in_flight)
        # Without anything under way it is the pipelines' own end that takes its time.
        hangs = self._ending.is_overdue(now) and self.under_way(now=now)
        if hangs and self._leaving is None:
            self._leaving = asyncio.ensure_future(self._leave())

    def _empty_slot_queues(self) -> None:
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
        if self._retry_timer is not None:
            self._retry_timer.cancel()
        self._ending.begin(0.0)
        self._sweep()
        while self._continued:
            self._finish(self._continued.popleft().meta["lease"])
        for name, seconds in self._holds.seconds(now=time.monotonic()).items():
            self.crawler.stats.set_value(f"run/paused_seconds/{name}", seconds)
        await self._ending.write(
            self.coordinator,
            self.crawler.stats,
            spider=self.crawler.spidercls.name,
            reason=reason,
            started=self._started_at,
        )

    async def _leave(self) -> None:
        """End the process though code of a spider or pipeline does not: it would wait for ever.

        What hangs stays noted as in flight, so that the next run suspects it as after a crash.
        """
        urls = ", ".join(work.url for work in self.under_way(now=time.monotonic())[:3])
        logger.error("The crawl ends without what does not: %s", urls)
        await self._close("shutdown")
        logging.shutdown()
        os._exit(self._ending.failure.exit_code if self._ending.failure is not None else 0)


def _assert_engine(crawler: Crawler) -> None:
    if not is_readable(crawler.engine):
        raise UnsupportedScrapyError(
            f"Scrapy {scrapy.__version__} lacks engine._slot.inprogress, which tells when a "
            "request has ended. Install a version that works: pip install 'scrapy>=2.19,<2.20'"
        )
