"""What is asked for a lease: its request, with headers and meta."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from imagecrawler.coordinator.contract import Lease
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.policies.failures import RetryRules

R = TypeVar("R")

# Some hosts answer what accepts HTML with a page about the image. The kinds are not named: servers
# that choose by them would give a copy of the photograph, encoded once more as WebP or AVIF.
_IMAGES_ACCEPTED = "image/*,*/*;q=0.8"


class Asker(Generic[R]):
    """Makes the requests of leases with ``make``, which is Scrapy's class of requests."""

    def __init__(
        self,
        make: Callable[..., R],
        *,
        spider: Any,
        errback: Callable[..., Any],
        page_max_bytes: int,
        content_filter: ContentFilter,
        retries: RetryRules,
    ) -> None:
        self._make = make
        self._spider = spider
        self._errback = errback
        self._page_max_bytes = page_max_bytes
        self._content_filter = content_filter
        self._retries = retries

    def request(self, lease: Lease) -> R:
        """Return the request of a page or an image. Raises ValueError: its URL is none."""
        headers = _headers_of(lease)
        if lease.kind == "page":
            meta = _page_meta(lease, headers=headers, max_bytes=self._page_max_bytes)
            # What a server always breaks off is a page to browsers: wrong lengths are common.
            meta["download_fail_on_dataloss"] = not self._is_last_try(lease)
            return self._request(lease, self._spider.parse_page, headers, meta)
        meta = _image_meta(lease, content_filter=self._content_filter)
        return self._request(lease, self._spider.parse_image, headers, meta)

    def list_request(
        self, lease: Lease, *, headers: dict[str, str], callback: Callable[..., Any]
    ) -> R:
        """Return the request of a list page, with the headers that its source asks for."""
        meta = _text_meta(lease, headers=headers, max_bytes=self._page_max_bytes)
        return self._request(lease, callback, headers, meta)

    def _is_last_try(self, lease: Lease) -> bool:
        wait = self._retries.wait_seconds(attempts=lease.attempts + 1, reason="broken-off")
        return wait is None

    def _request(
        self,
        lease: Lease,
        callback: Callable[..., Any],
        headers: dict[str, str],
        meta: dict[str, Any],
    ) -> R:
        return self._make(
            lease.url,
            callback=callback,
            errback=self._errback,
            headers=headers,
            meta=meta,
            dont_filter=True,
        )


def _headers_of(lease: Lease) -> dict[str, str]:
    """Return the headers of a page's or an image's request."""
    if lease.kind == "page":
        return _conditional_headers(lease.entry)
    headers = {"Accept": _IMAGES_ACCEPTED}
    page = lease.entry.get("page")
    return headers | ({"Referer": page} if isinstance(page, str) and page else {})


def _page_meta(lease: Lease, *, headers: Mapping[str, str], max_bytes: int) -> dict[str, Any]:
    """Return the meta of a page's request."""
    meta = _found_meta(lease) | _text_meta(lease, headers=headers, max_bytes=max_bytes)
    if hops := lease.entry.get("hops"):
        meta["redirect_times"] = hops
    return meta


def _image_meta(lease: Lease, *, content_filter: ContentFilter) -> dict[str, Any]:
    """Return the meta of an image's request."""
    return _found_meta(lease) | {"content_filter": content_filter}


def _text_meta(lease: Lease, *, headers: Mapping[str, str], max_bytes: int) -> dict[str, Any]:
    """Return the meta of what is read as text; with ``headers``, 304 is an answer to it."""
    meta = _meta(lease) | {"download_maxsize": max_bytes}
    if headers:
        meta["handle_httpstatus_list"] = [304]
    return meta


def _found_meta(lease: Lease) -> dict[str, Any]:
    return _meta(lease) | {"depth": lease.entry.get("depth", 0)}


def _meta(lease: Lease) -> dict[str, Any]:
    return {"lease": lease, "leased_at": time.monotonic()}


def _conditional_headers(entry: dict[str, Any]) -> dict[str, str]:
    pairs = {"If-None-Match": entry.get("etag"), "If-Modified-Since": entry.get("last_modified")}
    return {name: value for name, value in pairs.items() if isinstance(value, str)}
