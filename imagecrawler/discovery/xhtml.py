"""Pages that are XML: what they write in another way than HTML, which is all that is parsed."""

from __future__ import annotations

import re

# In HTML these hide all that follows until their end tag, and a slash ends none.
_ENDED = re.compile(
    r"<(title|textarea|script|style|iframe|noembed|noframes|xmp|template)(\s[^<>]*)?/>"
)


def is_xml(content_type: str) -> bool:
    """Whether browsers read a page of this ``Content-Type`` as XML."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.endswith(("/xml", "+xml"))


def as_html(xhtml: str) -> str:
    """Return XHTML so that a parser of HTML finds in it what a browser shows.

    as_html('<script src="a.js"/>') == '<script src="a.js"></script>'
    """
    return _ENDED.sub(r"<\1\2></\1>", xhtml)
