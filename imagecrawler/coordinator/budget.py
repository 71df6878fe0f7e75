"""What one run may still hand out: its limits, and how much of them is used or in flight."""

from __future__ import annotations

import time

from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.run import RunRules
from imagecrawler.coordinator.tally import Tally


class Budget:
    """The limits of a run. ``leased`` has how much of each kind is handed out."""

    def __init__(self, rules: RunRules, tally: Tally) -> None:
        self.leased = {"page": 0, "image": 0}
        self._rules = rules
        self._tally = tally
        self._begun = time.monotonic()

    def begin(self) -> None:
        """Count the seconds from now."""
        self._begun = time.monotonic()

    @property
    def elapsed_seconds(self) -> float:
        """How long the run has lasted."""
        return time.monotonic() - self._begun

    def is_full(self, kind: str) -> bool:
        """Whether as many of a kind are handed out as may be at once."""
        return self.leased[kind] >= self._rules.concurrency

    def may_lease(self, lease: Lease) -> bool:
        """Whether the limits let one more of its kind be handed out."""
        return self.may_lease_page() if lease.kind == "page" else self.may_lease_image()

    def may_lease_page(self) -> bool:
        """Whether this run visits pages, and may visit one more than those in flight."""
        limit = self._rules.limits.max_pages
        below = limit is None or self._tally.pages_visited + self.leased["page"] < limit
        return self._rules.visit_pages and below

    def may_lease_image(self) -> bool:
        """Whether one more image may be fetched than those in flight."""
        limit = self._rules.limits.max_images
        return limit is None or self._tally.images_stored + self.leased["image"] < limit

    def spent(self) -> str | None:
        """Return the limit of time or bytes that is used up, or None."""
        limits = self._rules.limits
        if limits.max_seconds is not None and self.elapsed_seconds >= limits.max_seconds:
            return "max_seconds"
        if limits.max_bytes is not None and self._rules.bytes_downloaded() >= limits.max_bytes:
            return "max_bytes"
        return None
