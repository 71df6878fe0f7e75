"""How leases end: what a page, an image or a list came to goes into the open group."""

from __future__ import annotations

import time
from typing import Any

from imagecrawler.coordinator.choosing import candidate_of
from imagecrawler.coordinator.committer import Committer
from imagecrawler.coordinator.contract import Failed, GivenBack, Lease, Listed, Rendered
from imagecrawler.coordinator.knowledge import StoreKnowledge
from imagecrawler.coordinator.leases import Leases
from imagecrawler.coordinator.lines import image_failure, page_line
from imagecrawler.coordinator.verdicts import promises_more


class Outcomes:
    """Takes back leases with their outcomes, which are acknowledged once their group is on disk."""

    def __init__(self, knowledge: StoreKnowledge, leases: Leases, committer: Committer) -> None:
        self._pages = knowledge.pages
        self._images = knowledge.images
        self._choice = knowledge.choice
        self._leases = leases
        self._committer = committer

    def take(self, lease: Lease) -> None:
        """Take back a lease; without an outcome an item pipeline dropped what it was for."""
        if lease.kind == "list":
            self._take_list(lease)
            return
        outcome = lease.outcome or Failed("dropped-by-pipeline", "an item pipeline dropped it")
        lease.outcome = outcome
        self._choice.note(lease)
        if isinstance(outcome, GivenBack):
            self._give_back(lease)
        elif lease.kind == "page":
            self._committer.group.lines.append((lease, page_line(lease, now=_now())))
            self._committer.changed()
        elif isinstance(outcome, Rendered):
            self._committer.group.rendered.append((lease, outcome))
            self._committer.changed()
        elif isinstance(outcome, Failed):
            self.add_failure(lease, outcome)

    def add_failure(self, lease: Lease, outcome: Failed) -> None:
        """Take an image that failed, or is not even tried."""
        failure = image_failure(lease, outcome, now=_now())
        self._committer.group.failures.append((lease, failure))
        self._committer.changed()

    def add_listed(self, lease: Lease | None, outcome: Listed) -> None:
        """Take what is known of a source now, from a list page or without one."""
        self._committer.group.listed.append((lease, outcome))
        self._committer.changed()

    def try_another(self, lease: Lease, reason: str, facts: dict[str, Any] | None) -> bool:
        """Note that an image's rendition is no good; return whether another may be better.

        ``facts`` are those by which a filter excluded it.
        """
        lease.tried = [*lease.tried, lease.url]
        if facts is not None:
            lease.judged = {**lease.judged, lease.url: facts}
        left = self._images.following(lease)
        if left is None or facts is None or reason != "too-small":
            return left is not None
        return promises_more(left, candidate_of(lease.entry, lease.url), facts)

    def _give_back(self, lease: Lease) -> None:
        self._leases.release(lease)
        if lease.kind == "page":
            self._pages.give_back(lease)
        else:
            self._images.want(lease.host, lease.key)

    def _take_list(self, lease: Lease) -> None:
        lease.token(lease)
        if isinstance(lease.outcome, Listed):
            self.add_listed(lease, lease.outcome)
        else:
            self._leases.release_lists([lease])


def _now() -> int:
    """Return the present in microseconds, for what is written.

    The store's clock is for order and may run ahead; waits go by the run's, which nobody sets.
    """
    return time.time_ns() // 1000
