"""JPEG decoded at eighths of its size, which is most of the way to a rendition for free.

What a photograph costs is not its decoding but the resampling of its full size: 600 of 1600
pixels by LANCZOS takes five times as long as decoding at 3/8. Pillow can only decode at 1/2,
1/4 and 1/8; libjpeg-turbo knows all eighths, and simplejpeg hands them on.

Only plain pictures that decode without a complaint are done here. For anything else the
answer is None, and Pillow decides as it does where simplejpeg is not installed.
"""

from __future__ import annotations

from PIL import Image

try:
    import simplejpeg
except ImportError:  # no wheel for this platform: slower, otherwise the same
    simplejpeg = None

EIGHTHS = 8

# Pillow's mode and what libjpeg-turbo calls the colours of such a file. RGB, CMYK and YCCK
# files, and sampling that TurboJPEG has no name for, are left to Pillow.
_PIXEL_FORMATS = {("RGB", "YCbCr"): "RGB", ("L", "Gray"): "GRAY"}


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
