"""What a page says about itself: title, canonical address, robots rules, tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_TEXT_CHARS = 1_000
MAX_TAGS = 50
MAX_TAG_CHARS = 100

_RULES_WITH_VALUE = frozenset(
    ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
)
_NOFOLLOW = frozenset(("nofollow", "none"))


def collapsed(text: str | None, limit: int = MAX_TEXT_CHARS) -> str | None:
    """Return ``text`` with its whitespace collapsed and at most ``limit`` long; None if empty."""
    if not text:
        return None
    # Cut before splitting: an attribute may be megabytes. Half of it may be whitespace.
    short = " ".join(text[: 4 * limit].split())[:limit].rstrip()
    return short or None


def forbids_following(robots: str | None) -> bool:
    """Tell whether a robots rule (``<meta name=robots>``, ``X-Robots-Tag``) has nofollow or none.

    A header's rule for one named crawler (``otherbot: nofollow``) binds that one only.
    https://www.rfc-editor.org/rfc/rfc9309 does not cover it; see
    https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
    """
    if not robots:
        return False
    agent = ""
    for rule in robots.lower().split(","):
        name, colon, value = rule.partition(":")
        if colon and name.strip() not in _RULES_WITH_VALUE:
            agent, name = name.strip(), value
        if not agent and name.strip() in _NOFOLLOW:
            return True
    return False


def tag_list(texts: Iterable[str | None]) -> list[str]:
    """Return the tags, tidy, each once (whatever its case), at most ``MAX_TAGS``."""
    tags: dict[str, str] = {}
    for text in texts:
        tag = collapsed(text, MAX_TAG_CHARS)
        if tag:
            tags.setdefault(tag.casefold(), tag)
        if len(tags) == MAX_TAGS:
            break
    return list(tags.values())


def keywords(content: str | None) -> list[str]:
    """Return the keywords of ``<meta name=keywords>``."""
    return re.split(r"[,;]", (content or "")[: 4 * MAX_TAGS * MAX_TAG_CHARS])
