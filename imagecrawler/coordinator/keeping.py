"""What is written beside the outcomes: what waits in memory, and what the next run is quicker with.

All of it can be learned again from the folders or from the pages: a kill may take it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from imagecrawler.coordinator.committer import Committer
from imagecrawler.coordinator.estimates import Estimates
from imagecrawler.coordinator.host_pauses import HostPauses
from imagecrawler.coordinator.intake import Intake
from imagecrawler.coordinator.knowledge import StoreKnowledge


class Keeping:
    """Puts into the open group what is due to be kept, now and then and at the end."""

    def __init__(
        self,
        knowledge: StoreKnowledge,
        *,
        intake: Intake,
        pauses: HostPauses,
        committer: Committer,
    ) -> None:
        self._knowledge = knowledge
        self._intake = intake
        self._pauses = pauses
        self._committer = committer
        self._estimates = Estimates(knowledge.store.cache)

    def keep(self, name: str, value: Callable[[], Any]) -> Any:
        """Return what an earlier run kept under ``name``; keep ``value()`` for the next."""
        return self._estimates.keep(name, value)

    def repeat_last_seconds(self) -> None:
        """Write again where images were seen last: a kill may have kept it from the records."""
        seen = self._knowledge.log.latest.seen()
        self._committer.group.seen_again += seen
        self._committer.changed(len(seen))

    def tick(self, now_seconds: float) -> None:
        """Put in what is due."""
        if self._knowledge.cache.postponed:
            self._committer.changed()
        self._put(self._estimates.due(now_seconds=now_seconds))
        self._put(self._pauses.to_write(now_seconds))

    def snapshot_when_due(self) -> None:
        """Let the next group begin with a snapshot; to be called while none is being written."""
        if self._knowledge.snapshots_are_due():
            self._committer.group.before.append(self._snapshot())

    def put_last(self) -> None:
        """Put in whatever has changed: there will be no other group."""
        self._put(self._estimates.changed())
        self._put(self._pauses.to_write(math.inf))

    async def write_last(self) -> None:
        """Write all that waits, and a snapshot, after the last group. Raises OSError."""
        cache = self._knowledge.cache
        await self._committer.run(lambda: cache.write_postponed(all_of_them=True))
        await self._committer.run(self._snapshot())

    def _snapshot(self) -> Callable[[], None]:
        return self._knowledge.snapshot(is_whole=self._intake.is_whole())

    def _put(self, changed: dict[str, Any]) -> None:
        if changed:
            self._committer.group.estimates |= changed
            self._committer.changed()
