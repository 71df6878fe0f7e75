"""Signs that a page has more than it shows: buttons, pages, tabs, and what comes on scrolling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from selectolax.lexbor import LexborNode

from imagecrawler.rendering.programs import adds_on_scroll, has_any
from imagecrawler.rendering.reading import Document, is_empty, is_within, names
from imagecrawler.rendering.words import more_labels

_PANEL_CHARS = 30
_LABEL_CHARS = 300
_EXAMINED = 50
_SPEAKS_OF_SCROLLING = (
    "IntersectionObserver(",
    ".scroll(",
    "'scroll'",
    '"scroll"',
    "InfiniteScroll(",
)
_SCROLL_ATTRIBUTES = (
    *("[data-infinite-scroll]", "[infinite-scroll]", "[data-next-page]", "[data-next-url]"),
    *("[hx-trigger*=revealed]", "[v-infinite-scroll]"),
)
# A search of a whole page costs some 50 µs each: few, and before what costs more.
_SCROLL_WORDS = ("infinite-scroll", "data-next-", "revealed")
_SAYS_MORE = re.compile(
    r"[\W\d_]*(?:" + more_labels(letter=r"[^\W\d_]") + r")[\W\d_]*", re.IGNORECASE | re.DOTALL
)
_CALLED_MORE = re.compile(
    r"load[-_]?more|more[-_]?(?:items|posts|results|photos|images)", re.IGNORECASE
)
_SAYS_WHAT = re.compile(
    r"^\W*(?:load|charger|cargar|carregar)\b|\b(?:photo|image|picture|foto|bild|imagen|imagem|"
    r"immagin)|画像|写真|图片|照片|사진",
    re.IGNORECASE,
)
_LOAD_MORE = ("oad-more", "oadmore", "oadMore")
_OTHER_WORDS = ("shar", "thread", "comment", "repl", "text", "detail", "info", "menu")
_UNFOLDS = frozenset(("aria-controls", "aria-expanded", "data-toggle", "data-bs-toggle"))
# Queries by attribute take ten times as long as those by name.
_OTHER_BUTTONS = "[role=button],a[href^='#'],a:not([href]),input[type=button]"


def signs_of_more(page: Document) -> Iterator[str]:
    """Yield what tells that a page has more, as text."""
    if button := next(_more_buttons(page), None):
        yield f"a button says {button!r}"
    if "paginat" in page.html and not page.leads_on and _has_page_buttons(page):
        yield "a list changes its pages in place"
    if 'role="tabpanel"' in page.html and page.scripts and _has_empty_panel(page):
        yield "a tab's panel is empty"
    if has_any(page.html, _SPEAKS_OF_SCROLLING) and (
        any(map(adds_on_scroll, page.programs)) and not page.leads_on
    ):
        yield "a script adds more while scrolling"
    if has_any(page.html, _SCROLL_WORDS) and _has_scroll_attribute(page):
        yield "an attribute says that more comes while scrolling"


def _has_scroll_attribute(page: Document) -> bool:
    found = page.tree.css_first(",".join(_SCROLL_ATTRIBUTES))
    return found is not None and not page.leads_on


def _more_buttons(page: Document) -> Iterator[str]:
    """Yield what buttons say that bring more, and are no links, forms or texts that unfold."""
    others = page.elements(_OTHER_BUTTONS) if has_any(page.html, _LOAD_MORE) else ()
    for node in chain(page.elements("button"), others):
        says = _said_by(node)
        if (
            not 0 < len(says) <= 40
            or has_any(says.lower(), _OTHER_WORDS)
            or not _SAYS_MORE.fullmatch(says)
        ):
            continue
        is_more = _CALLED_MORE.search(names(node)) is not None or _loads(says)
        if is_more and _UNFOLDS.isdisjoint(node.attributes) and not _submits(node):
            yield says


def _has_page_buttons(page: Document) -> bool:
    """Tell whether further pages have buttons with their numbers."""
    areas = page.elements("[class*=paginat]", _EXAMINED)
    return any(sum(map(_is_page_button, area.css("button,a:not([href])"))) > 1 for area in areas)


def _is_page_button(node: LexborNode) -> bool:
    return _said_by(node).isdigit() and not _submits(node)


def _has_empty_panel(page: Document) -> bool:
    panels = page.elements("[role=tabpanel]", _EXAMINED)
    return any(is_empty(panel, _PANEL_CHARS) for panel in panels)


def _said_by(node: LexborNode) -> str:
    text = node.attributes.get("value") if node.tag == "input" else node.text()
    says = " ".join((text or "")[:_LABEL_CHARS].split())
    return says or (node.attributes.get("aria-label") or "")[:_LABEL_CHARS].strip()


def _loads(says: str) -> bool:
    """Tell whether a label says what comes: "Show more" alone may unfold a text."""
    return len(says.split()) > 2 or _SAYS_WHAT.search(says) is not None


def _submits(node: LexborNode) -> bool:
    kind = (node.attributes.get("type") or "submit").lower()
    return node.tag == "button" and kind == "submit" and is_within(node, "form")
