"""The largest pictures that the default ceilings admit: what decoding may cost at most."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

_SIDE_PX = 10_000  # IMAGES_MAX_PIXELS is the square of it
_FRAMES = 49  # of 2,000 x 2,000 pixels: 200 million are admitted, 1,000 frames


def largest_images() -> dict[str, Callable[[], bytes]]:
    """Return what makes each file, by what it is. Each takes seconds, and a GB at times."""
    return {
        "largest PNG: RGBA": lambda: _still("RGBA", "PNG", compress_level=1),
        "largest PNG: 16-bit grey": lambda: _still("I;16", "PNG", compress_level=1),
        "largest JPEG: baseline": lambda: _still("RGB", "JPEG", subsampling=0),
        "largest JPEG: progressive": lambda: _still("RGB", "JPEG", subsampling=0, progressive=True),
        "largest JPEG: CMYK": lambda: _still("CMYK", "JPEG"),
        "largest WebP: with alpha": lambda: _still("RGBA", "WEBP", lossless=True, method=0),
        "largest AVIF": lambda: _still("RGB", "AVIF", speed=10, quality=1),
        "largest TIFF": lambda: _still("RGBA", "TIFF", compression="tiff_deflate"),
        "largest GIF": lambda: _still("P", "GIF"),
        "longest GIF": lambda: _film("GIF"),
        "longest PNG": lambda: _film("PNG"),
        "longest WebP": lambda: _film("WEBP", method=0),
    }


def _still(mode: str, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (_SIDE_PX, _SIDE_PX)).save(out, kind, **options)
    return out.getvalue()


def _film(kind: str, **options: object) -> bytes:
    shades = [(5 * number, 255 - 5 * number, 90) for number in range(_FRAMES)]
    first, *others = [Image.new("RGB", (2000, 2000), shade) for shade in shades]
    out = io.BytesIO()
    first.save(out, kind, save_all=True, append_images=others, duration=50, **options)
    return out.getvalue()
