"""The download worker: an ImagesPipeline whose response comes from a scheduled request."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.pipelines.images import ImagesPipeline

from imagecrawler.coordinator import signals
from imagecrawler.coordinator.contract import GivenBack, Rendered
from imagecrawler.coordinator.failed_tries import rejected
from imagecrawler.coordinator.options import image_rules, number, store_path
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.items import ImageItem
from imagecrawler.pipelines.worker_process import Program
from imagecrawler.pipelines.workers import Workers, started_early, usable_cores
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.storage.instants import to_text

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ImageStorePipeline(ImagesPipeline):
    """Renders the response of an `ImageItem` in a worker process and hands the files on.

    The stock pipeline would fetch by itself, outside every limit; this one only takes
    responses that the scheduler asked for. Other items pass.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the image settings. Raises SettingError."""
        return cls(store_path(crawler.settings), crawler=crawler)

    def __init__(self, store_uri: str, *, crawler: Crawler) -> None:
        super().__init__(store_uri, crawler=crawler)
        settings = crawler.settings
        image_rules(settings)  # what is wrong is said before anything is fetched
        self._count = int(number(settings, "IMAGES_WORKERS")) or usable_cores()
        self._max_bytes_in_flight = number(settings, "IMAGES_MAX_BYTES_IN_FLIGHT", least=1)
        self._timeout_seconds = number(settings, "IMAGES_TIMEOUT_SECONDS")
        self._tmp_dir = str(Path(store_uri, "tmp"))
        self._workers: Workers | None = None
        self._in_flight: set[asyncio.Future[Any]] = set()
        self._is_aborted = False
        self._programs: list[Program] = []
        crawler.signals.connect(self._start_early, signal=signals.run_begins)
        crawler.signals.connect(self._abort, signal=signals.abort_in_flight)

    def _get_store(self, uri: str) -> Any:
        # The store's folders are made when the store is opened, not when a shell starts.
        return None

    def open_spider(self, spider: Any = None) -> None:
        """Have the scheduler ask for no more images while those at hand are enough."""
        super().open_spider()
        scheduler = self.crawler.engine.scheduler
        if isinstance(scheduler, StoreScheduler):
            scheduler.hold_images_while(self._has_enough)

    async def process_item(self, item: Any, spider: Any = None) -> Any:
        """Turn an image item's response into files. Raises DropItem for what is no image."""
        scheduler = self.crawler.engine.scheduler
        if not isinstance(item, ImageItem) or not isinstance(scheduler, StoreScheduler):
            return item
        coordinator = scheduler.coordinator
        lease = coordinator.image_lease(item.id) if coordinator is not None else None
        response, item.response = item.response, None
        if coordinator is None or lease is None or not isinstance(response, Response):
            raise DropItem(f"{item.url} was not asked for by the scheduler")
        try:
            rendered = await self._render(response, coordinator.rules.content_filter)
        except ImageRejectedError as error:
            lease.outcome = rejected(coordinator, lease, error)
            raise DropItem(f"{item.url}: {error}") from error
        except (asyncio.CancelledError, BrokenProcessPool):
            lease.outcome = GivenBack()
            raise DropItem(f"{item.url}: its worker ended first") from None
        except OSError as error:
            lease.outcome = GivenBack()
            scheduler.stop_for(error)
            raise DropItem(f"{item.url}: {error}") from error
        lease.outcome = rendered
        self._describe(item, rendered)
        return item

    async def close_spider(self) -> None:
        """End the workers."""
        if self._workers is not None:
            await asyncio.to_thread(self._workers.close)
        for program in self._programs:
            program.end()

    def _start_early(self) -> None:
        self._programs = started_early(self._count)

    def _has_enough(self) -> bool:
        workers = self._workers
        return workers is not None and workers.bytes_in_flight >= self._max_bytes_in_flight

    def _pool(self, wanted: ContentFilter) -> Workers:
        if self._workers is None:
            # What is wanted is known since the store was opened: it remembers arguments.
            rules = image_rules(self.crawler.settings, wanted)
            programs, self._programs = self._programs, []
            self._workers = Workers(
                self._count, rules, self._tmp_dir, self._timeout_seconds, programs
            )
        return self._workers

    async def _render(self, response: Response, wanted: ContentFilter) -> Rendered:
        if self._is_aborted:
            raise asyncio.CancelledError
        future = asyncio.wrap_future(self._pool(wanted).submit(response.body))
        self._in_flight.add(future)
        try:
            result = await future
        finally:
            self._in_flight.discard(future)
        etag = response.headers.get("ETag")
        facts: dict[str, Any] = {
            "time": to_text(time.time_ns() // 1000),
            "status": response.status,
            "etag": etag.decode("latin-1")[:1000] if etag else None,
            "fetched_url": response.url,
            "sha256": result.sha256,
            "bytes": result.bytes,
            "format": result.format,
            "width": result.width,
            "height": result.height,
            **result.likeness.facts(),
        }
        files = [(file.bucket, file.suffix, file.path) for file in result.files]
        facts = {name: value for name, value in facts.items() if value is not None}
        return Rendered(facts, files, sum(file.bytes for file in result.files))

    def _describe(self, item: ImageItem, rendered: Rendered) -> None:
        for name in ("format", "width", "height", "sha256", "bytes"):
            setattr(item, name, rendered.facts[name])
        item.files = {
            bucket: f"downloaded/{bucket}/{item.id[:4]}/{item.id}{suffix}"
            for bucket, suffix, _ in rendered.files
        }

    def _abort(self) -> None:
        self._is_aborted = True
        for future in list(self._in_flight):
            future.cancel()
