"""The coordinator with a store's folders as its backend: what is left, leased and done.

Called on the event loop only. See DESIGN, "Promises of the coordinator"; the order in which
things become durable is in ``writing``, what the folders say at the start in ``opening``.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any

from imagecrawler.coordinator.budget import Budget
from imagecrawler.coordinator.choosing import RenditionChoice, candidate_of
from imagecrawler.coordinator.classing import ImageClasses
from imagecrawler.coordinator.committer import Committer
from imagecrawler.coordinator.contract import (
    Failed,
    GivenBack,
    HasRoom,
    Lease,
    Listed,
    Rendered,
    Visited,
)
from imagecrawler.coordinator.early import EarlyWork
from imagecrawler.coordinator.estimates import Estimates
from imagecrawler.coordinator.group import Group, Written
from imagecrawler.coordinator.hidden import drop_hidden
from imagecrawler.coordinator.host_budgets import HostBudgets, next_day
from imagecrawler.coordinator.images import ImageFrontier
from imagecrawler.coordinator.lines import image_failure, page_line, sighting_of
from imagecrawler.coordinator.loading import take_suspects
from imagecrawler.coordinator.opening import StoreReader
from imagecrawler.coordinator.page_loading import PageLoader
from imagecrawler.coordinator.page_log import PageLog
from imagecrawler.coordinator.pages import ENTRY_FIELDS, PageFrontier
from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.coordinator.record_snapshot import RecordSnapshots
from imagecrawler.coordinator.report import summary
from imagecrawler.coordinator.rests import HOSTS, HostRests, Rest
from imagecrawler.coordinator.run import RunRules
from imagecrawler.coordinator.snapshots import Snapshots
from imagecrawler.coordinator.suspects import Suspects, name_of
from imagecrawler.coordinator.tally import Tally
from imagecrawler.coordinator.verdicts import promises_more
from imagecrawler.coordinator.writing import write_group
from imagecrawler.identity.urls import authority, host_name, page_key
from imagecrawler.items import FoundImage, ImageCandidate, PageItem
from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.instants import RunClock
from imagecrawler.storage.store import Store

logger = logging.getLogger(__name__)

_MICROS = 1_000_000
# A new filter may exclude a million images: the loop does other things in between.
_EXCLUDED_AT_ONCE = 50
_EXCLUDED = "image_allow or image_deny leaves it out"
_DROPPED = "its host was taken out with scrapy drop"


class Coordinator:
    """The record of one store during one run. Open it with `open`, then `start` it."""

    def __init__(self, store: Store, rules: RunRules) -> None:
        self.store = store
        self.rules = rules
        self.tally = Tally()
        self._clock = RunClock()
        self.rests = HostRests()
        self.pages = PageFrontier(store.queue, store.pages, self.rests)
        self._choice = RenditionChoice(rules.widths)
        self._classes = ImageClasses(rules.content_filter, rules.image_filter)
        self._cache = RecordCache(store, rules.near, classes=self._classes)
        wanted, read = rules.content_filter, self._cache.copy_of
        stored = store.downloaded.follow(rules.smallest)
        self.images = ImageFrontier(store, self._choice, wanted, stored, read, self.rests)
        self.leased: dict[str, Lease] = {}  # handed out or not yet durably done, by kind and key
        self.error: OSError | None = None
        self._suspects = Suspects({})
        self._new_images: dict[int, str] = {}  # those without a record yet, by key
        self._lists = 0
        self._draining = False
        self._images_next = False
        self._seen_lately: list[tuple[str, str]] = []
        self._log = PageLog(store)
        about = [rules.smallest, rules.near.mode != "off"]
        self._records = RecordSnapshots(store, self.images, self._cache, about)
        self._snapshots = Snapshots(store, self._log)
        self._early: EarlyWork | None = EarlyWork()  # until the store is read
        self._dropped_hosts = frozenset(store.dropped_hosts())
        self._budget = Budget(rules, self.tally)
        self._host_budgets = HostBudgets(rules.host_limits, store.spending)
        self._estimates = Estimates(store.cache)
        self._wake: Callable[[], None] = lambda: None
        self._reader = StoreReader(store, rules, self._choice, self._classes, self.images.stored)
        self._committer = Committer(self._write, self._on_written, self._on_failed)

    @classmethod
    def open(cls, store: Store, rules: RunRules) -> Coordinator:
        """Rebuild the key sets from an opened store's folders (blocking: use a thread).

        Raises OSError.
        """
        drop_hidden(store, smallest=rules.smallest)
        coordinator = cls(store, rules)
        store.visited.load(repair=True)
        store.failed.load()
        coordinator._load_pages_and_suspects(store.inflight.open())
        coordinator._reader.unread = coordinator._records.load()
        coordinator._snapshots.take()()
        coordinator._take_up_rests(coordinator._clock.now())
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

        self._reader.on_done = wake_loop
        self._reader.take_names()
        threading.Thread(target=self._reader.run, name="store-reader", daemon=True).start()
        self._committer.group.seen_again += self._seen_lately
        self._committer.changed(len(self._seen_lately))
        self._seen_lately = []
        for lease in self._suspects.crashed:
            self._set_aside(lease)
        self.flush()

    # -- what comes in ---------------------------------------------------------------------

    def add_start(self, url: str, scope: str, *, again: bool = False) -> bool:
        """Queue a start URL; return whether it is new.

        With ``again`` one that failed for good is new too: somebody typed it once more.
        """
        entry = {"url": url, "depth": 0, "scope": scope, "start": True}
        key = page_key(url)
        if again and int(key, 16) in self.pages.failed_starts:
            self.pages.failed_starts.discard(int(key, 16))
            self._queue(key, entry)
            return True
        return self._queue_if_new(url, entry)

    def add_link(self, url: str, *, parent: dict[str, Any], **fields: Any) -> bool:
        """Queue one page found under ``parent`` (a queue entry); return whether it is queued.

        It is not when it is known, or when its host was taken out by hand.
        """
        if self.knows_page(url) or self._is_dropped(url):
            return False
        entry = {"url": url, "depth": parent.get("depth", 0) + 1, **fields}
        if "scope" in parent:
            entry["scope"] = parent["scope"]
        self._queue(page_key(url), entry)
        return True

    def add_redirect(self, lease: Lease, target: str, *, hops: int, scope: str | None) -> bool:
        """Queue the page that a leased page led to, with its hop count; whether it is queued.

        A page that its own chain leads back to (a cookie was set on the way) is fetched again;
        a page that leads to itself is the scheduler's business.
        """
        via = [*lease.entry.get("via", []), lease.key]
        entry = {k: v for k, v in lease.entry.items() if k in ENTRY_FIELDS}
        entry.update(url=target, hops=hops, via=via)
        if scope is not None:
            entry["scope"] = scope
        key = page_key(target)
        if self._is_dropped(target):
            return False
        if key in via:
            self._queue(key, entry)
            return True
        return self._queue_if_new(target, entry)

    def skip_links(self, reasons: dict[str, int]) -> None:
        """Count links that were found and not queued."""
        self.tally.skip_links(reasons)

    def is_empty(self) -> bool:
        """Whether the store knows no page and no image."""
        return not self.pages.known and not self.store.visited.extensions

    def knows_page(self, url: str) -> bool:
        """Whether a page is queued, done or set aside."""
        return int(page_key(url), 16) in self.pages.known

    def has_visited(self, host: str) -> bool:
        """Whether a page of a host was visited, in this run or an earlier one."""
        return self._classes.site_pages[host] > 0

    def page_lease(self, key: str) -> Lease | None:
        """Return the lease under which a page or a list is being read."""
        return self.leased.get("page " + key) or self.leased.get("list " + key)

    def image_lease(self, key: str) -> Lease | None:
        """Return the lease under which an image is being fetched."""
        return self.leased.get("image " + key)

    def found(self, lease: Lease, item: PageItem) -> None:
        """Take a visited page's images and links; they are written with the next group.

        Until the store is read, only the images that it has by name are known: a page with
        others waits for that, since they may be known by another URL.
        """
        if self._early and not all(self.knows_image(image.id) for image in item.images):
            self._early.items.append((lease, item))
            return
        ids = [self._sight(image, item) for image in item.images]
        new = sum(self.add_link(url, parent=lease.entry) for url in item.links)
        self.skip_links(item.skipped_links)
        known = len(item.links) - new
        # A spider that raised after it yielded this has said how the visit ended.
        if lease.kind == "page" and not isinstance(lease.outcome, Failed):
            lease.outcome = Visited(item.status, item, list(dict.fromkeys(ids)), new, known)

    # -- what goes out ---------------------------------------------------------------------

    def lease(self, has_room: HasRoom, *, images: bool = True) -> Lease | None:
        """Hand out the next page or image whose host has room, or None: nothing now.

        Without ``images``, pages alone: those who work on images have enough of them.
        """
        if self._draining or self.error is not None or self._budget.spent():
            return None
        self._take_from_reader()
        if self._suspects.keep_others_waiting(self._budget.may_lease):
            alone = None if self.leased else self._suspects.next(self._budget.may_lease)
            return self._hand_out(alone) if alone is not None else None
        now = self._clock.now()
        for kind in ("image", "page") if self._images_next else ("page", "image"):
            if kind == "image" and not images:
                continue
            lease = self._take(kind, has_room, now)
            if lease is not None:
                self._images_next = kind == "page"
                return self._hand_out(lease)
        return None

    def lease_list(self, url: str, ended: Callable[[Lease], None]) -> Lease:
        """Hand out a list page of a paged source, which is no page of the frontier."""
        self._lists += 1
        lease = Lease("list", str(self._lists), host_name(url), url, {}, token=ended)
        self.leased[name_of(lease)] = lease
        return lease

    def source_state(self, source: str) -> dict[str, Any]:
        """Return what the store has of a paged source; {}: nothing, or it cannot be read."""
        return self.store.sources.read(source)

    def keep_source(self, source: str, state: dict[str, Any]) -> None:
        """Keep what is known of a paged source, in the order of this and of what is `Listed`."""
        self._committer.group.listed.append((None, Listed(source, state)))
        self._committer.changed()

    def finish(self, lease: Lease) -> None:
        """Take back a lease with its outcome; acknowledged when its group is on disk."""
        self.pages.release(lease.host)
        self.images.release(lease.host)
        if self._early and self._early.keeps(lease):
            return
        if lease.kind == "list":
            self._finish_list(lease)
            return
        outcome = lease.outcome or Failed("dropped-by-pipeline", "an item pipeline dropped it")
        lease.outcome = outcome
        self._choice.note(lease)
        if isinstance(outcome, GivenBack):
            self._release(lease)
            if lease.kind == "page":
                self.pages.give_back(lease)
            else:
                self.images.want(lease.host, lease.key)
            return
        if lease.kind == "page":
            self._committer.group.lines.append((lease, page_line(lease, now=_now())))
        elif isinstance(outcome, Rendered):
            self._committer.group.rendered.append((lease, outcome))
        elif isinstance(outcome, Failed):
            failure = image_failure(lease, outcome, now=_now())
            self._committer.group.failures.append((lease, failure))
        self._committer.changed()

    def release_host(self, host: str) -> None:
        """A request of a host has left the downloader: the host may have room again."""
        self.pages.release(host)
        self.images.release(host)

    def rest_seconds(self, host: str) -> float:
        """Return how long a host is still left alone; 0.0 where it is not."""
        return max(0.0, (self.rests.until(host) - self._clock.now()) / _MICROS)

    def rest_host(self, host: str, seconds: float, why: str, *, outlasts: bool = False) -> None:
        """Hand out nothing of a host for a while; ``outlasts``: in the next run too."""
        self.rests.add(host, Rest(self._clock.now() + int(seconds * _MICROS), why, outlasts))

    def slow_host(self, host: str, seconds: float) -> None:
        """Note that a host asks for so many seconds between requests (0: no longer)."""
        self.rests.slow(host, seconds)

    def spend(self, host: str, *, requests: int = 0, size_bytes: int = 0) -> None:
        """Note what a host was asked for. It rests for today when its budget is used up."""
        now = self._clock.now()
        try:
            why = self._host_budgets.spend(host, requests=requests, size_bytes=size_bytes, now=now)
        except OSError as error:
            self._on_failed(error)
            return
        if why:
            self.rests.add(host, Rest(next_day(now), why))

    def requests_left(self, host: str) -> int | None:
        """Return how many more requests a host's budget of today has; None: any number."""
        return self._host_budgets.requests_left(host, self._clock.now())

    def has_work(self) -> bool:
        """Whether this run still has something to do, or to wait for."""
        if self.error is not None:
            return False
        if self.leased or self._committer.busy:
            return True
        if self._draining or self._budget.spent():
            return False
        self._take_from_reader()
        if self._suspects.are_left(self._budget.may_lease):
            return True
        pages, images = self._budget.may_lease_page(), self._budget.may_lease_image()
        # Not `reader.done`: it may have ended since, and what it found last is not taken yet.
        now = self._clock.now()
        if images and (self.images.has_ready(now) or self._early is not None):
            return True
        return (pages and self.pages.has_ready(now)) or self.seconds_to_next() is not None

    def seconds_to_next(self) -> float | None:
        """Return the seconds until the next retry or end of a rest to wait for, or None."""
        dues, now = [], self._clock.now()
        if self._budget.may_lease_page():
            dues += [self.pages.next_due(), self.pages.rests_until(now)]
        if self._budget.may_lease_image():
            dues += [self.images.next_due(), self.images.rests_until(now)]
        waits = [(due - now) / _MICROS for due in dues if due is not None]
        near = [wait for wait in waits if wait <= self.rules.retry_wait_seconds]
        return max(0.0, min(near)) if near else None

    def same_page(self, lease: Lease, url: str) -> bool:
        """Whether a redirect leads a page to itself (a cookie was set on the way)."""
        return page_key(url) == lease.key

    def try_another(self, lease: Lease, reason: str, facts: dict[str, Any] | None = None) -> bool:
        """Note that an image's rendition is no good; return whether another may be better.

        ``facts`` are those by which a filter excluded it.
        """
        lease.tried = [*lease.tried, lease.url]
        if facts is not None:
            lease.judged = {**lease.judged, lease.url: facts}
        left = self._following(lease)
        if left is None or facts is None or reason != "too-small":
            return left is not None
        return promises_more(left, candidate_of(lease.entry, lease.url), facts)

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
        has_pages = self.rules.visit_pages and self.pages.has_ready(self._clock.now())
        if has_pages and not self._budget.may_lease_page():
            return "max_pages"
        if not self._budget.may_lease_image() and self.images.waiting():
            return "max_images"
        return None

    def flush(self) -> None:
        """Write the open group now: work waits for it."""
        self._committer.flush()

    def drain(self) -> None:
        """Hand out nothing more."""
        self._draining = True

    def unreadable_records(self) -> list[str]:
        """Return the ids whose record this run could not read, and still cannot."""
        found = self.images.unreadable | self._reader.unreadable
        return sorted(key for key in found if self.store.visited.read(key) is None)

    @property
    def torn_failures(self) -> int:
        """How many files of failed/ could not be read; their images are tried again."""
        return self._reader.torn_failures

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
        self._reader.stop = True
        self._write_estimates(self._estimates.changed())
        self._write_rests(math.inf)
        for lease in self._early.give_back() if self._early else ():
            self.finish(lease)
        await self._committer.drain()
        await self._write_postponed()
        self._committer.close()
        if self.error is None and self._settled():
            self.store.write_about(widths=list(self.rules.widths))

    def tick(self) -> None:
        """Keep what waits moving when nothing else does; call it now and then."""
        self._take_from_reader()
        if self._cache.postponed:
            self._committer.changed()
        self._write_estimates(self._estimates.due(now_seconds=time.monotonic()))
        self._write_rests(time.monotonic())

    def keep(self, name: str, value: Callable[[], Any]) -> Any:
        """Return what an earlier run kept under ``name``; keep ``value()`` for the next."""
        return self._estimates.keep(name, value)

    # -- inside ----------------------------------------------------------------------------

    def _finish_list(self, lease: Lease) -> None:
        lease.token(lease)
        if isinstance(lease.outcome, Listed):
            self._committer.group.listed.append((lease, lease.outcome))
            self._committer.changed()
        else:
            del self.leased[name_of(lease)]

    async def _write_postponed(self) -> None:
        if self.error is not None:
            return
        try:
            await self._committer.run(lambda: self._cache.write_postponed(all_of_them=True))
            await self._committer.run(self._snapshot())
        except OSError as error:
            self._on_failed(error)

    def _snapshot(self) -> Callable[[], None]:
        is_read = self._early is None and not self._reader.ended_early
        unreadable = self.images.unreadable | self._reader.unreadable
        return self._snapshots.take(self._records.take(unreadable) if is_read else None)

    def _write_estimates(self, changed: dict[str, Any]) -> None:
        if changed:
            self._committer.group.estimates |= changed
            self._committer.changed()

    def _write(self, group: Group) -> Written:
        for task in group.before:
            task()
        return write_group(self.store, group, self._cache, self._choice, self.images.stored)

    def _on_written(self, group: Group, result: Written) -> None:
        ended = [*group.lines, *group.rendered, *group.failures]
        self._release(*(lease for lease, _ in ended if lease is not None))
        for lease, _ in group.listed:
            if lease is not None:
                self.leased.pop(name_of(lease), None)
        self._note_retries(group, result)
        for lease, rendered in group.rendered:
            if lease.key in result.duplicates:
                self.tally.failed_image("duplicate", lease.url)
            elif lease.key not in result.left_out:
                again = lease.key in self.images.stored
                if lease.key not in result.no_better:
                    self.tally.stored(rendered, again=again)
                self.images.stored.add(lease.key)
        for lease, failure in group.failures:
            self._note_failure(lease, failure)
        for key, url in result.left_out.items():
            self.images.stored.discard(key)
            self.tally.failed_image("near-duplicate", url)
        self.tally.images_near += result.near_marked
        for image, _, _ in group.sightings:
            self._new_images.pop(id_key(image), None)
        for host, batch in result.batches:
            self.pages.add_batch(host, batch, batch.left)
        for host, key in result.wanted:
            # It may have ended well or badly in this very group, after it was sighted again.
            if key not in self.images.stored and key not in self.store.failed.ids:
                self.images.want(host, key)
        for host, key in result.better:
            self.images.want(host, key)
        self.tally.images_found += result.new_images
        self.tally.images_failed.update(result.excluded)
        self.tally.bytes_written += result.bytes_written
        if self._snapshots.are_due():
            self._committer.group.before.append(self._snapshot())
        self._wake()

    def _on_failed(self, error: OSError) -> None:
        self.error = error
        self._on_fatal(error)

    def _note_retries(self, group: Group, result: Written) -> None:
        for (lease, line), where in zip(group.lines, result.places, strict=True):
            self._log.note(where, line)
            outcome = lease.outcome if lease is not None else None
            if isinstance(outcome, Failed):
                if outcome.wait_seconds is not None:
                    due = self._clock.now() + int(outcome.wait_seconds * _MICROS)
                    self.pages.add_retry(due, where)
                else:
                    self.tally.failed_page(outcome.reason, line["url"])
            elif isinstance(outcome, Visited):
                self.tally.visited(outcome)

    def _note_failure(self, lease: Lease, failure: dict[str, Any]) -> None:
        outcome = lease.outcome
        assert isinstance(outcome, Failed)
        if outcome.wait_seconds is not None:
            due = self._clock.now() + int(outcome.wait_seconds * _MICROS)
            following = self._following(lease)
            host = host_name(following.url) if following is not None else lease.host
            self.images.want_later(due, host, lease.key)
        elif lease.key not in self.images.stored:
            self.tally.failed_image(outcome.reason, failure["url"])

    def _following(self, lease: Lease) -> ImageCandidate | None:
        is_stored = lease.key in self.images.stored
        return self._choice.next(lease.entry, stored=is_stored, tried=lease.tried, hopefully=False)

    def _hand_out(self, lease: Lease) -> Lease:
        self.leased[name_of(lease)] = lease
        self._budget.leased[lease.kind] += 1
        self.store.inflight.begin(lease.kind, lease.key)
        return lease

    def _release(self, *leases: Lease) -> None:
        ended = []
        for lease in leases:
            if lease.kind == "image":
                self.images.let_go(lease.key)
                if self._early and not isinstance(lease.outcome, GivenBack):
                    self._early.ended.add(lease.key)
            if self.leased.pop(name_of(lease), None) is not None:
                self._suspects.ended(lease)
                self._budget.leased[lease.kind] -= 1
                ended.append(name_of(lease))
        self.store.inflight.end_all(ended)

    def _take(self, kind: str, has_room: HasRoom, now: int) -> Lease | None:
        if kind == "page":
            if not self._budget.may_lease_page() or self._budget.is_full(kind):
                return None
            return self.pages.take(has_room, now)
        if not self._budget.may_lease_image() or self._budget.is_full(kind):
            return None
        for _ in range(_EXCLUDED_AT_ONCE):
            lease = self.images.take(has_room, now)
            if lease is None:
                return None
            if (exclusion := self._exclusion(lease)) is None:
                return lease
            lease.outcome = outcome = Failed(*exclusion)
            failure = image_failure(lease, outcome, now=_now())
            self._committer.group.failures.append((lease, failure))
            self._committer.changed()
        return None

    def _exclusion(self, lease: Lease) -> tuple[str, str] | None:
        """Return why a wanted image is not to be fetched by now, or None."""
        urls = [lease.url, *(c["url"] for c in lease.entry.get("candidates") or ())]
        if not self.rules.image_filter.admits_any(urls):
            return "excluded", _EXCLUDED
        # What is stored keeps getting better, whatever it is taken for by now.
        if lease.key in self.images.stored:
            return None
        return self._classes.exclusion(lease.entry)

    def _sight(self, image: FoundImage, item: PageItem) -> str:
        key = self.images.id_of(image, self.knows_image, self._id_of_key)
        self.images.add_aliases(key, [c.url for c in image.candidates])
        sighting = sighting_of(image, item)
        exclusion = None
        if not self.rules.image_filter.admits_any(c.url for c in image.candidates):
            exclusion = ("excluded", _EXCLUDED)
        if self._is_dropped(image.url):
            exclusion = ("dropped", _DROPPED)
        self._new_images[id_key(key)] = key
        self._committer.group.sightings.append((key, sighting, exclusion))
        self._committer.changed()
        return key

    def knows_image(self, key: str) -> bool:
        """Whether an image has a record, or is about to."""
        return key in self.store.visited.extensions or id_key(key) in self._new_images

    def _id_of_key(self, key: int) -> str | None:
        return self._new_images.get(key) or self.store.visited.id_of(key)

    def _is_dropped(self, url: str) -> bool:
        dropped = self._dropped_hosts
        return bool(dropped) and (host_name(url) in dropped or authority(url) in dropped)

    def _queue_if_new(self, url: str, entry: dict[str, Any]) -> bool:
        key = page_key(url)
        if int(key, 16) in self.pages.known:
            return False
        self._queue(key, entry)
        return True

    def _queue(self, key: str, entry: dict[str, Any]) -> None:
        self.pages.known.setdefault(int(key, 16), 0)
        self._committer.group.links.setdefault(host_name(entry["url"]), {})[key] = entry
        self._committer.changed()

    def _take_from_reader(self) -> None:
        if self._early is None:
            return
        reader, early = self._reader, self._early
        is_read = reader.done  # before the last of it is taken
        while reader.aliases:
            self.images.add_alias(*reader.aliases.popleft())
        while reader.contents:
            self._cache.contents.take(*reader.contents.popleft())
        while reader.looks:
            self._cache.near.add(*reader.looks.popleft())
        while reader.found:
            host, key, had_files = reader.found.popleft()
            ended = key in self.images.stored or key in self.store.failed.ids
            if key not in early.ended and (had_files or not ended):
                self.images.want(host, key)
        while reader.later:
            due, host, key = reader.later.popleft()
            if key not in early.ended:
                self.images.want_later(due, host, key)
        if is_read:
            self._early = None
            for lease, item in early.items:
                self.found(lease, item)
            for lease in early.leases:
                self.finish(lease)

    def _settled(self) -> bool:
        # A reader that was stopped is done too, but was not taken from to its end.
        reader = self._reader
        is_read = self._early is None and not reader.ended_early and not reader.unreadable
        return is_read and not self.images.waiting()

    def _load_pages_and_suspects(self, crashes: dict[str, int]) -> None:
        self._suspects = Suspects(crashes)
        visit_pages = self.rules.visit_pages
        often = self._suspects.often("page") if visit_pages else ()
        loader = PageLoader(self.store, self.pages, self._log, often)
        loader.load()
        self._classes.site_pages.update(self._log.hosts)
        self._seen_lately = self._log.latest.seen()
        if self.rules.revisit_seconds is not None:
            loader.queue_revisits(_now() - int(self.rules.revisit_seconds * _MICROS))
        take_suspects(
            self._suspects,
            list(loader.held.values()),
            store=self.store,
            images=self.images,
            reader=self._reader,
            visit_pages=visit_pages,
        )

    def _take_up_rests(self, now: int) -> None:
        self.rests.restore(self.store.cache.read(HOSTS), now)
        for host, why in self._host_budgets.open(now).items():
            self.rests.add(host, Rest(next_day(now), why))

    def _write_rests(self, now_seconds: float) -> None:
        changed = self.rests.to_write(now=self._clock.now(), now_seconds=now_seconds)
        if changed is not None:
            self._committer.group.estimates[HOSTS] = changed
            self._committer.changed()

    def _set_aside(self, lease: Lease) -> None:
        logger.error("%s is set aside: the crawler died while it ran alone", lease.url)
        self._hand_out(lease)
        lease.outcome = Failed("crashed", "the crawler died while this ran alone")
        self.finish(lease)


def _now() -> int:
    """Return the present in microseconds, for what is written.

    The store's clock is for order and may run ahead; waits go by the run's, which nobody sets.
    """
    return time.time_ns() // 1000
