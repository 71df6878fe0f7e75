"""What a picture looks like in a few bytes, so that near duplicates can be told: a perceptual hash.

The hash is PDQ (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", 2019, https://github.com/facebook/ThreatExchange/tree/main/pdq): the 16 x 16 lowest
frequencies of a 64 x 64 luma picture, each above or below their median. The picture is reduced
by Pillow's bilinear filter and not by PDQ's own, which moves 9 bits of the 256 (mean of 80
pictures); tools that know PDQ can read the hash. The package ``pdqhash`` needs a C++ compiler
where it is installed, and ``ImageHash`` brings 38 MB of SciPy and PyWavelets for one cosine
transform, hence these lines.

Two pictures are compared by the 8 x 8 lowest frequencies, which outlast a slight crop better
than all 256 bits do, and then by all: 64 bits alone would agree by chance among millions.

PDQ does not see colours. The colour of each of 4 x 4 cells is kept beside it: a shirt in red
and the same one in blue are not duplicates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imagecrawler.imaging.colour import on_white

# Of animations the first frame alone is looked at: they are never held against stills.
STILL = "pdq"
FIRST_FRAME = "pdq-first-frame"

# The sides that a picture should at least have left when it is hashed.
HASHED_FROM_PX = 128

_SIDE_PX = 64
_FREQUENCIES = 16
_CELLS = 4

# Measured with python -m benchmarks.near: one disc on a plain ground has 0 to 67, a bar chart
# 100, a painted sky over hills 27 to 45. PDQ's own advice is 50.
_MIN_QUALITY = 20
# Unrelated hashes differ in 128 bits, give or take 8: 64 are eight times that away.
_MAX_DISTANCE_OF_ALL = 64
# In 99 of 100 pictures a colour less by 30 % changes at most 21, a brightness by 15 % at most 12.
_MAX_COLOUR_DISTANCE = 24

_HASH = re.compile(rf"({STILL}|{FIRST_FRAME}):([0-9a-f]{{64}})")
_COLOURS = re.compile(r"[0-9a-f]{64}")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a picture looks. Hashes are compared only when they are of the same ``algorithm``.

    ``hash`` has 64 hex digits, as PDQ writes them. ``quality`` (0 to 100) is PDQ's too: how
    much structure there is; plain colours and soft gradients have none, and their hashes mean
    nothing. ``colours`` has 64 hex digits: Cb and Cr of 16 cells, row by row.
    """

    algorithm: str
    hash: str
    quality: int
    colours: str

    @classmethod
    def recorded(cls, record: Mapping[str, Any]) -> Self | None:
        """Return what a record of any hand says, or None: nothing, or nothing that we know."""
        found = _HASH.fullmatch(str(record.get("phash")))
        colours, quality = str(record.get("phash_colours")), record.get("phash_quality")
        if found is None or not _COLOURS.fullmatch(colours) or not isinstance(quality, int):
            return None
        return cls(found[1], found[2], quality, colours)

    @property
    def is_telling(self) -> bool:
        """Whether there is enough structure for the hash to mean anything."""
        return self.quality >= _MIN_QUALITY

    @property
    def core(self) -> int:
        """The 64 bits of the lowest frequencies, by which pictures are looked up."""
        bits = int(self.hash, 16)
        return sum((bits >> 16 * row & 0xFF) << 8 * row for row in range(8))

    def distance(self, other: Likeness) -> int | None:
        """Return in how many of 64 bits two pictures differ, or None: they are not alike.

        Not alike are those whose hashes mean nothing or differ too much in all 256 bits,
        those of other colours, and a still beside an animation.
        """
        if self.algorithm != other.algorithm or not (self.is_telling and other.is_telling):
            return None
        if (int(self.hash, 16) ^ int(other.hash, 16)).bit_count() > _MAX_DISTANCE_OF_ALL:
            return None
        pairs = zip(bytes.fromhex(self.colours), bytes.fromhex(other.colours), strict=True)
        if any(abs(ours - theirs) > _MAX_COLOUR_DISTANCE for ours, theirs in pairs):
            return None
        return (self.core ^ other.core).bit_count()

    def facts(self) -> dict[str, Any]:
        """Return it as a record has it."""
        return {
            "phash": f"{self.algorithm}:{self.hash}",
            "phash_quality": self.quality,
            "phash_colours": self.colours,
        }


# Of a picture that nobody has drawn. Without quality a hash is compared with none.
UNSEEN = Likeness(STILL, "0" * 64, 0, "80" * 32)


def likeness(image: Image.Image, *, animated: bool = False) -> Likeness:
    """Return how an upright picture (L, LA, RGB or RGBA) looks; what is clear is white.

    Its size hardly matters from `HASHED_FROM_PX` on: 600 x 400 pixels
    take 0.5 ms (``python -m benchmarks.near``).
    """
    # A tent, as PDQ has: a box lets renditions of one picture differ in four times the bits.
    # What is clear is laid on white when it is small: resize() premultiplies alpha.
    small = on_white(
        image.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    ).convert("RGB")
    planes = small.convert("YCbCr")
    luma = np.asarray(planes.getchannel("Y"), dtype=np.float32)
    algorithm = FIRST_FRAME if animated else STILL
    return Likeness(algorithm, _hash(luma), _quality(luma), _colours(planes))


def _hash(luma: Floats) -> str:
    waves = _waves()
    strengths = waves @ luma @ waves.T
    bits = (strengths > np.median(strengths)).ravel()
    packed: bytes = np.packbits(bits[::-1]).tobytes()
    return packed.hex()


@cache
def _waves() -> Floats:
    """Return the 16 lowest frequencies of the cosine transform, without the mean."""
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    place = 2 * np.arange(_SIDE_PX)[None, :] + 1
    angles: Floats = (np.pi / (2 * _SIDE_PX) * frequency * place).astype(np.float32)
    return np.cos(angles)


def _quality(luma: Floats) -> int:
    """Return PDQ's measure: differences of neighbours, small ones not counted."""
    down = np.trunc(np.diff(luma, axis=0) * (100 / 255))
    right = np.trunc(np.diff(luma, axis=1) * (100 / 255))
    return min(100, int((np.abs(down).sum() + np.abs(right).sum()) / 90))


def _colours(planes: Image.Image) -> str:
    return np.asarray(planes.reduce(_SIDE_PX // _CELLS))[:, :, 1:].tobytes().hex()
