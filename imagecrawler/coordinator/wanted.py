"""The next wanted image that the rules of this run still let through."""

from __future__ import annotations

from imagecrawler.coordinator.contract import Failed, HasRoom, Lease
from imagecrawler.coordinator.findings import EXCLUDED
from imagecrawler.coordinator.knowledge import StoreKnowledge
from imagecrawler.coordinator.outcomes import Outcomes

# A new filter may exclude a million images: the loop does other things in between.
_EXCLUDED_AT_ONCE = 50


class WantedImages:
    """Takes images from the frontier; those that are not to be fetched by now fail untried."""

    def __init__(self, knowledge: StoreKnowledge, outcomes: Outcomes) -> None:
        self._images = knowledge.images
        self._classes = knowledge.classes
        self._image_filter = knowledge.rules.image_filter
        self._outcomes = outcomes

    def take(self, has_room: HasRoom, now: int) -> Lease | None:
        """Return the next image whose host has room, or None: nothing now."""
        for _ in range(_EXCLUDED_AT_ONCE):
            lease = self._images.take(has_room, now)
            if lease is None:
                return None
            if (exclusion := self._exclusion(lease)) is None:
                return lease
            lease.outcome = outcome = Failed(*exclusion)
            self._outcomes.add_failure(lease, outcome)
        return None

    def _exclusion(self, lease: Lease) -> tuple[str, str] | None:
        """Return why a wanted image is not to be fetched by now, or None."""
        urls = [lease.url, *(c["url"] for c in lease.entry.get("candidates") or ())]
        if not self._image_filter.admits_any(urls):
            return "excluded", EXCLUDED
        # What is stored keeps getting better, whatever it is taken for by now.
        if lease.key in self._images.stored:
            return None
        return self._classes.exclusion(lease.entry)
