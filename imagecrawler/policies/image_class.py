"""What an image is for: content, or one of the things around it. Pure decisions on marks.

Each mark (see ``image_marks``) speaks for some classes and against others; the class with the
highest sum is the image's, if it is at least ``THRESHOLD``: else the image is content. One word
is never enough against an image that stands large in an article: what is called content wrongly
costs a request, what is left out wrongly is lost.

crawl4ai's scorer, the only open one among crawlers, drops images by ``button``, ``icon`` or
``logo`` in a class name and scores size, alternative text and position:
https://github.com/unclecode/crawl4ai, content_scraping_strategy.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

CLASSES = ("content", "logo", "icon", "sprite", "avatar", "ad", "furniture", "tracker")
DEFAULT_CLASSES = frozenset(CLASSES) - {"tracker"}
THRESHOLD = 3

# An image on so many pages, and on so large a part of its hosts' pages, belongs to the site.
REPEATED_PAGES = 10
REPEATED_SHARE = 0.5

# Natively so small is no picture; a file of 1 x 1 is drawn to be asked for.
PIXEL_SIDE_PX = 2
PIXEL_MARK = "native:pixel"
_ICON_SIDE_PX = 32
_LARGE_SIDE_PX = 300

_OTHERS = ("logo", "icon", "sprite", "avatar", "ad", "furniture")
# Of several classes with one sum the first wins.
_PRECEDENCE = ("tracker", "ad", "sprite", "avatar", "logo", "icon")


def _against(weight: int, *classes: str) -> dict[str, int]:
    return dict.fromkeys(classes or _OTHERS, -weight)


# What each mark says. Weighed with the labelled images of tests/policies/labelled.py.
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    # -- trackers: nobody is to see them --------------------------------------------------
    "tracker-host": {"tracker": 4},
    "path:tracker": {"tracker": 3},
    "path:counter": {"tracker": 2},
    "shown:pixel": {"tracker": 3},
    "native:pixel": {"tracker": 9},
    "hidden": {"tracker": 1},
    "in:noscript": {"tracker": 0},
    "name:pixel": {"tracker": 2},
    "file:pixel": {"tracker": 1},
    "offers:choice": {"tracker": -3},
    "offers:large": {"tracker": -3, **_against(1)},
    # -- advertising ----------------------------------------------------------------------
    "ad-host": {"ad": 4, "tracker": 1},
    "path:ad": {"ad": 2},
    "path:ad-script": {"ad": 5},
    "name:advert": {"ad": 2},
    "around:advert": {"ad": 2},
    "name:ad": {"ad": 3},
    "around:ad": {"ad": 4},
    "file:ad": {"ad": 2},
    "alt:ad": {"ad": 3},
    "link:sponsored": {"ad": 2},
    "link:ad-host": {"ad": 4},
    "shown:ad-size": {"ad": 1},
    "name:banner": {"ad": 1, "avatar": -2},
    "around:banner": {"ad": 1},
    "file:banner": {"ad": 1},
    "name:sponsor": {"ad": 2},
    "around:sponsor": {"ad": 2},
    "file:sponsor": {"ad": 2},
    # -- logos ----------------------------------------------------------------------------
    "name:logo": {"logo": 3},
    "around:logo": {"logo": 2},
    "file:logo": {"logo": 3},
    "path:logo": {"logo": 2},
    "alt:logo": {"logo": 2},
    "name:brand": {"logo": 2},
    "around:brand": {"logo": 2},
    "file:brand": {"logo": 1},
    "link:home": {"logo": 2},
    "shown:strip": {"logo": 1},
    # -- icons ----------------------------------------------------------------------------
    "icon-host": {"icon": 4},
    "found:icon": {"icon": 4},
    "name:icon": {"icon": 3},
    "around:icon": {"icon": 2},
    "file:icon": {"icon": 3},
    "path:icon": {"icon": 2},
    "alt:icon": {"icon": 2},
    "name:emoji": {"icon": 3},
    "around:emoji": {"icon": 2},
    "file:emoji": {"icon": 2},
    "path:emoji": {"icon": 3},
    "name:social": {"icon": 2},
    "around:social": {"icon": 2},
    "file:social": {"icon": 2},
    "path:social": {"icon": 1},
    "alt:social": {"icon": 1},
    "alt:badge": {"icon": 2},
    "name:payment": {"icon": 2},
    "around:payment": {"icon": 2},
    "file:payment": {"icon": 2},
    "path:payment": {"icon": 2},
    "name:badge": {"icon": 2},
    "around:badge": {"icon": 1},
    "file:badge": {"icon": 2},
    "path:badge": {"icon": 1},
    "name:flag": {"icon": 2},
    "around:flag": {"icon": 1},
    "file:flag": {"icon": 1},
    "path:flag": {"icon": 2},
    "name:control": {"icon": 2},
    "around:control": {"icon": 1},
    "file:control": {"icon": 2},
    "alt:control": {"icon": 1},
    "in:button": {"icon": 2},
    "shown:tiny": {"icon": 3},
    "shown:low": {"icon": 2, "logo": 1},
    "shown:small": {"icon": 1, "avatar": 1},
    "native:tiny": {"icon": 3},
    "type:ico": {"icon": 4},
    "type:svg": {"icon": 1, "logo": 1, "sprite": 1},
    "type:gif": {},
    # -- sprites --------------------------------------------------------------------------
    "name:sprite": {"sprite": 3},
    "around:sprite": {"sprite": 1},
    "file:sprite": {"sprite": 3},
    "path:sprite": {"sprite": 1},
    # -- avatars --------------------------------------------------------------------------
    "avatar-host": {"avatar": 4},
    "name:avatar": {"avatar": 3},
    "around:avatar": {"avatar": 3},
    "file:avatar": {"avatar": 3},
    "path:avatar": {"avatar": 3},
    "alt:avatar": {"avatar": 3},
    "name:author": {"avatar": 2},
    "around:author": {"avatar": 2},
    "file:author": {"avatar": 1},
    "around:comment": {"avatar": 1},
    "name:profile": {"avatar": 1},
    "around:profile": {"avatar": 1},
    "file:profile": {"avatar": 1},
    "name:round": {"avatar": 1},
    "around:round": {"avatar": 1},
    "shown:small-square": {"avatar": 1},
    # -- what else belongs to the site ----------------------------------------------------
    "pages:repeated": {"furniture": 4, "logo": 1, "icon": 1, "ad": 1},
    "file:spacer": {"furniture": 3},
    "name:spacer": {"furniture": 2},
    "name:decor": {"furniture": 2},
    "file:decor": {"furniture": 1},
    "in:header": {"logo": 1, "furniture": 1},
    "in:nav": {"icon": 1, "logo": 1, "furniture": 1},
    "in:footer": {"icon": 1, "logo": 1, "furniture": 1},
    "in:aside": {"ad": 1, "furniture": 1},
    # -- content --------------------------------------------------------------------------
    "in:main": _against(1),
    "in:figure": {"tracker": -1, **_against(2)},
    "shown:large": {"tracker": -3, **_against(2)},
    "native:large": _against(1, "logo", "icon", "sprite"),
    "alt:long": {"tracker": -1, **_against(1)},
    "name:content": _against(1),
    "around:content": _against(1),
    "type:photo": _against(1, "logo", "icon", "sprite", "tracker"),
    "link:page": _against(1, "furniture", "ad"),
}


class Verdict(NamedTuple):
    """What an image is for, how much speaks for that, and what.

    ``score`` is the sum of the marks for the class, 0 for content; ``reason`` has the marks that
    speak for it, the weightiest first; for content those that speak against the other classes.
    """

    image_class: str
    score: int
    reason: tuple[str, ...]


class Known(NamedTuple):
    """What is known of an image besides its marks; None and 0 where nothing is.

    ``pages`` is the number of pages that show it, ``site_pages`` that of all pages visited on
    their hosts. ``width`` and ``height`` are native.
    """

    width: int | None = None
    height: int | None = None
    pages: int = 0
    site_pages: int = 0


_NOTHING_KNOWN = Known()


def judged(marks: Iterable[str], known: Known = _NOTHING_KNOWN) -> Verdict:
    """Return what an image is for. No marks at all: content."""
    return _verdict((*marks, *_measured(known)))


@lru_cache(maxsize=4_096)  # the images of a gallery have the same marks
def _verdict(found: tuple[str, ...]) -> Verdict:
    sums = dict.fromkeys(CLASSES, 0)
    for mark in found:
        for name, weight in _weights(mark).items():
            sums[name] += weight
    best = max(_PRECEDENCE, key=lambda name: sums[name])
    if sums[best] < THRESHOLD and sums["furniture"] >= THRESHOLD:
        best = "furniture"
    if sums[best] < THRESHOLD:
        return Verdict("content", 0, _speaking(found, lambda w: -min(w.values(), default=0)))
    return Verdict(best, sums[best], _speaking(found, lambda w: w.get(best, 0)))


def parse_classes(value: object) -> frozenset[str]:
    """Return the classes that a list or a comma-separated string names: those to be fetched.

    ``"all"``, ``""``, ``None`` and ``[]`` are all; ``"-tracker,-ad"`` is all but those. Raises
    ValueError.
    """
    parts = value if isinstance(value, list | tuple | frozenset) else str(value or "").split(",")
    names = [str(part).strip().lower() for part in parts]
    names = [name for name in names if name not in ("", "none")]
    if not names or names == ["all"]:
        return frozenset(CLASSES)
    left_out = {name.removeprefix("-") for name in names if name.startswith("-")}
    wanted = {name for name in names if not name.startswith("-")}
    if unknown := sorted((left_out | wanted).difference(CLASSES)):
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(CLASSES)}")
    if left_out and wanted:
        raise ValueError("name the classes to fetch, or those to leave out (-ad), not both")
    return frozenset(wanted) or frozenset(CLASSES) - left_out


def is_pixel(width: int, height: int) -> bool:
    """Whether an image is natively so small that it is no picture."""
    return max(width, height) <= PIXEL_SIDE_PX


def _measured(known: Known) -> Iterator[str]:
    if known.width is not None and known.height is not None:
        if is_pixel(known.width, known.height):
            yield PIXEL_MARK
        elif max(known.width, known.height) <= _ICON_SIDE_PX:
            yield "native:tiny"
        elif min(known.width, known.height) >= _LARGE_SIDE_PX:
            yield "native:large"
    if known.pages >= REPEATED_PAGES and known.pages >= REPEATED_SHARE * known.site_pages:
        yield "pages:repeated"


def _weights(mark: str) -> Mapping[str, int]:
    """Return what a mark says; one that names a host says what its kind says."""
    return WEIGHTS.get(mark) or WEIGHTS.get(mark.partition(":")[0], {})


def _speaking(marks: Iterable[str], weight: Callable[[Mapping[str, int]], int]) -> tuple[str, ...]:
    weighed = {mark: weight(_weights(mark)) for mark in marks}
    return tuple(sorted((m for m, w in weighed.items() if w > 0), key=lambda m: (-weighed[m], m)))
