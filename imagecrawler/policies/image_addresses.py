"""What the address of an image says of what it is for: host, folders, name of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from imagecrawler.identity.urls import host_name
from imagecrawler.policies.image_names import SITEWIDE, words_of
from imagecrawler.policies.image_words import (
    AD_HOSTS,
    AD_PATHS,
    AD_SCRIPTS,
    AVATAR_HOSTS,
    AVATAR_PATHS,
    CONTROL_NAMES,
    COUNTER_PATHS,
    ICON_HOSTS,
    SOCIAL_NAMES,
    SPACER_NAMES,
    TRACKER_HOSTS,
    TRACKER_PATHS,
    WORDS,
)

_NUMBERS = re.compile(
    r"(?:^|[-_.@ ])(?:\d+(?:x\d*)?(?:px)?|x\d|v\d+|min|white|black|color|colour)(?=$|[-_.@ ])"
)
_HASHED = re.compile(r"[-_.][0-9a-f]{8,}$")
_PHOTO = frozenset(("jpg", "jpeg", "webp", "avif", "heic", "tif", "tiff"))
_DRAWN = frozenset(("svg", "ico", "gif"))
# A longer name is no bare "facebook" or "next".
_SHORT_CHARS = 40
# What frames a site's pages is met with each of them.
_CACHE = 2_048


@lru_cache(maxsize=_CACHE)
def address_marks(url: str, page_host: str) -> frozenset[str]:
    """Return what the address of an image says of what it is for, on a page of a host."""
    return frozenset(_address_marks(url, page_host))


def is_of_advertising(host: str, path: str) -> bool:
    """Whether an address is one of those who sell or count advertising."""
    return bool(_listed(host, path, _AD) or _listed(host, path, _TRACKERS))


def _address_marks(url: str, page_host: str) -> Iterator[str]:
    host, path, query = address_parts(url)
    for what, listed in _listings(host, path if host in _WITH_PATHS else ""):
        if not _belongs(page_host, listed):
            yield f"{what}:{listed}"
    address = f"{path}?{query}" if query else path
    if TRACKER_PATHS.search(address[:1_000]):
        yield "path:tracker"
    if COUNTER_PATHS.search(address[:1_000]):
        yield "path:counter"
    if AD_PATHS.search(path):
        yield "path:ad"
    if AD_SCRIPTS.search(path):
        yield "path:ad-script"
    if AVATAR_PATHS.search(path):
        yield "path:avatar"
    folder, _, file = path[:1_000].rpartition("/")
    yield from _file_marks(unquote(file))
    for segment in folder.split("/")[-4:]:
        for what in words_of(segment):
            if what in ("logo", "icon", "sprite", "emoji", "flag", "social", "payment", "badge"):
                yield f"path:{what}"


def _file_marks(file: str) -> Iterator[str]:
    stem, dot, suffix = file.rpartition(".")
    stem, suffix = (stem, suffix.lower()) if dot and len(suffix) <= 5 else (file, "")
    if suffix in _PHOTO:
        yield "type:photo"
    elif suffix in _DRAWN:
        yield f"type:{suffix}"
    for what in words_of(stem.replace(".", "-")):
        if what not in SITEWIDE and what not in ("content", "round", "comment"):
            yield f"file:{what}"
    if len(stem) > _SHORT_CHARS:
        return
    bare = _NUMBERS.sub("", _HASHED.sub("", stem.lower())).strip("-_.@ ")
    for affix in ("icon", "ico", "logo", "btn", "button", "ic"):
        bare = bare.removeprefix(f"{affix}-").removeprefix(f"{affix}_")
        bare = bare.removesuffix(f"-{affix}").removesuffix(f"_{affix}")
    if bare in SOCIAL_NAMES:
        yield "file:social"
    elif bare in CONTROL_NAMES:
        yield "file:control"
    elif bare in SPACER_NAMES:
        yield "file:spacer"
    elif WORDS.get(bare) in ("badge", "icon"):
        yield "file:icon"


Listed = tuple[frozenset[str], dict[str, tuple[str, ...]]]


def _as_listed(entries: frozenset[str]) -> Listed:
    """Split a list into hosts (with all below them) and hosts with the beginning of a path."""
    paths: dict[str, tuple[str, ...]] = {}
    for entry in sorted(entries):
        host, slash, path = entry.partition("/")
        if slash:
            host = _without_www(host)
            paths[host] = (*paths.get(host, ()), "/" + path)
    return frozenset(entry for entry in entries if "/" not in entry), paths


@lru_cache(maxsize=_CACHE)
def _listings(host: str, path: str) -> tuple[tuple[str, str], ...]:
    """Return the lists that have a host (with a path where that matters), and what they say."""
    found = ((what, _listed(host, path, hosts)) for what, hosts in _HOST_MARKS)
    return tuple((what, listed) for what, listed in found if listed is not None)


def _listed(host: str, path: str, listed: Listed) -> str | None:
    hosts, paths = listed
    for begin in paths.get(host, ()):
        if path.startswith(begin):
            return host + begin
    while "." in host:
        if host in hosts:
            return host
        host = host.partition(".")[2]
    return None


def _belongs(page_host: str, listed: str) -> bool:
    """Whether a page is one of a listed service itself: there its images are content."""
    host = listed.partition("/")[0]
    owner = ".".join(host.split(".")[-2:])
    return page_host == owner or page_host.endswith("." + owner)


def address_parts(url: str) -> tuple[str, str, str]:
    """Return host (without ``www.``), path and query of an absolute URL, as serialised."""
    address, _, query = url.partition("?")
    path = address.partition("://")[2].partition("/")[2]
    return _without_www(host_name(url)), "/" + path, query


def _without_www(host: str) -> str:
    return host.removeprefix("www.")


_TRACKERS, _AD = _as_listed(TRACKER_HOSTS), _as_listed(AD_HOSTS)
_HOST_MARKS = (
    ("tracker-host", _TRACKERS),
    ("ad-host", _AD),
    ("avatar-host", _as_listed(AVATAR_HOSTS)),
    ("icon-host", _as_listed(ICON_HOSTS)),
)
_WITH_PATHS = frozenset(host for _, (_, paths) in _HOST_MARKS for host in paths)
