"""Small images of every kind, with colours that show when something went wrong."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageChops, ImageStat

QUADRANTS = ((200, 40, 40), (40, 180, 60), (50, 70, 200), (230, 210, 90))


def quadrants(width: int = 80, height: int = 60) -> Image.Image:
    """Four colours with soft edges between them: each corner tells where it belongs."""
    small = Image.new("RGB", (2, 2))
    small.putdata(QUADRANTS)
    return small.resize((8, 6), Image.Resampling.NEAREST).resize(
        (width, height), Image.Resampling.BICUBIC
    )


def with_hole(width: int = 80, height: int = 60) -> Image.Image:
    """The quadrants, clear on the left third and half clear in the middle third."""
    image = quadrants(width, height).convert("RGBA")
    alpha = Image.new("L", (3, 1))
    alpha.putdata([0, 128, 255])
    image.putalpha(alpha.resize((width, height), Image.Resampling.NEAREST))
    return image


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def decode(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def rotated_jpeg(upright: Image.Image, orientation: int) -> bytes:
    """A JPEG that shows ``upright`` to whoever obeys its EXIF orientation."""
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(inverse[orientation]) if orientation in inverse else upright
    return encode(stored, "JPEG", quality=95, subsampling=0, exif=exif)


def without_adobe_marker(jpeg: bytes) -> bytes:
    start = jpeg.index(b"\xff\xee")
    length = struct.unpack(">H", jpeg[start + 2 : start + 4])[0]
    return jpeg[:start] + jpeg[start + 2 + length :]


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels to speak of."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def mean_error(got: Image.Image, expected: Image.Image) -> float:
    """The mean absolute difference per channel, 0 to 255, of what is seen on grey."""
    pair = [_on_grey(image) for image in (got, expected)]
    return max(ImageStat.Stat(ImageChops.difference(*pair)).mean)


def _on_grey(image: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", image.size, (128, 128, 128, 255))
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
