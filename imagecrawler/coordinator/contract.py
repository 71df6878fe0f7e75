"""What the coordinator promises to any Scrapy hook: leases out, outcomes back.

`Frontier` is the seam: `Coordinator` in ``folders`` is the first backend, and nothing but the
opening of a store names it. Another (Redis Streams) has to keep the same promises and is
tested by the same tests, tests/coordinator/test_contract.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from imagecrawler.coordinator.run import RunRules
from imagecrawler.items import PageItem

Kind = Literal["page", "image", "list"]
HasRoom = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Visited:
    """A page ended well (or unchanged: status 304)."""

    status: int
    item: PageItem | None
    image_ids: list[str]
    links_new: int = 0
    links_known: int = 0


@dataclass(frozen=True, slots=True)
class Redirected:
    """A page led to another URL, which is queued (or was known, or is out of scope)."""

    status: int
    target: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """An image became files, which wait in tmp/ for their names."""

    facts: dict[str, Any]
    files: list[tuple[str, str, str]]  # bucket, suffix, temporary path; the smallest bucket last
    bytes_written: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A try that did not work out. ``wait_seconds`` is None when there is no next one."""

    reason: str
    message: str
    status: int | None = None
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Nothing was tried to its end: the work is as before."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list page of a paged source was read, or was not there: what is known of the source now."""

    source: str
    state: dict[str, Any]


Outcome = Visited | Redirected | Rendered | Failed | GivenBack | Listed


@dataclass(slots=True, eq=False)
class Lease:
    """One page or image, handed out to be fetched once.

    ``key`` is the page key or the image id; a list page has one of its own each time. ``entry`` is
    the queue entry of a page, or the record of an image. ``attempts`` counts the tries before this
    one. ``token`` is the backend's own. ``tried`` are the URLs of an image not to be fetched again,
    ``judged`` the facts of those that a filter excluded. ``derived_by`` names the rule of ours that
    wrote an image's URL; None: a page offered it. ``hoped_for``: a stored image is to be bettered,
    and nothing of it lacks.
    """

    kind: Kind
    key: str
    host: str
    url: str
    entry: dict[str, Any]
    attempts: int = 0
    outcome: Outcome | None = None
    token: Any = None
    tried: list[str] = field(default_factory=list)
    judged: dict[str, dict[str, Any]] = field(default_factory=dict)
    derived_by: str | None = None
    hoped_for: bool = False


