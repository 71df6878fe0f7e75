"""Which licence a page means: a Creative Commons address, or words for it, as one URL and name.

Names are those of the SPDX list, https://spdx.org/licenses/, where it has one. What is no
Creative Commons licence keeps its address and has no name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagecrawler.identity.urls import absolute_url

MAX_LICENCE_CHARS = 500
_HOST = "https://creativecommons.org/"
_ADDRESS = re.compile(
    r"(?:https?:)?//(?:[a-z]{2,3}\.|www\.)?creativecommons\.org/"
    r"(?:(?P<public>publicdomain/(?P<kind>zero|mark)|licenses/publicdomain)"
    r"|licenses/(?P<terms>(?:by|nc|nd|sa|sampling\+?|devnations)(?:-(?:nc|nd|sa))*))"
    r"(?:/(?P<version>[1-4]\.[05]))?(?:/(?P<country>[a-z]{2,3}|igo|scotland)(?=[/?#]|$))?",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:CC|Creative Commons)[\s:_-]*"
    r"(?:(?P<zero>0|Zero)\b|(?P<mark>PDM|Public Domain Mark)\b"
    r"|(?P<terms>(?:BY|Attribution)(?:[\s/_-]*(?:NC|ND|SA|Non-?Commercial|No-?Deriv(?:ative)?s"
    r"(?:\s?Works)?|Share-?Alike))*))"
    r"(?:[\s,_-]*v?(?P<version>[1-4]\.[05]))?",
    re.IGNORECASE,
)
_SHORT = ((r"attribution", "by"), (r"non-?commercial", "nc"), (r"share-?alike", "sa"))
_NO_DERIVATIVES = r"no-?deriv(?:ative)?s(?:\s?works)?"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: the address of its text, if there is one, and its SPDX name, if it has one.

    ``stated`` is what the page says, as it says it.
    """

    stated: str
    url: str | None = None
    name: str | None = None


def licence_of(text: str, base_url: str = "") -> Licence | None:
    """Return the licence that an address or a phrase names, or None for an empty text.

    ``https://creativecommons.org/licenses/by-sa/4.0/deed.de`` is CC-BY-SA-4.0, and so is
    ``CC BY-SA 4.0``. A relative address is one of ``base_url``; a phrase that names no Creative
    Commons licence is kept as it is.
    """
    stated = " ".join(text[: 4 * MAX_LICENCE_CHARS].split())[:MAX_LICENCE_CHARS]
    if not stated:
        return None
    if (found := _ADDRESS.match(stated)) is not None:
        return _creative_commons(stated, found)
    if (found := _WORDS.search(stated)) is not None and ":/" not in stated:
        return _in_words(stated, found)
    is_phrase = " " in stated or not re.search(r"[/.]", stated)
    return Licence(stated, None if is_phrase else absolute_url(stated, base_url or stated))


def _creative_commons(stated: str, found: re.Match[str]) -> Licence:
    version, country = found["version"] or "", (found["country"] or "").lower()
    place = f"/{version}" if version else ""
    if found["public"]:
        if not found["kind"]:
            return Licence(stated, f"{_HOST}licenses/publicdomain/", "CC-PDDC")
        kind = found["kind"].lower()
        name = {"zero": "CC0", "mark": "CC-PDM"}[kind]
        url = f"{_HOST}publicdomain/{kind}{place or '/1.0'}/"
        return Licence(stated, url, f"{name}-{version or '1.0'}")
    terms = found["terms"].lower()
    url = f"{_HOST}licenses/{terms}{place}/" + (f"{country}/" if version and country else "")
    name = "-".join(["CC", terms.upper(), *([version] if version else [])])
    if version and country:
        name += f"-{country.upper()}"
    return Licence(stated, url, name)


def _in_words(stated: str, found: re.Match[str]) -> Licence:
    version = found["version"]
    if found["zero"] or found["mark"]:
        kind, name = ("zero", "CC0-1.0") if found["zero"] else ("mark", "CC-PDM-1.0")
        return Licence(stated, f"{_HOST}publicdomain/{kind}/1.0/", name)
    terms = re.sub(_NO_DERIVATIVES, "nd", found["terms"], flags=re.IGNORECASE)
    for words, short in _SHORT:
        terms = re.sub(words, short, terms, flags=re.IGNORECASE)
    parts = [part for part in re.split(r"[\s/_-]+", terms.lower()) if part]
    # The order in which Creative Commons writes them: attribution, then nc, nd, sa.
    short = "-".join(["by", *(p for p in ("nc", "nd", "sa") if p in parts)])
    name = "-".join(["CC", short.upper(), *([version] if version else [])])
    return Licence(stated, f"{_HOST}licenses/{short}/{version}/" if version else None, name)
