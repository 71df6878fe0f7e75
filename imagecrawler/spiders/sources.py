"""The sources of a ``feed`` run, as its arguments describe them: text in, checked values out."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from imagecrawler.discovery.paging.templates import counted_url, head_place, source_url_fault
from imagecrawler.exceptions import ArgumentError
from imagecrawler.identity.urls import page_key
from imagecrawler.items import Source

_TABLE = "source"
_MAX_NAME_CHARS = 100


def read_sources(path: str, *, policies: Collection[str]) -> tuple[Source, ...]:
    """Return the sources that a TOML file describes, a ``[[source]]`` table each.

        [[source]]
        url = "https://example.com/new?page={page}"   # the only key that must be there
        name = "example"        # default: the URL without its scheme
        policy = "fresh"        # one of ``policies``; default: the run's
        weight = 2.0            # how much more its news matter than those of others
        tags = ["boats"]        # put on all of its images
        first = 0               # what the site calls its newest page; {page:0} says the same
        step = 1                # how far apart two pages are; {page:0:1} says the same

    Raises:
        ArgumentError: one line with the file, the table and the key that cannot be used.
    """
    try:
        with Path(path).open("rb") as file:
            data = tomllib.load(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"-a sources={path}: the file cannot be read ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"-a sources={path}: not TOML ({error})") from None
    tables = data.pop(_TABLE, None)
    for key in data:
        raise ArgumentError(f"-a sources={path}: {key!r} is not in a [[{_TABLE}]] table")
    if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
        raise ArgumentError(f"-a sources={path}: write a [[{_TABLE}]] table for each source")
    sources = []
    for number, table in enumerate(tables, 1):
        try:
            sources.append(_source(table, policies))
        except ValueError as fault:
            where = f"[[{_TABLE}]] {number}"
            raise ArgumentError(f"-a sources={path}: {where}: {fault}") from None
    return _each_once(sources, f"-a sources={path}")


def sources_of(urls: Sequence[str]) -> tuple[Source, ...]:
    """Return a source for each of the URLs that ``start`` names, which may count their pages.

    Raises ArgumentError.
    """
    for url in urls:
        if (fault := source_url_fault(url)) is not None:
            raise ArgumentError(f"-a start={url}: {fault}")
    sources = []
    for text in urls:
        url, counts = counted_url(text)
        sources.append(Source(_default_name(text), url, **counts))
    return _each_once(sources, "-a start")


def _source(table: Mapping[str, Any], policies: Collection[str]) -> Source:
    for key in table:
        if key not in _CHECKS:
            raise ValueError(f"there is no key {key!r}; it takes {', '.join(_CHECKS)}")
    if "url" not in table:
        raise ValueError("url is missing: give the address of its newest page")
    for key, value in table.items():
        if (fault := _CHECKS[key](value)) is not None:
            raise ValueError(f"{key} = {_shown(value)}: {fault}")
    if "policy" in table and table["policy"] not in policies:
        raise ValueError(f"policy = {_shown(table['policy'])}: choose one of {', '.join(policies)}")
    text = table["url"].strip()
    url, counts = counted_url(text)
    for key in ("first", "step"):
        if key in table and not ("{page}" in url or "{offset}" in url):
            raise ValueError(f"{key}: its url has no {{page}} or {{offset}} to count with")
        if key in table and key in counts:
            raise ValueError(f"{key} = {table[key]}: its url says {counts[key]}; say it once")
    given = {key: value for key, value in table.items() if key not in ("url", "name", "tags")}
    name = table.get("name", "").strip() or _default_name(text)
    return Source(name, url, tags=tuple(table.get("tags", ())), **counts, **given)


def _url_fault(value: Any) -> str | None:
    return source_url_fault(value.strip()) if isinstance(value, str) else "give a text"


def _name_fault(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return "give a text of one line"
    return f"give at most {_MAX_NAME_CHARS} characters" if len(value) > _MAX_NAME_CHARS else None


def _policy_fault(value: Any) -> str | None:
    return None if isinstance(value, str) else "give the name of a policy"


def _weight_fault(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and math.isfinite(value) and value > 0 else "give a number above 0"


def _tags_fault(value: Any) -> str | None:
    is_good = isinstance(value, list) and all(isinstance(t, str) and t.strip() for t in value)
    return None if is_good else "give a list of texts"


def _whole_fault(least: int) -> Callable[[Any], str | None]:
    def fault(value: Any) -> str | None:
        is_good = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return None if is_good else f"give a whole number, {least} or more"

    return fault


_CHECKS: Mapping[str, Callable[[Any], str | None]] = {
    "url": _url_fault,
    "name": _name_fault,
    "policy": _policy_fault,
    "weight": _weight_fault,
    "tags": _tags_fault,
    "first": _whole_fault(0),
    "step": _whole_fault(1),
}


def _each_once(sources: Sequence[Source], argument: str) -> tuple[Source, ...]:
    """Return the sources, no two with one name or, by which the store keeps them, one first page.

    Raises ArgumentError.
    """
    names: dict[str, int] = {}
    pages: dict[str, int] = {}
    for number, source in enumerate(sources, 1):
        if (other := names.setdefault(source.name, number)) != number:
            raise ArgumentError(
                f"{argument}: sources {other} and {number} are both named {source.name!r}; "
                "give them names that differ"
            )
        newest = head_place(source).url
        if (other := pages.setdefault(page_key(newest), number)) != number:
            raise ArgumentError(
                f"{argument}: sources {other} and {number} have one newest page, {newest}; "
                "name it once, with all its tags"
            )
    return tuple(sources)


def _default_name(url: str) -> str:
    return url.partition("://")[2].rstrip("/")[:_MAX_NAME_CHARS]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
