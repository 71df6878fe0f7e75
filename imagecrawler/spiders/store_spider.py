"""What all spiders of this project share: a store that is opened when the crawl begins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from imagecrawler.coordinator import signals
from imagecrawler.coordinator.contract import Frontier
from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.options import run_rules, store_path
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import ArgumentError, ImageCrawlerError, StoreError
from imagecrawler.items import ImageItem
from imagecrawler.policies.politeness import has_contact, user_agent
from imagecrawler.security.addresses import Origin
from imagecrawler.spiders.arguments import IMAGE_FILTERS, Arguments, parse_arguments, scope_text
from imagecrawler.spiders.browser_check import check_browser
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.store import Store, unwritable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings


_NOTHING_TO_DO = (
    "The store {store} has nothing to go on with: begin one with "
    "scrapy crawl site -a start=https://…, or name another with -s IMAGES_STORE=FOLDER"
)

_NO_BEGINNING = (
    "The crawl could not begin ({}: {}): please report this, with the log. No page was visited"
)

_NO_CONTACT = (
    "No CONTACT is set: nobody whose site is crawled can reach you. Set a URL or an e-mail "
    "address, which goes into the user agent: -s CONTACT=https://example.org/about-my-crawl"
)


class StoreSpider(Spider):
    """Opens the store, pins the start URLs, and turns image responses into items.

    ``scrapy shell``, ``fetch``, ``parse`` and ``check`` never run `start`, so they leave the
    store alone.
    """

    visits_pages = False
    arguments: Arguments

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Check the arguments and settings. Raises ArgumentError, SettingError."""
        arguments = parse_arguments(cls.name, kwargs)
        spider = super().from_crawler(crawler, *args)
        spider.arguments = arguments
        spider.store_path = store_path(crawler.settings, relative_is_wrong="_job" in kwargs)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add CONTACT to USER_AGENT, whoever set it."""
        super().update_settings(settings)
        agent = user_agent(settings.get("USER_AGENT") or "", settings.get("CONTACT") or "")
        settings.set("USER_AGENT", agent, priority="cmdline")

    def __init__(self, **kwargs: Any) -> None:
        # The arguments stay out of the spider's attributes: ``start`` would hide `start`.
        super().__init__()
        self.store_path = ""

    async def start(self) -> AsyncIterator[Any]:
        """Open the store, and yield the start requests that this run adds to it."""
        try:
            requests = await self._begin()
            if not has_contact(self.crawler.settings["USER_AGENT"]):
                self.logger.warning(_NO_CONTACT)
        except ImageCrawlerError as error:
            self.logger.critical("%s", error)
            self._fail(error)
            raise CloseSpider("store_error") from error
        except Exception as error:  # Scrapy would log it and finish with 0, as if all was well
            self.logger.exception("The crawl could not begin; please report this")
            self._fail(StoreError(_NO_BEGINNING.format(type(error).__name__, error)))
            raise CloseSpider("store_error") from error
        for request in requests:
            yield request

    def parse_image(self, response: Response) -> Iterator[ImageItem]:
        """Yield the item that the download worker turns into files."""
        lease = response.meta["lease"]
        yield ImageItem(lease.key, response.url, record=lease.entry, response=response)

    async def _begin(self) -> list[Request]:
        typed = bool(self.arguments.starts)
        self.crawler.signals.send_catch_log(signal=signals.run_begins)
        coordinator, self.arguments, origins = await asyncio.to_thread(self._opened)
        scheduler = self.crawler.engine.scheduler
        assert isinstance(scheduler, StoreScheduler)
        try:
            if coordinator.is_empty() and not self.arguments.starts:
                raise ArgumentError(_NOTHING_TO_DO.format(store=self.store_path))
            requests = self._start_requests(typed) if self.visits_pages else []
            # What an earlier start left in the queue is as much the user's own as this one.
            urls = list(dict.fromkeys([*self.arguments.starts, *origins]))
            await self.crawler.signals.send_catch_log_async(signal=signals.starts_known, urls=urls)
            scheduler.begin(coordinator, started=to_text(time.time_ns() // 1000))
        except BaseException:
            if scheduler.coordinator is None:  # else the scheduler closes what it has begun
                coordinator.release()
            raise
        return requests

    def _start_requests(self, typed: bool) -> list[Request]:
        scopes = {url: scope_text(self.arguments.scope, url) for url in self.arguments.starts}
        return [
            Request(url, meta={"scope": scope, "typed": typed}) for url, scope in scopes.items()
        ]

    def _fail(self, error: ImageCrawlerError) -> None:
        self.crawler.stats.set_value("run/exit_code", error.exit_code)
        self.crawler.stats.set_value("run/error", str(error))

    def _opened(self) -> tuple[Frontier, Arguments, list[str]]:
        settings = self.crawler.settings
        store = Store.open(self.store_path, fsync=settings.getbool("STORE_FSYNC"))
        try:
            arguments = self._with_remembered(store)
            check_browser(settings, arguments.render)
            rules = run_rules(
                settings,
                limits=arguments.limits,
                images=arguments.images,
                contents=arguments.contents,
                revisit_seconds=arguments.revisit_seconds,
                visit_pages=self.visits_pages,
                bytes_downloaded=self._bytes_downloaded,
            )
            return Coordinator.open(store, rules), arguments, origins_of(store)
        except BaseException as error:
            store.close()
            if isinstance(error, OSError):
                raise unwritable(self.store_path, error) from error
            raise

    def _with_remembered(self, store: Store) -> Arguments:
        given = self.arguments
        remembered = store.about.get("arguments")
        remembered = remembered if isinstance(remembered, dict) else {}
        if not self.visits_pages:
            # What the last crawl left out stays out of this one, unless it says otherwise.
            names = ("start", "scope", *IMAGE_FILTERS)
            known = {k: v for k, v in {**remembered, **given.kept}.items() if k in names}
            merged = parse_arguments("site", known)
            images, contents = merged.images, merged.contents
            return replace(given, starts=merged.starts, images=images, contents=contents)
        kept = {**remembered, **given.kept} if "start" not in given.kept else dict(given.kept)
        merged = parse_arguments("site", kept)
        new = [str(Origin.of(url)) for url in merged.starts]
        origins = list(dict.fromkeys([*origins_of(store), *new]))
        store.write_about(arguments=kept, origins=origins)
        return replace(merged, limits=given.limits, revisit_seconds=given.revisit_seconds)

    def _bytes_downloaded(self) -> int:
        stats = self.crawler.stats
        browser = stats.get_value("render/received", 0)
        return int(stats.get_value("downloader/response_bytes", 0) + browser)


def origins_of(store: Store) -> list[str]:
    """Return the origins of all start URLs that this store ever had."""
    origins = store.about.get("origins")
    return [o for o in origins if isinstance(o, str)] if isinstance(origins, list) else []
