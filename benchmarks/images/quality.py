"""How close a picture is to another: PSNR of the colours, SSIM of the brightness.

SSIM as Wang et al. define it (https://doi.org/10.1109/TIP.2003.819861): a Gaussian window of
11 pixels with sigma 1.5, K1 = 0.01 and K2 = 0.03.
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

_KERNEL = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
_KERNEL /= _KERNEL.sum()
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


class Quality(NamedTuple):
    """Means over several pictures."""

    psnr_db: float
    ssim: float


def quality_of(pairs: list[tuple[Path, Path]], width_px: int) -> Quality:
    """Return how close renditions are to full decoding and LANCZOS of their originals.

    ``pairs`` are an original and its rendition. Raises ValueError for one of another size.
    """
    found = []
    for original, rendition in pairs:
        with Image.open(original) as image, Image.open(rendition) as result:
            height = round(image.height * width_px / image.width)
            reference = image.resize((width_px, height), Image.Resampling.LANCZOS)
            if result.size != reference.size:
                raise ValueError(f"{rendition} has {result.size} pixels, not {reference.size}")
            found.append((_psnr(result, reference), _ssim(result, reference)))
    return Quality(*np.mean(found, axis=0))


def best_possible(originals: list[Path], width_px: int, quality: int) -> Quality:
    """Return the quality of full decoding and LANCZOS itself, once encoded."""
    found = []
    for original in originals:
        with Image.open(original) as image:
            size = (width_px, round(image.height * width_px / image.width))
            reference = image.resize(size, Image.Resampling.LANCZOS)
        encoded = io.BytesIO()
        reference.save(encoded, "JPEG", quality=quality)
        with Image.open(encoded) as result:
            found.append((_psnr(result, reference), _ssim(result, reference)))
    return Quality(*np.mean(found, axis=0))


def _psnr(one: Image.Image, other: Image.Image) -> float:
    difference = np.asarray(one).astype(float) - np.asarray(other)
    return 10 * math.log10(255**2 / float((difference**2).mean()))


def _ssim(one: Image.Image, other: Image.Image) -> float:
    a, b = (np.asarray(image.convert("L")).astype(float) for image in (one, other))
    mean_a, mean_b = _blurred(a), _blurred(b)
    variances = _blurred(a * a) - mean_a**2 + _blurred(b * b) - mean_b**2
    covariance = _blurred(a * b) - mean_a * mean_b
    structure = (2 * covariance + _C2) / (variances + _C2)
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    return float((luminance * structure).mean())


def _blurred(values: np.ndarray) -> np.ndarray:
    for axis in (0, 1):
        length = values.shape[axis] - len(_KERNEL) + 1
        parts = (np.take(values, range(n, n + length), axis) for n in range(len(_KERNEL)))
        values = sum(weight * part for weight, part in zip(_KERNEL, parts, strict=True))
    return values
