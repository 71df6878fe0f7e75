"""What the scheduler reads of Scrapy's engine, and what is under way there.

Named here and not imported: nothing but the scheduler itself depends on Scrapy.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sized
from typing import Any, Protocol

from imagecrawler.policies.stalls import Work


class Request(Protocol):
    """A request, known by its identity."""

    @property
    def url(self) -> str:
        """What is asked for."""

    @property
    def meta(self) -> dict[str, Any]:
        """What Scrapy and this project note with it."""


class Slot(Protocol):
    """The downloader's state of one host."""

    concurrency: int
    delay: float
    jitter: float
    lastseen: float

    @property
    def queue(self) -> Sized:
        """Those that wait for their turn."""

    @property
    def transferring(self) -> Collection[Request]:
        """Those that are downloaded now."""


class Downloader(Protocol):
    """The part of Scrapy's downloader that knows of hosts."""

    domain_concurrency: int

    @property
    def slots(self) -> Mapping[str, Slot]:
        """The hosts that were asked of late."""

    @property
    def per_slot_settings(self) -> Mapping[str, Mapping[str, Any]]:
        """The settings of single hosts."""

    @property
    def active(self) -> Container[Any]:
        """The requests between the engine and their answer."""

    def get_slot_key(self, request: Any) -> str:
        """Return the host that a request counts for."""


class Calls(Protocol):
    """The engine's next look for a request."""

    def schedule(self, delay: float = 0) -> None:
        """Let it look soon."""


class EngineSlot(Protocol):
    """The engine's state of the one crawl."""

    @property
    def inprogress(self) -> Container[Any]:
        """The requests that it has not dropped yet."""

    @property
    def closing(self) -> object | None:
        """Not None once it closes."""

    @property
    def nextcall(self) -> Calls:
        """What lets it look for a request."""


class Engine(Protocol):
    """The part of Scrapy's engine that the coordinator reads; see `is_readable`."""

    @property
    def _slot(self) -> EngineSlot | None:
        """The crawl, once the spider is open."""

    @property
    def downloader(self) -> Downloader:
        """Its downloader."""


def under_way(downloader: Downloader, worked_on: Collection[Request], *, now: float) -> list[Work]:
    """Return what is downloaded or worked on; not what waits for its turn at a host."""
    loading = [request for slot in downloader.slots.values() for request in slot.transferring]
    active = downloader.active
    return [
        Work(request.url, doing, now - request.meta.get("sent_at", now))
        for doing, requests in (
            ("download of", loading),
            ("work on", [request for request in worked_on if request not in active]),
        )
        for request in requests
    ]


def is_readable(engine: object) -> bool:
    """Whether an engine has what tells when a request has ended; none of it is public."""
    slot = getattr(engine, "_slot", None)
    downloader = getattr(engine, "downloader", None)
    return (
        isinstance(getattr(slot, "inprogress", None), set)
        and hasattr(slot, "closing")
        and hasattr(getattr(slot, "nextcall", None), "schedule")
        and isinstance(getattr(downloader, "active", None), set)
        and isinstance(getattr(downloader, "slots", None), dict)
    )
