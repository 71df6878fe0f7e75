"""What is handed out, from when it is leased until its outcome is durable."""

from __future__ import annotations

from collections.abc import Callable

from imagecrawler.coordinator.budget import Budget
from imagecrawler.coordinator.contract import GivenBack, Lease
from imagecrawler.coordinator.images import ImageFrontier
from imagecrawler.coordinator.intake import Intake
from imagecrawler.coordinator.suspects import Suspects, name_of
from imagecrawler.identity.urls import host_name
from imagecrawler.storage.inflight import InflightNotes


class Leases:
    """The leases of pages, images and lists of one run: ``held`` has them by kind and key."""

    def __init__(
        self, inflight: InflightNotes, images: ImageFrontier, intake: Intake, budget: Budget
    ) -> None:
        self.held: dict[str, Lease] = {}
        self.suspects = Suspects({})
        self._inflight = inflight
        self._images = images
        self._intake = intake
        self._budget = budget
        self._lists = 0

    def of_page(self, key: str) -> Lease | None:
        """Return the lease under which a page or a list is being read."""
        return self.held.get("page " + key) or self.held.get("list " + key)

    def of_image(self, key: str) -> Lease | None:
        """Return the lease under which an image is being fetched."""
        return self.held.get("image " + key)

    def hand_out(self, lease: Lease) -> Lease:
        """Note a page or an image as in flight, in the store too, and return it."""
        self.held[name_of(lease)] = lease
        self._budget.leased[lease.kind] += 1
        self._inflight.begin(lease.kind, lease.key)
        return lease

    def hand_out_list(self, url: str, ended: Callable[[Lease], None]) -> Lease:
        """Hand out a list page of a paged source, which is no page of the frontier."""
        self._lists += 1
        lease = Lease("list", str(self._lists), host_name(url), url, {}, token=ended)
        self.held[name_of(lease)] = lease
        return lease

    def release(self, *leases: Lease) -> None:
        """Note that pages or images have ended: what became of them is on disk, or as before."""
        ended = []
        for lease in leases:
            if lease.kind == "image":
                self._images.let_go(lease.key)
                if self._intake.early and not isinstance(lease.outcome, GivenBack):
                    self._intake.early.ended.add(lease.key)
            if self.held.pop(name_of(lease), None) is not None:
                self.suspects.ended(lease)
                self._budget.leased[lease.kind] -= 1
                ended.append(name_of(lease))
        self._inflight.end_all(ended)

    def release_lists(self, leases: list[Lease]) -> None:
        """Note that lists have ended."""
        for lease in leases:
            self.held.pop(name_of(lease), None)
