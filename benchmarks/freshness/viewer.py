"""Somebody who looks at the wall: the newest image that they have not seen, one at a time."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import islice

from benchmarks.freshness.figures import Item, Journal
from benchmarks.freshness.truth import Stream


class Viewer:
    """Takes from what is ready, newest first, and notes what they saw."""

    def __init__(self, streams: Sequence[Stream], journal: Journal) -> None:
        self._streams = streams
        self._journal = journal
        self._known = 0
        self._unseen: list[tuple[float, Item]] = []

    @property
    def unseen(self) -> int:
        """How many images are ready that they have not seen."""
        self._take_in()
        return len(self._unseen)

    def look(self, now: float) -> None:
        """See one image; note an empty moment where there is none."""
        self._take_in()
        if self._unseen:
            _, item = heapq.heappop(self._unseen)
            self._journal.shown.append((now, item))
        else:
            self._journal.empty.append(now)

    def _take_in(self) -> None:
        found = self._journal.ready
        if len(found) == self._known:
            return
        for item in islice(reversed(found), len(found) - self._known):
            number, index = item
            heapq.heappush(self._unseen, (-self._streams[number].arrivals[index], item))
        self._known = len(found)
