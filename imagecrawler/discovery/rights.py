"""Licences that a page links to and makers whom it credits, and how much of it each is about.

``rel=license`` (https://html.spec.whatwg.org/multipage/links.html#link-type-license) covers the
main content of the page. Beside a picture, in its figure, its article or a box of its own, it is
that picture's: so do people mark photographs of others. So it is with ``cc:attributionName``,
https://creativecommons.org/ns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.discovery.candidates import Attributes
from imagecrawler.discovery.elements import Elements
from imagecrawler.discovery.enclosing import Enclosing
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.stated import NOTHING, filled, of_licence
from imagecrawler.items import Stated

_MARK = "creativecommons.org/"
_ATTRIBUTION = "attributionName"
_MAX_LICENCES = 500
# Elements that hold one thing with all that is said of it.
_BOXES = frozenset(("figure", "article", "li", "td", "aside", "section"))
_PAGES = frozenset(("body", "main", "footer", "header", "html"))
_OUTWARDS = 8


def page_rights(tree: LexborHTMLParser, parts: Sequence[Elements], *, base_url: str) -> Rights:
    """Return what the licence links and credits of a page, with all its ``parts``, cover."""
    html = tree.raw_html
    if not any(word in html for word in (b"license", _MARK.encode(), _ATTRIBUTION.encode())):
        return Rights((), (), base_url=base_url)
    said = [node for part in parts for node in part.anchors if _is_licence(node.attributes)]
    if _ATTRIBUTION.encode() in html:
        said += [node for node in tree.css("[property]") if _credit(node) is not None]
    shown = (node for part in parts for node in _pictures(part))
    rights = Rights(said, shown, base_url=base_url)
    for attributes in parts[0].linking:
        if _is_licence(attributes):
            rights.add_of_page(_stated(attributes, base_url, of_page=True))
    return rights


class Rights:
    """What is stated in one page of all that it shows, or of the pictures in a box in it.

    ``said`` are the elements that state something, ``pictures`` those that show something.
    """

    def __init__(
        self, said: Sequence[LexborNode], pictures: Iterable[LexborNode], *, base_url: str
    ) -> None:
        self.of_page = NOTHING
        self._of_boxes: dict[int, Stated] = {}
        self._around = Enclosing(lambda node: self._of_boxes.get(node.mem_id))
        holding = _holding(pictures) if said else set()
        for node in said[:_MAX_LICENCES]:
            box = _box_of(node, holding)
            stated = _stated(node.attributes, base_url, of_page=box is None)
            credit = _credit(node)
            if credit is not None:
                stated = filled(stated, Stated(author=credit))
            if box is None:
                self.add_of_page(stated)
            else:
                known = self._of_boxes.get(box.mem_id, NOTHING)
                self._of_boxes[box.mem_id] = filled(known, stated)

    def add_of_page(self, stated: Stated) -> None:
        """Add what holds for the whole page, where nothing did so far."""
        self.of_page = filled(self.of_page, stated)

    def of(self, node: LexborNode) -> Stated:
        """Return what is stated of an image in its box; nothing where only the page does."""
        return (self._around.of(node) if self._of_boxes else None) or NOTHING


def _pictures(part: Elements) -> Iterator[LexborNode]:
    yield from part.images
    for node, _ in part.shown:
        yield node


def _is_licence(attributes: Attributes) -> bool:
    rel = attributes.get("rel")
    if rel and "license" in rel.lower().split():
        return bool(attributes.get("href"))
    href = attributes.get("href") or ""
    return _MARK in href and ("/licenses/" in href or "/publicdomain/" in href)


def _stated(attributes: Attributes, base_url: str, *, of_page: bool) -> Stated:
    if not _is_licence(attributes):
        return NOTHING
    return Stated(**of_licence(attributes.get("href"), base_url, of_page=of_page))


def _credit(node: LexborNode) -> str | None:
    attributes = node.attributes
    names = (attributes.get("property") or "").split()
    if not any(name.endswith(_ATTRIBUTION) for name in names):
        return None
    return collapsed(attributes.get("content") or node.text(), 200)


def _holding(pictures: Iterable[LexborNode]) -> set[int]:
    """Return the places in memory of all elements that hold a picture."""
    holding: set[int] = set()
    for node in pictures:
        around = node.parent
        while around is not None and around.mem_id not in holding:
            holding.add(around.mem_id)
            around = around.parent
    return holding


def _box_of(node: LexborNode, holding: set[int]) -> LexborNode | None:
    """Return the nearest element around a node that holds a picture too and is not the page."""
    around = node.parent
    for _ in range(_OUTWARDS):
        if around is None or around.tag in _PAGES:
            return None
        if around.tag in _BOXES and around.mem_id in holding:
            return around
        around = around.parent
    return None
