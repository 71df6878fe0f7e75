"""One picture at several widths: resampled, turned upright, and no worse than needed."""

from __future__ import annotations

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

# From how much wider a rendition the next one is made from it and not from the source.
_CASCADE_FACTOR = 2


def stored_size(source: Source, width_px: int) -> tuple[int, int]:
    """Return the size of the upright rendition ``width_px`` wide, as the rows are stored."""
    width, height = width_px, height_at(width_px, (source.width, source.height))
    return (height, width) if source.is_sideways else (width, height)


def resampled(source: Source, pixels: Image.Image, widths: list[int]) -> dict[int, Image.Image]:
    """Return ``pixels`` (of ``source``, perhaps reduced) at each width, upright.

    Widths are done from the widest down, each from a result at least twice as wide where
    there is one. LANCZOS; alpha is premultiplied meanwhile, so that clear pixels lend
    their colour to nobody.
    """
    done: dict[int, Image.Image] = {}
    for width in sorted(widths, reverse=True):
        wider = min((w for w in done if w >= _CASCADE_FACTOR * width), default=None)
        size = stored_size(source, width)
        if wider is None:
            done[width] = _fitted(pixels, size, _picture_in(source, pixels))
        else:
            done[width] = _fitted(done[wider], size, None, _reducing_gap(source, wider, width))
    return {width: upright(source, image) for width, image in done.items()}


def upright(source: Source, image: Image.Image) -> Image.Image:
    """Return ``image``, which has the rows of ``source`` as they are stored, turned upright."""
    method = _UPRIGHT.get(source.orientation)
    return image if method is None else image.transpose(method)


def _fitted(
    image: Image.Image,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None,
    reducing_gap: float = 3.0,
) -> Image.Image:
    if image.size == size and (box is None or box == (0, 0, *size)):
        return image
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=reducing_gap)


def _reducing_gap(source: Source, wider_px: int, width_px: int) -> float:
    """Return 1.0 where the mean of whole pixels does: a photograph at an exact fraction.

    600 of 1200 px that way and not by LANCZOS: a tenth of the time, 0.12 dB and 0.0013 SSIM
    once both are encoded. In drawings one would see it.
    """
    return 1.0 if source.kind == "jpeg" and wider_px % width_px == 0 else 3.0


def _picture_in(source: Source, pixels: Image.Image) -> tuple[float, float, float, float] | None:
    """Return the part of reduced pixels that has picture: part of the last one may be padding."""
    if source.scale == 1.0:
        return None
    height, width = source.height, source.width
    if source.is_sideways:
        height, width = width, height
    scale = source.scale
    return (0, 0, min(width * scale, pixels.width), min(height * scale, pixels.height))
