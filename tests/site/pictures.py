"""The test site's pictures: bytes that follow from size, kind and seed alone."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw


@lru_cache(maxsize=64)
def draw(
    width_px: int,
    height_px: int,
    seed: int | str,
    kind: str = "JPEG",
    mode: str = "RGB",
    orientation: int | None = None,
) -> bytes:
    """Return the file of a picture of bright blocks; different seeds look different.

    A mode with an alpha channel has transparent corners.
    """
    rng = random.Random(f"{seed}")
    ground = tuple(rng.randrange(256) for _ in range(3))
    alpha = "A" in mode
    picture = Image.new(
        "RGBA" if alpha else "RGB", (width_px, height_px), (*ground, 255)[: 3 + alpha]
    )
    pen = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y = rng.randrange(width_px), rng.randrange(height_px)
        right = x + 1 + rng.randrange(max(1, width_px // 3))
        low = y + 1 + rng.randrange(max(1, height_px // 3))
        pen.rectangle((x, y, right, low), fill=tuple(rng.randrange(256) for _ in range(3)))
    if alpha:
        clear = (0, 0, max(0, width_px // 4 - 1), max(0, height_px // 4 - 1))
        pen.rectangle(clear, fill=(0, 0, 0, 0))
    if picture.mode != mode:
        picture = picture.convert(mode)
    return _file(picture, kind, orientation)


def _file(picture: Image.Image, kind: str, orientation: int | None) -> bytes:
    out = io.BytesIO()
    options: dict[str, object] = {"quality": 85} if kind in ("JPEG", "WEBP", "AVIF") else {}
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    picture.save(out, kind, **options)
    return out.getvalue()
