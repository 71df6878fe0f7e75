"""The pictures of one item of a JSON interface, in whatever field they are.

What is one picture in several sizes and what are several pictures is told by the names of the
fields (``small`` and ``large`` are one, ``front`` and ``back`` are two) and by stated sizes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS
from imagecrawler.discovery.claims import Rendition, each_address_once, largest_first
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.paging.json_renditions import (
    UNSAID,
    Size,
    qualifier,
    rank_of,
    sizes_by_name,
    stated_size,
    stem_of,
    with_sizes_beside,
    words_of,
)
from imagecrawler.discovery.paging.json_words import (
    Entry,
    bare_name,
    entry_description,
    is_aside,
    is_portrait,
)
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Evidence

MAX_PICTURES = 300
_MAX_DEPTH = 12
_MAX_VALUES = 5_000

# Those that are said of nothing but pictures: such a field needs no suffix in its address.
_PLAIN_SIZES = frozenset(("thumb", "small", "medium", "large", "full", "original", "raw", "hd"))
_LINK_WORDS = frozenset(("link", "links", "page", "html", "self"))
_RENDITIONS = re.compile(
    r"(?:sizes?|resolutions|renditions|variants|versions|candidates|srcset|thumbnails|formats)$"
)
# Of these the fields are sizes too, whatever their names; of `variants` they may be colours.
_SIZES = re.compile(r"(?:sizes|resolutions|renditions|srcset|thumbnails|formats)$")
_NAMED_IMAGE = re.compile(
    r"image|img|photo|picture|thumb|poster|cover|banner|display_?url|media_?url|original|raw|large"
)
_NO_IMAGE = re.compile(
    r"\.(?:html?|php|aspx?|jsp|js|css|json|xml|txt|pdf|mp[34]|webm|mov|m3u8|mpd|gifv|zip)$", re.I
)


@dataclass(slots=True)
class _Picture:
    renditions: list[Rendition]
    names: str
    description: str | None = None
    is_portrait: bool = False

    @property
    def is_preview(self) -> bool:
        return all(r.rank < 1 and (r.width_px or 0) < 600 for r in self.renditions)


def item_finds(item: Entry, base_url: str) -> list[Find]:
    """Return the pictures of an item in the order of its fields, the largest rendition first.

    People who have to do with it, emoji and the like are left out; a portrait is its own where it
    has nothing else: a list of people. A preview beside pictures is none of its own. The images in
    HTML within the item follow. Raises nothing; at most ``MAX_PICTURES``.
    """
    reading = _Reading(base_url)
    found = reading.pictures(item, "", ())
    if reading.in_markup or any(not picture.is_portrait for picture in found):
        found = [picture for picture in found if not picture.is_portrait]
    if any(not picture.is_preview for picture in found):
        found = [picture for picture in found if not picture.is_preview]
    finds = [_find(picture) for picture in found]
    return [*finds, *reading.in_markup][:MAX_PICTURES]


class _Reading:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.in_markup: list[Find] = []
        self._values = 0

    def pictures(self, value: Any, key: str, path: tuple[str, ...]) -> list[_Picture]:
        """Return the pictures within a value, which stands in the field ``key``."""
        self._values += 1
        if self._values > _MAX_VALUES or len(path) > _MAX_DEPTH:
            return []
        if isinstance(value, str):
            return self._of_text(value, key, path)
        if isinstance(value, list):
            return self._of_list(value, key, path)
        return self._of_object(value, key, path) if isinstance(value, Mapping) else []

    def _of_text(self, text: str, key: str, path: tuple[str, ...]) -> list[_Picture]:
        if "<img" in text[:200_000]:
            for image in parse_page(text[:200_000], url=self.base_url).images:
                kinds = ("json", *image.found_by)
                self.in_markup.append(
                    Find(image.candidates, kinds, image.link, image.description, image.evidence)
                )
            return []
        url = self._image_url(text, key)
        if url is None:
            return []
        portrait = any(is_portrait(name) for name in path)
        return [_Picture([Rendition(url, rank_of(key))], " ".join(path), is_portrait=portrait)]

    def _of_list(self, values: list[Any], key: str, path: tuple[str, ...]) -> list[_Picture]:
        found = [self.pictures(value, key, path) for value in values[:MAX_PICTURES]]
        singles = [pictures[0] for pictures in found if len(pictures) == 1]
        if len(singles) == len([f for f in found if f]) > 1 and _is_one_picture(singles, key):
            return _merged(singles)
        return [picture for pictures in found for picture in pictures]

    def _of_object(self, entry: Entry, key: str, path: tuple[str, ...]) -> list[_Picture]:
        found = {
            name: pictures
            for name, value in list(entry.items())[:500]
            if not is_aside(str(name))
            and (pictures := self.pictures(value, str(name), (*path, str(name)[:50])))
        }
        sizes = sizes_by_name(entry)
        for name, pictures in found.items():
            for picture in pictures:
                picture.renditions = [_ranked(r, str(name)) for r in picture.renditions]
            _sized(pictures, sizes.get(qualifier(str(name))))
        merged = [p for pictures in _together(found, key) for p in pictures]
        if len(merged) == 1:
            merged[0].renditions = with_sizes_beside(merged[0].renditions, entry, found)
        return _described(merged, entry, is_item=not path)

    def _image_url(self, text: str, key: str) -> str | None:
        text = html.unescape(text.strip()) if "&" in text else text.strip()
        if len(text) > MAX_IMAGE_URL_CHARS or not text or " " in text:
            return None
        words = words_of(key)
        is_absolute = re.match(r"https?://|/", text, re.IGNORECASE) is not None
        named = _NAMED_IMAGE.search(key.lower()) or all(w in _PLAIN_SIZES for w in words)
        if not is_absolute and not (named and "/" in text):
            return None
        url = absolute_url(text, self.base_url)
        if url is None or _NO_IMAGE.search(url.partition("?")[0]):
            return None
        is_link = not _LINK_WORDS.isdisjoint(words)
        return url if is_image_file(url) or (named and is_absolute and not is_link) else None


def _together(found: Mapping[str, list[_Picture]], key: str) -> Iterator[list[_Picture]]:
    """Yield the pictures of an object's fields, those that are renditions of one as one."""
    is_one = _SIZES.search(bare_name(key)) is not None
    groups: dict[str, list[_Picture]] = {}
    for name, pictures in found.items():
        # Several are no rendition of what is beside them.
        stem = f"{name}*" if len(pictures) > 1 else "" if is_one else stem_of(str(name))
        groups.setdefault(stem, []).extend(pictures)
    for stem, pictures in groups.items():
        yield pictures if stem.endswith("*") else _merged(pictures)


