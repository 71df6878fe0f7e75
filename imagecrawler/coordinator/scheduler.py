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
from collections.abc import Awaitable, Callable, Collection
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
from imagecrawler.coordinator.contract import Failed, Frontier, GivenBack, Lease, Redirected
from imagecrawler.coordinator.dupefilter import StoreDupeFilter
from imagecrawler.coordinator.holds import Holds
from imagecrawler.discovery.scope import Scope
from imagecrawler.exceptions import (
    ImageCrawlerError,
    ImageRejectedError,
    RobotsUnavailableError,
    UnsupportedScrapyError,
)
from imagecrawler.identity.urls import absolute_url, host_name
from imagecrawler.policies.failures import (
    reason_of,
    reason_of_status,
    retry_after_seconds,
)
from imagecrawler.policies.reach import SILENCE
from imagecrawler.policies.stalls import Work
from imagecrawler.storage.store import unwritable

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

logger = logging.getLogger(__name__)

# (lease, reason, whether there is no further try, when it was sent)
IsExcused = Callable[[Lease, str, bool, float], Awaitable[bool]]

TICK_SECONDS = 0.1
GRACE_SECONDS = 5.0
# What was aborted ends at once: what has not by then waits for ever.
LEAVE_SECONDS = 20.0


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
        self.failure: ImageCrawlerError | None = None
        self._inflight: dict[Request, Lease] = {}
        self._downloading: dict[str, set[Request]] = {}
        self._continued: deque[Request] = deque()
        self._closing_since: float | None = None
        self._aborted = False
        self._leaving: asyncio.Future[None] | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self._waking: set[str] = set()  # hosts that will be due, each with a timer
        self._retry_exceptions: tuple[type[BaseException], ...] = ()
        self._stopped_by: str | None = None
        self._started_at = ""
        self._stop_task: asyncio.Future[None] | None = None
        self._has_enough_images: Callable[[], bool] = lambda: False
        self._holds = Holds()
        self._held_hosts: set[str] = set()
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
        self._held_hosts.add(host)

    def go_on_with(self, host: str) -> None:
        """End the pause of one host."""
        self._held_hosts.discard(host)
        if self.coordinator is not None:
            self.coordinator.release_host(host)
            self._wake()

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
        url = _spelled(request.url)
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
            lease = self.coordinator.lease(self._has_room, images=not self._has_enough_images())
        except OSError as error:
            self._on_fatal(error)
            return None
        if lease is None:
            self.coordinator.flush()
            return super().next_request()
        try:
            return self._request(lease)
        except ValueError as error:  # another hand wrote this URL into the store
            lease.outcome = self.failed(lease, "bad-url", str(error)[:500])
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
        errback: Callable[[Failure], None],
    ) -> None:
        """Ask for a list page of a paged source, before anything else that waits for its host."""
        meta: dict[str, Any] = {"lease": lease}
        meta["download_maxsize"] = self.crawler.settings.getint("PAGE_MAX_BYTES")
        if headers:
            meta["handle_httpstatus_list"] = [304]
        self._continued.append(
            Request(
                lease.url,
                callback=callback,
                errback=errback,
                headers=headers,
                meta=meta,
                dont_filter=True,
            )
        )
        self._wake()

    def snapshot(self) -> dict[str, Any]:
        """Return the counts of the running crawl, for live progress."""
        if self.coordinator is None:
            return {}
        slots = self.crawler.engine.downloader.slots
        hosts = self.coordinator.busiest_hosts(5, lambda h: len(self._downloading.get(h, ())))
        for host in hosts:
            slot = slots.get(host["host"])
            host["delay"] = slot.delay if slot else 0.0
        return {**self.coordinator.snapshot(), "hosts": hosts, "paused": self._holds.words()}

    def under_way(self, *, now: float) -> list[Work]:
        """Return what is downloaded or worked on; not what waits for its turn at a host."""
        engine = self.crawler.engine
        slots = engine.downloader.slots.values()
        loading = [request for slot in slots for request in slot.transferring]
        active = engine.downloader.active
        inprogress = engine._slot.inprogress if engine._slot is not None else ()
        worked_on = [r for r in self._inflight if r in inprogress and r not in active]
        return [
            Work(request.url, doing, now - request.meta.get("sent_at", now))
            for doing, requests in (("download of", loading), ("work on", worked_on))
            for request in requests
        ]

    # -- requests out ----------------------------------------------------------------------

    def _request(self, lease: Lease) -> Request:
        spider: Any = self.crawler.spider
        meta: dict[str, Any] = {
            "lease": lease,
            "depth": lease.entry.get("depth", 0),
            "leased_at": time.monotonic(),
        }
        headers = {}
        if lease.kind == "page":
            callback = spider.parse_page
            meta["download_maxsize"] = self.crawler.settings.getint("PAGE_MAX_BYTES")
            if hops := lease.entry.get("hops"):
                meta["redirect_times"] = hops
            headers = _conditional_headers(lease.entry)
            if headers:
                meta["handle_httpstatus_list"] = [304]
        else:
            callback = spider.parse_image
            assert self.coordinator is not None
            meta["content_filter"] = self.coordinator.rules.content_filter
            page = lease.entry.get("page")
            if isinstance(page, str) and page:
                headers["Referer"] = page
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

    def _track(self, request: Request, lease: Lease) -> None:
        self._inflight[request] = lease
        slot = self.crawler.engine.downloader.get_slot_key(request)
        self._downloading.setdefault(slot, set()).add(request)

    def _next_continued(self) -> Request | None:
        # A slot lets through all that enter it at one go: its limit is held here.
        slot_of = self.crawler.engine.downloader.get_slot_key
        for request in self._continued:
            if self._has_room(slot_of(request)):
                self._continued.remove(request)
                return request
        return None

    def _has_room(self, host: str) -> bool:
        if host in self._held_hosts:
            return False
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(host)
        if slot is not None:
            limit = slot.concurrency
        else:
            own = downloader.per_slot_settings.get(host, {})
            limit = own.get("concurrency", downloader.domain_concurrency)
        under_way = self._downloading.get(host, ())
        return (
            len(under_way) < max(1, limit)
            and self._has_budget(host, under_way)
            and (slot is None or self._is_due(host, slot))
        )

    def _has_budget(self, host: str, under_way: Collection[Request]) -> bool:
        assert self.coordinator is not None
        left = self.coordinator.requests_left(host)
        # One that has not reached its slot yet is not counted yet.
        return left is None or sum("download_slot" not in r.meta for r in under_way) < left

    def _is_due(self, host: str, slot: Slot) -> bool:
        """Whether a request would not have to wait in its slot.

        Those that wait there count for CONCURRENT_REQUESTS: some slow hosts would slow down all.
        """
        if not slot.delay:
            return True
        # The slot draws each delay by chance: it has the last word on all but the shortest.
        wait = slot.lastseen + slot.delay * (1 - min(slot.jitter, 1)) - time.monotonic()
        if slot.queue:
            wait = max(wait, slot.lastseen + slot.delay - time.monotonic(), TICK_SECONDS)
        if wait > 0 and host not in self._waking:
            self._waking.add(host)
            asyncio.get_running_loop().call_later(wait, self._is_due_now, host)
        return wait <= 0

    def _is_due_now(self, host: str) -> None:
        assert self.coordinator is not None
        self._waking.discard(host)
        self.coordinator.release_host(host)
        self._wake()

    # -- ends in ---------------------------------------------------------------------------

    def _sweep(self) -> None:
        assert self.coordinator is not None
        engine = self.crawler.engine
        slot = engine._slot
        active = engine.downloader.active
        inprogress = slot.inprogress if slot is not None else set()
        for host, requests in list(self._downloading.items()):
            left = {request for request in requests if request not in active}
            if left:
                requests -= left
                if not requests:
                    del self._downloading[host]
                self.coordinator.release_host(host)
        for request in [r for r in self._inflight if r not in inprogress]:
            self._finish(self._inflight.pop(request))

    def _finish(self, lease: Lease) -> None:
        assert self.coordinator is not None
        if lease.outcome is None and self._closing_since is not None:
            lease.outcome = GivenBack()
        self.ended += 1
        self.coordinator.finish(lease)

    def _enqueue_redirect(self, request: Request, lease: Lease) -> bool:
        assert self.coordinator is not None
        reasons = request.meta.get("redirect_reasons") or [0]
        status = reasons[-1] if isinstance(reasons[-1], int) else 200
        target = _spelled(request.url)
        if lease.kind != "page" or self.coordinator.same_page(lease, target):
            self._continue(request, lease)
            return True
        scope = _scope_after_redirect(lease, target)
        lease.outcome = Redirected(status, target)
        admits = getattr(self.crawler.spider, "admits_redirect", None)
        if admits is not None and not lease.entry.get("start") and not admits(target):
            self.coordinator.skip_links({"redirect-filtered": 1})
            return False
        if scope is None:
            self.coordinator.skip_links({"redirect-out-of-scope": 1})
            return False
        hops = int(request.meta.get("redirect_times", 1))
        return self.coordinator.add_redirect(lease, target, hops=hops, scope=scope)

    def _continue(self, request: Request, lease: Lease) -> None:
        for previous in [r for r, held in self._inflight.items() if held is lease]:
            del self._inflight[previous]
        # The slot of the first host came along: the limits of the host that is asked now count.
        request.meta.pop("download_slot", None)
        # Tracked when it is handed out: until then it is not in progress, as if it had ended.
        self._continued.append(request)

    async def _on_failure(self, failure: Failure) -> None:
        """Turn the failure of a leased request into its outcome (the errback of all leases)."""
        request: Request = failure.request  # type: ignore[attr-defined]
        lease: Lease = request.meta["lease"]
        error: BaseException = failure.value  # type: ignore[assignment]
        stops = self._closing_since is not None or self.failure is not None
        if stops and isinstance(error, DownloadCancelledError):
            lease.outcome = GivenBack()
            return
        if isinstance(error, RobotsUnavailableError):
            lease.outcome = self._untried(lease, request, error)
        elif isinstance(error, HttpError):
            lease.outcome = self._failed_status(lease, error.response)
        elif isinstance(error, ImageRejectedError):
            lease.outcome = self.rejected(lease, error)
        elif await self._is_let_pass(lease, error, request):
            lease.outcome = GivenBack()
        else:
            lease.outcome = self._failed_try(lease, error)

    def _untried(
        self, lease: Lease, request: Request, error: RobotsUnavailableError
    ) -> Failed | GivenBack:
        """Return the outcome of what was not asked for: a try is one request."""
        assert self.coordinator is not None
        host = host_name(request.url)
        self.coordinator.rest_host(host, error.wait_seconds, str(error))
        if host == lease.host:
            return GivenBack()
        # An image's redirect led there: the host that it is wanted of would be asked at once.
        return Failed("robots-unavailable", str(error)[:500], None, error.wait_seconds)

    def _failed_status(self, lease: Lease, response: Response) -> Failed:
        header = response.headers.get("Retry-After")
        return self.failed(
            lease,
            reason_of_status(response.status),
            f"the server answered {response.status}",
            status=response.status,
            retry_after=header.decode("latin-1") if header else None,
        )

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
        return is_excused or self._closing_since is not None

    def _failed_try(self, lease: Lease, error: BaseException) -> Failed:
        listed = isinstance(error, self._retry_exceptions)
        message = str(error) or type(error).__name__
        return self.failed(lease, reason_of(error), message[:500], listed=listed)

    def rejected(self, lease: Lease, error: ImageRejectedError) -> Failed:
        """Return the outcome of an image that is none, or that the rules leave out."""
        return self.failed(lease, error.reason, str(error), facts=error.facts)

    def failed(
        self,
        lease: Lease,
        reason: str,
        message: str,
        *,
        status: int | None = None,
        retry_after: str | None = None,
        listed: bool = False,
        facts: dict[str, Any] | None = None,
    ) -> Failed:
        """Return the outcome of a failed try, with its wait; a picture may have other URLs."""
        assert self.coordinator is not None
        wait = self.coordinator.rules.retries.wait_seconds(
            attempts=lease.attempts + 1,
            reason=reason,
            status=status,
            retry_after_seconds=retry_after_seconds(retry_after, now=time.time()),
            listed_exception=listed,
        )
        if wait is None and lease.kind == "image":
            wait = 0.0 if self.coordinator.try_another(lease, reason, facts) else None
        return Failed(reason, message, status, wait)

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
        if self._closing_since is None:
            self._closing_since = now
            self.coordinator.drain()
        self._empty_slot_queues()
        grace = 0.0 if self.failure is not None else GRACE_SECONDS
        if not self._aborted and now - self._closing_since >= grace:
            self._aborted = True
            self.crawler.signals.send_catch_log(our_signals.abort_in_flight)
        # Without anything under way it is the pipelines' own end that takes its time.
        hangs = now - self._closing_since >= grace + LEAVE_SECONDS and self.under_way(now=now)
        if hangs and self._leaving is None:
            self._leaving = asyncio.ensure_future(self._leave())

    def _empty_slot_queues(self) -> None:
        for slot in self.crawler.engine.downloader.slots.values():
            while slot.queue:
                _, waiter = slot.queue.popleft()
                error = DownloadCancelledError("the crawl is stopping")
                waiter.errback(Failure(error))  # type: ignore[no-untyped-call]

    def _stop(self, reason: str) -> None:
        if self.crawler.engine._slot is not None and self._stopped_by is None:
            self._stopped_by = reason
            closing = self.crawler.engine.close_spider_async(reason=reason)
            self._stop_task = asyncio.ensure_future(closing)

    def stop_for(self, error: OSError) -> None:
        """End the run as failed: the store cannot be written.

        What is in flight is given back; what has ended is still written if that works.
        """
        self._on_fatal(error)

    def end_with(self, error: ImageCrawlerError, *, reason: str = "error") -> None:
        """End the run as failed, and give back what is in flight."""
        if self.failure is None:
            self.failure = error
            logger.critical("%s", error)
            self._stop(reason)

    def _on_fatal(self, error: OSError) -> None:
        assert self.coordinator is not None
        if self.failure is None:
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
        self._closing_since = self._closing_since or 0.0
        self._sweep()
        while self._continued:
            self._finish(self._continued.popleft().meta["lease"])
        coordinator = self.coordinator
        for name, seconds in self._holds.seconds(now=time.monotonic()).items():
            self.crawler.stats.set_value(f"run/paused_seconds/{name}", seconds)
        files: dict[str, int] = {}
        try:
            await coordinator.close()
            files = await asyncio.to_thread(coordinator.count_files)
        except Exception as error:
            self._note_failed_end(error)
        try:
            coordinator.write_summary(
                files=files,
                spider=self.crawler.spidercls.name,
                reason=self._stopped_by or reason,
                error=str(self.failure) if self.failure else None,
                started=self._started_at,
                stats=self.crawler.stats.get_stats(),
            )
            self.crawler.stats.set_value("run/summarised", True)
        except Exception as error:
            self._note_failed_end(error)
        if self.failure is not None:
            self.crawler.stats.set_value("run/exit_code", self.failure.exit_code)
            self.crawler.stats.set_value("run/error", str(self.failure))
        coordinator.release()

    async def _leave(self) -> None:
        """End the process though code of a spider or pipeline does not: it would wait for ever.

        What hangs stays noted as in flight, so that the next run suspects it as after a crash.
        """
        urls = ", ".join(work.url for work in self.under_way(now=time.monotonic())[:3])
        logger.error("The crawl ends without what does not: %s", urls)
        await self._close("shutdown")
        logging.shutdown()
        os._exit(self.failure.exit_code if self.failure is not None else 0)

    def _note_failed_end(self, error: Exception) -> None:
        assert self.coordinator is not None
        if not isinstance(error, OSError):
            logger.exception("The run could not be ended as it should; please report this")
            error = OSError(f"{type(error).__name__}: {error}")
        self.failure = self.failure or unwritable(self.coordinator.place, error)


