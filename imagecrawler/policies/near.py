"""What becomes of near duplicates: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from imagecrawler.exceptions import SettingError

NearMode = Literal["mark", "keep-largest", "off"]

# At 12 already one match in 25 is wrong, at 7 one in 1,400: python -m benchmarks.near --distance 12
MAX_DISTANCE = 12


@dataclass(frozen=True, slots=True)
class NearRules:
    """What is done with a picture that looks like one that is stored.

    ``mark``: its record says of which one; ``keep-largest``: of the two only the one with
    more pixels keeps its files; ``off``: nothing. ``distance`` is the number of bits of 64
    that may differ.
    """

    mode: NearMode = "mark"
    distance: int = 7


def parse_near_mode(value: object) -> NearMode:
    """Return what the setting ``IMAGES_NEAR_DUPLICATES`` asks for; None and False are off.

    Raises SettingError for anything else than the three words.
    """
    name = str(value or "off").strip().lower()
    name = "off" if name in ("none", "false") else name
    for mode in get_args(NearMode):
        if name == mode:
            found: NearMode = mode
            return found
    known = ", ".join(get_args(NearMode))
    raise SettingError(f"IMAGES_NEAR_DUPLICATES={value!r} cannot be used: give one of {known}")


def pixels(record: Mapping[str, Any]) -> int:
    """Return how many pixels an image has natively, 0 when its record does not say."""
    width, height = record.get("width"), record.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0
