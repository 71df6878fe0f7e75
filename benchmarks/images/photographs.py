"""Painted photographs: detail at every scale, shapes with edges, grain; each is unique.

As large in bytes as photographs of their size are, because that, and not what they show, is
what a codec's time depends on. The same arguments give the same files.
"""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

_CANVAS_PX = (2400, 1800)
_CANVASES = 6
_GRAIN = 4.0
_QUALITY = 85


def write_photographs(folder: Path, *, count: int, size_px: tuple[int, int]) -> list[Path]:
    """Write ``count`` JPEGs, using all cores, and return their paths."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        paint = partial(_write, folder, size_px)
        return list(pool.map(paint, range(count), chunksize=-(-count // 8)))


def _write(folder: Path, size_px: tuple[int, int], number: int) -> Path:
    path = folder / f"photo-{number:05d}.jpg"
    _photograph(number, size_px).save(path, quality=_QUALITY)
    return path


def _photograph(number: int, size_px: tuple[int, int]) -> Image.Image:
    """Return a part of one of the canvases, scaled down a little, with its own grain."""
    randomness = random.Random(number)
    zoom = randomness.uniform(1.0, min(_CANVAS_PX[0] / size_px[0], 2.6)) * 0.97
    width, height = (round(side * zoom) for side in size_px)
    left = randomness.randrange(_CANVAS_PX[0] - width + 1)
    top = randomness.randrange(_CANVAS_PX[1] - height + 1)
    part = _canvas(number % _CANVASES).resize(
        size_px, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height)
    )
    pixels = np.asarray(part).astype(np.int16)
    grain = _grain()
    down = randomness.randrange(grain.shape[0] - size_px[1] + 1)
    right = randomness.randrange(grain.shape[1] - size_px[0] + 1)
    pixels += grain[down : down + size_px[1], right : right + size_px[0], None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@lru_cache
def _grain() -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, _GRAIN, _CANVAS_PX[::-1])
    return noise.round().astype(np.int16)


@lru_cache
def _canvas(seed: int) -> Image.Image:
    noise = np.random.default_rng(seed)
    width, height = _CANVAS_PX
    light = np.zeros((height, width, 3), np.float32)
    for step in (2, 4, 8, 16, 32, 64, 128, 256, 512):
        coarse = noise.normal(size=(height // step + 3, width // step + 3, 3)).astype(np.float32)
        # Colours differ less than brightness does.
        coarse[:, :, 1:] = coarse[:, :, :1] * 0.8 + coarse[:, :, 1:] * 0.3
        for channel in range(3):
            layer = Image.fromarray(coarse[:, :, channel])
            light[:, :, channel] += np.asarray(layer.resize(_CANVAS_PX)) * step**0.75 * 0.55
    picture = Image.fromarray(np.clip(light + 128, 0, 255).astype(np.uint8))
    _draw_shapes(picture, random.Random(seed))
    return picture


def _draw_shapes(picture: Image.Image, randomness: random.Random) -> None:
    pen = ImageDraw.Draw(picture, "RGBA")
    for _ in range(60):
        x, y = randomness.randrange(picture.width), randomness.randrange(picture.height)
        right, low = x + randomness.randrange(30, 500), y + randomness.randrange(30, 500)
        colour = (*(randomness.randrange(256) for _ in range(3)), randomness.randrange(60, 200))
        if randomness.random() < 0.5:
            pen.ellipse((x, y, right, low), fill=colour)
        else:
            pen.polygon([(x, y), (right, (y + low) // 2), (x, low)], fill=colour)
