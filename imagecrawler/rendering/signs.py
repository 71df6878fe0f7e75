"""Whether a page's own markup shows what it has to show, or leaves that to its scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.items import FoundImage
from imagecrawler.rendering.reading import Document, is_empty, is_within, names
from imagecrawler.rendering.words import more_labels

# With so many pictures in its markup a page is not one that scripts fill.
_ENOUGH = 3
# What stands in an application's root ("Loading …"), in a gallery, on a page of an application.
_ROOT_CHARS = 80
_GALLERY_CHARS = 30
_PAGE_CHARS = 300
_EXAMINED = 50

_ROOTS = (
    *("#root", "#app", "#__next", "#__nuxt", "#___gatsby", "#svelte", "#q-app", "#react-root"),
    *("#main-app", "#vue-app", "#app-root", "#application", "#ember-app", "#mount", "#spa"),
    *("app-root", "[ng-app]", "[data-ng-app]", "[ng-view]", "[ui-view]", "[data-reactroot]"),
)
_GALLERY = re.compile(
    r"(?:^|\s)(?:[a-z0-9]+[_-]){0,3}(?:galler(?:y|ies|ia)|photos?|pictures|images|masonry|"
    r"carousel|slideshow|swiper|swiper-wrapper|portfolio|albums?|lightbox|slides|photostream)"
    r"(?:[_-](?:grid|list|container|root|wall|app|wrapper))?(?:$|\s)",
    re.IGNORECASE,
)
# Common words, that say something only where a script looks for them: in an id.
_LIST = re.compile(
    r"^(?:[a-z0-9]+[_-])?(?:grid|feed|stream|posts|items|products|results|listing|cards|wall|"
    r"slider)(?:[_-](?:list|container|root))?$",
    re.IGNORECASE,
)
_SKELETON = ("skeleton", "shimmer", "placeholder-glow", "placeholder-wave", "content-loader")
_ASKS_FOR_SCRIPTS = re.compile(
    r"(?:enable|turn on|activate|requires?|needs?|without|activez|active|activar|habilit|"
    r"aktivier|benötigt|inschakel|включите|有効|启用|啟用).{0,60}java\s?script|"
    r"java\s?script.{0,60}(?:enable|required|aktivier|disabled|désactivé|erforderlich|activ|"
    r"включ|有効|启用|啟用)",
    re.IGNORECASE | re.DOTALL,
)
# An image's source as Angular, Vue, Alpine and Knockout have it before they run.
_BOUND_NAMES = frozenset(
    ("ng-src", "data-ng-src", ":src", "v-bind:src", "x-bind:src", "[src]", "[ngsrc]", ":srcset")
)
_BOUND_IN_TEMPLATE = re.compile(
    r"\s(?:ng-src|:src|v-bind:src|x-bind:src|\[src\])=|src=\"[^\"{]{0,200}\{\{", re.IGNORECASE
)
# What programs say, in lower case.
_MAKES_IMAGES = (
    *("<img", 'createelement("img', "createelement('img", "createelement(`img", 'h("img'),
    *("h('img", "drawimage(", "createobjecturl(", "backgroundimage", "background-image"),
    *("background:url(", "background: url(", "<iframe", "new swiper("),
)
_ASKS_FOR_DATA = (
    *("fetch(", "xmlhttprequest", ".getjson(", "$.ajax(", "$.get(", "$.post(", "axios", ".json"),
    "new websocket(",
)
_LOOPS = (
    *("for(", "for (", "while(", "while (", ".map(", ".foreach(", ".each(", "array.from("),
    "setinterval(",
)
# What counts visitors makes one image, by `new Image()` more often than not.
_LOOP_CHARS = 500
_LISTS_IMAGES = re.compile(r"\[\s*[\"'`][^\"'`\s]{1,300}\.(?:jpe?g|png|webp|gif|avif)[\"'`]")
_ON_SCROLL = (
    *("intersectionobserver(", 'addeventlistener("scroll', "addeventlistener('scroll"),
    *('.on("scroll', ".on('scroll", ".scroll(", "onscroll", "infinitescroll("),
)
_SPEAKS_OF_SCROLLING = (
    "IntersectionObserver(",
    ".scroll(",
    "'scroll'",
    '"scroll"',
    "InfiniteScroll(",
)
_ADDS = (
    *(".append(", ".appendchild(", ".appendto(", ".appenditems(", "insertadjacenthtml"),
    *("innerhtml", ".concat(", "[..."),
)
# A bundle has all of these words somewhere: they count where they stand together.
_CHARS_BEFORE, _CHARS_AFTER, _PLACES = 1_500, 2_000, 10
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


def needs_rendering(html: str, tree: LexborHTMLParser, images: Sequence[FoundImage]) -> list[str]:
    """Return the signs that a page shows more with its scripts than without, as text.

    ``[]`` for a page whose markup shows what it has. ``tree`` is ``html`` as ``page_tree``
    parses it, ``images`` what ``parse_page`` found. The same page has the same signs, in the
    same order; raises nothing.
    """
    document = Document(html, tree)
    if "<script" not in html and "<SCRIPT" not in html:
        return []
    shown = sum(map(_is_shown, images))
    few = _signs_of_an_empty_page(document) if shown < _ENOUGH else iter(())
    return [*few, *_signs_of_missing_sources(document), *_signs_of_more(document)]


def _is_shown(image: FoundImage) -> bool:
    return image.certainty == 1.0 or "lazy" in image.found_by or "link" in image.found_by


def _signs_of_an_empty_page(page: Document) -> Iterator[str]:
    if not page.scripts:
        return
    if root := next(_empty_roots(page), None):
        yield f"the application's root {root} is empty"
    if box := next(_empty_galleries(page), None):
        yield f"{box} is empty"
    if any(map(_makes_images, page.programs)):
        yield "a script makes images"
    if any(_is_bound(node) for node in page.elements("img,template,script[type]")):
        yield "the sources of images are left to a template"
    if _has(page.html, _SKELETON) and len(list(islice(_skeletons(page), 2))) == 2:
        yield "there are skeletons in place of content"
    if page.chars < _PAGE_CHARS:
        yield from _signs_of_little_text(page)


def _signs_of_little_text(page: Document) -> Iterator[str]:
    notices = page.elements("noscript", _EXAMINED)
    if any(_ASKS_FOR_SCRIPTS.search(node.text() or "") for node in notices):
        yield "noscript asks for JavaScript, and there is little else"
    if element := next(_empty_custom_elements(page), None):
        yield f"the custom element <{element}> is empty"
    if page.is_application:
        yield "there is little but the scripts of an application"


def _signs_of_missing_sources(page: Document) -> Iterator[str]:
    nodes = list(page.elements("img"))
    missing = sum(not _has_source(node) for node in nodes)
    if missing >= _ENOUGH and 2 * missing >= len(nodes):
        yield f"{missing} of {len(nodes)} images have no source"


def _signs_of_more(page: Document) -> Iterator[str]:
    if button := next(_more_buttons(page), None):
        yield f"a button says {button!r}"
    if "paginat" in page.html and next(_page_buttons(page), None) is not None:
        yield "a list changes its pages in place"
    if 'role="tabpanel"' in page.html and next(_empty_panels(page), None) is not None:
        yield "a tab's panel is empty"
    if _has(page.html, _SPEAKS_OF_SCROLLING) and (
        any(map(_adds_on_scroll, page.programs)) and not page.leads_on
    ):
        yield "a script adds more while scrolling"
    if _has(page.html, _SCROLL_WORDS) and _has_scroll_attribute(page):
        yield "an attribute says that more comes while scrolling"


def _makes_images(text: str) -> bool:
    return _has(text, _MAKES_IMAGES) and (
        _has(text, _ASKS_FOR_DATA)
        or _LISTS_IMAGES.search(text) is not None
        or _makes_them_in_a_loop(text)
    )


def _makes_them_in_a_loop(text: str) -> bool:
    places = (found for word in _MAKES_IMAGES for found in _places(text, word))
    near = (text[max(0, at - _LOOP_CHARS) : at + _LOOP_CHARS] for at in islice(places, _PLACES))
    return any(_has(part, _LOOPS) for part in near)


def _has_scroll_attribute(page: Document) -> bool:
    found = page.tree.css_first(",".join(_SCROLL_ATTRIBUTES))
    return found is not None and not page.leads_on


def _adds_on_scroll(text: str) -> bool:
    places = (found for word in _ON_SCROLL for found in _places(text, word))
    near = (text[max(0, at - _CHARS_BEFORE) : at + _CHARS_AFTER] for at in islice(places, _PLACES))
    return any(_has(part, _ASKS_FOR_DATA) and _has(part, _ADDS) for part in near)


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _has(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def _more_buttons(page: Document) -> Iterator[str]:
    """Yield what buttons say that bring more, and are no links, forms or texts that unfold."""
    others = page.elements(_OTHER_BUTTONS) if _has(page.html, _LOAD_MORE) else ()
    for node in chain(page.elements("button"), others):
        says = _said_by(node)
        if (
            not 0 < len(says) <= 40
            or _has(says.lower(), _OTHER_WORDS)
            or not _SAYS_MORE.fullmatch(says)
        ):
            continue
        is_more = _CALLED_MORE.search(names(node)) is not None or _loads(says)
        if is_more and _UNFOLDS.isdisjoint(node.attributes) and not _submits(node):
            yield says


def _page_buttons(page: Document) -> Iterator[LexborNode]:
    """Yield the buttons of further pages, where no links lead to them."""
    areas = () if page.leads_on else page.elements("[class*=paginat]", _EXAMINED)
    for area in areas:
        buttons = [node for node in area.css("button,a:not([href])") if not _submits(node)]
        if sum(_said_by(node).isdigit() for node in buttons) > 1:
            yield from buttons


def _empty_panels(page: Document) -> Iterator[LexborNode]:
    panels = page.elements("[role=tabpanel]", _EXAMINED) if page.scripts else ()
    return (node for node in panels if is_empty(node, _GALLERY_CHARS))


def _said_by(node: LexborNode) -> str:
    attributes = node.attributes
    text = attributes.get("value") if node.tag == "input" else node.text()
    return " ".join((text or attributes.get("aria-label") or "")[:_PAGE_CHARS].split())


def _loads(says: str) -> bool:
    """Tell whether a label says what comes: "Show more" alone may unfold a text."""
    return len(says.split()) > 2 or _SAYS_WHAT.search(says) is not None


def _submits(node: LexborNode) -> bool:
    kind = (node.attributes.get("type") or "submit").lower()
    return node.tag == "button" and kind == "submit" and is_within(node, "form")


def _empty_roots(page: Document) -> Iterator[str]:
    for node in page.elements(",".join(_ROOTS), _EXAMINED):
        if is_empty(node, _ROOT_CHARS):
            key = node.attributes.get("id")
            yield f"#{key[:40]}" if key else f"<{node.tag}>"


def _empty_galleries(page: Document) -> Iterator[str]:
    boxes = (node for node in page.elements("div,section,ul,ol,main", 5_000) if _is_gallery(node))
    for node in islice(boxes, _EXAMINED):
        if is_empty(node, _GALLERY_CHARS):
            key = node.attributes.get("id")
            yield f"#{key[:40]}" if key else f"<{node.tag} class={names(node).strip()[:40]!r}>"


def _is_gallery(node: LexborNode) -> bool:
    attributes = node.attributes
    if "url(" in (attributes.get("style") or ""):
        return False
    role = attributes.get("aria-roledescription") or ""
    called = _GALLERY.search(f"{names(node)} {role}"[:_PAGE_CHARS])
    return (
        called is not None or _LIST.search((attributes.get("id") or "")[:_PAGE_CHARS]) is not None
    )


def _is_bound(node: LexborNode) -> bool:
    if node.tag == "img":
        attributes = node.attributes
        source = attributes.get("src") or ""
        return not _BOUND_NAMES.isdisjoint(attributes) or "{{" in source or "${" in source
    kind = (node.attributes.get("type") or "").lower()
    if node.tag == "script" and not kind.endswith(("template", "handlebars", "mustache", "html")):
        return False
    return _BOUND_IN_TEMPLATE.search((node.html or "")[:100_000]) is not None


def _skeletons(page: Document) -> Iterator[LexborNode]:
    return (
        node for node in page.elements("[class]", 5_000) if _has(names(node).lower(), _SKELETON)
    )


def _empty_custom_elements(page: Document) -> Iterator[str]:
    for node in page.elements("body *", 5_000):
        if "-" in (tag := node.tag or "") and node.child is None:
            yield tag[:40]


def _has_source(node: LexborNode) -> bool:
    values = (value for name, value in node.attributes.items() if value and name != "alt")
    return any(map(_looks_like_a_source, values)) or is_within(node, "picture")


def _looks_like_a_source(value: str) -> bool:
    return ("/" in value or "." in value) and not value.startswith("data:") and "{" not in value
