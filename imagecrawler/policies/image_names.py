"""What the words of a name say of an image: of a class, an id, a folder or a file."""

from __future__ import annotations

import re
from functools import lru_cache

from imagecrawler.policies.image_words import NEGATING, NOT_SITEWIDE, WORDS

SITEWIDE = frozenset(("header", "footer", "nav", "aside"))

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[^0-9A-Za-z]+")
# Logout, catalogo, dialogo.
_NO_LOGO = re.compile(r"(?:[ao]logo|logo(?:ut|n|s?y|ff))$")
# The classes of a site are few, and repeat with every image.
_CACHE = 2_048


@lru_cache(maxsize=_CACHE)
def words_of(names: str) -> frozenset[str]:
    """Return what the words of some class names and ids say."""
    found = set()
    for name in names.split():
        tokens = _tokens(name)
        if NEGATING.intersection(tokens[:1]):
            continue
        said = {what for token in tokens if (what := _meaning(token)) is not None}
        if said & SITEWIDE and NOT_SITEWIDE.intersection(tokens):
            said -= SITEWIDE
        if "ad" in said and NEGATING.intersection(tokens):
            said.discard("ad")
        found |= said
    return frozenset(found)


def _tokens(name: str) -> list[str]:
    return [token.lower() for token in _SPLIT.split(_HUMP.sub(" ", name)) if token]


def _meaning(token: str) -> str | None:
    word = token.rstrip("0123456789") or token
    what = WORDS.get(word)
    if what is None and "logo" in word and (word.startswith("logo") or word.endswith("logo")):
        return None if _NO_LOGO.search(word) else "logo"
    if what is None and word.endswith("avatar") and word != "blavatar":  # WordPress.com: a blog's
        return "avatar"
    return what
