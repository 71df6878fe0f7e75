"""Which ``source`` elements of a ``picture`` can ever be chosen: by their type and media.

https://html.spec.whatwg.org/multipage/images.html#update-the-source-set
"""

from __future__ import annotations

import re

from imagecrawler.discovery.candidates import Attributes

# What is decoded here, by the names that pages give it.
_DECODED = frozenset(
    (
        *("jpeg", "jpg", "pjpeg", "jfif", "png", "x-png", "apng", "vnd.mozilla.apng", "gif"),
        *("webp", "avif", "avif-sequence", "bmp", "x-bmp", "x-ms-bmp", "tiff", "tif", "svg+xml"),
        *("x-icon", "vnd.microsoft.icon"),
    )
)
# Media queries that hold on no screen, whatever its size; those before are for other media:
# https://www.w3.org/TR/mediaqueries-5/#media-types
_NEVER = re.compile(
    r"\s*(?:not\s+(?:all|screen)|(?:only\s+)?(?:print|speech|aural|braille|embossed|handheld"
    r"|projection|tty|tv)(?:\s+and\s[^,]*)?)\s*",
    re.IGNORECASE,
)
_MAX_MEDIA_CHARS = 1_000


def may_be_shown(source: Attributes) -> bool:
    """Tell whether a ``source`` may give what a screen shows, in a format that is decoded here.

    Of a type that names no image format nothing is known: it may.
    """
    return _is_decoded(source.get("type")) and _may_hold(source.get("media"))


def _is_decoded(kind: str | None) -> bool:
    name = (kind or "").partition(";")[0].strip().lower()
    return not name.startswith("image/") or name.removeprefix("image/") in _DECODED


def _may_hold(media: str | None) -> bool:
    if not media or len(media) > _MAX_MEDIA_CHARS:
        return True
    return not all(_NEVER.fullmatch(query) for query in media.split(","))
