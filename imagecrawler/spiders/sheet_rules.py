"""Which style sheets are asked for: those of the page's own site, so many of each host."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from imagecrawler.discovery.scope import Scope
from imagecrawler.identity.urls import authority

STYLE_SHEET = "stylesheet"
# A sheet that imports one that imports one: what people write, and one more.
_CHAIN = 4


@dataclass(slots=True)
class SheetRules:
    """The rules of one run. ``limit`` is that of new sheets of one host; 0 is none at all."""

    limit: int
    max_url_chars: int
    deny: re.Pattern[str] | None
    knows: Callable[[str], bool]
    _asked: Counter[str] = field(default_factory=Counter)

    def wanted(self, urls: Iterable[str], *, page: str, place: int) -> Iterator[tuple[str, str]]:
        """Yield the sheets to queue, each with what it is queued as.

        ``page`` is the URL of what links to them or imports them, ``place`` their place in a
        chain of imports: 1 for what a page links to.
        """
        if not self.limit or place > _CHAIN:
            return
        site: Scope | None = None
        for url in urls:
            if self.knows(url) or len(url) > self.max_url_chars:
                continue
            site = site or Scope.of("domain", page)
            if not site.admits(url) or (self.deny is not None and self.deny.search(url)):
                continue
            host = authority(url)
            if self._asked[host] < self.limit:
                self._asked[host] += 1
                yield url, f"{STYLE_SHEET}-{place}"


def sheet_place(entry: dict[str, object]) -> int:
    """Return a sheet's place in a chain of imports, 1 for the first; 0 for what is no sheet."""
    name, _, place = str(entry.get("as", "")).partition("-")
    if name != STYLE_SHEET:
        return 0
    return int(place) if place.isascii() and place.isdigit() else 1
