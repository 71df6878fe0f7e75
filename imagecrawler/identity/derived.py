"""Which renditions of a picture a service would give for the asking, though no page offers them.

A derived rendition is a guess that has to prove itself: the page's own URLs stay the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from imagecrawler.identity.pictures import MAX_RESIZED_CHARS, picture_url, services_of
from imagecrawler.identity.resizing import (
    Address,
    Service,
    address_of,
    allowed_width,
    applies,
    is_signed,
    named_width,
    original_url,
    resized_url,
    widest_allowed,
)
from imagecrawler.identity.urls import host_name
from imagecrawler.items import ImageCandidate

_CACHE_ENTRIES = 4_096


def derived_renditions(url: str, wanted_px: int | None) -> tuple[ImageCandidate, ...]:
    """Return what may be asked for instead of ``url`` to get ``wanted_px`` pixels in width.

    None wants the original. In the order in which to ask: the smallest that is allowed and wide
    enough, the original where that is next, the widest that is allowed. An original has no
    ``width_px``. Nothing for a URL that names no size (it is the original), for a signed one,
    and for hosts and habits that the table does not know.

        derived_renditions("https://e.com/cdn/shop/a_300x.jpg", 1200)[0].url
            == "https://e.com/cdn/shop/a.jpg?width=1200"
    """
    if len(url) > MAX_RESIZED_CHARS:
        return ()
    return _derived(url, wanted_px)


@lru_cache(maxsize=_CACHE_ENTRIES)
def url_width(url: str) -> int | None:
    """Return the width that a URL names where the table knows how to read it, or None."""
    for service, address in _rows(url):
        if (width := named_width(service, address)) is not None:
            return width
    return None


def tells_the_original(url: str, width_px: int, height_px: int) -> bool:
    """Whether a rendition of this size, fetched from ``url``, shows how wide the original is.

    It does when a service that makes every size from the original gave less than was asked
    for, or was asked for the original. No other rendition of that picture can be wider there.
    """
    for service, address in _rows(url):
        if service.ask is None and service.original is None:
            continue
        if not _names_size(service, address) or original_url(service, address) == str(address):
            return True
        named = named_width(service, address)
        got = max(width_px, height_px) if service.by_edge else width_px
        return service.made_to_size and named is not None and got < named
    return False


@lru_cache(maxsize=_CACHE_ENTRIES)
def _derived(url: str, wanted_px: int | None) -> tuple[ImageCandidate, ...]:
    for service, address in _rows(url):
        if (service.ask or service.original) and _names_size(service, address):
            if is_signed(address):
                return ()
            found = _renditions(service, address, wanted_px)
            # Two habits in one URL can mislead: with another identity it is another picture.
            return tuple(c for c in found if picture_url(c.url) == picture_url(url))
    return ()


def _rows(url: str) -> Iterator[tuple[Service, Address]]:
    if len(url) > MAX_RESIZED_CHARS:
        return
    address = address_of(url)
    for service in services_of(host_name(url)):
        if applies(service, address):
            yield service, address


def _names_size(service: Service, address: Address) -> bool:
    if service.inner is not None:
        return True
    if service.cut is not None and service.cut.search(address.path):
        return True
    drop, stays = service.drop, service.stays
    return drop is not None and any(
        drop.fullmatch(p) and not (stays and stays.fullmatch(p)) for p in address.parameters
    )


def _renditions(
    service: Service, address: Address, wanted_px: int | None
) -> Iterator[ImageCandidate]:
    name, ask = service.name, service.ask
    enough = allowed_width(service, wanted_px) if wanted_px is not None and ask else None
    if ask is not None and enough is not None:
        yield ImageCandidate(resized_url(service, address, ask, enough), enough, derived_by=name)
    # A bound on the longer edge, or an error for more than there is, leaves the question open.
    is_open = service.refuses_wider or (service.by_edge and bool(service.sizes))
    original = original_url(service, address)
    if original is not None and (enough is None or is_open):
        yield ImageCandidate(original, derived_by=name if enough else f"{name}: original")
    if ask is not None and enough is None and (service.sizes or service.original is None):
        widest = widest_allowed(service)
        url = resized_url(service, address, ask, widest)
        yield ImageCandidate(url, widest, derived_by=f"{name}: widest")
