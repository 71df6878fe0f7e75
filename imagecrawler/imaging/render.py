"""Image bytes in, renditions out, by the width rules of DESIGN.md section 2."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.animation import animation_frames
from imagecrawler.imaging.colour import fitting_profile, is_plain, plain_colours
from imagecrawler.imaging.encoding import (
    ANIMATABLE_KINDS,
    SUFFIXES,
    Encoding,
    encoded,
    is_lossless_webp,
    written_kind,
)
from imagecrawler.imaging.likeness import HASHED_FROM_PX, UNSEEN, Likeness, likeness
from imagecrawler.imaging.png import with_srgb_gamma
from imagecrawler.imaging.resampling import resampled, stored_size, upright
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.source import Source, check, decoding, load_pixels, open_source
from imagecrawler.imaging.vector import check_well_formed, svg_size
from imagecrawler.imaging.widths import Bucket, buckets_in_write_order, height_at
from imagecrawler.policies.content_filter import SVG_EXCLUSION, ImageFacts


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One file of one bucket: ``bucket`` is ``"600"`` or ``"original"``, sizes upright."""

    bucket: str
    suffix: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """What an image is and what it became.

    ``format`` (``jpeg``, ``png`` …), ``sha256`` and ``bytes`` are those of the bytes that
    came in; ``width`` and ``height`` are native, after EXIF orientation. ``likeness`` is how
    the picture looks, of an animation its first frame, of an SVG `UNSEEN`. ``files`` are in
    the order in which they must appear on disk: the smallest bucket last.
    """

    format: str
    width: int
    height: int
    sha256: str
    bytes: int
    likeness: Likeness
    files: list[RenderedFile]


def render(body: bytes, rules: ImageRules) -> Rendered:
    """Return the renditions of the image in ``body``, one for each bucket it belongs to.

    Never enlarged, exactly as wide as the bucket or, narrower than all, of its own size in
    the smallest. Bytes that already are what a bucket wants stay untouched, those of
    ``original`` always; else the kind, transparency and animation are kept. All pixels are
    decoded even when nothing is re-encoded, so that a broken image never counts as settled.
    An SVG is never drawn: it is kept as it came where ``original`` is one of the buckets.

    Raises:
        ImageRejectedError: ``not-an-image``, ``too-small``, ``too-large`` or ``excluded``.
    """
    if (vector_size := svg_size(body)) is not None:
        return _kept_vector(body, vector_size, rules)
    try:
        source = open_source(body, rules)
        buckets = buckets_in_write_order(source.width, rules.widths)
        files, look = _files(source, buckets, rules)
    except MemoryError as error:
        raise ImageRejectedError("too-large", "out of memory") from error
    digest = hashlib.sha256(body).hexdigest()
    return Rendered(source.kind, source.width, source.height, digest, len(body), look, files)


def _kept_vector(body: bytes, size: tuple[int, int], rules: ImageRules) -> Rendered:
    """Return an SVG as it came, in each bucket an image of its size has: it is of any width.

    The smallest bucket is where a file says that the image is settled.
    """
    facts = ImageFacts("svg", *size, len(body))
    if "original" not in rules.widths:
        raise ImageRejectedError("excluded", SVG_EXCLUSION, facts.to_json())
    check(facts, rules)
    check_well_formed(body)
    files = [
        RenderedFile(str(bucket), SUFFIXES["svg"], body, *size)
        for bucket in buckets_in_write_order(size[0], rules.widths)
    ]
    digest = hashlib.sha256(body).hexdigest()
    return Rendered("svg", *size, digest, len(body), UNSEEN, files)


def _files(
    source: Source, buckets: Sequence[Bucket], rules: ImageRules
) -> tuple[list[RenderedFile], Likeness]:
    kind = written_kind(source.kind, rules.format)
    widths = [min(bucket, source.width) for bucket in buckets if bucket != "original"]
    changed = [width for width in widths if not _is_wanted_as_is(source, kind, width)]
    encode = _encoded_animation if _stays_animated(source, kind) else _encoded_still
    made, look = encode(source, kind, changed, rules)
    return list(_each_file(source, kind, buckets, made)), look


def _each_file(
    source: Source, kind: str, buckets: Sequence[Bucket], made: Mapping[int, bytes]
) -> Iterator[RenderedFile]:
    for bucket in buckets:
        width = source.width if bucket == "original" else min(bucket, source.width)
        height = height_at(width, (source.width, source.height))
        if bucket != "original" and width in made:
            yield RenderedFile(str(bucket), SUFFIXES[kind], made[width], width, height)
        else:
            body = source.body if bucket == "original" else source.mended_body
            yield RenderedFile(str(bucket), SUFFIXES[source.kind], body, width, height)


def _is_wanted_as_is(source: Source, kind: str, width_px: int) -> bool:
    is_same = width_px == source.width and kind == source.kind
    return is_same and source.orientation == 1 and is_plain(source.image)


def _stays_animated(source: Source, kind: str) -> bool:
    return source.is_animated and kind in ANIMATABLE_KINDS


def _encoded_still(
    source: Source, kind: str, widths: list[int], rules: ImageRules
) -> tuple[dict[int, bytes], Likeness]:
    hashed = (HASHED_FROM_PX, HASHED_FROM_PX)
    image = load_pixels(source, stored_size(source, max(widths)) if widths else hashed)
    with decoding():
        pixels = with_srgb_gamma(plain_colours(image), image.info)
    images = resampled(source, pixels, widths)
    seen = images[min(widths)] if widths else upright(source, pixels)
    look = likeness(seen, animated=source.is_animated)
    encoding = Encoding(
        kind,
        rules.quality,
        profile=fitting_profile(image.info.get("icc_profile"), pixels.mode),
        lossless=is_lossless_webp(source.body),
    )
    return {width: encoded([images[width]], encoding) for width in widths}, look


def _encoded_animation(
    source: Source, kind: str, widths: list[int], rules: ImageRules
) -> tuple[dict[int, bytes], Likeness]:
    look = None
    frames: dict[int, list[Image.Image]] = {width: [] for width in widths}
    durations = []
    for pixels, duration_ms in animation_frames(source, rules):
        durations.append(duration_ms)
        look = look or likeness(upright(source, pixels), animated=True)
        for width, image in resampled(source, pixels, widths).items():
            frames[width].append(image)
    encoding = Encoding(
        kind,
        rules.quality,
        profile=fitting_profile(source.image.info.get("icc_profile"), "RGB"),
        lossless=is_lossless_webp(source.body),
        durations_ms=tuple(durations),
        loop=source.image.info.get("loop"),
    )
    if look is None:
        raise ImageRejectedError("not-an-image", "an animation without a frame")
    return {width: encoded(frames[width], encoding) for width in widths}, look
