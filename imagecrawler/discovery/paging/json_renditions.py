"""Renditions in JSON interfaces: which size a field's name says, which one is stated beside it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from imagecrawler.discovery.claims import Rendition
from imagecrawler.discovery.paging.json_words import Entry, bare_name

# Words of a field's name that only choose a size, the largest last.
_SIZE_WORDS = {
    word: rank
    for rank, words in enumerate(
        (
            "thumb thumbnail thumbnails tiny mini icon square t q sq p preview previews"
            " placeholder",
            "small sm s n w low sample still downsized fixed height width display",
            "medium md m z web webformat regular normal standard default",
            "large lg l big high xl x h k b c full2x large2x",
            "hd hires highres retina",
            "full fullsize max maxres maximum original orig raw o master",
        )
    )
    for word in words.split()
}
UNSAID = 3.5  # A field that says no size: beside `large`, the picture itself.
_ADDRESS_WORDS = frozenset(("url", "urls", "src", "uri", "href", "link", "https", "secure"))
_PLAIN_WORDS = _ADDRESS_WORDS | frozenset(
    (
        *("image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "pic"),
        *("file", "files", "media", "links", "size", "overridden", "by", "dest"),
        *("sizes", "resolution", "resolutions", "variant", "variants", "version", "versions"),
        *("candidates", "alt", "attachment", "attachments", "u", "gif", "jpg", "jpeg", "png"),
        *("webp", "avif", "cdn", "download", "s3", "content", "image2", "versions2"),
        *("formats", "details", "source", "resources", "asset", "assets"),
    )
)
_PIXELS = re.compile(r"(?:[0-9]{2,5}x)?[0-9]{2,5}(?:w|px|p|h)?|[234]x")
# ``hdurl`` and ``fullHDURL`` are two and three words too.
_BETWEEN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z0-9])(?=(?i:ur[li]s?|src)(?:_|$))")
# Fields that state sizes of what is beside them; others state a crop, a focus, a film's.
_STATES_SIZES = re.compile(r"(?:meta|metadata|info|details|dimensions?|sizes?|resolutions?)$")
_WIDTHS = ("width", "w", "imagewidth", "configwidth", "x")
_HEIGHTS = ("height", "h", "imageheight", "configheight", "y")

Size = tuple[int, int | None]


def words_of(key: str) -> list[str]:
    """``fixedHeight_small`` is ``fixed``, ``height``, ``small``."""
    return re.findall(r"[a-z0-9]+", _BETWEEN.sub("_", key[:100]).lower())


def stem_of(key: str) -> str:
    """Return what is left of a field's name without sizes: the same for renditions of one."""
    plain = _PLAIN_WORDS | _SIZE_WORDS.keys()
    return " ".join(w for w in words_of(key) if w not in plain and not _PIXELS.fullmatch(w))


def rank_of(key: str) -> float:
    """Return the size that a field's name says."""
    if key.lower() == "source":
        return 1  # As a text it is where the picture came from, often another site's.
    ranks = [_SIZE_WORDS[word] for word in words_of(key) if word in _SIZE_WORDS]
    return min(ranks) if ranks else UNSAID


def stated_size(entry: Entry) -> Size | None:
    """Return the width, and the height if stated, that an entry has of its own."""
    width = _number(entry, _WIDTHS)
    return None if width is None else (width, _number(entry, _HEIGHTS))


def sizes_by_name(entry: Entry) -> dict[tuple[str, ...], Size]:
    """``width_o`` and ``previewWidth`` are what is stated of ``url_o`` and ``previewURL``."""
    found: dict[tuple[str, ...], Size] = {}
    for key in entry:
        words = words_of(str(key))
        if len(words) > 1 and "width" in (words[0], words[-1]):
            width = _number(entry, (bare_name(key),))
            height = _number(entry, (bare_name(key).replace("width", "height"),))
            if width is not None:
                found[qualifier(key)] = (width, height)
    return found


def qualifier(key: str) -> tuple[str, ...]:
    """Return what tells a field from its like: ``("preview",)`` of a width as of an address."""
    return tuple(w for w in words_of(key) if w not in _ADDRESS_WORDS and w != "width")


def with_sizes_beside(
    renditions: Sequence[Rendition], entry: Entry, taken: Container[str]
) -> list[Rendition]:
    """Return renditions, largest first, with sizes that stand in a field of their own.

    ``{"original": {"width": 640}, "small": {"width": 400}}``, ``{"width": 1080}``: size for size
    where there are as many, else the largest for the largest. ``taken`` are the fields that have
    pictures, whose sizes are theirs.
    """
    renditions = sorted(renditions, key=lambda r: -r.rank)
    if len(renditions) < 2:
        return renditions
    for key, value in entry.items():
        if key in taken or not _STATES_SIZES.search(bare_name(key)):
            continue
        sizes = sorted(_sizes_in(value), key=lambda size: -size[0])
        places = len(renditions) if len(sizes) == len(renditions) else 1
        for place, (width, height) in enumerate(sizes[:places]):
            if renditions[place].width_px is None:
                renditions[place] = replace(renditions[place], width_px=width, height_px=height)
    return renditions


def _sizes_in(value: Any) -> Iterator[Size]:
    for entry in (value, *list(value.values())[:50]) if isinstance(value, Mapping) else ():
        if isinstance(entry, Mapping) and (width := _number(entry, ("width", "w"))) is not None:
            yield width, _number(entry, _HEIGHTS)


def _number(entry: Entry, names: Sequence[str]) -> int | None:
    for key, value in entry.items():
        if bare_name(key) in names and not isinstance(value, bool):
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
                value = int(value)
            if isinstance(value, int) and 0 < value < 100_000:
                return value
    return None
