"""Which rendition of a picture to fetch, and how renditions are written in a record."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from imagecrawler.identity.derived import derived_renditions, tells_the_original, url_width
from imagecrawler.identity.pictures import picture_url
from imagecrawler.identity.urls import canonical_url
from imagecrawler.items import ImageCandidate

Width = int | Literal["original"]
IsTrusted = Callable[[ImageCandidate], bool]

# Of a picture with two hundred renditions the first tell what can be asked for.
_SOURCES = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """The rendition that a picture is stored from, and the largest widths claimed in vain.

    After one (``doubted_px``) the others are still believed: it may have been a placeholder.
    After a second (``refuted_px``) the server does not enlarge, or the page makes widths up.
    """

    url: str
    width_px: int
    height_px: int
    refuted_px: int = 0
    doubted_px: int = 0


def _anything(_: ImageCandidate) -> bool:
    return True


def choose_candidate(
    candidates: Sequence[ImageCandidate],
    widths: Sequence[Width],
    tried: Collection[str] = (),
    is_trusted: IsTrusted = _anything,
) -> ImageCandidate | None:
    """Return the rendition to fetch next for a picture wanted in ``widths``, or None.

    The smallest that claims to be as wide as the widest wanted. If none does, or
    ``"original"`` is wanted: a rendition without any claim beside the picture's own URL (the
    file it links to, the zoom picture; but not a URL that names a size, ``photo.jpg?w=200``,
    where the own one names none); then what the service behind a URL gives for the asking, if
    that promises more than the page does and ``is_trusted``; then the largest claimed width,
    the highest density, the first. A width in a URL of such a service counts as a claim.

    ``tried`` has the URLs not to be chosen again. None means all are tried, or there are none.
    ``candidates[0]`` is the picture's own URL. What no screen shows is a last resort.
    """
    left = _shown([_with_named_width(c) for c in candidates if c.url not in tried])
    if not left:
        return None
    wanted_px = _wanted_px(widths)
    if wanted_px is not None and (wide := [c for c in left if _claimed_width(c) >= wanted_px]):
        return min(wide, key=_claimed_width)
    own_url = candidates[0].url
    whole = _whole(left, own_url)
    if whole is not None:
        return whole
    derived = _best_derived(left, wanted_px, tried, is_trusted)
    if derived is not None and _promise(derived) > max(map(_claimed_width, left)):
        return derived
    others = [c for c in left if _is_unclaimed(c) and c.url != own_url]
    if others and _names_a_size(own_url):
        return others[0]
    # max() takes the first of equals, so document order decides where claims do not.
    return max(left, key=lambda c: (_claimed_width(c), c.density or 0.0))


def better_candidate(
    candidates: Sequence[ImageCandidate],
    widths: Sequence[Width],
    kept: Kept,
    tried: Collection[str] = (),
    is_trusted: IsTrusted = _anything,
    *,
    hopefully: bool = False,
) -> ImageCandidate | None:
    """Return a rendition that promises more pixels than the stored one has, or None.

    Only where they are wanted: a picture that fills the widest bucket needs nothing. Two
    claims that came to nothing refute those that claim no more, but for the picture's own URL.
    Where a service that makes every size from the original has told how wide that is, nothing
    of it is asked again. With ``hopefully`` one without any claim counts too: it is not said to
    be smaller.
    """
    wanted_px = _wanted_px(widths)
    if wanted_px is not None and kept.width_px >= wanted_px:
        return None
    own_url = candidates[0].url
    sources = left = [c for c in candidates if c.url not in tried and c.is_shown]
    if _tells_the_original(kept, candidates):
        spent = picture_url(kept.url)
        sources = [c for c in left if picture_url(c.url) != spent]
        # If it was our guess, a page that says it has more is worth a look.
        is_guess = all(c.url != kept.url for c in candidates)
        left = [c for c in left if c in sources or (is_guess and _says_a_width(c, own_url))]
    left = [_with_named_width(c) for c in left if c.url != kept.url]
    more = [
        c
        for c in left
        if _claimed_width(c) > max(kept.width_px, 0 if c.url == own_url else kept.refuted_px)
    ]
    wide = [c for c in more if wanted_px is not None and _claimed_width(c) >= wanted_px]
    if wide:
        is_doubted = kept.refuted_px or kept.doubted_px
        return max(wide, key=_claimed_width) if is_doubted else min(wide, key=_claimed_width)
    if not (wanted_px is None and _is_whole(kept.url, candidates)):
        derived = _best_derived(sources, wanted_px, {kept.url, *tried}, is_trusted)
        if derived is not None and _promise(derived) > kept.width_px:
            more.append(derived)
    if more:
        return max(more, key=_promise)
    return _hoped_for(left, candidates, kept) if hopefully else None


def promised_width(candidates: Iterable[ImageCandidate], url: str) -> int:
    """Return how wide ``url`` is said to be, by the page or by the URL itself, or 0."""
    candidate = next((c for c in candidates if c.url == url), ImageCandidate(url))
    return _claimed_width(_with_named_width(candidate))


def candidate_to_json(candidate: ImageCandidate) -> dict[str, Any]:
    """Return a candidate as a record keeps it: ``{"url": …, "width": 640}``, claims if made.

    ``"shown": false`` is what no screen shows.
    """
    entry: dict[str, Any] = {"url": candidate.url}
    if candidate.width_px is not None:
        entry["width"] = candidate.width_px
    if candidate.density is not None:
        entry["density"] = candidate.density
    if not candidate.is_shown:
        entry["shown"] = False
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
        is_shown=entry.get("shown") is not False,
    )


def _number(value: object) -> float | None:
    """Return a JSON number that can be a width or density; nan compares false with all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value < 1e9 else None


