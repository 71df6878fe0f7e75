"""What is asked for a lease: the headers and the meta of its request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from imagecrawler.coordinator.contract import Lease
from imagecrawler.policies.content_filter import ContentFilter


def headers_of(lease: Lease) -> dict[str, str]:
    """Return the headers of a page's or an image's request."""
    if lease.kind == "page":
        return _conditional_headers(lease.entry)
    page = lease.entry.get("page")
    return {"Referer": page} if isinstance(page, str) and page else {}


def page_meta(lease: Lease, *, headers: Mapping[str, str], max_bytes: int) -> dict[str, Any]:
    """Return the meta of a page's request."""
    meta = _meta(lease) | text_meta(lease, headers=headers, max_bytes=max_bytes)
    if hops := lease.entry.get("hops"):
        meta["redirect_times"] = hops
    return meta


def image_meta(lease: Lease, *, content_filter: ContentFilter) -> dict[str, Any]:
    """Return the meta of an image's request."""
    return _meta(lease) | {"content_filter": content_filter}


def text_meta(lease: Lease, *, headers: Mapping[str, str], max_bytes: int) -> dict[str, Any]:
    """Return the meta of what is read as text; with ``headers``, 304 is an answer to it."""
    meta: dict[str, Any] = {"lease": lease, "download_maxsize": max_bytes}
    if headers:
        meta["handle_httpstatus_list"] = [304]
    return meta


def _meta(lease: Lease) -> dict[str, Any]:
    depth = lease.entry.get("depth", 0)
    return {"lease": lease, "depth": depth, "leased_at": time.monotonic()}


def _conditional_headers(entry: dict[str, Any]) -> dict[str, str]:
    pairs = {"If-None-Match": entry.get("etag"), "If-Modified-Since": entry.get("last_modified")}
    return {name: value for name, value in pairs.items() if isinstance(value, str)}
