"""What pages say of an image, brought down to marks: ``"file:logo"``, ``"in:header"``. Pure.

A mark is one piece of evidence of what an image is for, in words that a person can read. What
the marks of several pages say together is their union, in whatever order they were seen. What
follows from them is decided in ``image_class``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from imagecrawler.items import Evidence, FoundImage
from imagecrawler.policies.image_addresses import address_marks, address_parts, is_of_advertising
from imagecrawler.policies.image_names import SITEWIDE, words_of
from imagecrawler.policies.image_words import AD_SIZES, CONTROL_NAMES, RATIOS, SOCIAL_NAMES

_HOME = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][A-Za-z]{2})?/?)?(?:(?:index|home|default)(?:\.[a-z]{2,5})?/?)?"
)
_SECTIONS = frozenset(("article", "main"))
# Words that mean something around an image only when they are near it.
_NEAR = 3
_CACHE = 2_048
_LONG_ALT_WORDS = 5
_WIDE_OFFER_PX = 400


def marks_of(image: FoundImage, page_url: str) -> list[str]:
    """Return what one page says of what an image is for, sorted, each mark once."""
    page_host = address_parts(page_url)[0]
    marks = set(address_marks(image.url, page_host))
    if any((c.width_px or 0) >= _WIDE_OFFER_PX for c in image.candidates):
        marks.add("offers:large")
    if "icon" in image.found_by:
        marks.add("found:icon")
    for evidence in image.evidence:
        marks.update(_marks_of_evidence(evidence, page_host))
    return sorted(marks)


def _marks_of_evidence(evidence: Evidence, page_host: str) -> Iterator[str]:
    yield from _standing_marks(evidence.names, evidence.around, evidence.places)
    yield from _size_marks(evidence.width_px, evidence.height_px)
    yield from _alt_marks(evidence.alt)
    yield from _link_marks(evidence, page_host)
    if evidence.is_hidden:
        yield "hidden"
    if evidence.has_choice:
        yield "offers:choice"


@lru_cache(maxsize=_CACHE)
def _standing_marks(own: str, around: tuple[str, ...], places: tuple[str, ...]) -> frozenset[str]:
    """Return what the names of an image and of what it stands in say: the same for a gallery."""
    marks = {f"name:{what}" for what in words_of(own)}
    for place, names in enumerate(around):
        for what in words_of(names):
            if what in SITEWIDE:
                continue
            if place < _NEAR or (
                what in ("comment", "content") or (what == "ad" and place == _NEAR)
            ):
                marks.add(f"around:{what}")
    marks.update(_place_marks(around, places))
    return frozenset(marks)


def _size_marks(width: int | None, height: int | None) -> Iterator[str]:
    if width is None and height is None:
        return
    if width is None or height is None:
        side = height if width is None else width
        assert side is not None
        if side <= 1:
            yield "shown:pixel"
        elif side <= 32:
            yield "shown:low"
        elif side >= 300:
            yield "shown:large"
        return
    if max(width, height) <= 2 or min(width, height) == 0:
        yield "shown:pixel"
    elif (width, height) in RATIOS:
        return
    elif max(width, height) <= 32:
        yield "shown:tiny"
    elif max(width, height) <= 64:
        yield "shown:small"
    elif (width, height) in AD_SIZES:
        yield "shown:ad-size"
    elif min(width, height) >= 200:
        yield "shown:large"
    elif height <= 100 and width >= 2 * height:
        yield "shown:strip"
    if 32 < max(width, height) <= 150 and abs(width - height) <= 2:
        yield "shown:small-square"


def _place_marks(around: tuple[str, ...], places: tuple[str, ...]) -> Iterator[str]:
    """Yield where an image stands; the head of an article is no head of the page."""
    if "figure" in places:
        yield "in:figure"
    if "button" in places or "label" in places:
        yield "in:button"
    if "noscript" in places:
        yield "in:noscript"
    inner = True
    for number, place in enumerate(places):
        if place in ("nav", "aside"):
            yield f"in:{place}"
            return
        if place in ("header", "footer") and not _SECTIONS.intersection(places[number:]):
            yield f"in:{place}"
            return
        inner = inner and place not in _SECTIONS
    said = set().union(*(words_of(names) for names in around)) & SITEWIDE
    if not inner:
        yield "in:main"
        said &= {"nav", "aside"}
    if said:
        yield f"in:{min(said)}"


def _alt_marks(alt: str) -> Iterator[str]:
    words = [word for word in re.split(r"[\W_]+", alt.lower()) if word]
    if not words:
        return
    if words[0] in ("logo", "logotipo") or words[-1] in (
        "logo",
        "logotype",
        "logotipo",
        "wordmark",
    ):
        yield "alt:logo"
    if words[-1] in ("icon", "icone", "emoji", "favicon", "bullet", "arrow"):
        yield "alt:icon"
    if words[-1] in ("avatar", "gravatar") or words[0] in ("avatar", "gravatar"):
        yield "alt:avatar"
    if " ".join(words[-2:]) in ("profile picture", "profile photo", "profile image", "user photo"):
        yield "alt:avatar"
    if " ".join(words[:2]) in ("get it", "download on", "available on"):
        yield "alt:badge"
    if words[0] in ("advertisement", "werbung", "anzeige", "publicidad", "reklama", "sponsored"):
        yield "alt:ad"
    name = " ".join(words)
    if name.removeprefix("follow us on ").removeprefix("share on ") in SOCIAL_NAMES:
        yield "alt:social"
    elif name in CONTROL_NAMES:
        yield "alt:control"
    if len(words) >= _LONG_ALT_WORDS and words[-1] not in ("logo", "icon", "avatar"):
        yield "alt:long"


def _link_marks(evidence: Evidence, page_host: str) -> Iterator[str]:
    if "sponsored" in evidence.link_rel:
        yield "link:sponsored"
    if evidence.link is None:
        return
    host, path, query = address_parts(evidence.link)
    if is_of_advertising(host, path):
        yield "link:ad-host"
    elif host == page_host:
        is_home = _HOME.fullmatch(path) is not None and not query
        yield "link:home" if is_home else "link:page"
