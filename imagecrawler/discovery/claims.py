"""What is claimed of renditions of one picture that differ in their names and stated sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from imagecrawler.identity.derived import derived_renditions, url_width
from imagecrawler.identity.pictures import picture_url
from imagecrawler.items import ImageCandidate

LARGEST = 5


@dataclass(slots=True)
class Rendition:
    """An address, the size that names say of it, from 0 to ``LARGEST``, and the size stated."""

    url: str
    rank: float
    width_px: int | None = None
    height_px: int | None = None


def each_address_once(renditions: Iterable[Rendition]) -> list[Rendition]:
    """Return renditions in their order, each with the most that is said of its address."""
    found: dict[str, Rendition] = {}
    for new in renditions:
        known = found.setdefault(new.url, new)
        sized = known if known.width_px is not None else new
        found[new.url] = replace(sized, rank=max(known.rank, new.rank))
    return list(found.values())


def largest_first(renditions: Sequence[Rendition]) -> list[tuple[Rendition, ImageCandidate]]:
    """Return renditions with what is claimed of them, the largest by name and size first.

    What has no stated width is wider than what is smaller by name and has one. Where not all have
    one, densities say which is larger: without any claim it would be taken for the zoom picture.
    """
    told = _told_widths(renditions)
    is_sized = len(told) < 2 or all(width for _, width in told)
    claims = [(r, width or _least_width(r, told)) for r, width in told]
    claims.sort(key=lambda claim: (-(claim[1] or 0), -claim[0].rank))
    return [
        (r, ImageCandidate(r.url, width, None if is_sized else (1 + r.rank) / (1 + LARGEST)))
        for r, width in claims
    ]


def _told_widths(renditions: Sequence[Rendition]) -> list[tuple[Rendition, int | None]]:
    """Return the width that is stated of each, or that its address names.

    Not what is stated where a service makes the width that is asked for: as wide enough the
    original would be fetched, of forty megapixels for a wall of 1,200.
    """
    made = {picture_url(r.url) for r in renditions if _is_made_to_width(r.url)}
    told = ((r, None if picture_url(r.url) in made else r.width_px) for r in renditions)
    return [(r, width or url_width(r.url)) for r, width in told]


def _is_made_to_width(url: str) -> bool:
    return any(candidate.width_px for candidate in derived_renditions(url, 1))


def _least_width(rendition: Rendition, told: Iterable[tuple[Rendition, int | None]]) -> int | None:
    widths = [width for r, width in told if width and r.rank < rendition.rank]
    return max(widths) + 1 if widths else None
