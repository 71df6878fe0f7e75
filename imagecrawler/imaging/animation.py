"""The frames of an animated image, one after another, within the ceilings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from PIL import Image

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.apng import apng_frames
from imagecrawler.imaging.colour import plain_colours
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.source import Source, check_rows, decoding


def animation_frames(source: Source, rules: ImageRules) -> Iterator[tuple[Image.Image, int]]:
    """Yield each frame as the viewer sees it (RGB or RGBA, whole canvas) and its milliseconds.

    A PNG's default image that is no part of the animation is left out.

    Raises:
        ImageRejectedError: ``too-large`` at the first frame over a ceiling; the frames are
            counted while they are decoded, because what a header says is only a claim.
    """
    frames = (
        apng_frames(source.mended_body) if source.kind == "png" else _frames_by_pillow(source.image)
    )
    for number in count(1):
        _check_frames(number, source, rules)
        with decoding():
            frame = next(frames, None)
        if frame is None:
            break
        yield frame
    if source.kind == "png":
        check_rows(source.mended_body)


def _frames_by_pillow(image: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    for index in count():
        try:
            image.seek(index)
        except EOFError:
            return
        image.load()
        alpha = "RGBA" if image.has_transparency_data else "RGB"
        yield plain_colours(image).convert(alpha), int(image.info.get("duration") or 0)


def _check_frames(frames: int, source: Source, rules: ImageRules) -> None:
    if frames > rules.max_frames + 1:
        raise ImageRejectedError("too-large", f"more than {rules.max_frames} frames")
    pixels = (frames - 1) * source.width * source.height
    if pixels > rules.max_animation_pixels:
        message = f"frames of more than {rules.max_animation_pixels} pixels together"
        raise ImageRejectedError("too-large", message)