def _spelled(url: str) -> str:
    """Return a request's URL as links are spelled, so that one page has one key."""
    return absolute_url(url, url) or url


def _conditional_headers(entry: dict[str, Any]) -> dict[str, str]:
    pairs = {"If-None-Match": entry.get("etag"), "If-Modified-Since": entry.get("last_modified")}
    return {name: value for name, value in pairs.items() if isinstance(value, str)}


def _scope_after_redirect(lease: Lease, target: str) -> str | None:
    """Return the scope for a page's redirect target, or None: it is out of scope.

    A start page takes its scope along: http to https, the bare domain to www.
    """
    text = lease.entry.get("scope")
    try:
        scope = Scope.parse(text) if text else Scope.of("host", lease.url)
    except ValueError:
        scope = Scope.of("host", lease.url)
    if scope.admits(target):
        return str(scope)
    if lease.entry.get("start"):
        return str(Scope.of(str(scope).partition(":")[0], target))
    return None


def _assert_engine(crawler: Crawler) -> None:
    slot = getattr(crawler.engine, "_slot", None)
    downloader = crawler.engine.downloader
    found = (
        isinstance(getattr(slot, "inprogress", None), set)
        and hasattr(slot, "closing")
        and hasattr(getattr(slot, "nextcall", None), "schedule")
        and isinstance(getattr(downloader, "active", None), set)
        and isinstance(getattr(downloader, "slots", None), dict)
    )
    if not found:
        raise UnsupportedScrapyError(
            f"Scrapy {scrapy.__version__} lacks engine._slot.inprogress, which tells when a "
            "request has ended. Install a version that works: pip install 'scrapy>=2.19,<2.20'"
        )
