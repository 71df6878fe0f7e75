"""Files that ask for gigabytes, that are two things at once, or that are no image after all.

Each comes with what must become of it, so that tests of the decoder and whole crawls expect
the same. All are a few kB to a few hundred.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

# 12,000 x 12,000 pixels of one grey in 1.3 kB, which takes an encoder eight seconds:
# Image.new("L", (12_000, 12_000), 90).save(…, "AVIF", speed=10, quality=1, subsampling="4:0:0")
_AVIF_BOMB = Path(__file__).with_name("bomb.avif")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"/*<script>alert(1)</script>*/=1;"


@dataclass(frozen=True, slots=True)
class Hostile:
    """``reason`` is what failed/ must say; None: it is an image and is kept."""

    name: str
    body: bytes
    reason: str | None


def bombs() -> list[Hostile]:
    """Return small files that decode, or claim to decode, to far more than they are."""
    zeros = _zeros()
    webp = encoded(_picture().convert("RGBA").rotate(20), "WEBP")
    gif, bmp, jpeg = (encoded(_picture(), kind) for kind in ("GIF", "BMP", "JPEG"))
    tall = struct.pack(">HH", 65_000, 65_000)
    return [
        Hostile("png pixels", _png(60_000, 60_000, b""), "too-large"),
        Hostile("png surplus of data", _png(64, 64, zeros), None),
        Hostile("png that lacks data", _png(10_000, 500, zeros[:100]), "not-an-image"),
        Hostile("png text", png_with(_chunk(b"zTXt", b"x\0\0" + zeros)), None),
        Hostile("png profile", png_with(_chunk(b"iCCP", b"x\0\0" + zeros)), "not-an-image"),
        Hostile("png frames", _long_apng(1_500), "too-large"),
        Hostile("webp pixels", _patched(webp, b"VP8X", 12, b"\xff\x3f\0\xff\x3f\0"), "too-large"),
        Hostile("webp frames", _long_webp(1_500), "too-large"),
        Hostile("avif pixels", _AVIF_BOMB.read_bytes(), "too-large"),
        Hostile("gif pixels", _patched(gif, b"GIF", 6, b"\xff" * 4), "too-large"),
        Hostile("gif frames", _long_gif(1_100), "too-large"),
        Hostile("bmp pixels", _patched(bmp, b"BM", 18, b"\x60\xea\0\0" * 2), "too-large"),
        Hostile("jpeg pixels", _patched(jpeg, b"\xff\xc0", 5, tall), "too-large"),
        Hostile("tiff pixels", _wide_tiff(), "too-large"),
    ]  # fmt: skip


def polyglots() -> list[Hostile]:
    """Return files that are an image and something else, and such that only begin like one."""
    picture = _picture()
    archive = b"PK\3\4" + bytes(100) + b"PK\5\6" + bytes(18)
    return [
        Hostile("gif and script", encoded(picture, "GIF") + SCRIPT, None),
        Hostile("jpeg and archive", encoded(picture, "JPEG") + archive, None),
        Hostile("png and script", png_with(_chunk(b"tEXt", b"x\0" + SCRIPT)) + SCRIPT, None),
        Hostile("jpeg and pdf", encoded(picture, "JPEG", comment=b"%PDF-1.4 " + SCRIPT), None),
        Hostile("pdf before a jpeg", b"%PDF-1.4\n" + encoded(picture, "JPEG"), "not-an-image"),
        Hostile("archive before a png", b"PK\3\4" + encoded(picture, "PNG"), "not-an-image"),
        Hostile("page before a gif", b"<html>" + encoded(picture, "GIF"), "not-an-image"),
        Hostile("script as gif", b"GIF89a=1;/*" + SCRIPT, "not-an-image"),
        Hostile("page as png", _SIGNATURE + b"<html>" + SCRIPT, "not-an-image"),
        Hostile("page as jpeg", b"\xff\xd8\xff<html>" + SCRIPT * 9, "not-an-image"),
        Hostile("page as bmp", b"BM<html>" + SCRIPT * 9, "not-an-image"),
        Hostile("page as webp", b"RIFF<ht>WEBPVP8 " + SCRIPT * 9, "not-an-image"),
    ]


def rubbish() -> list[Hostile]:
    """Return random bytes, plain and behind the first bytes of each kind of image."""
    dice = random.Random(7)
    starts = {
        "": b"",
        "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        "png": _png(640, 480, b"")[:33],
        "gif": b"GIF89a" + struct.pack("<HH", 640, 480),
        "tiff": b"II*\0\x08\0\0\0",
    }
    return [
        Hostile(f"random bytes {kind}".strip(), start + dice.randbytes(20_000), "not-an-image")
        for kind, start in starts.items()
    ]


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return the file that Pillow writes."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png_with(*chunks: bytes) -> bytes:
    """Return a small PNG with more chunks behind its header."""
    body = encoded(_picture(), "PNG")
    return body[:33] + b"".join(chunks) + body[33:]


@cache
def _zeros() -> bytes:
    return zlib.compress(bytes(200_000_000), 1)


def _picture() -> Image.Image:
    return Image.radial_gradient("L").resize((80, 60)).convert("RGB")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, data: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return _SIGNATURE + header + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _patched(body: bytes, mark: bytes, distance: int, data: bytes) -> bytes:
    at = body.index(mark) + distance
    return body[:at] + data + body[at + len(data) :]


def _wide_tiff() -> bytes:
    """Width and height, the first two entries of the directory (tags 256 and 257), of 60,000."""
    tiff = bytearray(encoded(_picture(), "TIFF"))
    at = struct.unpack("<I", tiff[4:8])[0] + 2
    for entry in (at, at + 12):
        tiff[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, 60_000)
    return bytes(tiff)


def _long_gif(frames: int) -> bytes:
    body = encoded(Image.new("P", (500, 500)), "GIF")
    start = body.index(b",")
    return body[:start] + body[start:-1] * frames + b";"


def _long_apng(frames: int) -> bytes:
    data = zlib.compress((b"\0" + bytes(4 * 64)) * 64)
    parts = [_SIGNATURE, _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 6, 0, 0, 0))]
    parts.append(_chunk(b"acTL", struct.pack(">II", frames, 0)))
    for number in range(frames):
        sequence = 2 * number - 1 if number else 0
        control = struct.pack(">IIIIIHHBB", sequence, 64, 64, 0, 0, 1, 50, 0, 0)
        parts.append(_chunk(b"fcTL", control))
        parts.append(_chunk(b"fdAT", struct.pack(">I", sequence + 1) + data) if number else
                     _chunk(b"IDAT", data))  # fmt: skip
    return b"".join(parts) + _chunk(b"IEND", b"")


def _long_webp(frames: int) -> bytes:
    two = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    body = encoded(two[0], "WEBP", save_all=True, append_images=two[1:], duration=50)
    start = body.index(b"ANMF")
    riff = body[8:start] + body[start:] * (frames // 2)
    return b"RIFF" + struct.pack("<I", len(riff)) + riff
