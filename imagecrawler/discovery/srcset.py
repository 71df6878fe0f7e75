"""The ``srcset`` attribute, as the HTML Standard parses it."""

from __future__ import annotations

import re
from typing import NamedTuple

from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

# A srcset of a browser's page has some ten candidates; inline previews make it long.
MAX_SRCSET_CHARS = 262_144
MAX_CANDIDATES = 100

# ASCII whitespace of https://infra.spec.whatwg.org/: \v and the like are part of a URL.
_BETWEEN = re.compile(r"[\t\n\f\r ,]*")
_URL = re.compile(r"[^\t\n\f\r ]+")
# Up to the next comma that is not in parentheses. Parentheses do not nest.
_DESCRIPTORS = re.compile(r"[^,(]*(?:\([^)]*\)?[^,(]*)*")
_TOKEN = re.compile(r"[^\t\n\f\r ]+")
# Nine digits: a wider picture is a slip, and int() of thousands of digits raises.
_WIDTH = re.compile(r"0*([0-9]{1,9})[wh]")
_DENSITY = re.compile(r"(-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)x")
_MAX_DENSITY = 1e6


class SrcsetEntry(NamedTuple):
    """One image candidate string, its URL as written."""

    url: str
    width_px: int | None
    density: float | None


def parse_srcset(srcset: str, *, base_url: str) -> list[ImageCandidate]:
    """Return the image candidates of one ``srcset`` attribute, in source order.

    Follows the HTML Standard (…/images.html#parse-a-srcset-attribute): a URL may contain
    commas, and a candidate with a broken descriptor is dropped alone, so one slip costs one
    image and never the page. So is one whose URL is not http or https, ``data:`` among them.

    ``width_px`` is the width descriptor (``640w`` gives 640) or None: what the page claims,
    not what the file contains. ``density`` is 1.0 without any descriptor, and None beside a
    width. At most ``MAX_CANDIDATES`` of the first ``MAX_SRCSET_CHARS`` characters.

    Raises nothing: every string is a possible value; ``""`` gives ``[]``.
    """
    candidates = []
    for url, width_px, density in srcset_entries(srcset):
        absolute = absolute_url(url, base_url)
        if absolute is not None:
            candidates.append(ImageCandidate(absolute, width_px, density))
    return candidates


def srcset_entries(srcset: str) -> list[SrcsetEntry]:
    """Return the candidates of ``srcset`` with their URLs as written; see ``parse_srcset``."""
    text = srcset[:MAX_SRCSET_CHARS]
    entries: list[SrcsetEntry] = []
    position = _skip(_BETWEEN, text, 0)
    while position < len(text) and len(entries) < MAX_CANDIDATES:
        end = _skip(_URL, text, position)
        url, descriptors = text[position:end], ""
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            position, end = end, _skip(_DESCRIPTORS, text, end)
            descriptors = text[position:end]
        if end == len(text) < len(srcset):
            break  # The ceiling cut this one: half a URL is another URL.
        entry = _entry(url, descriptors)
        if entry is not None:
            entries.append(entry)
        position = _skip(_BETWEEN, text, end)
    return entries


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _entry(url: str, descriptors: str) -> SrcsetEntry | None:
    """Return the candidate, or None where a descriptor is broken, doubled or contradictory."""
    width: int | None = None
    height: int | None = None
    density: float | None = None
    for token in _TOKEN.findall(descriptors):
        if size := _WIDTH.fullmatch(token):
            pixels = int(size[1])
            if pixels == 0 or density is not None:
                return None
            if token.endswith("w") and width is None:
                width = pixels
            elif token.endswith("h") and height is None:
                height = pixels
            else:
                return None
        elif (ratio := _DENSITY.fullmatch(token)) and len(token) < 400:
            if density is not None or width is not None or height is not None:
                return None
            density = float(ratio[1])
            if not 0 <= density <= _MAX_DENSITY:
                return None
        else:
            return None
    if height is not None and width is None:
        return None
    return SrcsetEntry(url, width, 1.0 if width is None and density is None else density)
