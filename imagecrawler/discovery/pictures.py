"""Finds become pictures: all renditions of one picture on a page are one image."""

from __future__ import annotations

from collections.abc import Sequence

from imagecrawler.discovery.finds import Find, certainty
from imagecrawler.discovery.metadata import tag_list
from imagecrawler.discovery.stand_ins import without_stand_ins
from imagecrawler.discovery.stated import NOTHING, filled
from imagecrawler.identity.pictures import alias_key, image_id
from imagecrawler.items import FoundImage, ImageCandidate, Stated

# A page may show one picture ten thousand times.
_EVIDENCE_KEPT = 8


def pictures(
    finds: Sequence[Find], *, tags: Sequence[str] = (), of_page: Stated = NOTHING
) -> list[FoundImage]:
    """Return the pictures that ``finds`` show, in the order of their first find.

    Two finds are one picture when the own URL of one is a rendition of the other. Sharing
    any other rendition is not enough, and what stands for several is none: see
    ``stand_ins.py``. ``tags`` go to pictures that link to no page. What the page states
    ``of_page`` holds for pictures of which it states nothing else.
    """
    merged: list[Find] = []
    by_rendition: dict[int, Find] = {}
    by_own: dict[int, Find] = {}
    for find in without_stand_ins(finds):
        keys = [alias_key(candidate.url) for candidate in find.candidates]
        known = by_rendition.get(keys[0])
        if known is None:
            known = next((by_own[key] for key in keys if key in by_own), None)
        if known is None:
            known = find
            merged.append(find)
            by_own[keys[0]] = find
        else:
            _add(known, find)
        for key in keys:
            by_rendition.setdefault(key, known)
    return [_found_image(find, tags, place, of_page) for place, find in enumerate(merged, 1)]


def says_more(candidate: ImageCandidate, known: ImageCandidate) -> bool:
    """Tell whether what is said of a URL here is worth more than what is known of it."""
    if candidate.is_shown != known.is_shown:
        return candidate.is_shown
    return known.width_px is None and candidate.width_px is not None


def _add(known: Find, find: Find) -> None:
    places = {candidate.url: place for place, candidate in enumerate(known.candidates)}
    for candidate in find.candidates:
        place = places.get(candidate.url)
        if place is None:
            known.candidates.append(candidate)
        elif says_more(candidate, known.candidates[place]):
            known.candidates[place] = candidate
    known.link = known.link or find.link
    known.description = known.description or find.description
    known.heading = known.heading or find.heading
    known.text = known.text or find.text
    known.stated = filled(known.stated, find.stated)
    known.tags += find.tags
    known.evidence += find.evidence[: _EVIDENCE_KEPT - len(known.evidence)]
    known.found_by = tuple(dict.fromkeys((*known.found_by, *find.found_by)))


def _found_image(find: Find, tags: Sequence[str], position: int, of_page: Stated) -> FoundImage:
    url = find.candidates[0].url
    own_tags = tag_list([*find.tags, *(tags if find.link is None else ())])
    return FoundImage(
        id=image_id(url),
        url=url,
        candidates=find.candidates,
        link=find.link,
        description=find.description,
        tags=own_tags,
        evidence=find.evidence,
        found_by=list(find.found_by),
        certainty=certainty(find.found_by),
        heading=find.heading,
        text=find.text,
        position=position,
        stated=filled(find.stated, of_page),
    )
