"""Which pictures are kept, by what they are: kind, bytes, pixels, aspect. Pure decisions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from imagecrawler.policies.image_class import (
    CLASSES,
    is_pixel,
    parse_classes,
)

# The kinds that `imagecrawler.imaging` can open (SVG: keep as it is), by their names in a
# record's ``format``.
KINDS = ("jpeg", "png", "gif", "webp", "avif", "bmp", "tiff", "svg")
_ALIASES = {"jpg": "jpeg", "tif": "tiff"}

UNLIMITED = 1 << 62

SVG_EXCLUSION = "svg is kept untouched or not at all: add original to IMAGES_WIDTHS to keep it"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of one image; None is what is not known.

    ``width`` and ``height`` are native and upright, after EXIF orientation; with ``turnable``
    the orientation is not known, so they may be the other way round.
    """

    format: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    turnable: bool = False

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the facts in a record or a failure; what another hand got wrong is unknown."""
        found = value if isinstance(value, dict) else {}
        kind = found.get("format")
        sizes = {name: _whole_or_none(found.get(name)) for name in ("width", "height", "bytes")}
        known = kind if isinstance(kind, str) else None
        return cls(format=known, turnable=bool(found.get("turnable")), **sizes)

    def to_json(self) -> dict[str, Any]:
        """Return what is known, as a failure keeps it."""
        pairs = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: value for name, value in pairs.items() if value is not None and value is not False
        }


class Exclusion(NamedTuple):
    """Why an image is not kept: a reason class of the ledger, and the filter that says so."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFilter:
    """What a kept image has to be. The defaults keep all but what is dangerously large.

    ``kinds`` is None for all. ``min_aspect`` and ``max_aspect`` are width / height.
    ``max_pixels`` is width times height. ``classes`` are those that are fetched: which one an
    image has follows from its page as a rule, and that it is a tracker from its size too.
    ``vectors`` says whether SVG is kept: its size is a unit of measure and no pixels are decoded,
    so that ``max_pixels`` does not hold for it.
    """

    kinds: frozenset[str] | None = None
    classes: frozenset[str] = frozenset(CLASSES)
    min_width: int = 0
    min_height: int = 0
    max_width: int = UNLIMITED
    max_height: int = UNLIMITED
    min_bytes: int = 0
    max_bytes: int = 64 * 1024 * 1024
    min_aspect: float = 0.0
    max_aspect: float = math.inf
    max_pixels: int = 100_000_000
    vectors: bool = True

    def exclusion(self, facts: ImageFacts) -> Exclusion | None:
        """Return why these facts exclude an image, or None: nothing that is known does.

        More facts never take back an exclusion: what is unknown is given the benefit of the
        doubt, an unknown orientation too.
        """
        found = next(self._exclusions(facts), None)
        if found is None or not facts.turnable:
            return found
        turned = replace(facts, width=facts.height, height=facts.width)
        return found if next(self._exclusions(turned), None) else None

    def class_message(self, image_class: str) -> str:
        """Say why an image of a class is not fetched."""
        listed = ",".join(name for name in CLASSES if name in self.classes)
        return f"{image_class}: classes is {listed}"

    def _exclusions(self, facts: ImageFacts) -> Iterator[Exclusion]:
        if self.kinds is not None and facts.format is not None and facts.format not in self.kinds:
            listed = ",".join(sorted(self.kinds))
            yield Exclusion("excluded", f"{facts.format}: kinds is {listed}")
        if facts.format == "svg" and not self.vectors:
            yield Exclusion("excluded", SVG_EXCLUSION)
        if facts.bytes is not None:
            yield from self._sized(f"{facts.bytes} bytes", facts.bytes, "bytes")
        width, height = facts.width, facts.height
        if width is None or height is None:
            return
        size = f"{width}x{height} pixels"
        if (
            facts.format not in (None, "svg")
            and is_pixel(width, height)
            and "tracker" not in self.classes
        ):
            yield Exclusion("excluded", f"{size}: {self.class_message('tracker')}")
        yield from self._sized(size, width, "width")
        yield from self._sized(size, height, "height")
        if facts.format not in (None, "svg") and width * height > self.max_pixels:
            yield Exclusion("too-large", f"{size}: max_pixels is {self.max_pixels}")
        if height and not self.min_aspect <= width / height <= self.max_aspect:
            name = "min_aspect" if width / height < self.min_aspect else "max_aspect"
            yield Exclusion("excluded", f"{size}: {name} is {getattr(self, name):g}")

    def _sized(self, what: str, value: int, name: str) -> Iterator[Exclusion]:
        least, most = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
        if value < least:
            yield Exclusion("too-small", f"{what}: min_{name} is {least}")
        if value > most:
            yield Exclusion("too-large", f"{what}: max_{name} is {most}")


def parse_kinds(value: object) -> frozenset[str] | None:
    """Return the kinds that a list or a comma-separated string names; None for all.

    ``""``, ``None``, ``[]`` and ``"all"`` are all. Raises ValueError.
    """
    parts = value if isinstance(value, list | tuple) else str(value or "").split(",")
    names = [str(part).strip().lower().removeprefix(".") for part in parts]
    names = [_ALIASES.get(name, name) for name in names if name not in ("", "none")]
    if not names or names == ["all"]:
        return None
    if unknown := [name for name in names if name not in KINDS]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(KINDS)}")
    return frozenset(names)


def parse_least(value: object) -> int:
    """Return a least number of pixels or bytes; 0 asks for nothing. Raises ValueError."""
    text = str(value).strip().replace("_", "")
    if not (text.isascii() and text.removesuffix(".0").isdigit()):
        raise ValueError("give a whole number, 0 or more")
    return int(text.removesuffix(".0"))


def parse_most(value: object) -> int:
    """Return a greatest number of pixels or bytes; 0 is no limit. Raises ValueError."""
    return parse_least(value) or UNLIMITED


def parse_least_aspect(value: object) -> float:
    """Return a least width / height: ``1.5``, ``3:2`` or ``3/2``; 0 asks for nothing.

    Raises ValueError.
    """
    wide, colon, high = re.sub("[:/]", ":", str(value).strip()).partition(":")
    try:
        ratio = float(wide) / (float(high) if colon else 1.0)
    except (ValueError, ZeroDivisionError):
        ratio = math.nan
    if not 0 <= ratio < math.inf:
        raise ValueError("give width by height, for example 1.5 or 3:2")
    return ratio


def parse_most_aspect(value: object) -> float:
    """Return a greatest width / height; 0 is no limit. Raises ValueError."""
    return parse_least_aspect(value) or math.inf


# What a user can set, as IMAGES_<NAME> or -a image_<name>, and what reads it.
PARSERS: Mapping[str, Callable[[object], Any]] = {
    "kinds": parse_kinds,
    "classes": parse_classes,
    "min_width": parse_least,
    "max_width": parse_most,
    "min_height": parse_least,
    "max_height": parse_most,
    "min_bytes": parse_least,
    "max_bytes": parse_most,
    "min_aspect": parse_least_aspect,
    "max_aspect": parse_most_aspect,
}


def contradiction(wanted: ContentFilter) -> tuple[str, str] | None:
    """Return the names of a least and a most that together exclude everything, or None."""
    pairs = [(f"min_{name}", f"max_{name}") for name in ("width", "height", "bytes", "aspect")]
    return next((p for p in pairs if getattr(wanted, p[0]) > getattr(wanted, p[1])), None)


def _whole_or_none(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
