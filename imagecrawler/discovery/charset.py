"""The text of a page whose encoding is stated in one of four places, or wrongly, or nowhere."""

from __future__ import annotations

import re

import webencodings
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from imagecrawler.discovery.xhtml import as_html, is_xml

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
)

_SEARCHED_BYTES = 4096  # as many as w3lib searches
_LABEL = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_META = re.compile(r"<meta\s[^<>]*>", re.IGNORECASE)
_NO_CODECS = ("replacement", "x-user-defined")


def page_text(body: bytes, content_type: str | None = None) -> str:
    """Return a page's text as a browser decodes it; what cannot be decoded is U+FFFD.

    XHTML, by its ``Content-Type``, is given as HTML writes it.

    A byte order mark wins over the ``Content-Type`` header, that over a ``meta`` element; without
    any of them it is UTF-8 if it can be, else windows-1252. A label means what the Encoding
    Standard says (``iso-8859-1`` is windows-1252, ``gb2312`` is gb18030), and an unknown one
    nothing. https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding

    Raises nothing.
    """
    text = _decoded(body, content_type)
    return as_html(text) if content_type and is_xml(content_type) else text


def _decoded(body: bytes, content_type: str | None) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    try:
        return body.decode(_stated(body, content_type) or _guessed(body), errors="replace")
    except (LookupError, ValueError):  # Python has codecs that are none of text: `base64`.
        return body.decode(_guessed(body), errors="replace")


def _stated(body: bytes, content_type: str | None) -> str | None:
    by_header = None
    if content_type:
        by_header = http_content_type_encoding(content_type) or _labelled(content_type)
    if by_header is not None:
        return "utf-16-le" if by_header == "utf-16" else by_header
    by_meta = html_body_declared_encoding(body) or _labelled(
        "".join(_META.findall(body[:_SEARCHED_BYTES].decode("latin-1")))
    )
    # Whoever can read the label reads ASCII.
    return "utf-8" if by_meta is not None and by_meta.startswith("utf-16") else by_meta


def _labelled(text: str) -> str | None:
    """Return the encoding of a label that Python does not know: ``x-cp1251``, ``iso-8859-8-i``."""
    found = _LABEL.search(text)
    encoding = webencodings.lookup(found[1]) if found else None
    if encoding is None or encoding.name in _NO_CODECS:
        return None
    return str(encoding.codec_info.name)


def _guessed(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
