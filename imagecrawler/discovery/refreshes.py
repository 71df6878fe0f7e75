"""Where a page goes on to by itself: what its ``Refresh`` header or a meta element says."""

from __future__ import annotations

import re

from imagecrawler.identity.urls import absolute_url

_SAID = re.compile(r"\s*(?P<seconds>\d+|(?=\.))[\d.]*(?=[\s;,])\s*[;,]?\s*(?P<to>.*)", re.DOTALL)
_NAME = re.compile(r"url\s*=\s*", re.IGNORECASE)


def refresh_target(said: str, base_url: str) -> tuple[float, str] | None:
    """Return after how many seconds, and to which URL; None: a reload, or nowhere on the web.

    The shared declarative refresh steps of
    https://html.spec.whatwg.org/multipage/document-lifecycle.html#shared-declarative-refresh-steps
    """
    if (found := _SAID.match(said)) is None:
        return None
    to = found["to"]
    if (name := _NAME.match(to)) is not None:
        to = to[name.end() :]
    if to[:1] in ("'", '"'):
        to = to[1:].partition(to[0])[0]
    url = absolute_url(to, base_url) if to else None
    return None if url is None else (float(found["seconds"] or 0), url)
