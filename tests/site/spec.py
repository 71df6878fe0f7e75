"""What a test site answers: plain dictionaries, so that they travel to its process as JSON.

A site is one dictionary per host, from path (with its query, or without: then for any query)
to an answer::

    {"/": page('<img src="/a.jpg"><img src="{host1}/b.png">'), "/a.jpg": image(800, 600)}

``{host0}``, ``{host1}`` … in HTML, text, headers and redirects stand for the hosts' base URLs
(``http://127.0.0.1:port``, ``http://127.0.0.2:port``, no slash at the end). Every answer takes
the behaviours of ``Behaviour`` as keywords.
"""

from __future__ import annotations

import base64
from typing import Any, TypedDict, Unpack

Answer = dict[str, Any]
Routes = dict[str, Answer]


class Failing(TypedDict, total=False):
    """The first ``times`` requests get this instead; ``close``: the connection just ends.

    A header ``{in 3 s}`` is the HTTP date of three seconds after the request.
    """

    times: int
    status: int
    headers: dict[str, str]
    close: bool


class Behaviour(TypedDict, total=False):
    """How an answer is given, whatever it is.

    ``cut_at``: the connection ends after so many bytes of the promised length. ``drip_bytes``:
    the body comes in pieces of so many bytes, ``drip_pause_seconds`` apart. ``hang``: the
    answer never comes. ``padding_bytes``: so many zeros follow the body. ``chunked``: it comes
    without a length. ``gzip``: compressed. ``needs``: headers, and what has to be in them; else
    the answer is 401.
    """

    status: int
    headers: dict[str, str]
    delay_seconds: float
    drip_bytes: int
    drip_pause_seconds: float
    cut_at: int
    padding_bytes: int
    chunked: bool
    gzip: bool
    hang: bool
    needs: dict[str, str]
    fail: Failing


def page(body: str, *, head: str = "", **behaviour: Unpack[Behaviour]) -> Answer:
    """Return an HTML page with this inside its ``body``."""
    html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return {"text": html, "type": "text/html; charset=utf-8", **behaviour}


def text(
    content: str, *, content_type: str = "text/plain; charset=utf-8", **behaviour: Unpack[Behaviour]
) -> Answer:
    """Return text as it is: robots.txt, a sitemap, broken HTML."""
    return {"text": content, "type": content_type, **behaviour}


def data(
    content: bytes, *, content_type: str = "image/jpeg", **behaviour: Unpack[Behaviour]
) -> Answer:
    """Return bytes as they are, whatever the type says of them."""
    return {"base64": base64.b64encode(content).decode(), "type": content_type, **behaviour}


def image(
    width_px: int = 800,
    height_px: int = 600,
    *,
    seed: int | str | None = None,
    kind: str = "JPEG",
    mode: str = "RGB",
    orientation: int | None = None,
    **behaviour: Unpack[Behaviour],
) -> Answer:
    """Return a picture whose bytes follow from the arguments; the seed is its URL by default.

    ``kind`` and ``mode`` are Pillow's (``PNG``, ``RGBA``), ``orientation`` an EXIF value.
    """
    picture = {
        "width_px": width_px,
        "height_px": height_px,
        "seed": seed,
        "kind": kind,
        "mode": mode,
        "orientation": orientation,
    }
    return {"image": picture, **behaviour}


def redirect(to: str, *, status: int = 302, headers: dict[str, str] | None = None) -> Answer:
    """Return a redirect; ``to`` may be relative or start with ``{host1}``."""
    return {"text": "", "status": status, "headers": {**(headers or {}), "Location": to}}
