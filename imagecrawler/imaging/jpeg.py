"""JPEG decoded at eighths of its size, which is most of the way to a rendition for free.

What a photograph costs is not its decoding but the resampling of its full size: 600 of 1600
pixels by LANCZOS takes five times as long as decoding at 3/8. Pillow can only decode at 1/2,
1/4 and 1/8; libjpeg-turbo knows all eighths, and simplejpeg hands them on.

Only plain pictures that decode without a complaint are done here. For anything else the
answer is None, and Pillow decides as it does where simplejpeg is not installed.
"""

from __future__ import annotations

import re

from PIL import Image

try:
    import simplejpeg
except ImportError:  # no wheel for this platform: slower, otherwise the same
    simplejpeg = None

EIGHTHS = 8

# Pillow's mode and what libjpeg-turbo calls the colours of such a file. RGB, CMYK and YCCK
# files, and sampling that TurboJPEG has no name for, are left to Pillow.
_PIXEL_FORMATS = {("RGB", "YCbCr"): "RGB", ("L", "Gray"): "GRAY"}

_START = b"\xff\xd8"
SIGNATURE = b"\xff\xd8\xff"
# SOF0 to SOF15 (ITU-T T.81, table B.1), without DHT, JPG and DAC, which lie between them.
_FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN_START = b"\xff\xda"
# How the header of such a scan ends (B.2.3): from the first coefficient to the last, all bits.
_ALL_COEFFICIENTS = b"\x00\x3f\x00"
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
END = b"\xff\xd9"

# What libjpeg says (jerror.h) of coded data that is damaged. Whatever it says of headers and of
# stray bytes behind a scan, browsers and cameras live with.
_ENDS_EARLY = "premature end of data segment"
_DAMAGE = re.compile(r"bad (Huffman|arithmetic) code|instead of RST|before marker 0xd[0-7]")


def eighths_for(native: tuple[int, int], at_least: tuple[int, int]) -> int:
    """Return the fewest eighths of ``native`` that are no smaller than ``at_least``, 1 to 8.

    Against full decoding and LANCZOS, both encoded at quality 85, photographs of 640 to 2400
    pixels lose 0.1 dB and 0.002 SSIM at most at 600 (`python -m benchmarks.images` measures two
    widths). One eighth more gains a third of that, and costs a resampling even where none is
    needed: 600 is 3/8 of 1600 and 6/8 of 800.
    """
    sides = zip(native, at_least, strict=True)
    return max(1, min(EIGHTHS, max(-(-EIGHTHS * least // side) for side, least in sides)))


def decoded_in_eighths(image: Image.Image, body: bytes, eighths: int) -> Image.Image | None:
    """Return the pixels of ``body`` at ``eighths`` of their size (rounded up), or None.

    ``image`` is the same file as Pillow opened it: mode and size have been checked on it.
    None means that Pillow should decode it: it is no plain 8-bit YCbCr or grey JPEG, or the
    decoder warned (data that is damaged or missing, stray bytes).
    """
    if simplejpeg is None or image.mode not in ("RGB", "L"):
        return None
    size = tuple(-(-side * eighths // EIGHTHS) for side in image.size)
    try:
        height, width, colours, sampling = simplejpeg.decode_jpeg_header(body)
        pixel_format = _PIXEL_FORMATS.get((image.mode, colours))
        if pixel_format is None or sampling == "unknown" or (width, height) != image.size:
            return None
        pixels = simplejpeg.decode_jpeg(body, pixel_format, min_width=size[0], min_height=size[1])
    except (ValueError, KeyError, RuntimeError):  # strict: a warning is an error too
        return None
    if pixels.shape[1::-1] != size:
        return None
    return Image.fromarray(pixels[:, :, 0] if image.mode == "L" else pixels)


def decoders_complaint(body: bytes) -> str | None:
    """Return the first warning that decoding all of ``body`` gives, None for none.

    Pillow has no ear for them: it hands out what could be decoded, and grey for the rest.
    None too where simplejpeg is not installed.
    """
    if simplejpeg is None:
        return None
    try:
        # An eighth of the size costs little, and all coded data is read for it.
        simplejpeg.decode_jpeg(body, "GRAY", min_width=1, min_height=1)
    except (ValueError, KeyError, RuntimeError) as error:
        return str(error)
    return None


def is_damaged(complaint: str, *, in_one_go: bool, ends_grey: bool) -> bool:
    """Whether a picture lost pixels, by what its decoder complained of.

    ``in_one_go``: see `is_in_one_go`. There what ends early lacks the end of the picture; it may
    be the few bits of the last block, which nobody sees, and anything more ``ends_grey``.
    Elsewhere what is missing may be anywhere.
    """
    if ends_grey or _DAMAGE.search(complaint):
        return True
    return _ENDS_EARLY in complaint and not in_one_go


def frame_size(first: bytes) -> tuple[int, int] | None:
    """Return width and height, not turned upright, or None: no frame header (B.2.2) is there yet.

    ``first`` is the beginning of a file. It takes some microseconds; Pillow's opening takes 100.
    """
    at = len(_START)
    while len(first) >= at + 9 and first[at] == 0xFF:
        if first[at + 1] in _FRAME_STARTS:
            return int.from_bytes(first[at + 7 : at + 9]), int.from_bytes(first[at + 5 : at + 7])
        at += 1 if first[at + 1] == 0xFF else 2 + _segment_bytes(first, at + 2)
    return None


def has_one_scan(body: bytes) -> bool:
    """Whether all of the picture is in one scan: baseline, as a rule, and never progressive."""
    return _scan_data(body).count(_SCAN_START) == 1


def is_in_one_go(body: bytes) -> bool:
    """Whether there is one scan, it has all coefficients, and there is no restart in it."""
    scans = _scan_data(body)
    is_whole = scans[2 + _segment_bytes(scans, 2) - 3 :][:3] == _ALL_COEFFICIENTS
    return is_whole and has_one_scan(body) and _RESTART.search(scans) is None


def _scan_data(body: bytes) -> bytes:
    """Return what lies between a file's header and its end marker.

    The header is skipped segment by segment (ITU-T T.81, B.1.1.4), for a thumbnail in it has
    scans of its own, and so has a second picture behind the first.
    """
    at = len(_START)
    while body[at : at + 1] == b"\xff" and body[at : at + 2] != _SCAN_START:
        at += 1 if body[at + 1 : at + 2] == b"\xff" else 2 + _segment_bytes(body, at + 2)
    end = body.find(END, at)
    return body[at : end if end >= 0 else len(body)]


def _segment_bytes(body: bytes, at: int) -> int:
    return max(2, int.from_bytes(body[at : at + 2]))
