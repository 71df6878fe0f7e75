"""What the coordinator promises to any Scrapy hook: leases out, outcomes back.

`Coordinator` in ``folders`` is the first backend; another (Redis Streams) has to keep the
same promises and is tested by the same tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from imagecrawler.items import PageItem

Kind = Literal["page", "image"]
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


Outcome = Visited | Redirected | Rendered | Failed | GivenBack


@dataclass(slots=True, eq=False)
class Lease:
    """One page or image, handed out to be fetched once.

    ``key`` is the page key or the image id. ``entry`` is the queue entry of a page, or the
    record of an image. ``attempts`` counts the tries before this one. ``token`` is the
    backend's own. ``tried`` are the URLs of an image not to be fetched again, ``judged`` the
    facts of those that a filter excluded. ``derived_by`` names the rule of ours that wrote an
    image's URL; None: a page offered it. ``hoped_for``: a stored image is to be bettered, and
    nothing of it lacks.
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
    """The coordinator as the scheduler sees it. All calls are made on the event loop."""

    def add_start(self, url: str, scope: str, *, again: bool = False) -> bool:
        """Queue a start URL; return whether it is new; ``again``: or failed for good."""

    def add_link(self, url: str, *, parent: dict[str, Any]) -> bool:
        """Queue one page link found under ``parent`` (a queue entry); return whether new."""

    def knows_page(self, url: str) -> bool:
        """Whether a page is queued, done or set aside."""

    def lease(self, has_room: HasRoom) -> Lease | None:
        """Hand out the next page or image whose host has room, or None: nothing now."""

    def found(self, lease: Lease, item: PageItem) -> None:
        """Take a visited page's images and links; they are written with the next group."""

    def finish(self, lease: Lease) -> None:
        """Take back a lease with its outcome; acknowledged when its group is on disk."""

    def has_work(self) -> bool:
        """Whether this run still has something to do, or to wait for."""

    def flush(self) -> None:
        """Write the open group now: work waits for it."""
