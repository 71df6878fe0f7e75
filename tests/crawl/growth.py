"""Extensions for a crawl under test: they look at what it holds in memory, and write it down."""

from __future__ import annotations

import gc
import json
import os
import signal
from collections import Counter, OrderedDict, deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.utils.asyncio import create_looping_call

from imagecrawler.items import ImageItem
from imagecrawler.pipelines.images import ImageStorePipeline

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# An entry of Python's bounded caches (functools.lru_cache), and what records are made of: those
# last read are kept, 2048 at most.
_CACHED = {"_lru_list_elem", "dict", "list", "tuple"}


class Growth:
    """Writes to GROWTH_REPORT what is there after the last image and was not before.

    ``sets``: containers with more entries than after the first page, by name if they have one
    here. ``objects``: instances by type, against those after a third of the images. Each only
    if it grew by half of GROWTH_IMAGES, which is how many there will be. ``answers``: how many
    there are of Scrapy's and Twisted's when nothing was collected for two thirds of the images.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._last = crawler.settings.getint("GROWTH_IMAGES")
        self._seen = 0
        gc.disable()
        self._lengths: dict[int, int] = {}
        self._objects: Counter[str] = Counter()
        crawler.signals.connect(self._on_item, signal=signals.item_scraped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _on_item(self, item: Any) -> None:
        if not self._lengths:
            self._lengths = {id(held): len(held) for held in _containers()}
        if not isinstance(item, ImageItem):
            return
        self._seen += 1
        if self._seen == self._last // 3:
            self._objects = _objects()
        elif self._seen == self._last:
            answers = sum(type(held).__name__ == "Response" for held in gc.get_objects())
            report = {
                "answers": answers,
                "objects": self._grown_objects(),
                "sets": self._grown_sets(),
            }
            Path(self._crawler.settings["GROWTH_REPORT"]).write_text(json.dumps(report))

    def _grown_objects(self) -> dict[str, int]:
        most = self._last // 2
        return {name: n for name, n in (_objects() - self._objects).items() if n >= most}

    def _grown_sets(self) -> list[str]:
        most = self._last // 2
        names = {id(held): name for name, held in _key_sets(self._crawler).items()}
        return sorted(
            names.get(id(held), f"{type(held).__name__} of {len(held)}: {str(held)[:200]}")
            for held in _containers()
            if len(held) - self._lengths.get(id(held), 0) >= most
            if held is not self._lengths and not _is_bounded(held)
        )


class BytesInFlight:
    """Writes to GROWTH_REPORT the most bytes that were ever with the workers.

    The workers are stopped until nothing is downloaded any more: so much comes, and no more,
    when they do not keep pace.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._most = 0
        self._quiet_ticks = 0
        self._ticks = create_looping_call(self._tick)
        crawler.signals.connect(self._on_response, signal=signals.response_received)
        crawler.signals.connect(self._write, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _on_response(self) -> None:
        workers = self._workers()
        if workers is None:
            return
        self._most = max(self._most, workers.bytes_in_flight)
        if not self._ticks.running and self._quiet_ticks == 0:
            self._ticks.start(0.05)

    def _tick(self) -> None:
        is_quiet = not self._crawler.engine.downloader.active  # type: ignore[union-attr]
        self._quiet_ticks = self._quiet_ticks + 1 if is_quiet else 0
        is_over = self._quiet_ticks == 5
        for pid in self._workers().process_ids():
            os.kill(pid, signal.SIGCONT if is_over else signal.SIGSTOP)
        if is_over:
            self._ticks.stop()

    def _workers(self) -> Any:
        pipeline: Any = self._crawler.get_item_pipeline(ImageStorePipeline)
        return pipeline._workers

    def _write(self) -> None:
        Path(self._crawler.settings["GROWTH_REPORT"]).write_text(json.dumps(self._most))


def _held_objects() -> list[Any]:
    gc.unfreeze()  # a crawl hides from the collector what was there before it, and from us
    gc.collect()
    return gc.get_objects()


def _containers() -> list[Any]:
    objects = _held_objects()
    kinds = (dict, set, list, deque, OrderedDict)
    # A dict of strings and numbers alone is not among them.
    referents = (held for held in gc.get_referents(*objects) if type(held) is dict)
    return list({id(o): o for o in (*objects, *referents) if type(o) in kinds}.values())


def _is_bounded(held: Any) -> bool:
    """Whether this is the dict of a functools.lru_cache: none of ours is without a bound."""
    values = held.values() if isinstance(held, dict) else ()
    return type(next(iter(values), None)).__name__ == "_lru_list_elem"


def _objects() -> Counter[str]:
    names = (type(held).__name__ for held in _held_objects())
    return Counter(name for name in names if name not in _CACHED)


def _key_sets(crawler: Crawler) -> dict[str, Any]:
    scheduler: Any = crawler.engine.scheduler  # type: ignore[union-attr]
    images, cache = scheduler.coordinator.images, scheduler.coordinator._knowledge.cache
    return {
        "known": images._store.visited.extensions.table._waiting,
        "stored": images.stored.table._waiting,
        # As many as folders, of which there are 10,000 at most.
        "known folders": images._store.visited.extensions.shards.stamps,
        "stored folders": images.stored.shards.stamps,
        "changed folders": images._store.visited.extensions.shards._changed_at,
        "filled folders": images.stored.shards._changed_at,
        "contents": cache.contents.table._waiting,
        "cached records": cache._records,
    }
