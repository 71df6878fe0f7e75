"""A page of a JSON interface: which of its lists has the items, and how to go on below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from imagecrawler.discovery.paging.json_images import item_finds
from imagecrawler.discovery.paging.json_words import Entry, bare_name, by_name, entry_id, entry_page
from imagecrawler.identity.urls import absolute_url

_MAX_DEPTH = 6
_MAX_LISTS = 20
_MAX_OBJECTS = 200
_MAX_ENTRIES = 1_000
_ASKED = 3  # Entries that tell what a list is a list of.
_WRAPPERS = ("node", "data", "attributes", "post", "item", "media")
_NEXT_URLS = ("nexturl", "nextpageurl", "nextlink", "odatanextlink", "nexthref", "nextpagelink")
_NEXT = ("next", "nextpage", "older", "forward")
# What a cursor is called, and the parameter that it is given back in.
_CURSORS = {
    "nextcursor": "cursor",
    "nextmaxid": "max_id",
    "maxid": "max_id",
    "nextpagetoken": "pageToken",
    "continuation": "continuation",
    "endcursor": "after",
    "after": "after",
    "nextoffset": "offset",
    "nextpage": "page",
    "cursor": "cursor",
    "next": "cursor",
}
_NO_MORE = frozenset(("hasmore", "hasnext", "hasnextpage", "moreavailable", "hasmoreitems"))
_AT_END = frozenset(("atend", "islastpage", "lastpage", "isend", "finished"))

_FAULTS = ("error", "errors", "fault", "message")
_GOOD = ("success", "ok")


@dataclass(frozen=True, slots=True)
class Onward:
    """How a page of a JSON interface goes on: by a URL, or by a cursor for a parameter."""

    url: str | None = None
    cursor: str | None = None
    parameter: str = "cursor"


def listed_entries(data: Any) -> list[Entry] | None:
    """Return the items of a page in their order; None for what holds no list.

    Of several lists it is the one whose entries have pictures, then the one with ids, then the
    longest. Entries come out of what wraps them: ``data`` of reddit, ``node`` of GraphQL,
    ``attributes`` of JSON:API.
    """
    lists = list(_lists(data))
    if not lists:
        return None
    best = max(lists, key=lambda entries: (_worth(entries), len(entries)))
    return [_unwrapped(entry) for entry in best[:_MAX_ENTRIES]]


def is_refusal(data: Any) -> bool:
    """Whether an answer without a list says that something went wrong, or is no object at all."""
    if not isinstance(data, Mapping):
        return True
    fields = by_name(data)
    is_bad = any(fields.get(name) is False for name in _GOOD) or fields.get("stat") == "fail"
    return is_bad or any(fields.get(name) for name in _FAULTS)


def onward(data: Any) -> Onward | None:
    """Return how to go on below a page, None where it says that there is nothing, or nothing."""
    if not isinstance(data, Mapping):
        return None
    envelopes = _envelopes(data)
    for fields in envelopes:
        if any(fields.get(name) is False for name in _NO_MORE):
            return None
        if any(fields.get(name) is True for name in _AT_END):
            return None
    for read in (_next_url, _cursor):
        for fields in envelopes:
            if (found := read(fields)) is not None:
                return found
    return None


def with_parameter(url: str, name: str, value: str) -> str:
    """Return a URL with one parameter of its query set, in its place where it has it already."""
    bare, _, query = url.partition("?")
    pairs = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k != name]
    return f"{bare}?{urlencode([*pairs, (name, value)])}"


def _lists(data: Any) -> Iterator[list[Entry]]:
    waiting: list[tuple[Any, int]] = [(data, 0)]
    found = 0
    while waiting and found < _MAX_LISTS:
        value, depth = waiting.pop(0)
        if isinstance(value, list):
            entries = [entry for entry in value if isinstance(entry, Mapping)]
            if entries or not value:
                found += 1
                yield entries
        elif isinstance(value, Mapping) and depth < _MAX_DEPTH:
            waiting += [(inner, depth + 1) for inner in list(value.values())[:200]]


def _worth(entries: list[Entry]) -> float:
    """Return how much entries are like the items of a list of pictures."""
    asked = [_unwrapped(entry) for entry in entries[:_ASKED]]
    if not asked:
        return 0
    base = "https://example.com/"
    worth = 0.0
    for entry in asked:
        has_name = entry_id(entry) is not None or entry_page(entry, base) is not None
        worth += 2 * bool(item_finds(entry, base)) + has_name
    return worth / len(asked)


def _unwrapped(entry: Entry) -> Entry:
    for name in _WRAPPERS:
        inner = entry.get(name)
        if isinstance(inner, Mapping) and len(inner) > 1 and len(inner) >= len(entry) - 1:
            return {**{key: v for key, v in entry.items() if key != name}, **inner}
    return entry


def _envelopes(data: Entry) -> list[dict[str, Any]]:
    """Return the fields of every object of a page that is in no list, the outermost first."""
    objects = [data]
    for value in objects:  # It grows as it is gone through.
        objects += [inner for inner in value.values() if isinstance(inner, Mapping)]
        if len(objects) > _MAX_OBJECTS:
            break
    return [by_name(value) for value in objects[:_MAX_OBJECTS]]


def _next_url(fields: Mapping[str, Any]) -> Onward | None:
    for name in (*_NEXT_URLS, *_NEXT):
        value = fields.get(name)
        if isinstance(value, Mapping):
            inner = by_name(value)
            value = inner.get("href", inner.get("url"))
        if isinstance(value, str) and re.match(r"https?://|[/?]", value, re.IGNORECASE):
            return Onward(url=value)
    return None


def _cursor(fields: Mapping[str, Any]) -> Onward | None:
    for name, parameter in _CURSORS.items():
        value = fields.get(name)
        if isinstance(value, int | str) and not isinstance(value, bool) and str(value).strip():
            return Onward(cursor=str(value), parameter=parameter)
    return None


def onward_url(found: Onward, url: str) -> str | None:
    """Return the absolute URL that ``onward`` of the page at ``url`` means.

    A cursor goes into the parameter that the URL has for one, else into its usual one.
    """
    if found.url is not None:
        return absolute_url(found.url, url)
    if found.cursor is None:
        return None
    query = [name for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)]
    wanted = bare_name(found.parameter)
    own = [name for name in query if bare_name(name) == wanted]
    return absolute_url(with_parameter(url, (own or [found.parameter])[0], found.cursor), url)
