"""What a filter said of an image's renditions, and whether it still says so. Pure functions.

A failure keeps under ``judged``, by URL, the facts by which a rendition was excluded. When the
filter changes, they are judged again: what it admits now, or may admit, is fetched again.
"""

from __future__ import annotations

from typing import Any

from imagecrawler.identity.pictures import picture_url
from imagecrawler.identity.urls import canonical_url
from imagecrawler.items import ImageCandidate
from imagecrawler.policies.content_filter import ContentFilter, ImageFacts

Judged = dict[str, dict[str, Any]]  # a rendition's URL to the facts by which it was excluded


def standing(failure: dict[str, Any], wanted: ContentFilter) -> tuple[list[str], Judged]:
    """Return the renditions that are not to be fetched again, and the verdicts that stand."""
    judged = failure.get("judged")
    judged = judged if isinstance(judged, dict) else {}  # another hand may have written it
    stands = {
        url: facts
        for url, facts in judged.items()
        if wanted.exclusion(ImageFacts.from_json(facts)) is not None
    }
    tried = [url for url in failure.get("tried") or () if url not in judged or url in stands]
    return tried, stands


def promises_more(
    candidate: ImageCandidate, tried: ImageCandidate | None, facts: dict[str, Any]
) -> bool:
    """Whether a rendition may have more pixels than ``tried``, which has too few.

    A width or density that it claims decides. Without a claim it may be the whole picture,
    unless its URL names a size.
    """
    measured = [facts.get("width"), facts.get("height")]
    widest = max((side for side in measured if isinstance(side, int)), default=0)
    if candidate.width_px is not None:
        return candidate.width_px > widest
    if candidate.density is not None and tried is not None and tried.density is not None:
        return candidate.density > tried.density
    return picture_url(candidate.url) == canonical_url(candidate.url)
