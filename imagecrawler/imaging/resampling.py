"""One picture at several widths: resampled, turned upright, and no worse than needed."""

from __future__ import annotations

import math

from PIL import Image

from imagecrawler.imaging.source import Source
from imagecrawler.imaging.widths import height_at

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# How much larger than the result a JPEG is decoded, at least. A 1600 px photograph against
# full decoding and LANCZOS: to 600 px 0.03 dB less at half the time (1.33 times larger), to
# 400 px 0.00 dB; a margin of 1.0 costs 0.11 dB there, one of 2.0 gains nothing.
DRAFT_MARGIN = 1.3

# From how much wider a rendition the next one is made from it and not from the source.
_CASCADE_FACTOR = 2


def stored_size(source: Source, width_px: int) -> tuple[int, int]:
    """Return the size of the upright rendition ``width_px`` wide, as the rows are stored."""
    width, height = width_px, height_at(width_px, (source.width, source.height))
    return (height, width) if source.is_sideways else (width, height)


def draft_size(source: Source, width_px: int) -> tuple[int, int]:
    """Return the size that the decoder must keep for a rendition ``width_px`` wide."""
    width, height = stored_size(source, width_px)
    return math.ceil(width * DRAFT_MARGIN), math.ceil(height * DRAFT_MARGIN)


def resampled(source: Source, pixels: Image.Image, widths: list[int]) -> dict[int, Image.Image]:
    """Return ``pixels`` (of ``source``, perhaps drafted) at each width, upright.

    Widths are done from the widest down, each from a result at least twice as wide where
    there is one. LANCZOS; alpha is premultiplied meanwhile, so that clear pixels lend
    their colour to nobody.
    """
    done: dict[int, Image.Image] = {}
    for width in sorted(widths, reverse=True):
        wider = [other for other in done if other >= _CASCADE_FACTOR * width]
        if wider:
            done[width] = _fitted(done[min(wider)], stored_size(source, width), None)
        else:
            box = _drafted_box(source, pixels)
            done[width] = _fitted(pixels, stored_size(source, width), box)
    return {width: _turned(image, source.orientation) for width, image in done.items()}


def _fitted(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None
) -> Image.Image:
    if image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _drafted_box(source: Source, pixels: Image.Image) -> tuple[float, float, float, float] | None:
    """Return the part of drafted pixels that has picture: a half pixel may be padding."""
    height, width = source.height, source.width
    if source.is_sideways:
        height, width = width, height
    if pixels.size == (width, height):
        return None
    scale = round(max(width / pixels.width, height / pixels.height))
    return (0, 0, min(width / scale, pixels.width), min(height / scale, pixels.height))


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)
