"""What a run may still do or has to wait for, within its limits."""

from __future__ import annotations

from imagecrawler.coordinator.budget import Budget
from imagecrawler.coordinator.intake import Intake
from imagecrawler.coordinator.knowledge import StoreKnowledge
from imagecrawler.coordinator.leases import Leases
from imagecrawler.storage.instants import RunClock

_MICROS = 1_000_000


class WorkLeft:
    """Asks the frontiers, on behalf of the limits. Nothing is handed out here."""

    def __init__(
        self,
        knowledge: StoreKnowledge,
        *,
        intake: Intake,
        leases: Leases,
        budget: Budget,
        clock: RunClock,
    ) -> None:
        self._pages = knowledge.pages
        self._images = knowledge.images
        self._rules = knowledge.rules
        self._intake = intake
        self._leases = leases
        self._budget = budget
        self._clock = clock

    def is_any(self) -> bool:
        """Whether something may be handed out, now or after a wait of this run."""
        if self._leases.suspects.are_left(self._budget.may_lease):
            return True
        pages, images = self._budget.may_lease_page(), self._budget.may_lease_image()
        # Not `reader.done`: it may have ended since, and what it found last is not taken yet.
        now = self._clock.now()
        if images and (self._images.has_ready(now) or self._intake.early is not None):
            return True
        return (pages and self._pages.has_ready(now)) or self.seconds_to_next() is not None

    def seconds_to_next(self) -> float | None:
        """Return the seconds until the next retry or end of a rest to wait for, or None."""
        dues, now = [], self._clock.now()
        if self._budget.may_lease_page():
            dues += [self._pages.next_due(), self._pages.rests_until(now)]
        if self._budget.may_lease_image():
            dues += [self._images.next_due(), self._images.rests_until(now)]
        waits = [(due - now) / _MICROS for due in dues if due is not None]
        near = [wait for wait in waits if wait <= self._rules.retry_wait_seconds]
        return max(0.0, min(near)) if near else None

    def withheld_by(self) -> str | None:
        """Return the limit of pages or images that keeps this run from work that is left."""
        has_pages = self._rules.visit_pages and self._pages.has_ready(self._clock.now())
        if has_pages and not self._budget.may_lease_page():
            return "max_pages"
        if not self._budget.may_lease_image() and self._images.waiting():
            return "max_images"
        return None
