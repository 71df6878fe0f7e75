"""The frames of an animated PNG, put together by the text of the specification.

Pillow decodes each; how they are laid over each other is done here. Pillow 13.0 mixes the alpha of
a part with that of the canvas where the two should add up (blend_op 1), which leaves holes, and
takes back the wrong canvas after dispose_op 2: `tests/imaging/files/apng-*.png` show both.

https://www.w3.org/TR/png-3/#apng-frame-based-animation
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from imagecrawler.imaging.colour import plain_colours
from imagecrawler.imaging.png import SIGNATURE, chunks, scale_clear_grey

_BACKGROUND, _PREVIOUS = 1, 2
_OVER = 1
_CLEAR = (0, 0, 0, 0)

# What every frame needs beside its own data: the palette and the clear colour.
_SHARED = (b"PLTE", b"tRNS")


@dataclass(slots=True)
class _Part:
    """One frame as it is stored: ``box`` is where on the canvas it belongs."""

    box: tuple[int, int, int, int]
    duration_ms: int
    disposal: int
    blending: int
    data: bytearray = field(default_factory=bytearray)


def apng_frames(body: bytes) -> Iterator[tuple[Image.Image, int]]:
    """Yield each frame as the viewer sees it (RGBA, whole canvas) and its milliseconds.

    Raises whatever broken bytes run into, ValueError for what the specification forbids.
    """
    canvas: Image.Image | None = None
    for part, shared in _parts(body):
        if canvas is None:
            canvas = Image.new("RGBA", struct.unpack_from(">II", body, 16), _CLEAR)
            # Before the first frame there is nothing to go back to.
            part.disposal = _BACKGROUND if part.disposal == _PREVIOUS else part.disposal
        before = canvas.copy() if part.disposal == _PREVIOUS else canvas
        picture = _picture(part, body[16:29], shared, canvas.size)
        if part.blending == _OVER:
            picture = Image.alpha_composite(canvas.crop(part.box), picture)
        canvas.paste(picture, part.box)
        yield canvas.copy(), part.duration_ms
        canvas = before
        if part.disposal == _BACKGROUND:
            canvas.paste(_CLEAR, part.box)


def _parts(body: bytes) -> Iterator[tuple[_Part, bytes]]:
    """Yield each frame, with the chunks that all frames share, as soon as it is complete."""
    part: _Part | None = None
    shared = b""
    missing = 0
    for name, data in _whole_chunks(body):
        if name == b"acTL":
            (missing,) = struct.unpack_from(">I", data)
        elif name in _SHARED:
            shared += _chunk(name, data)
        elif name == b"fcTL":
            if part is not None:
                yield part, shared
            part, missing = _controlled(data), missing - 1
        elif part is not None and name in (b"IDAT", b"fdAT"):
            part.data += data if name == b"IDAT" else data[4:]
    if part is None or missing > 0:
        raise ValueError("frames are missing")
    yield part, shared


def _controlled(data: bytes) -> _Part:
    width, height, left, top, number, parts, disposal, blending = struct.unpack_from(
        ">IIIIHHBB", data, 4
    )
    box = (left, top, left + width, top + height)
    return _Part(box, 1000 * number // (parts or 100), disposal, blending)


def _picture(part: _Part, header: bytes, shared: bytes, canvas: tuple[int, int]) -> Image.Image:
    left, top, right, bottom = part.box
    if not (left < right <= canvas[0] and top < bottom <= canvas[1]):
        raise ValueError("a frame beyond the picture")
    size = struct.pack(">II", right - left, bottom - top)
    png = _chunk(b"IHDR", size + header[8:]) + shared + _chunk(b"IDAT", bytes(part.data))
    image = Image.open(io.BytesIO(SIGNATURE + png + _chunk(b"IEND", b"")), formats=("PNG",))
    scale_clear_grey(image)
    image.load()
    return plain_colours(image).convert("RGBA")


def _whole_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for name, data, checksum in chunks(body):
        if checksum != zlib.crc32(data, zlib.crc32(name)):
            raise ValueError(f"a damaged chunk {name!r}")
        if name == b"IEND":
            return
        yield name, data
    raise ValueError("the end is missing")


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(name))
    return struct.pack(">I4s", len(data), name) + data + struct.pack(">I", checksum)
