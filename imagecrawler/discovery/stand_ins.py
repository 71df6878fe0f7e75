"""URLs that stand before or behind several pictures of a page, and are a rendition of none.

A loading image, an icon on a link to a file, a poster that every thumbnail opens: taken for a
rendition it would make one picture of all, and the others would be lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from imagecrawler.discovery.finds import Find
from imagecrawler.identity.pictures import alias_key
from imagecrawler.items import ImageCandidate

# Two thumbnails of one file, the large one of a product and that in the row below it, are
# everyday; two pictures are rarer, and cost no picture that is not shown in the file too.
_PICTURES_OF_A_FILE = 2


def without_stand_ins(finds: Sequence[Find]) -> list[Find]:
    """Return the finds with what stands for several pictures as a find of its own.

    Such is an own URL, without a claim, before other renditions that have nothing in common
    with it or with each other, and a file without a claim behind more than two own URLs. Words
    that are the same each time are those of the stand-in.
    """
    return _without_shared_files(_without_shared_sources(finds))


def _without_shared_sources(finds: Sequence[Find]) -> list[Find]:
    by_own: dict[int, list[Find]] = {}
    for find in finds:
        if len(find.candidates) > 1 and _is_unclaimed(find.candidates[0]):
            by_own.setdefault(alias_key(find.candidates[0].url), []).append(find)
    said = {own: len({f.description for f in sharing}) == 1 for own, sharing in by_own.items()}
    shared = {own for own, sharing in by_own.items() if _is_shared(own, sharing)}
    split: list[Find] = []
    for find in finds:
        own = alias_key(find.candidates[0].url)
        if own in shared and len(find.candidates) > 1:
            split += _split(find, is_own_description=said[own])
        else:
            split.append(find)
    return split


def _is_shared(own: int, finds: Sequence[Find]) -> bool:
    known: set[int] = set()
    is_shared = False
    for find in finds:
        others = {alias_key(candidate.url) for candidate in find.candidates[1:]}
        names = {_stem(candidate.url) for candidate in find.candidates[1:]}
        if own in others or _stem(find.candidates[0].url) in names:
            return False  # Another size or format of it: what is beside it is one too.
        is_shared = is_shared or (bool(known) and known.isdisjoint(others))
        known |= others
    return is_shared


def _split(find: Find, *, is_own_description: bool) -> Iterator[Find]:
    own, *others = find.candidates
    picture = max(others, key=lambda c: (c.is_shown, c.width_px or 0, c.density or 0.0))
    kinds = tuple(kind for kind in find.found_by if kind != "img")
    yield replace(
        find,
        candidates=[picture, *(c for c in others if c is not picture)],
        found_by=kinds,
        description=None if is_own_description else find.description,
        evidence=[replace(e, width_px=None, height_px=None) for e in find.evidence],
    )
    description = find.description if is_own_description else None
    yield Find([own], ("img",), description=description, evidence=list(find.evidence))


def _without_shared_files(finds: Sequence[Find]) -> list[Find]:
    behind = [(find, c) for find in finds for c in find.candidates[1:] if _is_unclaimed(c)]
    pairs = {(alias_key(c.url), alias_key(find.candidates[0].url)) for find, c in behind}
    times = Counter(file for file, own in pairs if file != own)
    shared = {file for file, number in times.items() if number > _PICTURES_OF_A_FILE}
    if not shared:
        return list(finds)
    files: dict[int, Find] = {}
    left: list[Find] = []
    for find in finds:
        own, *others = find.candidates
        apart = [c for c in others if _is_unclaimed(c) and alias_key(c.url) in shared]
        for candidate in apart:
            files.setdefault(alias_key(candidate.url), Find([candidate], ("link",)))
        kept = [own, *(c for c in others if c not in apart)]
        left.append(replace(find, candidates=kept) if apart else find)
    return [*left, *files.values()]


def _stem(url: str) -> str:
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _is_unclaimed(candidate: ImageCandidate) -> bool:
    return candidate.width_px is None and candidate.density is None
