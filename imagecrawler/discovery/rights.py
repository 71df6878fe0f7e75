"""Licences that a page links to, and how much of the page each is about.

``rel=license`` (https://html.spec.whatwg.org/multipage/links.html#link-type-license) covers the
main content of the page. Beside a picture, in its figure, its article or a box of its own, it is
that picture's: so do people mark photographs of others.
"""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.stated import NOTHING, of_licence
from imagecrawler.items import Stated

_MARK = "creativecommons.org/"
_MAX_LICENCES = 500
# Elements that hold one thing with all that is said of it.
_BOXES = frozenset(("figure", "article", "li", "td", "aside", "section"))
_OUTWARDS = 8


class Rights:
    """What the licence links of one page cover: the page, or a box in it."""

    def __init__(self, anchors: Sequence[LexborNode], *, base_url: str) -> None:
        self.of_page = NOTHING
        self._of_boxes: dict[int, Stated] = {}
        for anchor in [node for node in anchors if _is_licence(node)][:_MAX_LICENCES]:
            href = anchor.attributes.get("href") or ""
            box = _box_of(anchor)
            if box is None:
                if self.of_page is NOTHING:
                    self.of_page = Stated(**of_licence(href, base_url, of_page=True))
            else:
                self._of_boxes.setdefault(box.mem_id, Stated(**of_licence(href, base_url)))

    def of(self, node: LexborNode) -> Stated:
        """Return what is stated of an image in its box; nothing where only the page does."""
        around = node.parent if self._of_boxes else None
        while around is not None:
            found = self._of_boxes.get(around.mem_id)
            if found is not None:
                return found
            around = around.parent
        return NOTHING


def _is_licence(node: LexborNode) -> bool:
    attributes = node.attributes
    rel = attributes.get("rel")
    if rel and "license" in rel.lower().split():
        return bool(attributes.get("href"))
    href = attributes.get("href") or ""
    return _MARK in href and ("/licenses/" in href or "/publicdomain/" in href)


def _box_of(anchor: LexborNode) -> LexborNode | None:
    """Return the nearest element around a link that holds a picture too and is not the page."""
    around = anchor.parent
    for _ in range(_OUTWARDS):
        if around is None or around.tag in ("body", "main", "footer", "header", "html"):
            return None
        if around.tag in _BOXES and around.css_first("img,picture,video,svg") is not None:
            return around
        around = around.parent
    return None
