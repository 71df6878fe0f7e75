"""Sites of any size, computed from the path that is asked: nothing is held, all is known.

Page ``n`` lives on host ``n % hosts`` at ``/p/<n>.html`` (page 0 also at ``/``); it links to
three new pages (so the site is a tree of depth log3), to its neighbours, and, like a shared
navigation does, to the first ten pages. Its images live on all hosts in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.site.spec import Answer, image, page, text

_NAV_PAGES = 10
_BRANCHES = 3
_PAGE = re.compile(r"/p/(\d+)\.html")
_IMAGE = re.compile(r"/i/(\d+)-(\d+)\.jpg")


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated site; crawl it with ``scope=any`` when it has several hosts.

    Every ``dead_every``-th image answers 404 (0: none does); the first ``dead_first`` do too.
    """

    pages: int = 300
    hosts: int = 3
    images_per_page: int = 4
    width_px: int = 640
    height_px: int = 480
    dead_every: int = 0
    dead_first: int = 0
    delay_seconds: float = 0.0

    def answer(self, host: int, path: str) -> Answer | None:
        """Return what ``host`` answers to ``path``, or None where it has nothing."""
        if path == "/robots.txt":
            return text("User-agent: *\nDisallow:\n")
        if path == "/" and host == 0:
            return self._page(0)
        found = _PAGE.fullmatch(path)
        if found:
            number = int(found[1])
            here = number < self.pages and number % self.hosts == host
            return self._page(number) if here else None
        found = _IMAGE.fullmatch(path)
        return self._image(host, int(found[1]), int(found[2])) if found else None

    def page_urls(self, bases: Sequence[str]) -> list[str]:
        """Return the URL of every page, page 0 by its number; the start URL is not among them."""
        return [self._page_url(number).format_map(_names(bases)) for number in range(self.pages)]

    def image_urls(self, bases: Sequence[str], *, dead: bool = False) -> list[str]:
        """Return the URL of every image that answers, or of every one that does not."""
        return [
            self._image_url(number, turn).format_map(_names(bases))
            for number, turn in self._images()
            if self._is_dead(number, turn) == dead
        ]

    def _images(self) -> Iterator[tuple[int, int]]:
        for number in range(self.pages):
            for turn in range(self.images_per_page):
                yield number, turn

    def _is_dead(self, number: int, turn: int) -> bool:
        place = number * self.images_per_page + turn
        every = self.dead_every
        return place < self.dead_first or (every > 0 and place % every == every - 1)

    def _page_url(self, number: int) -> str:
        return f"{{host{number % self.hosts}}}/p/{number}.html"

    def _image_url(self, number: int, turn: int) -> str:
        return f"{{host{(number + turn) % self.hosts}}}/i/{number}-{turn}.jpg"

    def _page(self, number: int) -> Answer:
        children = range(_BRANCHES * number + 1, _BRANCHES * number + 1 + _BRANCHES)
        wanted = [*range(_NAV_PAGES), *children, number - 1, number + 1]
        links = "".join(
            f'<a href="{self._page_url(n)}">Page {n}</a>\n' for n in wanted if 0 <= n < self.pages
        )
        images = "".join(
            f'<img src="{self._image_url(number, turn)}" alt="Picture {turn} of page {number}">\n'
            for turn in range(self.images_per_page)
        )
        body = f"<nav>{links}</nav><main><h1>Page {number}</h1>{images}</main>"
        title = f"<title>Page {number}</title>"
        return page(body, head=title, delay_seconds=self.delay_seconds)

    def _image(self, host: int, number: int, turn: int) -> Answer | None:
        known = number < self.pages and turn < self.images_per_page
        if not known or (number + turn) % self.hosts != host or self._is_dead(number, turn):
            return None
        return image(
            self.width_px,
            self.height_px,
            seed=f"{number}-{turn}",
            delay_seconds=self.delay_seconds,
        )


def _names(bases: Sequence[str]) -> dict[str, str]:
    return {f"host{number}": base for number, base in enumerate(bases)}
