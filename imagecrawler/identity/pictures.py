"""Which URLs show the same picture, and the id under which the store keeps it.

Which parts of a URL only choose a rendition is data: see ``services.py``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

from imagecrawler.identity.resizing import (
    Address,
    Service,
    address_of,
    applies,
    inner_url,
    without_size,
)
from imagecrawler.identity.services import SERVICES
from imagecrawler.identity.urls import canonical_url, host_name

IMAGE_SUFFIXES = frozenset(
    ("jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "avif", "bmp", "tif", "tiff", "svg")
)
_MAY_END_LIKE_IMAGE = re.compile(
    rf"\.(?:{'|'.join(sorted(IMAGE_SUFFIXES))})(?:[?#]|$)", re.IGNORECASE
)

# Pictures repeat from page to page too; 4k entries of at most 4 kB bound what an attack costs.
_CACHE_ENTRIES = 4_096
# Longer URLs are their own identity: no server makes renditions of them, attackers do.
MAX_RESIZED_CHARS = 4_000

# host name -> the id in the path of its picture URLs
_NATIVE_IDS = {
    "images.unsplash.com": re.compile(r"/photo-(\d{13}-[0-9a-f]{12})(?![0-9A-Za-z])"),
    "plus.unsplash.com": re.compile(r"/premium_photo-(\d{13}-[0-9a-f]{12})(?![0-9A-Za-z])"),
}
_ID_SHAPE = re.compile(r"(?<![0-9A-Za-z])\d{13}-[0-9a-f]{12}(?![0-9A-Za-z])")


def is_image_file(url: str) -> bool:
    """Tell whether the path of ``url`` ends like an image file, in any case.

    ``/wiki/File:Photo.jpg`` does not: a colon in the last segment makes it a wiki's page.
    """
    if _MAY_END_LIKE_IMAGE.search(url) is None:  # most links, in a fifth of the time
        return False
    stem, _, suffix = _path(url).rpartition(".")
    if suffix.lower() not in IMAGE_SUFFIXES:
        return False
    name = stem.rpartition("/")[2]
    return ":" not in name and "%3a" not in name.lower()


def native_id(url: str) -> str | None:
    """Return the id that the picture's host gives it in the URL, or None.

    Only hosts known to do so: Unsplash.
    """
    pattern = _NATIVE_IDS.get(host_name(url))
    found = pattern.match(_path(url)) if pattern else None
    return found[1] if found else None


def id_shape(url: str) -> str | None:
    """Return the first part of the path that is shaped like an id, on any host, or None.

    It is an id only if the store already has it from that host: ask there.
    """
    found = _ID_SHAPE.search(_path(url))
    return found[0] if found else None


def derived_id(url: str) -> str:
    """Return the id of a picture whose host gives none, made from ``picture_url(url)``.

    13 decimal digits, a dash, 12 hex digits, evenly spread; the same for all renditions
    whose URLs the table of resizing habits leads to one picture URL.
    """
    digest = blake2b(picture_url(url).encode(errors="surrogatepass"), digest_size=16).digest()
    number = int.from_bytes(digest[:10], "big") % 10**13
    return f"{number:013d}-{digest[10:].hex()}"


@lru_cache(maxsize=_CACHE_ENTRIES)
def image_id(url: str) -> str:
    """Return the id of the picture behind ``url``: its native id, else a derived one."""
    return native_id(url) or derived_id(url)


@lru_cache(maxsize=_CACHE_ENTRIES)
def alias_key(url: str) -> int:
    """Return the 64 bits under which a rendition's URL is remembered as leading to its picture."""
    digest = blake2b(picture_url(url).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


@lru_cache(maxsize=_CACHE_ENTRIES)
def picture_url(url: str) -> str:
    """Return the canonical URL without what only chooses a rendition: the picture's identity.

    It need not be fetchable. Applying it twice changes nothing more.
    """
    url = canonical_url(url)
    if len(url) > MAX_RESIZED_CHARS:
        return url
    while len(shorter := canonical_url(_without_size(url))) < len(url):
        url = shorter  # Every step removes something, so this ends.
    return url


@lru_cache(maxsize=1_024)
def services_of(host: str) -> tuple[Service, ...]:
    """Return the rows of the table that may speak of a host, in their order."""
    return tuple(s for s in SERVICES if s.hosts is None or s.hosts.fullmatch(host))


def _without_size(url: str) -> str:
    address = address_of(url)
    if not address.path:
        return url
    for service in services_of(host_name(url)):
        if not applies(service, address):
            continue
        if (inner := inner_url(service, str(address))) is not None:
            return inner
        address = _guarded(service, address)
    return str(address)


def _guarded(service: Service, address: Address) -> Address:
    bare = without_size(service, address)
    if service.guarded and not bare.parameters and not is_image_file(address.origin + address.path):
        return address
    return bare


def _path(url: str) -> str:
    address = url.partition("?")[0].partition("#")[0]
    start = address.find("/", 8)
    return address[start:] if start >= 0 else ""
