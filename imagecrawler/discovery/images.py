"""The pictures of a page: where it shows them, links to them, or names them as its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.candidates import (
    MAX_IMAGE_URL_CHARS,
    Attributes,
    image_candidates,
)
from imagecrawler.discovery.links import PageLinks
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.pictures import Find
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

MAX_IMAGES = 10_000
# How far up an enclosing link or figure is looked for; a bound, for pages made to be deep.
_MAX_ANCESTORS = 40
_MAX_SOURCES = 50
_PIXELS = re.compile(r"\s*([1-9][0-9]{0,5})(?:px)?\s*")


def image_finds(
    nodes: Sequence[LexborNode], links: PageLinks, *, base_url: str
) -> tuple[list[Find], int]:
    """Return the finds of the ``img`` elements and of the links to image files.

    Images first, each kind in document order; a link that wraps an image adds a rendition
    to the first image in it. The number is that of the elements beyond ``MAX_IMAGES``.
    """
    surroundings = _Surroundings()
    unused = dict(links.image_files)
    finds = []
    for node in nodes[:MAX_IMAGES]:
        attributes = node.attributes
        anchor, figure, picture = surroundings.of(node)
        file = unused.pop(anchor.mem_id, None) if anchor is not None else None
        candidates = image_candidates(
            attributes,
            base_url=base_url,
            sources=_sources(picture) if picture is not None else (),
            linked_file=file[1] if file and len(file[1]) <= MAX_IMAGE_URL_CHARS else None,
        )
        if not candidates:
            continue
        link = None
        if anchor is not None and file is None:
            link = _page_link(anchor, base_url)
        description = surroundings.description(attributes, anchor, figure)
        finds.append(Find(candidates, link, description))
    for node, url in list(unused.values())[:MAX_IMAGES]:
        if len(url) <= MAX_IMAGE_URL_CHARS:
            text = node.attributes.get("title") or node.text()
            finds.append(Find([ImageCandidate(url)], None, collapsed(text)))
    return finds, max(0, len(nodes) - MAX_IMAGES) + max(0, len(unused) - MAX_IMAGES)


def social_finds(entries: Iterable[tuple[str, str]], *, base_url: str) -> list[Find]:
    """Return the finds of ``og:image`` and ``twitter:image``: (lower-case name, content) pairs.

    ``og:image:width`` is a claim about the image before it, ``…:alt`` its description.
    https://ogp.me/#structured
    """
    finds: list[Find] = []
    for name, content in list(entries)[:MAX_IMAGES]:
        detail = name.partition(":image")[2]
        if detail in ("", ":url", ":secure_url", ":src"):
            url = absolute_url(content, base_url) if content else None
            if url is not None and len(url) <= MAX_IMAGE_URL_CHARS:
                finds.append(Find([ImageCandidate(url)]))
        elif finds and detail == ":width" and (width := _PIXELS.fullmatch(content)):
            finds[-1].candidates[0] = ImageCandidate(finds[-1].candidates[0].url, int(width[1]))
        elif finds and detail == ":alt":
            finds[-1].description = collapsed(content)
    return finds


class _Surroundings:
    """What encloses an image. Texts are read once: one link may wrap ten thousand images."""

    def __init__(self) -> None:
        self._texts: dict[int, str | None] = {}

    def of(
        self, node: LexborNode
    ) -> tuple[LexborNode | None, LexborNode | None, LexborNode | None]:
        """Return the nearest link, figure and ``picture`` around an image."""
        anchor = figure = picture = None
        parent = node.parent
        for _ in range(_MAX_ANCESTORS):
            if parent is None:
                break
            tag = parent.tag
            if tag == "a":
                anchor = anchor or parent
            elif tag == "figure":
                figure = figure or parent
            elif tag == "picture":
                picture = picture or parent
            elif tag == "body":
                break
            parent = parent.parent
        return anchor, figure, picture

    def description(
        self, attributes: Attributes, anchor: LexborNode | None, figure: LexborNode | None
    ) -> str | None:
        """Return the best text there is about an image, or None."""
        text = collapsed(attributes.get("alt")) or collapsed(attributes.get("title"))
        if text is None and figure is not None:
            text = self._text(figure, "figcaption")
        if text is None:
            text = collapsed(attributes.get("aria-label"))
        if text is None and anchor is not None:
            text = self._text(anchor, None)
        return text

    def _text(self, node: LexborNode, selector: str | None) -> str | None:
        key = node.mem_id
        if key not in self._texts:
            if selector is None:
                self._texts[key] = collapsed(node.attributes.get("title")) or collapsed(node.text())
            else:
                inner = node.css_first(selector)
                self._texts[key] = collapsed(inner.text()) if inner is not None else None
        return self._texts[key]


def _page_link(anchor: LexborNode, base_url: str) -> str | None:
    href = anchor.attributes.get("href")
    if not href or href[0] == "#":
        return None
    url = absolute_url(href, base_url)
    return None if url is None or is_image_file(url) else url


def _sources(picture: LexborNode) -> Iterator[Attributes]:
    """Yield the attributes of the ``source`` elements of a ``picture``."""
    for number, child in enumerate(picture.iter()):
        if number >= _MAX_SOURCES:
            return
        if child.tag == "source":
            yield child.attributes
