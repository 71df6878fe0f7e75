"""What the settings ask of every image: widths, format, quality and ceilings."""

from __future__ import annotations

from dataclasses import dataclass

from imagecrawler.exceptions import SettingError
from imagecrawler.imaging.widths import Bucket
from imagecrawler.policies.content_filter import ContentFilter

# Formats that can hold any picture, so that one of them can be forced. GIF has 256 colours.
FORCEABLE_FORMATS = ("jpeg", "png", "webp", "avif")


@dataclass(frozen=True, slots=True)
class ImageRules(ContentFilter):
    """The rules of one crawl; a plain value that travels to the worker processes.

    ``widths`` comes from `parse_widths`. ``format`` is None (keep each image's kind) or
    one of `FORCEABLE_FORMATS`. What the filter excludes is rejected from the header, before
    a pixel is decoded. ``max_animation_pixels`` is the sum over all frames.
    """

    widths: tuple[Bucket, ...]
    quality: int = 85
    format: str | None = None
    max_side_px: int = 65_535
    max_frames: int = 1_000
    max_animation_pixels: int = 200_000_000


def parse_format(value: object) -> str | None:
    """Return the format that the setting ``IMAGES_FORMAT`` forces, None for none.

    ``"jpg"`` and ``".JPEG"`` mean ``"jpeg"``. Raises SettingError for an unknown one.
    """
    name = str(value or "").strip().lower().removeprefix(".")
    name = "jpeg" if name == "jpg" else name
    if name in ("", "none"):
        return None
    if name not in FORCEABLE_FORMATS:
        known = ", ".join(FORCEABLE_FORMATS)
        raise SettingError(f"IMAGES_FORMAT={value!r} cannot be used: it is none of {known}.")
    return name
