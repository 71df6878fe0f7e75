"""What Pillow does not do with a PNG: count its rows, and read what is said beside the pixels.

Pillow stops when the compressed stream says that it ends, and leaves what is missing black or
clear. libpng calls that an error, and so does the specification (https://www.w3.org/TR/png-3/).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIGNATURE_BYTES = len(SIGNATURE)
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

# The passes of an interlaced picture: first column, first row, column step, row step.
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_STRAIGHT = ((0, 0, 1, 1),)

# Of grey pixels with few bits, by the raw mode that Pillow reads them in.
_GREY_STEPS = {"L;2": 85, "L;4": 17}
_SRGB_GAMMA = 1 / 2.2
# Nearer to that nobody sees, and browsers take it for sRGB.
_SAME_GAMMA = 0.02

# What is said of the pixels, and in how many bytes at least, beside the chunks that must be.
_LEAST_BYTES = {b"tRNS": 1, b"gAMA": 4, b"sRGB": 1, b"iCCP": 4, b"eXIf": 8}
_LEAST_BYTES |= {b"acTL": 8, b"fcTL": 26, b"fdAT": 5}
_MAY_BE_MISSING = 0x20  # of the first letter of a chunk's name

# How much is inflated at once: the rows are counted and not kept.
_PIECE_BYTES = 1 << 20


@dataclass(slots=True)
class _Frame:
    width: int
    height: int
    data: list[bytes] = field(default_factory=list)


def is_png(body: bytes) -> bool:
    """Whether the bytes begin as a PNG does."""
    return body.startswith(SIGNATURE)


def without_damaged_extras(png: bytes) -> bytes:
    """Return a PNG with what its pixels need, less what is damaged of all that may be missing.

    libpng, and so browsers, leave a damaged chunk out, and a text that inflates to more than a
    mebibyte, where Pillow refuses the picture.
    """
    kept = [png[:_SIGNATURE_BYTES]]
    for name, data, checksum in chunks(png):
        is_whole = checksum == zlib.crc32(data, zlib.crc32(name))
        if not name[0] & _MAY_BE_MISSING or (
            is_whole and len(data) >= _LEAST_BYTES.get(name, len(data) + 1)
        ):
            kept.append(struct.pack(">I4s", len(data), name) + data + struct.pack(">I", checksum))
    return b"".join(kept)


def scale_clear_grey(image: Image.Image) -> None:
    """Have the transparent grey (tRNS) of an opened picture be one of 255, as its pixels will be.

    Pillow 12 leaves it one of 3 or 15 where pixels have two or four bits.
    """
    clear, step = image.info.get("transparency"), _grey_step(image)
    if isinstance(clear, int) and clear <= 255 // step:
        image.info["transparency"] = clear * step


def _grey_step(image: Image.Image) -> int:
    raw_modes = [tile.args for tile in image.tile] if isinstance(image, PngImageFile) else []
    return next((_GREY_STEPS[mode] for mode in raw_modes if mode in _GREY_STEPS), 1)


def with_srgb_gamma(pixels: Image.Image, info: Mapping[str | tuple[int, int], Any]) -> Image.Image:
    """Return plain pixels as sRGB has them, by what a picture's gAMA chunk says of them.

    An ICC profile or an sRGB chunk says more than it: https://www.w3.org/TR/png-3/#4Concepts.ColourSpaces
    """
    gamma = info.get("gamma")
    if (
        not isinstance(gamma, float)
        or not 0.05 <= gamma <= 5
        or {"icc_profile", "srgb"} & set(info)
    ):
        return pixels
    if abs(gamma - _SRGB_GAMMA) < _SAME_GAMMA:
        return pixels
    curve = [round(255 * _srgb((value / 255) ** (1 / gamma))) for value in range(256)]
    bands = pixels.getbands()
    table = [v for band in bands for v in (range(256) if band == "A" else curve)]
    changed = pixels.point(table)
    changed.info = pixels.info
    return changed


def _srgb(light: float) -> float:
    """Return the value that shows so much light: IEC 61966-2-1."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def lacks_rows(body: bytes) -> bool:
    """Whether a picture in ``body``, the default image or a frame, has fewer rows than it says.

    Meant for what a decoder has accepted: what else may be wrong with it is not looked for.
    """
    depth, colour, _, _, is_interlaced = body[_SIGNATURE_BYTES + 16 : _SIGNATURE_BYTES + 21]
    bits = depth * _CHANNELS[colour]
    passes = _ADAM7 if is_interlaced else _STRAIGHT
    return any(
        not _inflates_to(frame.data, _raw_bytes(frame.width, frame.height, bits, passes))
        for frame in _frames(body)
    )


def _frames(body: bytes) -> Iterator[_Frame]:
    width, height = struct.unpack_from(">II", body, _SIGNATURE_BYTES + 8)
    frame = _Frame(width, height)
    for name, data, _ in chunks(body):
        if name == b"fcTL":
            if frame.data:
                yield frame
            frame = _Frame(*struct.unpack_from(">II", data, 4))
        elif name == b"IDAT":
            frame.data.append(data)
        elif name == b"fdAT":
            frame.data.append(data[4:])
    if frame.data:
        yield frame


def chunks(body: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield name, data and checksum of each; of one that is cut off what there is, and 0."""
    at = _SIGNATURE_BYTES
    while at + 8 <= len(body):
        length, name = struct.unpack_from(">I4s", body, at)
        at += 8 + length
        yield name, body[at - length : at], int.from_bytes(body[at : at + 4])
        at += 4


def _raw_bytes(width: int, height: int, bits: int, passes: tuple[tuple[int, ...], ...]) -> int:
    """Return how many bytes the rows have, each with its filter byte; empty passes have none."""
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _inflates_to(pieces: list[bytes], least: int) -> bool:
    inflater = zlib.decompressobj()
    found = 0
    for piece in pieces:
        while piece and found < least:
            found += len(inflater.decompress(piece, _PIECE_BYTES))
            piece = inflater.unconsumed_tail
    return found >= least
