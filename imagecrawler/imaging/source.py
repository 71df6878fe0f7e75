"""An image as it came: its kind, size and orientation from the header, then its pixels.

The one place where bytes from the web meet a decoder. Ceilings are checked on the header,
and whatever a decoder raises becomes an ImageRejectedError.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import ExifTags, Image, UnidentifiedImageError

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.jpeg import (
    EIGHTHS,
    END,
    decoded_in_eighths,
    decoders_complaint,
    eighths_for,
    has_one_scan,
    is_damaged,
    is_in_one_go,
)
from imagecrawler.imaging.png import is_png, lacks_rows, scale_clear_grey, without_damaged_extras
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.policies.content_filter import ContentFilter, ImageFacts

# Pillow's names of the decoders that may see bytes from the web. A camera's JPEG with a
# second picture behind the first is opened as MPO; the first one is what browsers show.
DECODERS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
KINDS = {"MPO": "jpeg"}
_ANIMATED_KINDS = ("gif", "png", "webp", "avif")

_SIDEWAYS = (5, 6, 7, 8)

# How much larger than the result Pillow decodes a JPEG, at least. A 1600 px photograph against
# full decoding and LANCZOS: to 600 px 0.03 dB less at half the time (1.33 times larger), to
# 400 px 0.00 dB; a margin of 1.0 costs 0.11 dB there, one of 2.0 gains nothing.
DRAFT_MARGIN = 1.3


@dataclass(slots=True)
class Source:
    """An opened image whose pixels are not decoded yet.

    ``width`` and ``height`` are upright, after ``orientation`` (EXIF, 1 to 8) is applied;
    ``image`` is not turned. ``mended_body`` is ``body``, with an end marker where a JPEG
    lacks it, and without what is refused of the chunks that a PNG may lack. ``scale`` is how
    large the loaded pixels are: 0.375 for three eighths.
    """

    image: Image.Image
    body: bytes
    kind: str
    orientation: int
    width: int
    height: int
    mended_body: bytes
    scale: float = 1.0

    @property
    def is_sideways(self) -> bool:
        """Whether the stored rows are the columns of the upright picture."""
        return self.orientation in _SIDEWAYS

    @property
    def is_animated(self) -> bool:
        """Whether there is more than one frame to show one after another."""
        return self.kind in _ANIMATED_KINDS and bool(getattr(self.image, "is_animated", False))


def open_source(body: bytes, rules: ImageRules) -> Source:
    """Return the image in ``body`` when its header is within the rules.

    Raises:
        ImageRejectedError: ``not-an-image``, ``too-small``, ``too-large`` or ``excluded``.
    """
    check(ImageFacts(bytes=len(body)), rules)
    with decoding():
        image, mended_body = _opened(body)
        scale_clear_grey(image)
    name = image.format or ""
    orientation, width, height = upright(image)
    kind = KINDS.get(name, name.lower())
    if width < 1 or height < 1:
        message = f"an empty image of {width}x{height} pixels"
        raise ImageRejectedError("not-an-image", message)
    check(ImageFacts(kind, width, height, len(body)), rules)
    if max(width, height) > rules.max_side_px:
        message = f"{width}x{height}, a side over {rules.max_side_px} pixels"
        raise ImageRejectedError("too-large", message)
    return Source(image, body, kind, orientation, width, height, mended_body)


def _opened(body: bytes) -> tuple[Image.Image, bytes]:
    try:
        return Image.open(io.BytesIO(body), formats=DECODERS), body
    except (UnidentifiedImageError, ValueError):
        if not is_png(body):
            raise
    mended_body = without_damaged_extras(body)
    return Image.open(io.BytesIO(mended_body), formats=DECODERS), mended_body


def upright(image: Image.Image) -> tuple[int, int, int]:
    """Return the EXIF orientation of an opened image, and its upright width and height."""
    orientation = _orientation(image)
    width, height = image.size
    return (
        (orientation, height, width) if orientation in _SIDEWAYS else (orientation, width, height)
    )


def load_pixels(source: Source, at_least: tuple[int, int]) -> Image.Image:
    """Return the decoded first frame, perhaps reduced but no smaller than ``at_least``.

    Only JPEG is reduced, while it is decoded; ``source.scale`` says by how much. A JPEG that
    stops early is accepted when all its pixels are there, which is when only the end marker
    or a few bytes of the last block are missing. Anything less is ``not-an-image``, and so is a
    PNG that lacks rows: the decoder would fill the rest with grey or black, and nobody would be
    told.
    """
    with decoding():
        pixels = _in_eighths(source, at_least) if source.kind == "jpeg" else None
        return _drafted(source, at_least) if pixels is None else pixels


def check(facts: ImageFacts, wanted: ContentFilter) -> None:
    """Raise ImageRejectedError for what the filter excludes."""
    if (exclusion := wanted.exclusion(facts)) is not None:
        raise ImageRejectedError(*exclusion, facts.to_json())


@contextmanager
def decoding() -> Iterator[None]:
    """Turn whatever a decoder makes of hostile bytes into an ImageRejectedError.

    Pillow's decoders raise what their parsing runs into (OSError, SyntaxError, ValueError,
    struct.error, IndexError, zlib.error …), so a list would never be complete.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImageRejectedError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise ImageRejectedError("too-large", str(error) or "out of memory") from error
    except UnidentifiedImageError as error:
        raise ImageRejectedError("not-an-image", "no image format that is kept") from error
    except Exception as error:
        message = f"broken image: {str(error) or type(error).__name__}"
        raise ImageRejectedError("not-an-image", message) from error


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 when there is none or it is no orientation.

    Image.getexif would fall back to XMP, which browsers ignore, and for a PNG it would
    decode the pixels. TIFF is turned by its decoder.
    """
    exif = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif.load(image.info.get("exif") or b"")
            value = exif.get(ExifTags.Base.Orientation, 1)
    except Exception:  # the same as above: hostile bytes raise anything
        return 1
    return value if image.format != "TIFF" and value in range(1, 9) else 1


def _in_eighths(source: Source, at_least: tuple[int, int]) -> Image.Image | None:
    eighths = eighths_for(source.image.size, at_least)
    pixels = decoded_in_eighths(source.image, source.body, eighths)
    if pixels is not None:
        source.scale = eighths / EIGHTHS
        if profile := source.image.info.get("icc_profile"):
            pixels.info["icc_profile"] = profile
    return pixels


def _drafted(source: Source, at_least: tuple[int, int]) -> Image.Image:
    """Decode with Pillow. It can do halves, quarters and eighths."""
    with_margin = (math.ceil(at_least[0] * DRAFT_MARGIN), math.ceil(at_least[1] * DRAFT_MARGIN))
    native = source.image.size
    source.image.draft(None, with_margin)
    try:
        source.image.load()
    except OSError as error:
        if source.kind != "jpeg" or "truncated" not in str(error):
            raise
        source.mended_body = source.body + END
        source.image = _load_cut_off(source.mended_body, with_margin, error)
    _check_completeness(source)
    width, height = source.image.size
    source.scale = 1 / round(max(native[0] / width, native[1] / height))
    return source.image


def _load_cut_off(mended_body: bytes, at_least: tuple[int, int], error: OSError) -> Image.Image:
    if not has_one_scan(mended_body):  # what later scans would have added is unknown
        raise error
    image = Image.open(io.BytesIO(mended_body), formats=("JPEG",))
    image.draft(None, at_least)
    image.load()
    if _is_filled_up(image):
        raise error
    return image


def _check_completeness(source: Source) -> None:
    """Raise for a well-marked file that Pillow filled up: with grey a JPEG, with black a PNG."""
    image, body = source.image, source.mended_body
    if source.kind == "png" and not any(image.crop((0, image.height - 1, *image.size)).tobytes()):
        check_rows(body)
    if source.kind == "jpeg" and (complaint := decoders_complaint(body)) is not None:
        in_one_go = is_in_one_go(body)
        if is_damaged(complaint, in_one_go=in_one_go, ends_grey=_is_filled_up(image)):
            raise ImageRejectedError("not-an-image", f"damaged: {complaint}")


def check_rows(png: bytes) -> None:
    """Raise ImageRejectedError (``not-an-image``) for a PNG that lacks rows."""
    if lacks_rows(png):
        raise ImageRejectedError("not-an-image", "broken image: rows are missing")


def _is_filled_up(image: Image.Image) -> bool:
    """Whether the last pixels are the mid-grey that libjpeg puts where data is missing.

    For inverted CMYK that is the same 128 or its complement. A picture whose own corner is
    exactly that grey is refused with the others; it was cut off all the same.
    """
    corner = image.crop((max(0, image.width - 2), max(0, image.height - 2), *image.size))
    return set(corner.tobytes()) <= {127, 128}
