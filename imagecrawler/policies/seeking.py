"""Where the lower end of a known stretch has moved to, when its page number was a wrong guess.

Where pages are counted: on in the direction that the page tells, in steps that grow, until it lies
between two pages that were looked at, and then halfway between them. Where pages are not counted,
or that leads nowhere: down from the newest page, to the first item that the store does not know.
Pure decisions; the state of a search is part of its source's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imagecrawler.items import Listing, Numbering, Place
from imagecrawler.policies.intervals import Interval, of_pair, to_pair
from imagecrawler.policies.paging import State

_MAX_TRIES = 40
# Everything has moved since an older search looked around: the guess is better by now.
_JUMPS_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Seek:
    """A search: the page to look at next, None: the newest. ``is_walk``: page after page.

    ``step`` is how many pages the last jump went, negative: towards the newest. ``high`` and
    ``low`` are the numbers of the pages nearest to it, above and below, that were looked at
    ``when``.
    """

    place: Place | None
    step: int = 0
    tries: int = 0
    is_walk: bool = False
    high: int | None = None
    low: int | None = None
    when: float = 0.0

    @classmethod
    def of(cls, state: State, *, now: float) -> Seek | None:
        """Return the search under way in a source, or None."""
        kept = state.get("seek")
        seek = cls(of_pair(kept[0]), *kept[1:]) if kept else None
        is_stale = seek is not None and not 0 <= now - seek.when <= _JUMPS_SECONDS
        return None if seek is None or (is_stale and not seek.is_walk) else seek

    def kept_in(self, state: State) -> State:
        """Return the state of a source with this search under way."""
        kept = (self.step, self.tries, self.is_walk, self.high, self.low, self.when)
        return {**state, "seek": [to_pair(self.place), *kept]}

    def jumped(
        self, listing: Listing, *, deeper: bool, numbering: Numbering | None, now: float
    ) -> Seek:
        """Return the search after a page that lies too high (``deeper``) or too low."""
        number, tries = listing.place.number, self.tries + 1
        if tries > _MAX_TRIES:
            return Seek(None, is_walk=True)
        if numbering is None or number is None:
            if deeper and listing.older is not None:
                return Seek(listing.older, tries=tries, when=now)
            return Seek(None, is_walk=True)
        deeper = deeper or number <= numbering.first
        high, low = (number, self.low) if deeper else (self.high, number)
        if high is not None and low is not None:
            if low - high <= 1:  # it is on neither, nor between them
                return Seek(None, is_walk=True)
            return Seek(numbering.place((high + low) // 2), 0, tries, False, high, low, now)
        step = self.step * 2 or (1 if deeper else -1)
        unit = numbering.step if numbering.step == 1 else max(1, len(listing.items) - 2)
        place = numbering.place(max(numbering.first, number + step * unit))
        return Seek(place, step, tries, False, high, low, now)


def sought(
    seek: Seek | None,
    listing: Listing,
    marks: Sequence[str],
    intervals: Sequence[Interval],
    index: int,
    is_known: bool,
    *,
    numbering: Numbering | None,
    now: float,
) -> Seek:
    """Return the search for the lower end of ``intervals[index]`` after a page without it.

    ``is_known``: the store has all that the page shows.
    """
    seek = seek or Seek(None)
    if seek.is_walk:
        return replace(seek, place=listing.older)
    higher = frozenset().union(*(i.marks for i in intervals[:index]), intervals[index].top)
    lower = frozenset().union(*(i.marks for i in intervals[index + 1 :]))
    deeper = is_known
    if not lower.isdisjoint(marks):
        deeper = False
    elif not higher.isdisjoint(marks):
        deeper = True
    return seek.jumped(listing, deeper=deeper and bool(marks), numbering=numbering, now=now)
