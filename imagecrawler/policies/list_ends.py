"""Whether a list has ended though its server goes on answering: pages that show nothing further.

Beyond their last page some sites show that page again, or the first one, or lead back to either,
each time at an address that nobody has asked for. No policy can tell that from known ground, so it
is decided here for all of them, over the pages that one run reads in a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from imagecrawler.items import Listing, Place

# A burst of news may push whole pages down onto the next ones while the walk goes from one to the
# other: what was shown is then shown again, but not the same on two pages that follow.
_MOST_SAME = 2
_MOST_REPEATS = 10
# Where a site filters what it has counted, pages without an item lead on to others with some.
_MOST_EMPTY = 20
# So long after the last page, news may have moved more than that: the row begins anew.
_ROW_SECONDS = 600.0
_MAX_SHOWN = 100_000


@dataclass(slots=True)
class PagesInARow:
    """The newest page of a source, and the pages read since that led from one to the next.

    ``_without`` is how many of the last ones showed nothing that those before had not.
    """

    _newest: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    _shown: set[str] = field(default_factory=set)
    _addresses: set[str] = field(default_factory=set)
    _last: set[str] = field(default_factory=set)
    _next: Place | None = None
    _without: int = 0
    _when: float = 0.0

    def begin(self, listing: Listing, *, address: str, now: float) -> None:
        """Take the newest page, which came from ``address``: what follows is measured by it."""
        self._newest = frozenset(item.id for item in listing.items), frozenset((address,))
        self._next, self._when, self._without = listing.older, now, 0
        self._start()

    def leads_to(self, place: Place) -> bool:
        """Whether ``place`` is the page that the last one read has named as the next."""
        return place == self._next

    def further(self, listing: Listing, *, address: str, now: float) -> Listing:
        """Take another page, which came from ``address``; return what it adds to its row.

        Where all of its items were on the pages before, that is none of them. Where the list had
        ended above it there is no older page either: a link or a redirect has led back to a page
        of the row, or the server shows the same known items a second time, or known ones on so many
        pages that no news can have pushed them there.
        """
        if now - self._when > _ROW_SECONDS:
            self._newest, self._next, self._without = (frozenset(), frozenset()), None, 0
        is_next = self.leads_to(listing.place)
        if not is_next or len(self._shown) > _MAX_SHOWN:
            self._start()
        items = {item.id for item in listing.items}
        is_known, is_same = items <= self._shown, items == self._last
        self._without = self._without + 1 if is_known else 0
        most = (_MOST_SAME if is_same else _MOST_REPEATS) if items else _MOST_EMPTY
        has_ended = self._without >= most or address in self._addresses
        self._shown |= items
        self._addresses.add(address)
        self._last, self._next, self._when = items, listing.older, now
        if has_ended:
            return replace(listing, items=(), older=None)
        return replace(listing, items=()) if is_known and is_next else listing

    def _start(self) -> None:
        shown, addresses = self._newest
        self._shown, self._addresses = set(shown), set(addresses)
