"""Which rendition of a picture to fetch, and how renditions are written in a record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from imagecrawler.identity.pictures import picture_url
from imagecrawler.identity.urls import canonical_url
from imagecrawler.items import ImageCandidate

Width = int | Literal["original"]


def choose_candidate(
    candidates: Sequence[ImageCandidate],
    widths: Sequence[Width],
    tried: Collection[str] = (),
) -> ImageCandidate | None:
    """Return the rendition to fetch next for a picture wanted in ``widths``, or None.

    The smallest that claims to be as wide as the widest wanted. If none does, or
    ``"original"`` is wanted, the one likely to be the largest: a rendition without any claim
    beside the picture's own URL (the file it links to, the zoom picture; but not a URL that
    names a size, ``photo.jpg?w=200``, where the own one names none), then the largest claimed
    width, then the highest density, then the first.

    ``tried`` has the URLs not to be chosen again. None means all are tried, or there are none.
    ``candidates[0]`` is the picture's own URL.
    """
    left = [candidate for candidate in candidates if candidate.url not in tried]
    if not left:
        return None
    pixels = [width for width in widths if isinstance(width, int)]
    if pixels and len(pixels) == len(widths):
        wide = [c for c in left if c.width_px is not None and c.width_px >= max(pixels)]
        if wide:
            return min(wide, key=_claimed_width)
    own_url = candidates[0].url
    others = [c for c in left if c.width_px is None and c.density is None and c.url != own_url]
    whole = next((c for c in others if not _names_a_size(c.url)), None)
    if whole is not None or (others and _names_a_size(own_url)):
        return whole or others[0]
    # max() takes the first of equals, so document order decides where claims do not.
    return max(left, key=lambda c: (_claimed_width(c), c.density or 0.0))


def candidate_to_json(candidate: ImageCandidate) -> dict[str, Any]:
    """Return a candidate as a record keeps it: ``{"url": …, "width": 640}``, claims if made."""
    entry: dict[str, Any] = {"url": candidate.url}
    if candidate.width_px is not None:
        entry["width"] = candidate.width_px
    if candidate.density is not None:
        entry["density"] = candidate.density
    return entry


def candidate_from_json(entry: object) -> ImageCandidate | None:
    """Return the candidate that a record's entry describes; None for what describes none.

    A claim that is no positive number is dropped alone: records may come from other hands.
    """
    if not isinstance(entry, dict):
        return None
    url = entry.get("url")
    if not isinstance(url, str) or not url:
        return None
    width, density = _number(entry.get("width")), _number(entry.get("density"))
    return ImageCandidate(
        url,
        int(width) if width is not None and width >= 1 else None,
        float(density) if density is not None else None,
    )


def _number(value: object) -> float | None:
    """Return a JSON number that can be a width or density; nan compares false with all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value < 1e9 else None


def _names_a_size(url: str) -> bool:
    return picture_url(url) != canonical_url(url)


def _claimed_width(candidate: ImageCandidate) -> int:
    return candidate.width_px or 0
