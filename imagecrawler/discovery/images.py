"""The pictures of a page: where it shows them, links to them, or names them as its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.candidates import (
    MAX_IMAGE_URL_CHARS,
    Attributes,
    image_candidates,
    is_sign,
    own_source,
    zoom_copy,
)
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.metadata import MAX_TEXT_CHARS, collapsed
from imagecrawler.discovery.rights import Rights
from imagecrawler.discovery.sources import may_be_shown
from imagecrawler.discovery.surroundings import Around, Surroundings, evidence
from imagecrawler.discovery.words import Words, words_in
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

MAX_IMAGES = 10_000
_MAX_SOURCES = 50
_PIXELS = re.compile(r"\s*([1-9][0-9]{0,5})(?:px)?\s*")


@dataclass(slots=True)
class Place:
    """Where a document's finds are made: what its URLs are relative to, and what is around.

    ``linked_files`` are the links to image files that no image has used yet, by the place of
    their elements in memory.
    """

    base_url: str
    words: Words
    rights: Rights
    linked_files: dict[int, tuple[LexborNode, str]]
    surroundings: Surroundings = field(default_factory=Surroundings)

    def find(
        self,
        node: LexborNode,
        attributes: Attributes,
        candidates: list[ImageCandidate],
        found_by: tuple[str, ...],
    ) -> Find:
        """Return what an element shows, with what is said of it there."""
        around = self.surroundings.of(node)
        anchor = around.anchor
        is_own = anchor is None or anchor.mem_id in self.linked_files
        link = None if is_own or anchor is None else _page_link(anchor, self.base_url)
        return self._described(node, attributes, candidates, found_by, around, link)

    def image(self, node: LexborNode) -> Find | None:
        """Return what an ``img`` shows, the image file that the link around it leads to too."""
        attributes = node.attributes
        around = self.surroundings.of(node)
        anchor, picture = around.anchor, around.picture
        file = self.linked_files.get(anchor.mem_id) if anchor is not None else None
        linked = None
        if file is not None and anchor is not None and not is_sign(attributes):
            del self.linked_files[anchor.mem_id]
            linked = file[1] if len(file[1]) <= MAX_IMAGE_URL_CHARS else None
        if linked is None and anchor is not None:
            linked = zoom_copy(anchor.attributes, self.base_url)
        candidates, found_by = image_candidates(
            attributes,
            base_url=self.base_url,
            sources=_sources(picture) if picture is not None else (),
            linked_file=linked,
        )
        if not candidates:
            return None
        link = _page_link(anchor, self.base_url) if anchor is not None and file is None else None
        if node.tag != "img":
            found_by = ("amp", *found_by)
        return self._described(node, attributes, candidates, found_by, around, link)

    def _described(
        self,
        node: LexborNode,
        attributes: Attributes,
        candidates: list[ImageCandidate],
        found_by: tuple[str, ...],
        around: Around,
        link: str | None,
    ) -> Find:
        if "noscript" in around.places:
            found_by = (*found_by, "noscript")
        description = self.surroundings.description(attributes, around)
        told = evidence(attributes, around, link=link)
        return Find(
            candidates,
            found_by,
            link,
            description,
            [told],
            heading=self.words.heading(node),
            text=self.words.text(node),
            stated=self.rights.of(node),
        )


def image_finds(nodes: Sequence[LexborNode], place: Place) -> list[Find]:
    """Return the finds of ``img`` elements, in document order, then those of their placeholders.

    A link to an image file around an image adds a rendition to the first image in it. A
    placeholder is what ``src`` shows until a script puts the picture there: an image by itself.
    """
    finds, placeholders = [], []
    for node in nodes[:MAX_IMAGES]:
        find = place.image(node)
        if find is None:
            continue
        finds.append(find)
        if "img" not in find.found_by and (url := own_source(node.attributes, place.base_url)):
            told = [replace(each, alt="") for each in find.evidence]
            placeholders.append(Find([ImageCandidate(url)], ("placeholder",), evidence=told))
    return finds + placeholders


def link_finds(linked_files: Mapping[int, tuple[LexborNode, str]]) -> list[Find]:
    """Return the finds of the links to image files that wrap no image."""
    surroundings = Surroundings()
    finds = []
    for node, url in list(linked_files.values())[:MAX_IMAGES]:
        if len(url) <= MAX_IMAGE_URL_CHARS:
            text = collapsed(node.attributes.get("title")) or words_in(node, MAX_TEXT_CHARS)
            told = evidence({}, surroundings.of(node))
            finds.append(Find([ImageCandidate(url)], ("link",), None, text, [told]))
    return finds


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


def _sources(picture: LexborNode) -> Iterator[tuple[Attributes, bool]]:
    """Yield the attributes of a picture's ``source`` elements, and whether they may be shown."""
    for number, child in enumerate(picture.iter()):
        if number >= _MAX_SOURCES:
            return
        if child.tag == "source":
            attributes = child.attributes
            yield attributes, may_be_shown(attributes)
