"""What can be read of JSON that is torn: complete values by their names, nothing guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from imagecrawler.coordinator.pages import ENTRY_FIELDS
from imagecrawler.storage.queue import Entry

_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*')


def values(data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield each name and complete value; of an object that is torn, its own values."""
    text = data.decode("utf-8", "replace")
    decoder = json.JSONDecoder()
    place = 0
    while match := _NAME.search(text, place):
        try:
            value, place = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            place = match.end()
        else:
            yield match[1], value


def entries(data: bytes) -> list[Entry]:
    """Return the queue entries of a torn batch, the one at the tear with what is left of it."""
    found: list[Entry] = []
    in_torn_entry = False
    for name, value in values(data):
        if isinstance(value, dict) and isinstance(value.get("url"), str):
            found.append(value)
            in_torn_entry = False
        elif isinstance(value, str) and value.startswith(("http://", "https://")):
            found.append({"url": value})
            in_torn_entry = name == "url"
        elif in_torn_entry and name in ENTRY_FIELDS:
            found[-1][name] = value
    return found


def entry_of_line(data: bytes) -> list[Entry]:
    """Return the queue entry of a page whose line is torn, or none."""
    found = dict(values(data))
    if not isinstance(found.get("url"), str):
        return []
    return [{"url": found["url"], **{k: found[k] for k in ENTRY_FIELDS if k in found}}]


def first_url(data: bytes) -> str | None:
    """Return the value of the first ``url`` of a torn record."""
    urls = (value for name, value in values(data) if name == "url" and isinstance(value, str))
    return next((url for url in urls if url.startswith(("http://", "https://"))), None)
