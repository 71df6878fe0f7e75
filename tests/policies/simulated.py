"""A paged source whose truth is known, and a reader that follows a policy. No network."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from imagecrawler.items import Addressing, ListedItem, Listing, Numbering, Place
from imagecrawler.policies.paging import Demand, PagingPolicy, State

URL = "https://example.com/new"


@dataclass
class SimulatedSource:
    """Items newest first, ``page_size`` a page; ``pins`` stand on the first page besides.

    ``marks_pins`` says whether the markup tells that they are pinned.
    """

    addressing: Addressing = "numbered"
    page_size: int = 5
    items: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    marks_pins: bool = True
    ever: list[str] = field(default_factory=list)

    def arrive(self, number: int) -> None:
        for _ in range(number):
            name = f"i{len(self.ever)}"
            self.ever.append(name)
            self.items.insert(0, name)

    def listing(self, place: Place | None) -> Listing | None:
        """Return a page; None: it is not there."""
        place = place or self._head()
        if self.addressing == "whole":
            return Listing(place, self._listed(self.items[: self.page_size]), addressing="whole")
        begin = self._begin(place)
        if begin is None or (begin >= len(self.items) and begin):
            return None
        shown = self.items[begin : begin + self.page_size]
        items = self._listed(shown)
        if begin == 0:
            pinned = tuple(ListedItem(p, is_pinned=self.marks_pins) for p in self.pins)
            items = pinned + items
        end = begin + len(shown)
        older = self._older(place, end) if end < len(self.items) else None
        return Listing(place, items, older, self.addressing, self._numbering())

    def _listed(self, names: list[str]) -> tuple[ListedItem, ...]:
        return tuple(ListedItem(name) for name in names)

    def _head(self) -> Place:
        numbering = self._numbering()
        return numbering.place(numbering.first) if numbering else Place(URL)

    def _numbering(self) -> Numbering | None:
        if self.addressing == "numbered":
            return Numbering(URL + "?page={n}", 1, 1)
        if self.addressing == "offset":
            return Numbering(URL + "?offset={n}", 0, self.page_size)
        return None

    def _begin(self, place: Place) -> int | None:
        value = place.url.partition("=")[2]
        if not value:
            return 0
        if self.addressing == "cursor":
            number = int(value[1:])  # an item's id orders it, also when it is gone
            return sum(int(item[1:]) >= number for item in self.items)
        number = int(value)
        return number if self.addressing == "offset" else (number - 1) * self.page_size

    def _older(self, place: Place, end: int) -> Place:
        if self.addressing == "cursor":
            return Place(f"{URL}?below={self.items[end - 1]}")
        numbering = self._numbering()
        if numbering is None:  # the links of a pager, which count, though nobody says so
            return Place(f"{URL}?p={end // self.page_size + 1}")
        return numbering.place((place.number or 0) + numbering.step)


@dataclass
class Reader:
    """Reads a source as a policy says. ``store`` is what was found, ``asked`` every request."""

    policy: PagingPolicy
    source: SimulatedSource
    now: float = 1_000_000.0
    state: State = field(default_factory=dict)
    store: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    wasted: int = 0
    refill: int = 0
    most: int = 500

    def run(self, wanted: int, *, polls: bool = True, dies_after: int | None = None) -> list[str]:
        """One pass: the newest page, then what ``wanted`` new items need; return what was asked.

        ``dies_after`` that many requests the process is killed before its state is on disk.
        """
        self.refill += 1
        begun = len(self.asked)
        for number in range(self.most):
            demand = Demand(wanted, self.refill, polls=polls, gaps=wanted > 0)
            self.now += 1
            ask = self.policy.next(self.state, demand, now=self.now)
            if ask is None:
                return self.asked[begun:]
            listing = self.source.listing(ask.place)
            self.asked.append(ask.place.url if ask.place else URL)
            polls = polls and ask.purpose != "head"
            if listing is None:
                state = self.policy.missed(self.state, ask, demand, now=self.now)
                new = []
            else:
                state, new = self.policy.read(
                    self.state, ask, demand, listing, lambda i: i.id in self.store, now=self.now
                )
            self.store.update(item.id for item in new)
            self.wasted += not new
            wanted = max(0, wanted - len(new))
            if dies_after is not None and number + 1 >= dies_after:
                return self.asked[begun:]
            self.state = json.loads(json.dumps(state))
        raise AssertionError(f"no end after {self.most} requests: {self.asked[-20:]}")

    @property
    def missing(self) -> set[str]:
        """What the source has and the reader never found."""
        return set(self.source.items) - set(self.store)
