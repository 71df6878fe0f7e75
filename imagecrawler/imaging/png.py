"""Whether a PNG has all the rows that it promises.

Pillow stops when the compressed stream says that it ends, and leaves what is missing black or
clear. libpng calls that an error, and so does the specification (https://www.w3.org/TR/png-3/).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

_SIGNATURE_BYTES = 8
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

# How much is inflated at once: the rows are counted and not kept.
_PIECE_BYTES = 1 << 20


@dataclass(slots=True)
class _Frame:
    width: int
    height: int
    data: list[bytes] = field(default_factory=list)


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
    for name, data in _chunks(body):
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


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _SIGNATURE_BYTES
    while at + 8 <= len(body):
        length, name = struct.unpack_from(">I4s", body, at)
        yield name, body[at + 8 : at + 8 + length]
        at += length + 12


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
