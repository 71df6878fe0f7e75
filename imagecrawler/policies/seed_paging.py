"""The four ways to read a paged source that the second seed's article describes.

`Book`, `Rescan`, `Bookmark` and `Forget`, each with what the article says of it, its weakness
included: they are here to be compared with ``fresh``. All of them remember places, and what is
new is what the store does not know. All of them read only while images are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imagecrawler.items import ListedItem, Listing, Place
from imagecrawler.policies.paging import Ask, Demand, Knows, State


@dataclass(frozen=True, slots=True)
class Book:
    """Page after page from the first to the last, as one reads a book: news are never seen."""

    def next(self, state: State, demand: Demand, *, now: float) -> Ask | None:
        """Return the page after the last one read."""
        if not demand.images or state.get("ended"):
            return None
        place = _place(state)
        return Ask(place, "deeper" if place else "head")

    def read(
        self, state: State, ask: Ask, demand: Demand, listing: Listing, knows: Knows, *, now: float
    ) -> tuple[State, list[ListedItem]]:
        """Remember the page."""
        return _moved_to(state, listing.older), _new(listing, knows)

    def missed(self, state: State, ask: Ask, demand: Demand, *, now: float) -> State:
        """Take a page that is not there for the end of the book; the first may come yet."""
        return _moved_to(state, None) if ask.place else state


@dataclass(frozen=True, slots=True)
class Rescan:
    """From the first page, whenever images are wanted, until there are enough unknown ones."""

    def next(self, state: State, demand: Demand, *, now: float) -> Ask | None:
        """Return the first page in a new refill, then one after another."""
        if demand.polls or (demand.images and state.get("refill") != demand.refill):
            return Ask(None, "head")
        if not demand.images or state.get("ended"):
            return None
        place = _place(state)
        return Ask(place, "deeper" if place else "head")

    def read(
        self, state: State, ask: Ask, demand: Demand, listing: Listing, knows: Knows, *, now: float
    ) -> tuple[State, list[ListedItem]]:
        """Go on below."""
        begun = {**state, "refill": demand.refill} if demand.images else state
        return _moved_to(begun, listing.older), _new(listing, knows)

    def missed(self, state: State, ask: Ask, demand: Demand, *, now: float) -> State:
        """End this refill."""
        return _moved_to({**state, "refill": demand.refill}, None)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The first page, then on where the last refill ended.

    What arrived meanwhile beyond one page lies between the two and is never read: the hole that
    the article names.
    """

    def next(self, state: State, demand: Demand, *, now: float) -> Ask | None:
        """Return the first page in a new refill, then those below the bookmark."""
        if demand.polls or (demand.images and state.get("refill") != demand.refill):
            return Ask(None, "head")
        place = _place(state)
        return Ask(place, "deeper") if demand.images and place else None

    def read(
        self, state: State, ask: Ask, demand: Demand, listing: Listing, knows: Knows, *, now: float
    ) -> tuple[State, list[ListedItem]]:
        """Move the bookmark, but not to the first page again."""
        begun = {**state, "refill": demand.refill} if demand.images else state
        if ask.purpose == "head" and "place" in state:
            return begun, _new(listing, knows)
        return _moved_to(begun, listing.older), _new(listing, knows)

    def missed(self, state: State, ask: Ask, demand: Demand, *, now: float) -> State:
        """Take a page that is not there for the end, and the first for read."""
        begun = {**state, "refill": demand.refill}
        return begun if ask.purpose == "head" else _moved_to(begun, None)


@dataclass(frozen=True, slots=True)
class Forget:
    """`Bookmark`, but every ``forget_seconds`` the bookmark is forgotten, and all begins again."""

    forget_seconds: float = 10_800.0
    _bookmark: Bookmark = Bookmark()

    def next(self, state: State, demand: Demand, *, now: float) -> Ask | None:
        """Return what `Bookmark` would, with the memory that is left."""
        return self._bookmark.next(self._remembered(state, now), demand, now=now)

    def read(
        self, state: State, ask: Ask, demand: Demand, listing: Listing, knows: Knows, *, now: float
    ) -> tuple[State, list[ListedItem]]:
        """Move the bookmark as `Bookmark` does."""
        known = self._remembered(state, now)
        moved, new = self._bookmark.read(known, ask, demand, listing, knows, now=now)
        return {**moved, "since": known.get("since", now)}, new

    def missed(self, state: State, ask: Ask, demand: Demand, *, now: float) -> State:
        """End as `Bookmark` does."""
        known = self._remembered(state, now)
        moved = self._bookmark.missed(known, ask, demand, now=now)
        return {**moved, "since": known.get("since", now)}

    def _remembered(self, state: State, now: float) -> State:
        since = state.get("since", now)
        return state if 0 <= now - since < self.forget_seconds else {}


def _new(listing: Listing, knows: Knows) -> list[ListedItem]:
    return [item for item in listing.items if not knows(item)]


def _moved_to(state: State, place: Place | None) -> State:
    kept: Any = [place.url, place.number] if place else None
    return {**state, "place": kept, "ended": place is None}


def _place(state: State) -> Place | None:
    kept = state.get("place")
    return Place(kept[0], kept[1]) if kept else None
