"""Pixels to bytes: one encoder call per kind, stills and animations alike."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.colour import on_white

# What the suffix of each kind is; BMP, TIFF and SVG only occur untouched.
SUFFIXES = {
    "jpeg": ".jpg",
    "png": ".png",
    "gif": ".gif",
    "webp": ".webp",
    "avif": ".avif",
    "bmp": ".bmp",
    "tiff": ".tif",
    "svg": ".svg",
}
ANIMATABLE_KINDS = ("gif", "png", "webp", "avif")

_MAX_GIF_COLOURS = 256
_HALF_OPAQUE = 128


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the renditions of one image are encoded.

    ``profile`` is the ICC profile to embed. ``durations_ms`` has one entry per frame and
    ``loop`` the repeat count, 0 for ever, None when the source said nothing.
    """

    kind: str
    quality: int
    profile: bytes | None = None
    lossless: bool = False
    durations_ms: tuple[int, ...] = ()
    loop: int | None = None


def written_kind(kind: str, forced: str | None) -> str:
    """Return the kind that a picture of ``kind`` is re-encoded to."""
    return forced or ("png" if kind in ("bmp", "tiff") else kind)


def is_lossless_webp(body: bytes) -> bool:
    """Whether a WebP file holds its pixels losslessly (chunk ``VP8L``, RFC 9649).

    The chunk follows the headers and the ICC profile, so that the beginning is searched
    and not walked. A mistake would cost bytes, not pixels.
    """
    return body[:4] == b"RIFF" and b"VP8L" in body[:65_536]


def encoded(frames: Sequence[Image.Image], encoding: Encoding) -> bytes:
    """Return ``frames`` (L, LA, RGB or RGBA, all of one size) as one file.

    Raises ImageRejectedError (``too-large``) when the format cannot hold the picture.
    """
    frames = [_prepared(frame, encoding.kind) for frame in frames]
    output = io.BytesIO()
    try:
        frames[0].save(output, encoding.kind, **_options(encoding, frames[1:]))
    except (OSError, ValueError) as error:
        message = f"cannot be written as {encoding.kind}: {error}"
        raise ImageRejectedError("too-large", message) from error
    return output.getvalue()


def _options(encoding: Encoding, others: Sequence[Image.Image]) -> dict[str, Any]:
    options: dict[str, Any] = {"icc_profile": encoding.profile} if encoding.profile else {}
    if encoding.kind in ("jpeg", "webp", "avif"):
        options["quality"] = encoding.quality
    if encoding.kind == "webp":
        options |= {"lossless": encoding.lossless, "method": 4}
    if encoding.kind == "avif":
        options["max_threads"] = 1  # the other cores have workers of their own
    if others:
        options |= {"save_all": True, "append_images": others}
        options["duration"] = list(encoding.durations_ms)
        if encoding.loop is not None and encoding.kind != "avif":
            options["loop"] = encoding.loop
        if encoding.kind == "gif":
            options["disposal"] = 2
    return options


def _prepared(frame: Image.Image, kind: str) -> Image.Image:
    """Return ``frame`` as ``kind`` can hold it, with nothing that Pillow would write unasked."""
    if kind == "jpeg":
        frame = on_white(frame)
    if kind == "gif":
        return _indexed(frame)
    frame = frame.copy() if frame.info else frame
    frame.info = {}
    return frame


def _indexed(frame: Image.Image) -> Image.Image:
    """Return ``frame`` in 256 colours, of which one is clear where it is mostly clear."""
    if frame.mode not in ("LA", "RGBA"):
        indexed = frame.convert("RGB").quantize(_MAX_GIF_COLOURS)
        indexed.info = {}
        return indexed
    alpha = frame.getchannel("A")
    clear = _MAX_GIF_COLOURS - 1
    indexed = frame.convert("RGBA").convert("RGB").quantize(clear)
    indexed.paste(clear, mask=alpha.point([255] * _HALF_OPAQUE + [0] * _HALF_OPAQUE))
    indexed.info = {"transparency": clear}
    return indexed
