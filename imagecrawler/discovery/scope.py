"""Which pages belong to a crawl: five kinds of scope, each a short string in a queue entry."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import tldextract

from imagecrawler.identity.urls import absolute_url, authority, host_name

ScopeKind = Literal["page", "path", "host", "domain", "any"]

_KINDS: tuple[str, ...] = get_args(ScopeKind)

# `index.html`, and not `v1.2`: what a start's path may end with and still mean its folder.
_FILE_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")

# The list that comes with the package: never fetched, never written to a cache folder.
_suffixes = tldextract.TLDExtract(
    cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a link must be to be queued: ``str(scope)`` and ``Scope.parse`` are inverse.

    ====================================  ====================================================
    ``page``                              none: links are not followed
    ``path:https://example.com/a/``       the authority, and paths that begin so
    ``host:example.com:8000``             the authority, http or https alike
    ``domain:example.com``                the registrable domain, on any port
    ``any``                               every page
    ====================================  ====================================================

    ``value`` is what follows the colon, ``""`` for page and any.
    """

    kind: ScopeKind
    value: str = ""

    @classmethod
    def of(cls, kind: str, start_url: str) -> Scope:
        """Return the scope of this kind around a start URL.

            str(Scope.of("path", "https://example.com/a/b.html")) == "path:https://example.com/a/"

        A path without a final slash also admits itself and what lies below it: a start at
        ``/gallery`` admits ``/gallery`` and ``/gallery/…``, and not ``/galleryx``.

        Raises:
            ValueError: no such kind, or a start that is no http or https URL.
        """
        url = absolute_url(start_url, "")
        if url is None:
            raise ValueError(f"{start_url!r} is not an http or https URL")
        if kind == "page":
            return cls("page")
        if kind == "any":
            return cls("any")
        if kind == "host":
            return cls("host", authority(url))
        if kind == "domain":
            return cls("domain", _registrable_domain(host_name(url)))
        if kind == "path":
            return cls("path", _path_root(url))
        raise ValueError(f"{kind!r} is no scope; use one of {', '.join(_KINDS)}")

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Return the scope that ``text`` stands for.

        Raises:
            ValueError: text that ``str(scope)`` never gives.
        """
        kind, _, value = text.partition(":")
        if text == "page":
            return cls("page")
        if text == "any":
            return cls("any")
        if value:
            if kind == "host" and authority(absolute_url(f"https://{value}/", "") or "") == value:
                return cls("host", value)
            if kind == "domain" and _registrable_domain(value) == value and _is_host(value):
                return cls("domain", value)
            if kind == "path" and absolute_url(value, "") == value and "?" not in value:
                return cls("path", value)
        raise ValueError(f"{text!r} is no scope, such as 'page', 'any' or 'host:example.com'")

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else self.kind

    def admits(self, url: str) -> bool:
        """Tell whether a page at ``url``, as ``absolute_url`` returns it, belongs to the scope."""
        kind = self.kind
        if kind == "host":
            return authority(url) == self.value
        if kind == "any":
            return True
        if kind == "page":
            return False
        if kind == "domain":
            return _registrable_domain(host_name(url)) == self.value
        return _is_below(url, self.value)


def _path_root(url: str) -> str:
    """Return the path that a start URL stands for: a file stands for its folder."""
    address = url.partition("?")[0]
    folder, _, name = address.rpartition("/")
    return f"{folder}/" if _FILE_NAME.search(name) else address


def _is_below(url: str, root: str) -> bool:
    if authority(url) != authority(root):
        return False
    path, top = _path(url), _path(root)
    return path.startswith(top if top.endswith("/") else f"{top}/") or path == top


def _path(url: str) -> str:
    address = url.partition("?")[0]
    return address[address.index("/", 8) :] if address.find("/", 8) >= 0 else "/"


@lru_cache(maxsize=16_384)
def _registrable_domain(host: str) -> str:
    """Return the registrable domain; the host itself for addresses and single labels."""
    if ":" in host or host.rpartition(".")[2].isdigit():
        return host
    found = _suffixes(host.rstrip("."))
    return found.top_domain_under_public_suffix or host


def _is_host(value: str) -> bool:
    if ":" in value:
        try:
            ipaddress.IPv6Address(value)
        except ValueError:
            return False
        return True
    return host_name(absolute_url(f"https://{value}/", "") or "") == value
