"""Headers that the user wants said to certain sites, and to no other."""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import ada_url

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~]*")
# What says how a message is sent is not the user's to say; cookies have rules of their own.
_NOT_OURS = re.compile(
    r"connection|content-length|cookie|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SiteHeaders:
    """Headers by origin (``https://example.com``, a port where it is not the scheme's own)."""

    by_origin: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, url: str) -> Mapping[str, str]:
        """Return what is said to the origin of ``url``: none for another scheme, host or port."""
        if not self.by_origin:
            return {}
        try:
            return self.by_origin.get(ada_url.URL(url).origin, {})
        except ValueError:
            return {}


def parse_site_headers(text: str) -> SiteHeaders:
    """Return what a file says: origins in brackets, below each its headers, a line each::

        [https://example.com https://img.example.com]
        Authorization: Bearer 0123

    A line that begins with ``#`` is a comment.

    Raises:
        ValueError: something else; one line, without the values.
    """
    parser = configparser.RawConfigParser(
        delimiters=(":",), comment_prefixes=("#",), default_section="", empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(_said(error)) from None
    found: dict[str, dict[str, str]] = {}
    for section in parser.sections():
        headers = dict(parser.items(section))
        for name, value in headers.items():
            _check(name, value)
        for origin in section.split():
            found.setdefault(_origin(origin), {}).update(headers)
    if not any(found.values()):
        raise ValueError("it has no header; write [https://example.com], and below it Name: value")
    return SiteHeaders(found)


def _said(error: configparser.Error) -> str:
    if isinstance(error, configparser.MissingSectionHeaderError):
        return (
            f"line {error.lineno} stands below no site; write one above it: [https://example.com]"
        )
    if isinstance(error, configparser.ParsingError):
        return f"line {error.errors[0][0]} is no header: write Name: value"
    if isinstance(error, (configparser.DuplicateOptionError, configparser.DuplicateSectionError)):
        return f"line {error.lineno} says again what stands above it"
    return "it is no list of headers"


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header")
    if _NOT_OURS.fullmatch(name):
        instead = "; cookies come from COOKIES_FILE" if name.lower() == "cookie" else ""
        raise ValueError(f"{name} is not to be set by hand{instead}")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of {name} goes over several lines, or is not ASCII")


def _origin(text: str) -> str:
    try:
        url = ada_url.URL(text)
    except ValueError:
        url = None
    if url is None or url.protocol not in ("http:", "https:") or url.pathname != "/":
        raise ValueError(f"[{text}] is no site: write it like [https://example.com]")
    return str(url.origin)
