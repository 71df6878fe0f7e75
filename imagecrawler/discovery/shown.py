"""The elements besides ``img`` that show an image: posters, buttons, SVG, objects, ``link``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS, Attributes, image_candidates
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.images import MAX_IMAGES, Place
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Evidence, ImageCandidate

# tag: the kind, the attributes that may have its URL, and whether it must look like an image's.
_SHOWING = {
    "video": ("poster", ("poster", "data-poster"), False),
    "amp-video": ("poster", ("poster",), False),
    "input": ("input", ("src", "data-src"), False),
    "image": ("svg", ("href", "xlink:href"), False),
    "feImage": ("svg", ("href", "xlink:href"), False),
    "object": ("object", ("data",), True),
    "embed": ("embed", ("src",), True),
}
# https://html.spec.whatwg.org/multipage/links.html#linkTypes, and what browsers and sites use.
_ICONS = frozenset(
    (
        *("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "fluid-icon"),
        *("apple-touch-startup-image",),
    )
)
_PRELOADING = frozenset(("preload", "prefetch"))


def shown_finds(shown: Iterable[tuple[LexborNode, Attributes]], place: Place) -> list[Find]:
    """Return what videos, image buttons, SVG images, objects and embeds show."""
    finds: list[Find] = []
    for node, attributes in shown:
        tag = node.tag or ""
        if tag == "input" and (attributes.get("type") or "").strip().lower() != "image":
            continue
        kind, names, must_look_so = _SHOWING[tag]
        text = next((value for name in names if (value := attributes.get(name))), "")
        url = _url(text, place.base_url)
        if url is None or (must_look_so and not _is_typed(attributes) and not is_image_file(url)):
            continue
        finds.append(place.find(node, attributes, [ImageCandidate(url)], (kind,)))
        if len(finds) >= MAX_IMAGES:
            break
    return finds


def linking_finds(links: Iterable[Attributes], *, base_url: str) -> Iterator[Find]:
    """Yield the images of ``link`` elements: ``image_src``, icons, and those to be preloaded."""
    for attributes in links:
        rel = (attributes.get("rel") or "").lower().split()
        kind = _link_kind(rel, attributes)
        if kind is None:
            continue
        as_image = {"src": attributes.get("href"), "srcset": attributes.get("imagesrcset")}
        candidates, _ = image_candidates(as_image, base_url=base_url)
        if candidates:
            sizes = _icon_size(attributes) if kind == "icon" else None
            told = Evidence(width_px=sizes, height_px=sizes)
            text = collapsed(attributes.get("title"))
            yield Find(candidates, (kind,), description=text, evidence=[told])


def style_sheet_urls(links: Iterable[Attributes], *, base_url: str) -> Iterator[str]:
    """Yield the URLs of the style sheets that a page links to, alternative ones left out."""
    for attributes in links:
        rel = (attributes.get("rel") or "").lower().split()
        is_late = "preload" in rel and (attributes.get("as") or "").lower() == "style"
        if ("stylesheet" in rel and "alternate" not in rel) or is_late:
            url = _url(attributes.get("href") or "", base_url)
            if url is not None:
                yield url


def _link_kind(rel: list[str], attributes: Attributes) -> str | None:
    if "image_src" in rel or "thumbnail" in rel:
        return "image_src"
    if not _ICONS.isdisjoint(rel):
        return "icon"
    if not _PRELOADING.isdisjoint(rel) and (attributes.get("as") or "").lower() == "image":
        return "preload"
    return None


def _icon_size(attributes: Attributes) -> int | None:
    width = (attributes.get("sizes") or "").lower().partition("x")[0].strip()
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else None


def _is_typed(attributes: Attributes) -> bool:
    return (attributes.get("type") or "").strip().lower().startswith("image/")


def _url(text: str, base_url: str) -> str | None:
    text = text.strip()
    if not text or text[0] == "#":
        return None
    url = absolute_url(text, base_url)
    return url if url is not None and len(url) <= MAX_IMAGE_URL_CHARS else None