def _shown(candidates: list[ImageCandidate]) -> list[ImageCandidate]:
    """Return those that a screen shows; all where none is, or it is the same URL."""
    return [c for c in candidates if c.is_shown] or candidates


def _wanted_px(widths: Sequence[Width]) -> int | None:
    """Return the widest width wanted, or None: the original."""
    pixels = [width for width in widths if isinstance(width, int)]
    return max(pixels) if pixels and len(pixels) == len(widths) else None


def _best_derived(
    sources: Iterable[ImageCandidate],
    wanted_px: int | None,
    tried: Collection[str],
    is_trusted: IsTrusted,
) -> ImageCandidate | None:
    """Return the best that may be asked for; a URL that the page has too is the page's."""
    sources = list(sources)[:_SOURCES]
    on_page = {c.url: c for c in sources}
    found = []
    for source in sources:
        offered = (c for c in derived_renditions(source.url, wanted_px) if c.url not in tried)
        if (first := next(filter(is_trusted, offered), None)) is not None:
            found.append(first)
    best = min(found, key=lambda c: _rank(c, wanted_px), default=None)
    if best is not None and best.url in on_page:
        return replace(best, derived_by=None)
    return best


def _rank(candidate: ImageCandidate, wanted_px: int | None) -> tuple[int, int]:
    """Return the order in which to ask: just wide enough, the original, the widest there is."""
    width = candidate.width_px
    if width is None:
        return (1, 0)
    return (0, width) if wanted_px is not None and width >= wanted_px else (2, -width)


def _tells_the_original(kept: Kept, candidates: Sequence[ImageCandidate]) -> bool:
    if tells_the_original(kept.url, kept.width_px, kept.height_px):
        return True
    renditions = (d for c in candidates[:_SOURCES] for d in derived_renditions(c.url, None))
    return any(d.url == kept.url and d.width_px is None for d in renditions)


def _hoped_for(
    left: list[ImageCandidate], candidates: Sequence[ImageCandidate], kept: Kept
) -> ImageCandidate | None:
    whole = _whole(left, candidates[0].url)
    if whole is not None:
        return whole
    density = next((c.density for c in candidates if c.url == kept.url), None) or 1.0
    dense = [c for c in left if c.width_px is None and (c.density or 0.0) > density]
    return max(dense, key=lambda c: c.density or 0.0, default=None)


def _whole(left: Iterable[ImageCandidate], own_url: str) -> ImageCandidate | None:
    others = (c for c in left if _is_unclaimed(c) and c.url != own_url)
    return next((c for c in others if not _names_a_size(c.url)), None)


def _is_whole(url: str, candidates: Sequence[ImageCandidate]) -> bool:
    return _whole([c for c in candidates if c.url == url], candidates[0].url) is not None


def _is_unclaimed(candidate: ImageCandidate) -> bool:
    return candidate.width_px is None and candidate.density is None


def _with_named_width(candidate: ImageCandidate) -> ImageCandidate:
    if candidate.width_px is None and (width := url_width(candidate.url)) is not None:
        return replace(candidate, width_px=width)
    return candidate


def _says_a_width(candidate: ImageCandidate, own_url: str) -> bool:
    if candidate.url == own_url:
        candidate = _with_named_width(candidate)
    return candidate.width_px is not None


def _names_a_size(url: str) -> bool:
    return picture_url(url) != canonical_url(url)


def _claimed_width(candidate: ImageCandidate) -> int:
    return candidate.width_px or 0


def _promise(candidate: ImageCandidate) -> float:
    """Return the width that was claimed or asked for; what has none is the original."""
    return candidate.width_px if candidate.width_px is not None else math.inf
