"""Whether a page's own markup shows what it has to show, or leaves that to its scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.items import FoundImage
from imagecrawler.rendering.more_signs import signs_of_more
from imagecrawler.rendering.programs import has_any, makes_images
from imagecrawler.rendering.reading import Document, is_empty, is_within, names

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
    return [*few, *_signs_of_missing_sources(document), *signs_of_more(document)]


def _is_shown(image: FoundImage) -> bool:
    return image.certainty == 1.0 or "lazy" in image.found_by or "link" in image.found_by


def _signs_of_an_empty_page(page: Document) -> Iterator[str]:
    if not page.scripts:
        return
    if root := next(_empty_roots(page), None):
        yield f"the application's root {root} is empty"
    if box := next(_empty_galleries(page), None):
        yield f"{box} is empty"
    if any(map(makes_images, page.programs)):
        yield "a script makes images"
    if any(_is_bound(node) for node in page.elements("img,template,script[type]")):
        yield "the sources of images are left to a template"
    if has_any(page.html, _SKELETON) and len(list(islice(_skeletons(page), 2))) == 2:
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
        node for node in page.elements("[class]", 5_000) if has_any(names(node).lower(), _SKELETON)
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
