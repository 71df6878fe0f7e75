"""The default policy: known stretches of the list, explicit gaps between them, nothing twice.

The newest page begins a stretch; what follows below it is read until it meets the next known one.
Where that was cut short, two stretches stand with a gap between, which is read before anything
deeper. Stretches grow at their lower end only, wherever that has moved to meanwhile: a page number
is a guess, and what is read counts where the page shows an item that the stretch ends with, or is
the very next page of a walk still under way. https://en.wikipedia.org/wiki/Keyset_pagination is
what a list with cursors gives by itself.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass, replace

from imagecrawler.items import ListedItem, Listing, Numbering, Place
from imagecrawler.policies.intervals import (
    Interval,
    below_bottom,
    mark_of,
    met,
    of_pair,
    to_pair,
)
from imagecrawler.policies.paging import Ask, Demand, Knows, Purpose, State
from imagecrawler.policies.seeking import Seek, sought

# What stands at a place moves with every arrival and deletion above it: the next page of a walk
# is taken for the next one only so long.
_WALK_SECONDS = 120.0
# A list that seemed to end may have been cut short by its server.
_END_SECONDS = 86_400.0
_MAX_INTERVALS = 32


@dataclass(frozen=True, slots=True)
class Fresh:
    """See the module. ``overlap`` known items in a row are known ground.

    After every ``audit_every`` polls one page of known ground is read, each time the next one, for
    what was put in late.
    """

    overlap: int = 3
    audit_every: int = 100

    def next(self, state: State, demand: Demand, *, now: float) -> Ask | None:
        """Return the newest page if it is due, else what a gap needs, else a deeper page."""
        intervals = intervals_of(state)
        is_unread = not intervals and state.get("refill") != demand.refill
        if state.get("leads_to"):
            return Ask(of_pair(state["leads_to"]), "head")
        if demand.polls or (demand.images and is_unread):
            return Ask(None, "head")
        purpose = self._purpose(state, intervals, demand, now)
        if purpose is None or purpose == "audit":
            return Ask(of_pair(state["audit"]["place"]), "audit") if purpose else None
        if (seek := Seek.of(state, now=now)) is not None:
            return Ask(seek.place, purpose)
        growing = intervals[_growing(intervals, purpose)]
        return Ask(_place_below(growing, _numbering(state), now), purpose)

    def read(
        self, state: State, ask: Ask, demand: Demand, listing: Listing, knows: Knows, *, now: float
    ) -> tuple[State, list[ListedItem]]:
        """Add what the page shows to what is known, as far as its place is certain."""
        new = [item for item in listing.items if not knows(item)]
        if ask.purpose == "audit":
            is_below = _is_below(intervals_of(state), listing, len(new))
            is_late = 0 < len(new) < len(listing.items)
            return _audited(state, listing, is_late=is_late, is_below=is_below), new
        if listing.numbering is not None:
            state = {**state, "numbering": astuple(listing.numbering)}
            listing = _with_number(listing, listing.numbering)
        if ask.purpose == "head":
            begun = {**state, "refill": demand.refill, "leads_to": None}
            return self._with_head(begun, listing, now), new
        intervals = intervals_of(state)
        # With an older state than the one that asked, what is new is found once more.
        if not intervals or (ask.purpose == "gap" and len(intervals) == 1):
            return state, new
        walk = _Walk(state, intervals, _growing(intervals, ask.purpose), self.overlap, now)
        return walk.read(ask, listing, {mark_of(item.id) for item in new}), new

    def missed(self, state: State, ask: Ask, demand: Demand, *, now: float) -> State:
        """Return the state after a page that was not there: the end, or a wrong guess."""
        if ask.purpose == "head" or ask.place is None:
            return {**state, "refill": demand.refill, "leads_to": None, "is_away": True}
        nothing = Listing(ask.place)
        return self.read(state, ask, demand, nothing, lambda item: True, now=now)[0]

    def _purpose(
        self, state: State, intervals: list[Interval], demand: Demand, now: float
    ) -> Purpose | None:
        if state.get("is_away"):
            return None
        if len(intervals) > 1 and (demand.gaps or demand.images):
            return "gap"
        audit = state.get("audit")
        if audit and audit["place"] and audit["polls"] >= self.audit_every:
            return "audit"
        if not intervals or not demand.images:
            return None
        return None if _is_read_to_the_end(intervals[-1], now) else "deeper"

    def _with_head(self, state: State, listing: Listing, now: float) -> State:
        before = intervals_of(state)
        marks = _marks(listing)
        audit = dict(state.get("audit") or {"polls": 0, "place": None})
        audit["polls"] += 1
        if not audit["place"]:
            audit["place"] = to_pair(listing.older)
        state = {**state, "audit": audit}
        if not marks and listing.older is not None:  # an index: the list begins in its first part
            return {**state, "leads_to": to_pair(listing.older)}
        if not marks:  # its server may have a bad day: what is known stays known
            return {**state, "is_away": bool(before)}
        polled = state.get("polled")
        state = {**state, "is_away": False, "polled": now}
        walk = _Walk(state, [Interval(), *before], 0, self.overlap, now, polled)
        after = walk.extended(marks, listing)
        # A search goes on, unless a new gap comes before it.
        is_same = len(after["intervals"]) == len(before)
        return {**after, "seek": state.get("seek") if is_same else None}


@dataclass(frozen=True, slots=True)
class _Walk:
    """One step down below ``intervals[index]``; ``polled``: what is new has come since then."""

    state: State
    intervals: list[Interval]
    index: int
    overlap: int
    now: float
    polled: float | None = None

    def read(self, ask: Ask, listing: Listing, new: Set[str]) -> State:
        """Return the state after a page that was asked for; ``new`` are marks not in the store."""
        marks, seek = _marks(listing), Seek.of(self.state, now=self.now)
        tail = self._tail(ask, listing, new, seek)
        if tail is None:
            is_known = bool(marks) and new.isdisjoint(marks)
            numbering = _numbering(self.state)
            found = sought(
                seek,
                listing,
                marks,
                self.intervals,
                self.index,
                is_known,
                numbering=numbering,
                now=self.now,
            )
            return found.kept_in(self.state)
        if seek is not None and seek.is_walk and not tail and listing.older is not None:
            return replace(seek, place=listing.older).kept_in(self.state)
        return self.extended(tail, listing)

    def extended(self, tail: list[str], listing: Listing) -> State:
        """Return the state with ``tail`` below the interval, joined with all that it meets."""
        above, upper = self.intervals[: self.index], self.intervals[self.index]
        below, rest, found = self.intervals[self.index + 1 :], tail, 0
        is_joined = False
        while below and (reach := self._reach(upper, below[0], rest)) is not None:
            lower, *below = below
            fresh = [mark for mark in rest[:reach] if mark not in lower.marks]
            found += len(fresh)
            lower = self._moved(lower, found)
            upper, rest, is_joined = upper.longer(fresh).joined(lower), rest[reach:], True
        if rest or not is_joined or tail[-1:] == list(upper.bottom[-1:]):
            found += len(rest)
            upper = _placed(upper.longer(rest), listing, self.now)
            if listing.older is None:
                upper, below = replace(upper, ended=self.now), []
        below = [self._moved(lower, found) for lower in below]
        kept = [interval.to_json() for interval in (*above, upper, *below)]
        return {**self.state, "intervals": kept[:_MAX_INTERVALS], "seek": None}

    def _moved(self, lower: Interval, found: int) -> Interval:
        """Return an interval that so many items were found above.

        Of those of a poll some had come before the interval's end was last seen.
        """
        if self.polled is not None and self.polled < lower.when < self.now:
            found = round(found * (self.now - lower.when) / (self.now - self.polled))
        return replace(lower, shift=lower.shift + found)

    def _reach(self, upper: Interval, lower: Interval, marks: list[str]) -> int | None:
        # Short pages are not enough by themselves: those before count too.
        lead = list(upper.bottom[-(self.overlap - 1) :])
        reach = met(lower, lead + marks, overlap=self.overlap)
        return None if reach is None else max(0, reach - len(lead))

    def _tail(
        self, ask: Ask, listing: Listing, new: Set[str], seek: Seek | None
    ) -> list[str] | None:
        """Return the marks that lie below the interval for certain; None: this is another place."""
        interval, marks = self.intervals[self.index], _marks(listing)
        reach = below_bottom(interval, marks, overlap=self.overlap)
        if reach is not None:
            return marks[reach:]
        if seek is None:
            is_next = ask.place == interval.below and _is_certain(interval, self.now)
            # Pages that have grown begin further down than those before them ended.
            has_grown = len(listing.items) > interval.size and not _is_anchored(interval)
            return marks if is_next and not has_grown else None
        if not seek.is_walk:
            return None
        # All above is read: from the last item that the store knows, what follows is unread.
        known = [index for index, mark in enumerate(marks) if mark not in new]
        return marks[known[-1] + 1 :] if known else marks


def intervals_of(state: State) -> list[Interval]:
    """Return what is known of a source, newest first. Between two of them there is a gap."""
    return [Interval.from_json(kept) for kept in state.get("intervals", ())]


def gaps(state: State) -> int:
    """Return how many stretches of the list are known to be unread, but for what is below all."""
    return max(0, len(state.get("intervals", ())) - 1)


def _growing(intervals: Sequence[Interval], purpose: Purpose) -> int:
    return 0 if purpose == "gap" else len(intervals) - 1


def _with_number(listing: Listing, numbering: Numbering) -> Listing:
    """Return a listing whose place has its number, also where its URL has none: the newest page."""
    place, older = listing.place, listing.older
    if place.number is not None or older is None or older.number is None:
        return listing
    return replace(listing, place=replace(place, number=older.number - numbering.step))


def _marks(listing: Listing) -> list[str]:
    return [mark_of(item.id) for item in listing.items if not item.is_pinned]


def _is_anchored(interval: Interval) -> bool:
    return interval.addressing in ("cursor", "whole")


def _is_certain(interval: Interval, now: float) -> bool:
    """Whether the page below the last one read still begins where that ended."""
    return _is_anchored(interval) or (
        not interval.shift and 0 <= now - interval.when <= _WALK_SECONDS
    )


def _is_read_to_the_end(interval: Interval, now: float) -> bool:
    if interval.ended is None:
        return False
    return interval.addressing == "whole" or now - interval.ended <= _END_SECONDS


def _place_below(interval: Interval, numbering: Numbering | None, now: float) -> Place | None:
    """Return where the items below an interval are now, or, with luck, near that."""
    if interval.below is not None and _is_certain(interval, now):
        return interval.below
    if numbering is None or interval.at is None or interval.at.number is None:
        return interval.at
    return _guess(interval, numbering)


def _guess(interval: Interval, numbering: Numbering) -> Place:
    """Return the page that the lowest item of an interval should have moved to.

    That page, and not the one after it: seeing the item again is what makes it certain.
    """
    assert interval.at is not None and interval.at.number is not None
    moved = interval.index + interval.shift
    if numbering.step > 1:  # items are counted: a page may begin anywhere
        return numbering.place(max(numbering.first, interval.at.number + moved - 2))
    pages = moved // max(1, interval.size)
    return numbering.place(interval.at.number + pages)


def _placed(interval: Interval, listing: Listing, now: float) -> Interval:
    """Return an interval whose lower end is on a page just read, or so many items below that."""
    interval = replace(interval, when=now, shift=0, ended=None)
    if not listing.items:
        return replace(interval, below=listing.older or interval.below)
    size = max(interval.size, len(listing.items))
    left = _items_below(interval, _marks(listing))
    # Where it has been leapt to in vain, what should lie in between is there no more.
    if listing.numbering is None or left < size or interval.leapt == interval.count:
        left = 0
    return replace(
        interval,
        leapt=interval.count if left else interval.leapt,
        at=listing.place,
        below=None if left else listing.older,
        addressing=listing.addressing,
        index=len(listing.items) - 1 + left,
        size=size,
    )


def _items_below(interval: Interval, marks: list[str]) -> int:
    """Return how many items of the interval follow the last one of a page that ends in it."""
    if marks[-1:] == [] or marks[-1] not in interval.bottom:
        return 0
    return len(interval.bottom) - 1 - interval.bottom.index(marks[-1])


def _numbering(state: State) -> Numbering | None:
    kept = state.get("numbering")
    return Numbering(*kept) if kept else None


def _audited(state: State, listing: Listing, *, is_late: bool, is_below: bool) -> State:
    """Go on at once where something was put in late; else one page further down, another time.

    Below known ground all is news, and none of it late: from there it is the top again.
    """
    older = None if is_below else listing.older
    polls = state["audit"]["polls"] if is_late and older else 0
    return {**state, "audit": {"polls": polls, "place": to_pair(older)}}


def _is_below(intervals: Sequence[Interval], listing: Listing, new: int) -> bool:
    """Whether a page with so many ``new`` items reaches the end of known ground, or is below it."""
    if new == len(listing.items):
        return True
    return bool(intervals) and not set(intervals[-1].bottom[-1:]).isdisjoint(_marks(listing))
