"""Pages whose addresses count: what the address of the next one tells of all others."""

from __future__ import annotations

import re

from imagecrawler.identity.urls import canonical_url
from imagecrawler.items import Numbering

PAGE_NUMBER = re.compile(
    r"(?:[?&](?:page|paged|pg|p|pagina|seite|pageno|page_no|pagenumber|pn|pid)="
    r"|/(?:page|seite|pagina|p)[/-]?)([0-9]{1,7})(?![0-9])",
    re.IGNORECASE,
)
_ITEM_NUMBER = re.compile(
    r"[?&](?:offset|start|skip|from|first|startindex|start_index)=([0-9]{1,9})(?![0-9])",
    re.IGNORECASE,
)
# Values that name an item, or a place in a database's order: new items do not move them.
_CURSOR = re.compile(
    r"[?&](?:after|before|older|until|max[_-]?id|max_?timestamp|cursor|end_?cursor|page_?token"
    r"|continuation|last_?id|from_?id|below|start_?after|starting_after|marker|token|since)=[^&]",
    re.IGNORECASE,
)


def is_cursor(url: str) -> bool:
    """Tell whether a URL asks for what is below an item, and not for a counted page."""
    return _CURSOR.search(url) is not None and PAGE_NUMBER.search(url) is None


def counted_list(url: str) -> str | None:
    """Return the list of which ``url`` asks for a counted page, by its query; None: it does not.

    It is the canonical URL without what counts: ``/list?page=3&tag=x`` is of ``/list?tag=x``.
    """
    query = url.find("?")
    for pattern in (PAGE_NUMBER, _ITEM_NUMBER):
        if query >= 0 and (found := pattern.search(url, query)) is not None:
            return canonical_url(url[: found.start() + 1] + url[found.end() :])
    return None


def inferred_numbering(url: str, older: str, *, head: str) -> Numbering | None:
    """Return how a site counts its pages, from the page at ``url`` and the one below it.

    None where the two do not differ by a step from one number to the next: a guess that is wrong
    would ask for pages that nobody wrote. ``head`` is the newest page; one without a number is
    the first of pages, or before the first item.
    """
    for pattern, unsaid in ((PAGE_NUMBER, 1), (_ITEM_NUMBER, 0)):
        below = pattern.search(older)
        if below is None or "{n}" in older:
            continue
        here, first = pattern.search(url), pattern.search(head)
        step = int(below[1]) - (int(here[1]) if here else unsaid)
        if step != 1 if pattern is PAGE_NUMBER else step < 2:
            continue
        template = _with_field(below)
        if here is None or _with_field(here) == template:
            return Numbering(template, int(first[1]) if first else unsaid, step)
    return None


def _with_field(found: re.Match[str]) -> str:
    return f"{found.string[: found.start(1)]}{{n}}{found.string[found.end(1) :]}"