def _described(pictures: list[_Picture], entry: Entry, *, is_item: bool) -> list[_Picture]:
    """Give pictures the size and the words that stand beside them."""
    _sized(pictures, stated_size(entry))
    if not is_item and pictures:
        words = entry_description(entry)
        for picture in pictures:
            picture.description = picture.description or words
    return pictures


def _sized(pictures: list[_Picture], size: Size | None) -> None:
    """Give the largest rendition the size that is stated of a picture, if it is the only one."""
    if size is None or len(pictures) != 1:
        return
    largest = max(pictures[0].renditions, key=lambda r: r.rank)
    if largest.width_px is None:
        largest.width_px, largest.height_px = size


def _ranked(rendition: Rendition, key: str) -> Rendition:
    """A size said further out holds where none is said further in."""
    if rendition.rank == UNSAID:
        rendition.rank = rank_of(key)
    return rendition


def _merged(pictures: list[_Picture]) -> list[_Picture]:
    """Return pictures that are one as that one; none as none."""
    if len(pictures) < 2:
        return pictures
    renditions = each_address_once(r for picture in pictures for r in picture.renditions)
    renditions = renditions[:MAX_PICTURES]
    described = next((p.description for p in pictures if p.description), None)
    return [replace(pictures[0], renditions=renditions, description=described)]


def _is_one_picture(pictures: list[_Picture], key: str) -> bool:
    """Tell whether the entries of a list are one picture in several sizes."""
    if _RENDITIONS.search(bare_name(key)):
        return True
    sizes = [(r.width_px, r.height_px) for picture in pictures for r in picture.renditions[:1]]
    if len({width for width, _ in sizes}) < len(sizes) or not all(w and h for w, h in sizes):
        return False
    ratios = [w / h for w, h in sizes if w and h]
    return max(ratios) < 1.03 * min(ratios)


def _find(picture: _Picture) -> Find:
    claims = largest_first(picture.renditions)
    largest = claims[0][0]
    told = Evidence(
        width_px=largest.width_px, height_px=largest.height_px, names=picture.names[:300]
    )
    candidates = [candidate for _, candidate in claims]
    return Find(candidates, ("json",), None, collapsed(picture.description), [told])
