"""What encloses an image: its link, figure and ``picture``, and what they are called.

Each enclosing element is looked at once a page, however many images it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.candidates import Attributes
from imagecrawler.discovery.metadata import MAX_TEXT_CHARS, collapsed
from imagecrawler.discovery.sizes import shown_width_px
from imagecrawler.discovery.words import words_in
from imagecrawler.items import Evidence

# Elements that say by themselves where a thing stands, https://www.w3.org/TR/html-aria/#docconformance
_PLACES = frozenset(
    (
        *("header", "footer", "nav", "aside", "main", "article", "section", "figure"),
        *("noscript", "button", "dialog", "address", "label"),
    )
)
_ROLES = {
    "banner": "header",
    "contentinfo": "footer",
    "navigation": "nav",
    "complementary": "aside",
    "main": "main",
    "article": "article",
    "button": "button",
    "toolbar": "nav",
    "menu": "nav",
}
_NAMES_KEPT = 6
# No class attribute of a person is longer; a page made to be slow repeats one for each image.
_NAME_CHARS = 300
_WIDTHS = re.compile(r"[0-9]w(?:[\s,]|$)")
_PIXELS = re.compile(r"\s*([0-9]{1,6})(?:\.[0-9]+)?(?:px)?\s*")
_STYLED = re.compile(
    r"(?:^|[;\s])(width|height)\s*:\s*([0-9]{1,6})(?:\.[0-9]+)?(?:px\b|\s*(?:;|!|$))"
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:left|top|margin-left)\s*:\s*-[0-9]{3,}"
)


@dataclass(frozen=True, slots=True)
class Around:
    """What encloses an element, the nearest of each kind.

    ``places`` are landmarks, ``names`` the classes and ids of the nearest elements, both from
    the element outwards.
    """

    anchor: LexborNode | None = None
    figure: LexborNode | None = None
    picture: LexborNode | None = None
    places: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


_NOTHING = Around()


class Surroundings:
    """What encloses the images of one page. What was read once is remembered."""

    def __init__(self) -> None:
        self._texts: dict[int, str | None] = {}
        self._around: dict[int, Around] = {}

    def of(self, node: LexborNode) -> Around:
        """Return what encloses an element."""
        path = []
        around = _NOTHING
        parent = node.parent
        while parent is not None and parent.tag != "body":
            known = self._around.get(parent.mem_id)
            if known is not None:
                around = known
                break
            path.append(parent)
            parent = parent.parent
        for element in reversed(path):
            around = self._around[element.mem_id] = _within(element, around)
        return around

    def description(self, attributes: Attributes, around: Around) -> str | None:
        """Return the best text there is about an image, or None."""
        text = collapsed(attributes.get("alt")) or collapsed(attributes.get("title"))
        if text is None and around.figure is not None:
            text = self._text(around.figure, "figcaption")
        if text is None:
            text = collapsed(attributes.get("aria-label"))
        if text is None and around.anchor is not None:
            text = self._text(around.anchor, None)
        return text

    def _text(self, node: LexborNode, selector: str | None) -> str | None:
        key = node.mem_id
        if key not in self._texts:
            if selector is None:
                title = collapsed(node.attributes.get("title"))
                self._texts[key] = title or words_in(node, MAX_TEXT_CHARS)
            else:
                inner = node.css_first(selector)
                self._texts[key] = words_in(inner, MAX_TEXT_CHARS) if inner is not None else None
        return self._texts[key]


def evidence(attributes: Attributes, around: Around, *, link: str | None = None) -> Evidence:
    """Return what a page's markup tells of what an image is for, besides its address."""
    style = (attributes.get("style") or "")[:_NAME_CHARS].lower()
    sizes = {name: int(value) for name, value in _STYLED.findall(style)}
    for name in ("width", "height"):
        if (found := _PIXELS.fullmatch(attributes.get(name) or "")) is not None:
            sizes.setdefault(name, int(found[1]))
    anchor = around.anchor.attributes if around.anchor is not None else {}
    return Evidence(
        width_px=sizes.get("width", _chosen_width_px(attributes)),
        height_px=sizes.get("height"),
        places=around.places,
        names=_names(attributes),
        around=around.names,
        alt=(attributes.get("alt") or "")[:_NAME_CHARS],
        is_hidden="hidden" in attributes or _HIDING.search(style) is not None,
        has_choice=around.picture is not None or bool(attributes.get("srcset")),
        link=link,
        link_rel=(anchor.get("rel") or "").lower()[:_NAME_CHARS],
    )


def _chosen_width_px(attributes: Attributes) -> int | None:
    """Return how wide ``sizes`` says an image is shown, where it has widths to choose from."""
    asked = attributes.get("sizes")
    if not asked or _WIDTHS.search(attributes.get("srcset") or "") is None:
        return None
    width = shown_width_px(asked)
    return round(width) if width is not None else None


def _within(element: LexborNode, outer: Around) -> Around:
    tag, attributes = element.tag, element.attributes
    place = _ROLES.get((attributes.get("role") or "").lower())
    if place is None and tag in _PLACES:
        place = tag
    names = _names(attributes)
    return Around(
        anchor=element if tag == "a" else outer.anchor,
        figure=element if tag == "figure" else outer.figure,
        picture=element if tag == "picture" else outer.picture,
        places=(place, *outer.places) if place and place not in outer.places[:1] else outer.places,
        names=(names, *outer.names[: _NAMES_KEPT - 1]) if names else outer.names,
    )


def _names(attributes: Attributes) -> str:
    name, key = attributes.get("class"), attributes.get("id")
    if not key:
        return (name or "")[:_NAME_CHARS]
    return f"{name or ''} {key}"[:_NAME_CHARS]
