"""A source's URL as a person writes it, with `{page}`, `{offset}` or `{cursor}` in it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Numbering, Place, Source

_FIELD = re.compile(r"\{(page|offset|cursor)\}")
_COUNTED = re.compile(r"\{(page|offset):([0-9]{1,9})(?::([1-9][0-9]{0,8}))?\}")
# Letters that no serialiser of URLs changes.
_NUMBER_MARK = "zqnumberqz"


def source_url_fault(text: str) -> str | None:
    """Return why ``text`` can be no source's URL, in half a line; None: it can."""
    text = counted_url(text)[0]
    fields = _FIELD.findall(text)
    if len(fields) > 1:
        return "one of {page}, {offset} and {cursor}, once, is all that it may have"
    if "{" in (rest := _FIELD.sub("", text)) or "}" in rest:
        return "it may have {page}, {offset} or {cursor}, or as {page:0} counts, no other braces"
    if not re.match(r"https?://[^/?#]", text, re.IGNORECASE) or not _filled(text, "1"):
        return "it is no URL that can be crawled; write it out, as https://example.com/new"
    return None


def counted_url(text: str) -> tuple[str, dict[str, Any]]:
    """Return a source's URL without what it says of counting, and that: ``first`` and ``step``.

    ``{page:0}`` begins at 0, ``{offset:0:20}`` has 20 items a page. What it does not say is not
    in there.
    """
    said = _COUNTED.search(text)
    if said is None:
        return text, {}
    numbers = {"first": said[2], "step": said[3]}
    counts = {name: int(number) for name, number in numbers.items() if number is not None}
    return f"{text[: said.start()]}{{{said[1]}}}{text[said.end() :]}", counts


def head_place(source: Source) -> Place:
    """Return the newest list page of a source."""
    field = _FIELD.search(source.url)
    if field is None or field[1] == "cursor":
        return Place(_filled(source.url, ""))
    return Place(_filled(source.url, str(_first(source))), _first(source))


def numbering(source: Source, *, page_size: int) -> Numbering | None:
    """Return how a source counts its pages, None where its URL does not say.

    ``page_size``, 1 or more, is how far apart two pages are where items are counted and the
    source does not say.
    """
    field = _FIELD.search(source.url)
    if field is None or field[1] == "cursor":
        return None
    template = _filled(source.url, _NUMBER_MARK).replace(_NUMBER_MARK, "{n}")
    step = source.step or (1 if field[1] == "page" else page_size)
    return Numbering(template, _first(source), step)


def cursor_place(source: Source, cursor: str) -> Place | None:
    """Return the page that a cursor leads to; None where the source's URL has no place for it."""
    if "{cursor}" not in source.url:
        return None
    return Place(_filled(source.url, quote(cursor, safe="")))


def _first(source: Source) -> int:
    return source.first if source.first is not None else int("{page}" in source.url)


def _filled(text: str, value: str) -> str:
    return absolute_url(_FIELD.sub(lambda _: value, text.strip()), "") or ""
