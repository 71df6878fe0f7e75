"""What the event loop makes of a group that is on disk: its leases end, new work is waited for.

The order in which the changes of a group become durable is in ``writing``.
"""

from __future__ import annotations

from imagecrawler.coordinator.contract import Failed, Lease, Visited
from imagecrawler.coordinator.group import Group, Written
from imagecrawler.coordinator.knowledge import StoreKnowledge
from imagecrawler.coordinator.leases import Leases
from imagecrawler.coordinator.tally import Tally
from imagecrawler.identity.urls import host_name
from imagecrawler.storage.instants import RunClock

_MICROS = 1_000_000


class Acknowledgements:
    """Takes over what has become of the groups of one run, one after another."""

    def __init__(
        self, knowledge: StoreKnowledge, leases: Leases, tally: Tally, clock: RunClock
    ) -> None:
        self._pages = knowledge.pages
        self._images = knowledge.images
        self._log = knowledge.log
        self._failed = knowledge.store.failed
        self._leases = leases
        self._tally = tally
        self._clock = clock

    def take(self, group: Group, result: Written) -> None:
        """Acknowledge all that ended, count it, and queue what is now to be fetched."""
        ended = [*group.lines, *group.rendered, *group.failures]
        self._leases.release(*(lease for lease, _ in ended if lease is not None))
        self._leases.release_lists([lease for lease, _ in group.listed if lease is not None])
        for _, listed in group.listed:
            self._tally.listed(listed.state)
        self._note_pages(group, result)
        self._note_stored(group, result)
        for lease, failure in group.failures:
            self._note_failure(lease, failure["url"])
        self._note_left_out(result)
        for host, batch in result.batches:
            self._pages.add_batch(host, batch, batch.left)
        self._want(result)
        self._tally.images_found += result.new_images
        self._tally.images_failed.update(result.excluded)
        self._tally.bytes_written += result.bytes_written

    def _note_pages(self, group: Group, result: Written) -> None:
        for (lease, line), where in zip(group.lines, result.places, strict=True):
            self._log.note(where, line)
            outcome = lease.outcome if lease is not None else None
            if isinstance(outcome, Failed):
                if outcome.wait_seconds is not None:
                    self._pages.add_retry(self._due(outcome.wait_seconds), where)
                else:
                    self._tally.failed_page(outcome.reason, line["url"])
            elif isinstance(outcome, Visited):
                self._tally.visited(outcome)

    def _note_stored(self, group: Group, result: Written) -> None:
        stored = self._images.stored
        for lease, rendered in group.rendered:
            if lease.key in result.duplicates:
                self._tally.failed_image("duplicate", lease.url)
            elif lease.key not in result.left_out:
                again = lease.key in stored
                if lease.key not in result.no_better:
                    self._tally.stored(rendered, again=again)
                stored.add(lease.key)

    def _note_failure(self, lease: Lease, url: str) -> None:
        outcome = lease.outcome
        assert isinstance(outcome, Failed)
        if outcome.wait_seconds is not None:
            following = self._images.following(lease)
            host = host_name(following.url) if following is not None else lease.host
            self._images.want_later(self._due(outcome.wait_seconds), host, lease.key)
        elif lease.key not in self._images.stored:
            self._tally.failed_image(outcome.reason, url)

    def _note_left_out(self, result: Written) -> None:
        for key, url in result.left_out.items():
            self._images.stored.discard(key)
            self._tally.failed_image("near-duplicate", url)
        self._tally.images_near += result.near_marked

    def _want(self, result: Written) -> None:
        for host, key in result.wanted:
            # It may have ended well or badly in this very group, after it was sighted again.
            if key not in self._images.stored and key not in self._failed.ids:
                self._images.want(host, key)
        for host, key in result.better:
            self._images.want(host, key)

    def _due(self, wait_seconds: float) -> int:
        return self._clock.now() + int(wait_seconds * _MICROS)
