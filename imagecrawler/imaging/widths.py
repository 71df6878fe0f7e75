"""Which widths an image is kept in. No pixels here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from imagecrawler.exceptions import SettingError

Bucket = int | Literal["original"]
Buckets = Sequence[Bucket]

# The widest image that JPEG can hold (ITU-T T.81, B.2.2: 16 bits).
MAX_WIDTH_PX = 65_535


def parse_widths(value: object) -> tuple[Bucket, ...]:
    """Return the buckets that the setting ``IMAGES_WIDTHS`` asks for, ``original`` last.

    Each once, numbers ascending::

        parse_widths("600,1200") == (600, 1200)
        parse_widths([1200, 600]) == (600, 1200)
        parse_widths("original, 600") == (600, "original")
        parse_widths(600) == (600,)

    Raises:
        SettingError: no width at all, or something that is neither a width nor ``original``.
    """
    parts: Iterable[object] = value if isinstance(value, (list, tuple)) else str(value).split(",")
    buckets = {_parse_bucket(part, value) for part in parts if part != "" or value == ""}
    widths: list[Bucket] = sorted(bucket for bucket in buckets if bucket != "original")
    if "original" in buckets:
        widths.append("original")
    if not widths:
        raise _unusable(value, "it names no width")
    return tuple(widths)


def smallest_bucket(widths: Buckets) -> Bucket:
    """Return the bucket in which every kept image has a file.

    It is the smallest number, or ``original`` where there is no number.
    """
    return min(_numbers(widths), default="original")


def bucket_widths(native_px: int, wanted: Sequence[int]) -> list[int]:
    """Return the widths in which an image ``native_px`` wide is kept, ascending.

    Never enlarges: ``bucket_widths(800, [600, 1200]) == [600]``. An image narrower
    than all goes, as it is, to the smallest: ``bucket_widths(300, [600, 1200]) == [600]``.

    Raises:
        ValueError: a width < 1, or no wanted width: our bug, not a bad page.
    """
    if native_px < 1 or not wanted or min(wanted) < 1:
        raise ValueError(f"an image {native_px} px wide for the widths {list(wanted)}")
    smallest = min(wanted)
    return sorted({width for width in wanted if width <= native_px or width == smallest})


def buckets_in_write_order(native_px: int, widths: Buckets) -> list[Bucket]:
    """Return the buckets of an image ``native_px`` wide, the smallest last.

    The file of the smallest bucket says that an image is settled, so it is written when
    all others are there: ``buckets_in_write_order(1300, (600, 1200, "original"))`` is
    ``["original", 1200, 600]``.
    """
    numbers = _numbers(widths)
    order: list[Bucket] = ["original"] if "original" in widths else []
    if numbers:
        order += reversed(bucket_widths(native_px, numbers))
    return order


def height_at(width_px: int, native: tuple[int, int]) -> int:
    """Return the height of an image of the size ``native`` at ``width_px``: nearest, not 0."""
    native_width, native_height = native
    return max(1, (2 * native_height * width_px + native_width) // (2 * native_width))


def _numbers(widths: Buckets) -> list[int]:
    return [width for width in widths if width != "original"]


def _parse_bucket(part: object, value: object) -> Bucket:
    text = str(part).strip()
    if text.lower() == "original":
        return "original"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_WIDTH_PX):
        raise _unusable(value, f"{text!r} is no width from 1 to {MAX_WIDTH_PX} and not 'original'")
    return int(text)


def _unusable(value: object, why: str) -> SettingError:
    return SettingError(
        f"IMAGES_WIDTHS={value!r} cannot be used: {why}."
        " Write widths in pixels, for example 600,1200 or 600,original."
    )
