"""What a run knows of its store, in memory: learned when it is opened, kept in cache/ for the next.

Nothing is handed out here, and nothing awaits its outcome.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.classing import ImageClasses
from imagecrawler.coordinator.group import Group, Written
from imagecrawler.coordinator.images import ImageFrontier
from imagecrawler.coordinator.loading import take_suspects
from imagecrawler.coordinator.opening import StoreReader
from imagecrawler.coordinator.page_loading import PageLoader
from imagecrawler.coordinator.page_log import PageLog
from imagecrawler.coordinator.pages import PageFrontier
from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.coordinator.record_snapshot import RecordSnapshots
from imagecrawler.coordinator.rests import HostRests
from imagecrawler.coordinator.run import RunRules
from imagecrawler.coordinator.snapshots import Snapshots
from imagecrawler.coordinator.suspects import Suspects
from imagecrawler.coordinator.writing import write_group
from imagecrawler.storage.store import Store

_MICROS = 1_000_000


class StoreKnowledge:
    """The key sets, frontiers and caches of one store. `load` fills them from its folders.

    ``reader`` adds what lies inside the files while the crawl runs: see ``intake``.
    """

    def __init__(self, store: Store, rules: RunRules) -> None:
        self.store = store
        self.rules = rules
        self.rests = HostRests()
        self.pages = PageFrontier(store.queue, store.pages, self.rests)
        self.choice = RenditionChoice(rules.widths)
        self.classes = ImageClasses(rules.content_filter, rules.image_filter)
        self.cache = RecordCache(store, rules.near, classes=self.classes)
        wanted, read = rules.content_filter, self.cache.copy_of
        stored = store.downloaded.follow(rules.smallest)
        self.images = ImageFrontier(store, self.choice, wanted, stored, read, self.rests)
        self.log = PageLog(store)
        self.reader = StoreReader(store, rules, self.choice, self.classes, self.images.stored)
        about = [rules.smallest, rules.near.mode != "off"]
        self._records = RecordSnapshots(store, self.images, self.cache, about)
        self._snapshots = Snapshots(store, self.log)

    def load(self, crashes: Mapping[str, int]) -> Suspects:
        """Take up what earlier runs left, and return who was present at their ``crashes``.

        Raises OSError.
        """
        suspects = self._load_pages(Suspects(crashes))
        self.reader.unread = self._records.load()
        self._snapshots.take()()
        return suspects

    def write(self, group: Group) -> Written:
        """Make a group durable, in the thread that writes. Raises OSError."""
        for task in group.before:
            task()
        return write_group(self.store, group, self.cache, self.choice, self.images.stored)

    def snapshots_are_due(self) -> bool:
        """Whether the last ones were taken long ago."""
        return self._snapshots.are_due()

    def snapshot(self, *, is_whole: bool) -> Callable[[], None]:
        """Return what writes all that is known now; of records only when they were all read.

        To be called while nothing is being written.
        """
        return self._snapshots.take(self._records.take(self.unreadable()) if is_whole else None)

    def unreadable(self) -> set[str]:
        """Return the ids whose record could not be read."""
        return self.images.unreadable | self.reader.unreadable

    def _load_pages(self, suspects: Suspects) -> Suspects:
        visit_pages = self.rules.visit_pages
        often = suspects.often("page") if visit_pages else ()
        loader = PageLoader(self.store, self.pages, self.log, often)
        loader.load()
        self.classes.site_pages.update(self.log.hosts)
        if self.rules.revisit_seconds is not None:
            now = time.time_ns() // 1000
            loader.queue_revisits(now - int(self.rules.revisit_seconds * _MICROS))
        take_suspects(
            suspects,
            list(loader.held.values()),
            store=self.store,
            images=self.images,
            reader=self.reader,
            visit_pages=visit_pages,
        )
        return suspects
