"""An extension for our crawl: writes down at its end what its key sets weigh.

``RESIDENCE_REPORT`` names the file. It reads the private parts of the coordinator, which a
benchmark may and nothing else should.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals

from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.scheduler import StoreScheduler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class KeySets:
    """Writes (name, entries, bytes) of each key set when the spider is closed, as JSON."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._write, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wait for the end."""
        return cls(crawler)

    def _write(self) -> None:
        scheduler: Any = self._crawler.engine and self._crawler.engine.scheduler  # type: ignore[attr-defined]
        assert isinstance(scheduler, StoreScheduler)
        assert isinstance(scheduler.coordinator, Coordinator)
        path = Path(self._crawler.settings["RESIDENCE_REPORT"])
        path.write_text(json.dumps(key_sets(scheduler.coordinator)))


def key_sets(coordinator: Coordinator) -> list[tuple[str, int, int]]:
    """Return name, number of entries and bytes of all that is held for each page or image."""
    images, cache = coordinator.images, coordinator._knowledge.cache
    known, failed = images._store.visited.extensions, images._store.failed.ids
    sizes = [
        (name, len(table), table.nbytes)
        for name, table in (
            ("keys of all images, and the ends of their records' names", known.table),
            ("keys of those that have their files", images.stored.table),
            ("keys of those that failed", failed.table),
            ("keys of all pages, and when they ended", coordinator.pages.known),
            ("64 bits of each content, and whose it is", cache.contents.table),
            ("64 bits of each alias, and whose it is", images.aliases),
        )
    ]
    waiting = images._held
    bytes_waiting = sys.getsizeof(waiting) + sum(map(sys.getsizeof, waiting))
    sizes.append(("ids of those that are wanted", len(waiting), bytes_waiting))
    near = cache.near.indexes.values()
    return [*sizes, ("hashes of how they look", sum(map(len, near)), sum(i.nbytes for i in near))]
