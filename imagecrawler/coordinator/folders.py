"""The coordinator with a store's folders as its backend: what is left, leased and done.

Called on the event loop only. See DESIGN, "Promises of the coordinator". Put together here of
``knowledge`` (what is known of the store), ``findings`` (what comes in), ``turns`` and
``work_left`` (what goes out), ``leases``, ``outcomes`` and ``acknowledging`` (how that ends). The
order in which things become durable is in ``writing``.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from imagecrawler.coordinator.acknowledging import Acknowledgements
from imagecrawler.coordinator.budget import Budget
from imagecrawler.coordinator.committer import Committer
from imagecrawler.coordinator.contract import Failed, HasRoom, Lease, Listed
from imagecrawler.coordinator.findings import Findings
from imagecrawler.coordinator.group import Group, Written
from imagecrawler.coordinator.hidden import drop_hidden
from imagecrawler.coordinator.host_budgets import HostBudgets
from imagecrawler.coordinator.host_pauses import HostPauses
from imagecrawler.coordinator.intake import Intake
from imagecrawler.coordinator.keeping import Keeping
from imagecrawler.coordinator.knowledge import StoreKnowledge
from imagecrawler.coordinator.leases import Leases
from imagecrawler.coordinator.outcomes import Outcomes
from imagecrawler.coordinator.report import summary
from imagecrawler.coordinator.run import RunRules
from imagecrawler.coordinator.tally import Tally
from imagecrawler.coordinator.turns import Turns
from imagecrawler.coordinator.wanted import WantedImages
from imagecrawler.coordinator.work_left import WorkLeft
from imagecrawler.identity.urls import page_key
from imagecrawler.items import PageItem
from imagecrawler.storage.instants import RunClock
from imagecrawler.storage.store import Store

logger = logging.getLogger(__name__)


class Coordinator:
    """The record of one store during one run. Open it with `open`, then `start` it."""

    def __init__(self, store: Store, rules: RunRules) -> None:
        self.store = store
        self.rules = rules
        self.tally = Tally()
        self.error: OSError | None = None
        self._draining = False
        self._wake: Callable[[], None] = lambda: None
        clock = RunClock()
        self._knowledge = knowledge = StoreKnowledge(store, rules)
        self.rests, self.pages, self.images = knowledge.rests, knowledge.pages, knowledge.images
        self._budget = Budget(rules, self.tally)
        self._pauses = HostPauses(self.rests, HostBudgets(rules.host_limits, store.spending), clock)
        self._committer = Committer(knowledge.write, self._on_written, self._on_failed)
        self._intake = intake = Intake(knowledge)
        self._keeping = Keeping(
            knowledge, intake=intake, pauses=self._pauses, committer=self._committer
        )
        self._leases = leases = Leases(store.inflight, self.images, intake, self._budget)
        self.leased = leases.held  # handed out or not yet durably done, by kind and key
        self._findings = Findings(knowledge, self.tally, self._committer)
        self._outcomes = Outcomes(knowledge, leases, self._committer)
        self._acknowledgements = Acknowledgements(knowledge, leases, self.tally, clock)
        wanted = WantedImages(knowledge, self._outcomes)
        self._turns = Turns(self.pages, wanted, leases=leases, budget=self._budget, clock=clock)
        self._work_left = WorkLeft(
            knowledge, intake=intake, leases=leases, budget=self._budget, clock=clock
        )

    @classmethod
    def open(cls, store: Store, rules: RunRules) -> Coordinator:
        """Rebuild the key sets from an opened store's folders (blocking: use a thread).

        Raises OSError.
        """
        drop_hidden(store, smallest=rules.smallest)
        coordinator = cls(store, rules)
        store.visited.load(repair=True)
        store.failed.load()
        coordinator._leases.suspects = coordinator._knowledge.load(store.inflight.open())
        coordinator._pauses.take_up(store.cache)
        if not coordinator.images.stored:
            store.write_about(widths=list(rules.widths))
        return coordinator

    def start(self, wake: Callable[[], None], on_fatal: Callable[[OSError], None]) -> None:
        """Begin on the running loop: ``wake`` is called whenever there may be new work."""
        self._wake = wake
        self._on_fatal = on_fatal
        self._budget.begin()
        loop = asyncio.get_running_loop()

        def wake_loop() -> None:
            loop.call_soon_threadsafe(self._wake)

        self._intake.start(wake_loop)
        self._keeping.repeat_last_seconds()
        for lease in self._leases.suspects.crashed:
            self._set_aside(lease)
        self.flush()

    # -- what comes in ---------------------------------------------------------------------

    def add_start(self, url: str, scope: str, *, again: bool = False) -> bool:
        """Queue a start URL; return whether it is new; ``again``: or failed for good."""
        return self._findings.add_start(url, scope, again=again)

    def add_link(self, url: str, *, parent: dict[str, Any], **fields: Any) -> bool:
        """Queue one page found under ``parent`` (a queue entry); return whether it is queued."""
        return self._findings.add_link(url, parent, fields)

    def add_redirect(self, lease: Lease, target: str, *, hops: int, scope: str | None) -> bool:
        """Queue the page that a leased page led to, with its hop count; whether it is queued."""
        return self._findings.add_redirect(lease, target, hops=hops, scope=scope)

    def skip_links(self, reasons: dict[str, int]) -> None:
        """Count links that were found and not queued."""
        self.tally.skip_links(reasons)

    def is_empty(self) -> bool:
        """Whether the store knows no page and no image."""
        return not self.pages.known and not self.store.visited.extensions

    def knows_page(self, url: str) -> bool:
        """Whether a page is queued, done or set aside."""
        return self._findings.knows_page(url)

    def knows_image(self, key: str) -> bool:
        """Whether an image has a record, or is about to."""
        return self._findings.knows_image(key)

    def has_visited(self, host: str) -> bool:
        """Whether a page of a host was visited, in this run or an earlier one."""
        return self._knowledge.classes.site_pages[host] > 0

    def page_lease(self, key: str) -> Lease | None:
        """Return the lease under which a page or a list is being read."""
        return self._leases.of_page(key)

    def image_lease(self, key: str) -> Lease | None:
        """Return the lease under which an image is being fetched."""
        return self._leases.of_image(key)

    def found(self, lease: Lease, item: PageItem) -> None:
        """Take a visited page's images and links; they are written with the next group.

        Until the store is read, only the images that it has by name are known: a page with
        others waits for that, since they may be known by another URL.
        """
        early = self._intake.early
        if early and not all(self.knows_image(image.id) for image in item.images):
            early.items.append((lease, item))
            return
        self._findings.add_page(lease, item)

    # -- what goes out ---------------------------------------------------------------------

    def lease(self, has_room: HasRoom, *, images: bool = True) -> Lease | None:
        """Hand out the next page or image whose host has room, or None: nothing now.

        Without ``images``, pages alone: those who work on images have enough of them.
        """
        if self._draining or self.error is not None or self._budget.spent():
            return None
        self._take_from_reader()
        return self._turns.next(has_room, images=images)

    def lease_list(self, url: str, ended: Callable[[Lease], None]) -> Lease:
        """Hand out a list page of a paged source, which is no page of the frontier."""
        return self._leases.hand_out_list(url, ended)

    def source_state(self, source: str) -> dict[str, Any]:
        """Return what the store has of a paged source; {}: nothing, or it cannot be read."""
        return self.store.sources.read(source)

    def keep_source(self, source: str, state: dict[str, Any]) -> None:
        """Keep what is known of a paged source, in the order of this and of what is `Listed`."""
        self._outcomes.add_listed(None, Listed(source, state))

    def finish(self, lease: Lease) -> None:
        """Take back a lease with its outcome; acknowledged when its group is on disk."""
        self.pages.release(lease.host)
        self.images.release(lease.host)
        early = self._intake.early
        if not (early and early.keeps(lease)):
            self._outcomes.take(lease)

    def release_host(self, host: str) -> None:
        """A request of a host has left the downloader: the host may have room again."""
        self.pages.release(host)
        self.images.release(host)

    def rest_seconds(self, host: str) -> float:
        """Return how long a host is still left alone; 0.0 where it is not."""
        return self._pauses.seconds_left(host)

    def rest_host(self, host: str, seconds: float, why: str, *, outlasts: bool = False) -> None:
        """Hand out nothing of a host for a while; ``outlasts``: in the next run too."""
        self._pauses.rest(host, seconds, why, outlasts=outlasts)

    def slow_host(self, host: str, seconds: float) -> None:
        """Note that a host asks for so many seconds between requests (0: no longer)."""
        self.rests.slow(host, seconds)

    def spend(self, host: str, *, requests: int = 0, size_bytes: int = 0) -> None:
        """Note what a host was asked for. It rests for today when its budget is used up."""
        try:
            self._pauses.spend(host, requests=requests, size_bytes=size_bytes)
        except OSError as error:
            self._on_failed(error)

    def requests_left(self, host: str) -> int | None:
        """Return how many more requests a host's budget of today has; None: any number."""
        return self._pauses.requests_left(host)

    def has_work(self) -> bool:
        """Whether this run still has something to do, or to wait for."""
        if self.error is not None:
            return False
        if self.leased or self._committer.busy:
            return True
        if self._draining or self._budget.spent():
            return False
        self._take_from_reader()
        return self._work_left.is_any()

    def seconds_to_next(self) -> float | None:
        """Return the seconds until the next retry or end of a rest to wait for, or None."""
        return self._work_left.seconds_to_next()

    def same_page(self, lease: Lease, url: str) -> bool:
        """Whether a redirect leads a page to itself (a cookie was set on the way)."""
        return page_key(url) == lease.key

    def try_another(self, lease: Lease, reason: str, facts: dict[str, Any] | None = None) -> bool:
        """Note that an image's rendition is no good; return whether another may be better."""
        return self._outcomes.try_another(lease, reason, facts)

    def snapshot(self) -> dict[str, Any]:
        """Return the counts of the running crawl."""
        tally = self.tally
        return {
            "pages_done": tally.pages_visited,
            "pages_queued": self.pages.waiting,
            "pages_failed": tally.pages_failed.total(),
            "images_stored": tally.images_stored,
            "images_wanted": self.images.waiting(),
            "images_failed": tally.images_failed.total(),
            "bytes": self.rules.bytes_downloaded(),
            "elapsed_seconds": self._budget.elapsed_seconds,
        }

    def busiest_hosts(self, limit: int, in_flight: Callable[[str], int]) -> list[dict[str, Any]]:
        """Return the hosts with the most batches, for people to look at."""
        return self.pages.hosts(limit, in_flight)

    def limit_reached(self) -> str | None:
        """Return the limit that keeps this run from work that is left, or None.

        Time and bytes that are used up are told whether work is left or not.
        """
        if reason := self._budget.spent():
            return reason
        self._take_from_reader()
        return self._work_left.withheld_by()

    def flush(self) -> None:
        """Write the open group now: work waits for it."""
        self._committer.flush()

    def drain(self) -> None:
        """Hand out nothing more."""
        self._draining = True

    def unreadable_records(self) -> list[str]:
        """Return the ids whose record this run could not read, and still cannot."""
        found = self._knowledge.unreadable()
        return sorted(key for key in found if self.store.visited.read(key) is None)

    @property
    def torn_failures(self) -> int:
        """How many files of failed/ could not be read; their images are tried again."""
        return self._knowledge.reader.torn_failures

    def count_files(self) -> dict[str, int]:
        """Return how many files there are in each bucket (blocking: use a thread)."""
        downloaded = self.store.downloaded
        return {bucket: sum(1 for _ in downloaded.files(bucket)) for bucket in downloaded.buckets()}

    def write_summary(self, **facts: Any) -> None:
        """Write summary.json; the facts are those that `summary` takes. Raises OSError."""
        self.store.write_summary(summary(self, **facts))

    def release(self) -> None:
        """Release the store: another process may open it."""
        self.store.close()

    @property
    def elapsed_seconds(self) -> float:
        """How long the run has lasted, whatever became of the clock meanwhile."""
        return self._budget.elapsed_seconds

    @property
    def place(self) -> str:
        """Where the store is, for messages."""
        return self.store.root

    async def close(self) -> None:
        """Write what is left, so that every outcome so far is on disk. The store stays open.

        Once a write has failed nothing more is written: what was not acknowledged is left.
        """
        self.drain()
        self._intake.stop()
        self._keeping.put_last()
        for lease in early.give_back() if (early := self._intake.early) else ():
            self.finish(lease)
        await self._committer.drain()
        await self._write_last()
        self._committer.close()
        if self.error is None and self._intake.is_settled():
            self.store.write_about(widths=list(self.rules.widths))

    def tick(self) -> None:
        """Keep what waits moving when nothing else does; call it now and then."""
        self._take_from_reader()
        self._keeping.tick(time.monotonic())

    def keep(self, name: str, value: Callable[[], Any]) -> Any:
        """Return what an earlier run kept under ``name``; keep ``value()`` for the next."""
        return self._keeping.keep(name, value)

    # -- inside ----------------------------------------------------------------------------

    async def _write_last(self) -> None:
        if self.error is not None:
            return
        try:
            await self._keeping.write_last()
        except OSError as error:
            self._on_failed(error)

    def _on_written(self, group: Group, result: Written) -> None:
        self._acknowledgements.take(group, result)
        self._findings.written(group)
        self._keeping.snapshot_when_due()
        self._wake()

    def _on_failed(self, error: OSError) -> None:
        self.error = error
        self._on_fatal(error)

    def _take_from_reader(self) -> None:
        early = self._intake.early
        if early is None or not self._intake.take(early):
            return
        for lease, item in early.items:
            self.found(lease, item)
        for lease in early.leases:
            self.finish(lease)

    def _set_aside(self, lease: Lease) -> None:
        logger.error("%s is set aside: the crawler died while it ran alone", lease.url)
        self._leases.hand_out(lease)
        lease.outcome = Failed("crashed", "the crawler died while this ran alone")
        self.finish(lease)
