"""Images that attributes name outside the elements made to show them: lazy backgrounds, zooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.candidates import (
    FULL_SIZE,
    LAZY_SRC,
    LAZY_SRCSET,
    MAX_IMAGE_URL_CHARS,
    Attributes,
)
from imagecrawler.discovery.css import declared_images, has_images
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.guesses import handler_urls, image_file_urls, script_urls
from imagecrawler.discovery.images import MAX_IMAGES, Place
from imagecrawler.discovery.srcset import parse_srcset
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

# What scripts put into the style of an element when it comes into view, and builders of sites
# beside it: an image, whether or not its URL looks like one.
LAZY_BACKGROUND = frozenset(
    (
        *("data-bg", "data-background", "data-background-image", "data-bg-src", "data-bg-image"),
        *(
            "data-bgimage",
            "data-bg-url",
            "data-background-src",
            "data-background-url",
            "data-bgsrc",
        ),
        *("data-lazy-background", "data-lazy-bg", "data-lazybg", "data-lazyload-bg", "data-ll-bg"),
        *("data-image-src", "data-parallax-image", "data-vc-parallax-image", "data-img-src"),
        *("data-image", "data-img", "data-image-url", "data-poster", "data-setbg", "data-back"),
        *("data-bg-hidpi", "data-bg-multi", "data-hero-image", "data-cover", "data-thumb"),
        *("background", "lazy-background", "lazy-bg", "data-flickity-bg-lazyload"),
    )
)
_SETS = frozenset(LAZY_SRCSET)
_LAZY = frozenset(LAZY_SRC)
_ZOOM = frozenset(FULL_SIZE)
# Read as one picture with all its renditions, elsewhere.
_OF_IMAGES = _LAZY | _ZOOM | _SETS
_CUSTOM = ("src", "srcset", "href", "poster", "image")
_KNOWN_TO_IMAGES = frozenset(("img", "amp-img", "amp-anim"))
# None of them is an address; `download` is the name that a file is to have.
_STANDARD = frozenset(
    ("class", "id", "alt", "title", "name", "content", "value", "type", "rel", "download")
)


def attribute_finds(odd: Iterable[tuple[LexborNode, Attributes]], place: Place) -> list[Find]:
    """Return the images that attributes name which no specification makes a URL.

    First come those of inline styles and of lazy backgrounds, which scripts are known to use;
    any other attribute counts if its whole value clearly is the URL of an image, or several.
    """
    finds: list[Find] = []
    for node, attributes in odd:
        tag = node.tag or ""
        is_image = tag in _KNOWN_TO_IMAGES or tag == "source"
        names = _CUSTOM if "-" in tag and not is_image else ()
        for name, value in attributes.items():
            if not value or ("." not in value and "/" not in value):
                continue  # No address, whatever the attribute: most end here.
            if name in _STANDARD or (is_image and name in _OF_IMAGES):
                continue
            if name in names or name not in _PLAIN:
                for candidates, kind in _named(name, value, place.base_url):
                    finds.append(place.find(node, attributes, candidates, (kind,)))
        if len(finds) >= MAX_IMAGES:
            break
    return finds[:MAX_IMAGES]


_PLAIN = frozenset(("href", "src", "srcset", "poster", "action", "data", "xlink:href", "image"))


def _named(name: str, value: str, base_url: str) -> Iterator[tuple[list[ImageCandidate], str]]:
    if name == "style" or ("url(" in value[:200] and not name.startswith("on")):
        if has_images(value):
            kind = "css" if name == "style" else "lazy"
            declaration = value if name == "style" else f"background:{value}"
            yield from ((found, kind) for found in declared_images(declaration, base_url))
    elif name in _SETS or name.endswith("srcset"):
        if found := parse_srcset(value, base_url=base_url):
            found = [c for c in found if len(c.url) <= MAX_IMAGE_URL_CHARS]
            largest = max(found, key=lambda c: (c.width_px or 0, c.density or 0), default=None)
            if largest is not None:
                yield [largest, *(c for c in found if c.url != largest.url)], "lazy"
    elif name in LAZY_BACKGROUND and _is_address(value):
        url = absolute_url(value, base_url)
        if url is not None and len(url) <= MAX_IMAGE_URL_CHARS:
            yield [ImageCandidate(url)], "css" if name == "background" else "lazy"
    elif name.startswith("on"):
        yield from (([ImageCandidate(url)], "attribute") for url in handler_urls(value, base_url))
    elif value[:1] in "[{":
        yield from (([ImageCandidate(url)], "attribute") for url in script_urls(value, base_url))
    elif "." in value:
        kind = "lazy" if name in _LAZY else "zoom" if name in _ZOOM else "attribute"
        for url in image_file_urls(value, base_url):
            yield [ImageCandidate(url)], kind


def _is_address(value: str) -> bool:
    """Tell whether a value may be an address: such attributes also hold flags and templates."""
    return ("/" in value or "." in value) and not any(mark in value for mark in "{}[]<> \n")
