"""What a page states of pictures, put together from its places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from imagecrawler.discovery.metadata import collapsed
from imagecrawler.identity.licences import licence_of
from imagecrawler.items import Stated

NOTHING = Stated()
_MAX_CHARS = 200
# Names of meta elements: Dublin Core (https://www.dublincore.org/specifications/dublin-core/),
# Open Graph (https://ogp.me/), the HTML standard, and what publishers use besides.
_AUTHORS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "twitter:creator",
    "byl",
    "citation_author",
)
_DATES = (
    "article:published_time",
    "date",
    "dc.date",
    "dcterms.date",
    "dcterms.created",
    "dc.date.issued",
    "parsely-pub-date",
    "pubdate",
    "publishdate",
    "citation_date",
)
_RIGHTS = ("dc.rights", "dcterms.rights", "copyright", "rights")
_LICENCES = ("dc.rights.license", "dcterms.license", "license")
_APART = ("author", "credit", "copyright", "date", "acquire_licence_page", "width_px", "height_px")
_LICENCE = ("licence", "licence_url", "licence_name", "licence_of_page")


def filled(stated: Stated, other: Stated) -> Stated:
    """Return the first with what the other one states where the first says nothing.

    A licence comes whole: the address of one and the name of another are none.
    """
    if other is NOTHING or stated is other:
        return stated
    if stated is NOTHING:
        return other
    names = [name for name in _APART if getattr(stated, name) is None]
    if stated.licence is None:
        names += _LICENCE
    return replace(stated, **{name: getattr(other, name) for name in names})


def agreed(several: Sequence[Stated]) -> Stated:
    """Return what none of several contradicts: where two differ, nothing. A licence is whole."""
    found = NOTHING
    for stated in several:
        found = filled(found, stated)
    names = [n for n in _APART if len({getattr(s, n) for s in several} - {None}) > 1]
    if len({tuple(getattr(s, n) for n in _LICENCE) for s in several if s.licence}) > 1:
        names += _LICENCE
    return replace(found, **{name: getattr(NOTHING, name) for name in names})


def of_licence(text: str | None, base_url: str, *, of_page: bool = False) -> dict[str, Any]:
    """Return the fields of `Stated` that name a licence; none for a text that names none."""
    licence = licence_of(text, base_url) if text else None
    if licence is None:
        return {}
    return {
        "licence": licence.stated,
        "licence_url": licence.url,
        "licence_name": licence.name,
        "licence_of_page": of_page,
    }


def stated_by_meta(meta: Mapping[str, Sequence[str]], base_url: str) -> Stated:
    """Return what a page's meta elements (lower-case name to contents) state of the page."""
    author = _first(meta, _AUTHORS, lambda text: "://" not in text)
    rights = _first(meta, _RIGHTS)
    date = _first(meta, _DATES)
    licence = _first(meta, _LICENCES)
    found = of_licence(licence, base_url, of_page=True)
    if not found and rights is not None:
        found = of_licence(rights, base_url, of_page=True)
        found = found if found.get("licence_name") else {}
    if not (author or rights or date or found):
        return NOTHING
    return Stated(author=author, copyright=rights, date=date, **found)


def _first(
    meta: Mapping[str, Sequence[str]], names: Sequence[str], is_good: Callable[[str], bool] = bool
) -> str | None:
    for name in names:
        for content in meta.get(name, ()):
            text = collapsed(content, _MAX_CHARS)
            if text is not None and is_good(text):
                return text
    return None
