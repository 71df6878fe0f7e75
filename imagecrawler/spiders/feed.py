"""Spider ``feed``: paged, newest-first sources, kept fresh, in one pass or for good."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.utils.asyncio import create_looping_call

from imagecrawler.coordinator.contract import Failed, GivenBack, Lease, Listed
from imagecrawler.coordinator.options import number
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.discovery.paging.templates import head_place
from imagecrawler.exceptions import ArgumentError
from imagecrawler.identity.urls import host_name
from imagecrawler.items import ListedItem, PageItem, Source
from imagecrawler.policies.choice import policy_named
from imagecrawler.security.addresses import Origin
from imagecrawler.spiders.announcements import Announcements
from imagecrawler.spiders.arguments import IMAGE_FILTERS, Arguments, parse_arguments
from imagecrawler.spiders.feed_run import FeedRules, FeedRun
from imagecrawler.spiders.hub_callbacks import callback_place
from imagecrawler.spiders.site import SiteSpider
from imagecrawler.spiders.source_run import SourceRun, knows_item
from imagecrawler.spiders.store_spider import origins_of
from imagecrawler.storage.store import Store
from imagecrawler.storage.wall_notes import Demand, last_demand

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_TICK_SECONDS = 1.0
_STALE_SECONDS = 3600.0  # nobody looks at the wall any more
_PAUSE_SECONDS = 60.0  # before sources that had nothing more are asked for more again
_GONE = (404, 410)
# What interfaces say of a page behind their last: WordPress, Wagtail; GitHub and others.
_BEYOND = (400, 422)
_NO_SOURCE = (
    "The store {store} knows no source: name one with -a start=https://… or -a sources=FILE"
)


class FeedSpider(SiteSpider):
    """Polls the newest page of each source, fills gaps, and goes deeper while images are wanted.

    Arguments: ``start`` (one URL or several, with ``{page}`` or ``{offset}`` where the site counts)
    or ``sources`` (a TOML file), ``policy``, ``watch``, those that name the images to keep,
    ``render``, ``max_pages``, ``max_images``, ``max_seconds``, ``max_bytes``.
    """

    name = "feed"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Check the arguments and settings. Raises ArgumentError, SettingError."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider._rules_of_feed = FeedRules(
            watch=spider.arguments.watch,
            max_age_seconds=number(settings, "SOURCE_MAX_AGE_SECONDS", least=60),
            requests_per_hour=number(settings, "SOURCE_REQUESTS_PER_HOUR"),
            low_water=int(number(settings, "SOURCE_LOW_WATER")),
        )
        spider._forget_seconds = number(settings, "SOURCE_FORGET_SECONDS", least=1)
        spider._feed = FeedRun([], spider._rules_of_feed)
        spider._demand = None
        spider._nothing_until = 0.0
        crawler.signals.connect(spider._on_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider._on_closing, signal=signals.spider_closed)
        return spider

    _rules_of_feed: FeedRules
    _forget_seconds: float
    _feed: FeedRun
    _demand: Demand | None
    _nothing_until: float
    _ticks: Any = None
    _announcements: Announcements | None = None

    def parse_list(self, response: Response) -> Iterator[PageItem]:
        """Yield what a list page shows; queue the pages of its items."""
        lease: Lease = response.meta["lease"]
        run = self._run_of(lease)
        coordinator = self._coordinator()
        answer = None if response.status == 304 else _answer(response)
        knows = knows_item(coordinator.knows_page, coordinator.knows_image)
        read = run.read(answer, knows, now=time.time())
        lease.outcome = Listed(run.key, run.to_json())
        self._count(run, read.new, is_list=read.listing is not None)
        if read.listing is None or read.listing.is_unchanged:
            return
        source = {"name": run.source.name, "tags": list(run.source.tags)}
        for item in read.listing.items:
            if item.page is not None:
                parent = {"depth": 0, "scope": "page"}
                coordinator.add_link(item.page, parent=parent, source=source | _posted(item))
        shown = [image for item in read.listing.items if item.page is None for image in item.images]
        yield PageItem(lease.key, response.url, response.status, images=shown, source=source)

    # -- turns -----------------------------------------------------------------------------

    def _turn(self) -> None:
        """Ask for all list pages whose turn it is."""
        if not self._may_ask():
            return
        self._note_demand()
        for run in self._feed.turn(now=time.time()):
            if self._rests(run):
                continue
            lease = self._coordinator().lease_list(run.url, partial(self._ended, run))
            self._asking[lease.key] = run
            lease.attempts = run.tries
            self._scheduler().ask_list(lease, headers=run.conditions(), callback=self.parse_list)
            self.crawler.stats.inc_value("source/requests")
        if self._feed.wanted and not self._feed.is_busy:
            self._say_that_there_is_no_more()

    def _tick(self) -> None:
        # Not in each turn: what a page says of its source is kept after the turn that it leads to,
        # and would be in the place of what a hub was asked in there.
        if self._announcements is not None and self._may_ask():
            self._announcements.subscribe()
        self._turn()

    def _may_ask(self) -> bool:
        slot = self.crawler.engine._slot
        return slot is not None and slot.closing is None and not self._scheduler().is_held

    def _rests(self, run: SourceRun) -> bool:
        """Whether a source's host is left alone for now; then its turn is put off."""
        seconds = self._coordinator().rest_seconds(host_name(run.url))
        if not seconds:
            return False
        if self._rules_of_feed.watch or seconds <= self._coordinator().rules.retry_wait_seconds:
            run.put_off(time.time() + seconds)
        else:
            run.leave()
            self.crawler.stats.inc_value("source/failed/host-rests")
            self.logger.warning("Source %s: its host rests for %.0f s", run.source.name, seconds)
        return True

    def _ended(self, run: SourceRun, lease: Lease) -> None:
        """Take note of what became of a list page, and go on."""
        self._asking.pop(lease.key, None)
        if not isinstance(lease.outcome, Listed):
            self._failed(run, lease)
        if isinstance(lease.outcome, Listed):
            run.safe = lease.outcome.state
            lease.outcome = replace(lease.outcome, state=run.to_keep())
        if run.again is None:
            run.ask = None
        self._turn()

    def _failed(self, run: SourceRun, lease: Lease) -> None:
        """Have a page asked for once more within this run, as others are, or leave its source."""
        outcome, now = lease.outcome, time.time()
        if isinstance(outcome, GivenBack):  # no answer either, and nobody's fault
            run.put_off(now)
            return
        dropped = Failed("dropped-by-pipeline", "a middleware or pipeline dropped it")
        failed = outcome if isinstance(outcome, Failed) else dropped
        wait = failed.wait_seconds
        if wait is not None and wait <= self._coordinator().rules.retry_wait_seconds:
            run.tries += 1
            run.put_off(now + wait)
            self.crawler.stats.inc_value("source/retries")
            return
        is_gone = failed.status in (_GONE if run.is_at_head else _GONE + _BEYOND)
        run.failed(failed.reason, is_gone=is_gone, now=now)
        lease.outcome = Listed(run.key, run.to_json())
        self.crawler.stats.inc_value(f"source/failed/{failed.reason}")
        self.logger.warning("Source %s: %s (%s)", run.source.name, lease.url, failed.reason)

    def _note_demand(self) -> None:
        """Take what the wall says is left to see; only what is new since counts."""
        if not self._rules_of_feed.watch:
            return
        try:
            demand = last_demand(self.store_path)
        except sqlite3.Error:
            return
        now = time.time()
        if demand is None or demand == self._demand or now - demand.at > _STALE_SECONDS:
            return
        if now < self._nothing_until:
            return
        self._demand = demand
        # What is on its way is not seen by the wall yet.
        counts = self._coordinator().snapshot()
        coming = counts["images_wanted"] + counts["pages_queued"]
        self._feed.demanded(demand.unseen + coming, refill=int(demand.at * 1000))

    def _say_that_there_is_no_more(self) -> None:
        self.crawler.stats.inc_value("source/no_more")
        self.logger.info(
            "The sources have nothing more now: %d more images were wanted", self._feed.wanted
        )
        self._feed.wanted = 0
        self._nothing_until = time.time() + _PAUSE_SECONDS

    def _on_idle(self) -> None:
        is_waiting = self._feed.is_busy or self._scheduler().is_held
        if not self._rules_of_feed.watch and not is_waiting:
            return
        limit = self._coordinator().limit_reached()
        if limit is None or (limit == "max_images" and self.arguments.limits.max_images == 0):
            raise DontCloseSpider

    def _on_closing(self) -> None:
        if self._ticks is not None:
            self._ticks.stop()
            self._ticks = None
        if self._announcements is not None:
            self._announcements.end()
            self._announcements = None

    # -- a run begins ----------------------------------------------------------------------

    async def _begin(self) -> list[Request]:
        requests = await super()._begin()
        coordinator = self._coordinator()
        self._asking: dict[str, SourceRun] = {}
        runs = [self._source_run(source) for source in self.arguments.sources]
        for run in runs:
            run.restore(coordinator.source_state(run.key))
        self._feed = FeedRun(runs, self._rules_of_feed)
        place = callback_place(self.crawler.settings)
        if place is not None and self._rules_of_feed.watch:
            self._announcements = Announcements(
                self.crawler, place, runs, coordinator, turn=self._turn
            )
        wanted = self.arguments.limits.max_images
        if not self._rules_of_feed.watch:
            low_water = self._rules_of_feed.low_water
            images = low_water if wanted is None else wanted
            self._feed.want(images, refill=time.time_ns() // 1_000_000)
        self._ticks = create_looping_call(self._tick)
        self._ticks.start(_TICK_SECONDS, now=False)
        # The engine is still about to open: what is asked for now would wake nothing.
        asyncio.get_running_loop().call_soon(self._turn)
        return requests

    def _source_run(self, source: Source) -> SourceRun:
        name = source.policy or self.arguments.policy
        return SourceRun(source, name, policy_named(name, forget_seconds=self._forget_seconds))

    def _start_requests(self, typed: bool) -> list[Request]:
        return []  # the sources are no pages of the frontier

    def _with_remembered(self, store: Store) -> Arguments:
        given = self.arguments
        sources = given.sources or _remembered_sources(store)
        if not sources:
            raise ArgumentError(_NO_SOURCE.format(store=self.store_path))
        remembered = store.about.get("arguments")
        remembered = remembered if isinstance(remembered, dict) else {}
        known = {**remembered, **given.kept}
        filters = {name: text for name, text in known.items() if name in IMAGE_FILTERS}
        merged = parse_arguments("site", filters)
        heads = [head_place(source).url for source in sources]
        origins = list(dict.fromkeys([*origins_of(store), *(str(Origin.of(h)) for h in heads)]))
        store.write_about(
            sources=[asdict(source) for source in sources],
            arguments={**remembered, **filters},
            origins=origins,
        )
        return replace(
            given,
            starts=tuple(heads),
            sources=sources,
            images=merged.images,
            contents=merged.contents,
        )

    # -- inside ----------------------------------------------------------------------------

    def _run_of(self, lease: Lease) -> SourceRun:
        return self._asking[lease.key]

    def _scheduler(self) -> StoreScheduler:
        scheduler = self.crawler.engine.scheduler
        assert isinstance(scheduler, StoreScheduler)
        return scheduler

    def _count(self, run: SourceRun, new: Any, *, is_list: bool) -> None:
        stats = self.crawler.stats
        if not is_list:
            stats.inc_value("source/failed/no-list")
            self.logger.warning("Source %s: %s lists nothing", run.source.name, run.url)
            return
        images = sum(_images(item) for item in new)
        self._feed.found(images)
        stats.inc_value("source/items_new", len(new))
        stats.inc_value("source/requests_without_news", int(not new))


def _images(item: ListedItem) -> int:
    return 1 if item.page is not None else len(item.images)


def _posted(item: ListedItem) -> dict[str, str]:
    return {} if item.posted is None else {"posted": item.posted.isoformat()}


def _remembered_sources(store: Store) -> tuple[Source, ...]:
    kept = store.about.get("sources")
    try:
        return tuple(Source(**{**fields, "tags": tuple(fields["tags"])}) for fields in kept or ())
    except (TypeError, KeyError):  # another hand wrote it
        return ()


def _answer(response: Response) -> Answer:
    headers = {
        name.decode("latin-1").lower(): [value.decode("latin-1") for value in values]
        for name, values in response.headers.items()
    }
    return Answer(response.url, response.body, headers)
