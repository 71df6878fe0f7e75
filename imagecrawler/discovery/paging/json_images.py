"""The pictures of one item of a JSON interface, in whatever field they are.

What is one picture in several sizes and what are several pictures is told by the names of the
fields (``small`` and ``large`` are one, ``front`` and ``back`` are two) and by stated sizes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.paging.json_words import Entry, bare_name, entry_description
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Evidence, ImageCandidate

MAX_PICTURES = 300
_MAX_DEPTH = 12
_MAX_VALUES = 5_000

# Words of a field's name that only choose a size, the largest last.
_SIZE_WORDS = {
    word: rank
    for rank, words in enumerate(
        (
            "thumb thumbnail thumbnails tiny mini icon square t q sq preview placeholder",
            "small sm s n low sample still downsized fixed height width display",
            "medium md m web webformat regular normal standard default",
            "large lg l big high hd xl x h k b full2x large2x hires retina",
            "full fullsize max maxres maximum original orig raw o master",
        )
    )
    for word in words.split()
}
# Those that are said of nothing but pictures: such a field needs no suffix in its address.
_PLAIN_SIZES = frozenset(("thumb", "small", "medium", "large", "full", "original", "raw", "hd"))
_LINK_WORDS = frozenset(("link", "links", "page", "html", "self"))
_UNSAID = 3.5  # A field that says no size: beside `large`, the picture itself.
_PLAIN_WORDS = frozenset(
    (
        *("image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "pic"),
        *("file", "files", "media", "url", "urls", "src", "uri", "href", "link", "links", "size"),
        *("sizes", "resolution", "resolutions", "variant", "variants", "version", "versions"),
        *("candidates", "alt", "attachment", "attachments", "u", "gif", "jpg", "jpeg", "png"),
        *("webp", "avif", "secure", "cdn", "download", "s3", "content", "image2", "versions2"),
        *("formats", "details", "source", "resources", "asset", "assets"),
    )
)
_RENDITIONS = re.compile(
    r"(?:sizes?|resolutions|renditions|variants|versions|candidates|srcset|thumbnails|formats)$"
)
_PIXELS = re.compile(r"(?:[0-9]{2,5}x)?[0-9]{2,5}(?:w|px|p|h)?|[234]x")
_NAMED_IMAGE = re.compile(
    r"image|img|photo|picture|thumb|poster|cover|banner|display_?url|media_?url|original|raw|large"
)
_NO_IMAGE = re.compile(
    r"\.(?:html?|php|aspx?|jsp|js|css|json|xml|txt|pdf|mp[34]|webm|mov|m3u8|mpd|gifv|zip)$", re.I
)
_WIDTHS = ("width", "w", "imagewidth", "configwidth", "x")
_HEIGHTS = ("height", "h", "imageheight", "configheight", "y")


@dataclass(slots=True)
class _Rendition:
    url: str
    rank: float
    width_px: int | None
    height_px: int | None


@dataclass(slots=True)
class _Picture:
    renditions: list[_Rendition]
    names: str
    description: str | None = None

    @property
    def is_preview(self) -> bool:
        return all(r.rank < 1 and (r.width_px or 0) < 600 for r in self.renditions)


def item_finds(item: Entry, base_url: str) -> list[Find]:
    """Return the pictures of an item in the order of its fields, the largest rendition first.

    A preview beside pictures is none of its own. The images in HTML within the item follow.
    Raises nothing; at most ``MAX_PICTURES``.
    """
    reading = _Reading(base_url)
    found = reading.pictures(item, "", ())
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
        return self._of_object(value, path) if isinstance(value, Mapping) else []

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
        return [_Picture([_Rendition(url, _rank(key), None, None)], " ".join(path))]

    def _of_list(self, values: list[Any], key: str, path: tuple[str, ...]) -> list[_Picture]:
        found = [self.pictures(value, key, path) for value in values[:MAX_PICTURES]]
        singles = [pictures[0] for pictures in found if len(pictures) == 1]
        if len(singles) == len([f for f in found if f]) > 1 and _is_one_picture(singles, key):
            return _merged(singles)
        return [picture for pictures in found for picture in pictures]

    def _of_object(self, entry: Entry, path: tuple[str, ...]) -> list[_Picture]:
        groups: dict[str, list[_Picture]] = {}
        for key, value in list(entry.items())[:500]:
            found = self.pictures(value, str(key), (*path, str(key)[:50]))
            # Several are no rendition of what is beside them.
            stem = _stem(str(key)) if len(found) == 1 else f"{key}*"
            for picture in found:
                picture.renditions = [_ranked(r, str(key)) for r in picture.renditions]
            groups.setdefault(stem, []).extend(found)
        merged = [
            picture
            for stem, pictures in groups.items()
            for picture in (pictures if stem.endswith("*") else _merged(pictures))
        ]
        return _described(merged, entry, is_item=not path)

    def _image_url(self, text: str, key: str) -> str | None:
        text = html.unescape(text.strip()) if "&" in text else text.strip()
        if len(text) > MAX_IMAGE_URL_CHARS or not text or " " in text:
            return None
        words = _words(key)
        is_absolute = re.match(r"https?://|/", text, re.IGNORECASE) is not None
        named = _NAMED_IMAGE.search(key.lower()) or all(w in _PLAIN_SIZES for w in words)
        if not is_absolute and not (named and "/" in text):
            return None
        url = absolute_url(text, self.base_url)
        if url is None or _NO_IMAGE.search(url.partition("?")[0]):
            return None
        is_link = not _LINK_WORDS.isdisjoint(words)
        return url if is_image_file(url) or (named and is_absolute and not is_link) else None


def _described(pictures: list[_Picture], entry: Entry, *, is_item: bool) -> list[_Picture]:
    """Give pictures the size and the words that stand beside them."""
    if len(pictures) == 1:
        width, height = _size(entry, _WIDTHS), _size(entry, _HEIGHTS)
        largest = max(pictures[0].renditions, key=lambda r: r.rank)
        if width is not None and largest.width_px is None:
            largest.width_px, largest.height_px = width, height
    if not is_item and pictures:
        words = entry_description(entry)
        for picture in pictures:
            picture.description = picture.description or words
    return pictures


def _merged(pictures: list[_Picture]) -> list[_Picture]:
    """Return pictures that are one as that one; none as none."""
    if len(pictures) < 2:
        return pictures
    first = pictures[0]
    renditions = {r.url: r for picture in reversed(pictures) for r in reversed(picture.renditions)}
    described = next((p.description for p in pictures if p.description), None)
    return [_Picture(list(renditions.values())[::-1], first.names, described)]


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
    largest = sorted(picture.renditions, key=lambda r: (-(r.width_px or 0), -r.rank))
    best = max(picture.renditions, key=lambda r: r.rank)
    if best.rank > max((r.rank for r in largest if r.width_px), default=-1.0):
        largest.insert(0, best)
    candidates = {r.url: ImageCandidate(r.url, r.width_px) for r in largest}
    told = Evidence(
        width_px=largest[0].width_px, height_px=largest[0].height_px, names=picture.names[:300]
    )
    return Find(list(candidates.values()), ("json",), None, collapsed(picture.description), [told])


def _words(key: str) -> list[str]:
    """``fixedHeight_small`` is ``fixed``, ``height``, ``small``."""
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key[:100]).lower())


def _stem(key: str) -> str:
    """Return what is left of a field's name without sizes: the same for renditions of one."""
    words = _words(key)
    plain = _PLAIN_WORDS | _SIZE_WORDS.keys()
    return " ".join(w for w in words if w not in plain and not _PIXELS.fullmatch(w))


def _rank(key: str) -> float:
    if key.lower() == "source":
        return 1  # As a text it is where the picture came from, often another site's.
    ranks = [_SIZE_WORDS[word] for word in _words(key) if word in _SIZE_WORDS]
    return min(ranks) if ranks else _UNSAID


def _ranked(rendition: _Rendition, key: str) -> _Rendition:
    """A size said further out holds where none is said further in."""
    if rendition.rank == _UNSAID:
        rendition.rank = _rank(key)
    return rendition


def _size(entry: Entry, names: tuple[str, ...]) -> int | None:
    for key, value in entry.items():
        if bare_name(key) in names and not isinstance(value, bool):
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
                value = int(value)
            if isinstance(value, int) and 0 < value < 100_000:
                return value
    return None