class Frontier(Protocol):
    """The coordinator as Scrapy's hooks see it: all that they may ask of a backend.

    All calls are made on the event loop, but for `count_files`.
    """

    @property
    def rules(self) -> RunRules:
        """What this run may do."""

    @property
    def place(self) -> str:
        """Where the crawl's state is, for messages."""

    # -- a run begins and ends -------------------------------------------------------------

    def start(self, wake: Callable[[], None], on_fatal: Callable[[OSError], None]) -> None:
        """Begin: ``wake`` is called when there may be work, ``on_fatal`` when no write works."""

    def drain(self) -> None:
        """Hand out nothing more."""

    async def close(self) -> None:
        """Write what is left, so that every outcome so far is durable. Raises OSError."""

    def count_files(self) -> dict[str, int]:
        """Return how many files there are in each bucket (blocking: use a thread)."""

    def write_summary(
        self,
        *,
        spider: str,
        reason: str,
        error: str | None,
        started: str,
        stats: Mapping[str, Any],
        files: Mapping[str, int],
    ) -> None:
        """Keep for machines what this run did and what is left. Raises OSError."""

    def release(self) -> None:
        """Let another process go on with the crawl."""

    # -- what comes in ---------------------------------------------------------------------

    def add_start(self, url: str, scope: str, *, again: bool = False) -> bool:
        """Queue a start URL; return whether it is new; ``again``: or failed for good."""

    def add_link(self, url: str, *, parent: dict[str, Any], **fields: Any) -> bool:
        """Queue one page link found under ``parent`` (a queue entry); return whether new."""

    def add_redirect(self, lease: Lease, target: str, *, hops: int, scope: str | None) -> bool:
        """Queue the page that a leased page led to; return whether it is queued."""

    def found(self, lease: Lease, item: PageItem) -> None:
        """Take a visited page's images and links; they are written with the next group."""

    def skip_links(self, reasons: dict[str, int]) -> None:
        """Count links that were found and not queued."""

    # -- what is known ---------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Whether no page and no image is known."""

    def knows_page(self, url: str) -> bool:
        """Whether a page is queued, done or set aside."""

    def knows_image(self, key: str) -> bool:
        """Whether an image has a record, or is about to."""

    def same_page(self, lease: Lease, url: str) -> bool:
        """Whether a redirect leads a page to itself."""

    def page_lease(self, key: str) -> Lease | None:
        """Return the lease under which a page or a list is being read, until it is durably done."""

    def image_lease(self, key: str) -> Lease | None:
        """Return the lease under which an image is being fetched, until it is durably done."""

    # -- what goes out ---------------------------------------------------------------------

    def lease(self, has_room: HasRoom, *, images: bool = True) -> Lease | None:
        """Hand out the next page or image whose host has room, or None: nothing now.

        Without ``images``, pages alone: those who work on images have enough of them.
        """

    def lease_list(self, url: str, ended: Callable[[Lease], None]) -> Lease:
        """Hand out a list page of a paged source, however often it was read.

        ``ended`` is called with it when it is taken back, and may still give it its outcome: a
        `Listed` is durable after all that was found under the lease, and in the order in which
        they end.
        """

    def source_state(self, source: str) -> dict[str, Any]:
        """Return what was last known of a paged source; {}: nothing."""

    def keep_source(self, source: str, state: dict[str, Any]) -> None:
        """Keep what is known of a paged source, in the order of this and of what is `Listed`."""

    def try_another(self, lease: Lease, reason: str, facts: dict[str, Any] | None = None) -> bool:
        """Note that an image's rendition is no good; return whether another may be better."""

    def finish(self, lease: Lease) -> None:
        """Take back a lease with its outcome; acknowledged when its group is durable."""

    def keep(self, name: str, value: Callable[[], Any]) -> Any:
        """Return what an earlier run kept under ``name``, or None; keep ``value()`` for the next.

        It is asked for now and then and at the end, and is what JSON can tell. An estimate that
        makes a run quicker, and no more: it may be lost at any time.
        """

    def release_host(self, host: str) -> None:
        """A request of a host has left the downloader: the host may have room again."""

    def rest_seconds(self, host: str) -> float:
        """Return how long a host is still left alone; 0.0 where it is not."""

    def rest_host(self, host: str, seconds: float, why: str, *, outlasts: bool = False) -> None:
        """Hand out nothing of a host for a while; what it has waits, and other hosts go on.

        ``outlasts``: the next run heeds it too, as far as it is known then.
        """

    def slow_host(self, host: str, seconds: float) -> None:
        """Note that a host asks for so many seconds between requests (0: no longer)."""

    def spend(self, host: str, *, requests: int = 0, size_bytes: int = 0) -> None:
        """Note what a host was asked for. It rests for today when its budget is used up."""

    def requests_left(self, host: str) -> int | None:
        """Return how many more requests a host's budget of today has; None: any number."""

    def flush(self) -> None:
        """Write the open group now: work waits for it."""

    def tick(self) -> None:
        """Keep what waits moving when nothing else does; call it now and then."""

    # -- how it stands ---------------------------------------------------------------------

    def has_visited(self, host: str) -> bool:
        """Whether a page of a host was visited, in this run or an earlier one."""

    def has_work(self) -> bool:
        """Whether this run still has something to do, or to wait for."""

    def seconds_to_next(self) -> float | None:
        """Return the seconds until the next retry that this run waits for, or None."""

    def limit_reached(self) -> str | None:
        """Return the limit that keeps this run from work that is left, or None."""

    def snapshot(self) -> dict[str, Any]:
        """Return the counts of the running crawl."""

    def busiest_hosts(self, limit: int, in_flight: Callable[[str], int]) -> list[dict[str, Any]]:
        """Return the hosts with the most pages queued, for people to look at."""
