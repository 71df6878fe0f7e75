"""What a page's places give: finds, each with the kind of its source and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from imagecrawler.items import Evidence, ImageCandidate, Stated

# Every kind of source, and how sure it is that its URL is an image that the page means to show:
# 1.0 where a browser asks for it as an image, 0.9 where a specification or the habit of a script
# says that it is one, less where nothing but the look of a URL does.
CERTAINTY: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("img", "srcset", "picture", "poster", "input", "svg", "css"), 1.0),
        **dict.fromkeys(("object", "embed", "preload", "amp", "rendered", "page"), 1.0),
        **dict.fromkeys(("lazy", "link", "og", "twitter", "image_src", "icon"), 0.9),
        **dict.fromkeys(("sitemap", "feed", "json", "json-ld", "microdata", "rdfa"), 0.9),
        # Named in a rule that may apply to nothing, in a `style` element or in a sheet.
        **dict.fromkeys(("zoom", "style"), 0.8),
        **dict.fromkeys(("style-sheet",), 0.6),
        **dict.fromkeys(("attribute",), 0.5),
        **dict.fromkeys(("state",), 0.3),
        # What a page shows until its script puts the picture there.
        **dict.fromkeys(("placeholder",), 0.2),
        # Where a find was, beside what it is: they make it no surer.
        **dict.fromkeys(("noscript", "srcdoc", "shadow"), 0.0),
    }
)


@dataclass(slots=True)
class Find:
    """One place where a page shows or names a picture; ``candidates[0]`` is its own URL.

    ``found_by`` has the kinds of source that gave its candidates, names of ``CERTAINTY``;
    ``heading``, ``text`` and ``stated`` are as a FoundImage has them, ``tags`` those that the
    picture itself is given.
    """

    candidates: list[ImageCandidate]
    found_by: tuple[str, ...]
    link: str | None = None
    description: str | None = None
    evidence: list[Evidence] = field(default_factory=list)
    heading: str | None = None
    text: str | None = None
    stated: Stated = field(default_factory=Stated)
    tags: list[str] = field(default_factory=list)


_GUESSES = frozenset(("attribute", "state", "placeholder"))


def is_guess(find: Find) -> bool:
    """Tell whether nothing says that a find is an image but the look of its URL, or less."""
    return find.found_by[0] in _GUESSES


def certainty(found_by: Iterable[str]) -> float:
    """Return how sure it is, from 0 to 1, that a picture found by these kinds is one."""
    return max((CERTAINTY.get(kind, 0.0) for kind in found_by), default=0.0)
