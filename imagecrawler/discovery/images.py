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
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.links import PageLinks
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.rights import Rights
from imagecrawler.discovery.surroundings import Surroundings, evidence
from imagecrawler.discovery.words import Words
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

MAX_IMAGES = 10_000
_MAX_SOURCES = 50
_PIXELS = re.compile(r"\s*([1-9][0-9]{0,5})(?:px)?\s*")


def image_finds(
    nodes: Sequence[LexborNode],
    links: PageLinks,
    *,
    base_url: str,
    words: Words | None = None,
    rights: Rights,
) -> tuple[list[Find], int]:
    """Return the finds of the ``img`` elements and of the links to image files.

    Images first, each kind in document order; a link that wraps an image adds a rendition
    to the first image in it. The number is that of the elements beyond ``MAX_IMAGES``.
    """
    surroundings = Surroundings()
    unused = dict(links.image_files)
    finds = []
    for node in nodes[:MAX_IMAGES]:
        attributes = node.attributes
        around = surroundings.of(node)
        anchor, picture = around.anchor, around.picture
        file = unused.pop(anchor.mem_id, None) if anchor is not None else None
        candidates, found_by = image_candidates(
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
        description = surroundings.description(attributes, around)
        told = evidence(attributes, around, link=link)
        find = Find(candidates, found_by, link, description, [told], stated=rights.of(node))
        if words is not None:
            find.heading, find.text = words.heading(node), words.text(node)
        finds.append(find)
    for node, url in list(unused.values())[:MAX_IMAGES]:
        if len(url) <= MAX_IMAGE_URL_CHARS:
            text = node.attributes.get("title") or node.text()
            told = evidence({}, surroundings.of(node))
            finds.append(Find([ImageCandidate(url)], ("link",), None, collapsed(text), [told]))
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
                kind = "og" if name.startswith("og:") else "twitter"
                finds.append(Find([ImageCandidate(url)], (kind,)))
        elif finds and detail == ":width" and (width := _PIXELS.fullmatch(content)):
            finds[-1].candidates[0] = ImageCandidate(finds[-1].candidates[0].url, int(width[1]))
        elif finds and detail == ":alt":
            finds[-1].description = collapsed(content)
    return finds


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
