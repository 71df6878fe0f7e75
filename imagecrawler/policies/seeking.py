"""Where the lower end of a known stretch has moved to, when its page number was a wrong guess.

Where pages are counted: on in the direction that the page tells, in steps that grow. Where they
are not, or that leads nowhere: down from the newest page, to the first item that the store does
not know. Pure decisions; the state of a search is part of its source's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imagecrawler.items import Listing, Numbering, Place
from imagecrawler.policies.intervals import Interval, of_pair, to_pair
from imagecrawler.policies.paging import State

_MAX_TRIES = 16


@dataclass(frozen=True, slots=True)
class Seek:
    """A search: the page to look at next, None: the newest. ``is_walk``: page after page.

    ``step`` is how many pages the last jump went, negative: towards the newest.
    """

    place: Place | None
    step: int = 0
    tries: int = 0
    is_walk: bool = False

    @classmethod
    def of(cls, state: State) -> Seek | None:
        """Return the search under way in a source, or None."""
        kept = state.get("seek")
        return cls(of_pair(kept[0]), *kept[1:]) if kept else None

    def kept_in(self, state: State) -> State:
        """Return the state of a source with this search under way."""
        return {**state, "seek": [to_pair(self.place), self.step, self.tries, self.is_walk]}

    def jumped(self, listing: Listing, *, deeper: bool, numbering: Numbering | None) -> Seek:
        """Return the search after a page that lies too high (``deeper``) or too low."""
        number, tries = listing.place.number, self.tries + 1
        if tries > _MAX_TRIES:
            return Seek(None, is_walk=True)
        if numbering is None or number is None:
            if deeper and listing.older is not None:
                return Seek(listing.older, tries=tries)
            return Seek(None, is_walk=True)
        step = _next_step(self.step, deeper=deeper or number <= numbering.first)
        unit = numbering.step if numbering.step == 1 else max(1, len(listing.items) - 2)
        return Seek(numbering.place(max(numbering.first, number + step * unit)), step, tries)


def sought(
    seek: Seek | None,
    listing: Listing,
    marks: Sequence[str],
    intervals: Sequence[Interval],
    index: int,
    is_known: bool,
    *,
    numbering: Numbering | None,
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
    return seek.jumped(listing, deeper=deeper and bool(marks), numbering=numbering)


def _next_step(last: int, *, deeper: bool) -> int:
    """Return twice the last step in the same direction, or half of it back, at least one."""
    if not last:
        return 1 if deeper else -1
    if (last > 0) == deeper:
        return last * 2
    return -last // 2 or (1 if deeper else -1)
