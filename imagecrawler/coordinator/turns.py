"""Whose turn it is: pages and images in turn, as far as the limits of the run go."""

from __future__ import annotations

from imagecrawler.coordinator.budget import Budget
from imagecrawler.coordinator.contract import HasRoom, Lease
from imagecrawler.coordinator.leases import Leases
from imagecrawler.coordinator.pages import PageFrontier
from imagecrawler.coordinator.wanted import WantedImages
from imagecrawler.storage.instants import RunClock


class Turns:
    """Hands out pages and images in turn; suspects run alone, before all others."""

    def __init__(
        self,
        pages: PageFrontier,
        wanted: WantedImages,
        *,
        leases: Leases,
        budget: Budget,
        clock: RunClock,
    ) -> None:
        self._pages = pages
        self._wanted = wanted
        self._leases = leases
        self._budget = budget
        self._clock = clock
        self._images_next = False

    def next(self, has_room: HasRoom, *, images: bool) -> Lease | None:
        """Hand out the next page or image whose host has room, or None; see `Frontier.lease`."""
        suspects, may_lease = self._leases.suspects, self._budget.may_lease
        if suspects.keep_others_waiting(may_lease):
            alone = None if self._leases.held else suspects.next(may_lease)
            return self._leases.hand_out(alone) if alone is not None else None
        now = self._clock.now()
        for kind in ("image", "page") if self._images_next else ("page", "image"):
            if kind == "image" and not images:
                continue
            lease = self._take(kind, has_room, now)
            if lease is not None:
                self._images_next = kind == "page"
                return self._leases.hand_out(lease)
        return None

    def _take(self, kind: str, has_room: HasRoom, now: int) -> Lease | None:
        if kind == "page":
            if not self._budget.may_lease_page() or self._budget.is_full(kind):
                return None
            return self._pages.take(has_room, now)
        if not self._budget.may_lease_image() or self._budget.is_full(kind):
            return None
        return self._wanted.take(has_room, now)
