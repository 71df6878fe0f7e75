"""Pages made so that parsing them would take minutes: too deep, or tags with too much in them.

The HTML Standard's tree construction looks up through the open elements for most tags, so
its time grows with the square of the depth: 1.8 MB of ``<div><a href=x><b>`` took lexbor 555
seconds. Browsers stop nesting at 512 elements; real pages stay below 100. Each attribute is
compared with those before it, too: one tag with 100,000 of them took 16 seconds.
"""

from __future__ import annotations

import re

# So few tags cost at most some 0.1 s, however they nest, and the scan below is saved.
_HARMLESS_TAGS = 2_000
# Formatting elements (<b id=1><p><b id=2><p>…) are opened again in each paragraph, so a
# thousand make half a million nodes. Browsers stop at 512 elements.
_MAX_OPEN = 1_000
# For what is often left unclosed or closes itself, yet nests inside a broken <svg>.
_MAX_LOOSE = 20_000

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*?(/?)>")
_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr", "p", "li", "dt", "dd"),  # The last four close each other.
    )
)
_LOOSE = frozenset(("tr", "td", "th", "tbody", "thead", "tfoot", "option"))
_KEPT = r"(?:img|a|base|title|meta|link|area|script|style|textarea)(?![a-zA-Z0-9-])"
_OTHER_TAG = re.compile(rf"<(?!/?{_KEPT})/?[a-zA-Z][^<>]*>?", re.IGNORECASE)

# In fewer characters no tag has attributes enough to matter: 7,000 cost 0.1 s.
_HARMLESS_CHARS = 30_000
# A tag with a thousand attributes or more, quoted values whole. Possessive: no backtracking.
_CROWDED_TAG = re.compile(
    r"<[a-zA-Z][^\s/>]*+"
    r"(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+){1000,}+"
)


def shallow(html: str) -> str:
    """Return ``html``, or what is left when it nests too deeply: only the tags that matter.

    What remains of a page nested by thousands are its images, links and metadata, side by
    side: pictures lose their ``source`` elements and their captions, nothing else. A tag with
    a thousand attributes is no element of a page.
    """
    if len(html) > _HARMLESS_CHARS:
        html = _CROWDED_TAG.sub("<x", html)
    if html.count("<") < _HARMLESS_TAGS or not _nests_deeply(html):
        return html
    return _OTHER_TAG.sub(" ", html)


def _nests_deeply(html: str) -> bool:
    """Estimate from above: an end tag closes one element of its name, if any is open."""
    open_by_name: dict[str, int] = {}
    strict = loose = 0
    for found in _TAG.finditer(html):
        end, name, self_closed = found[1], found[2].lower(), found[3]
        if name in _VOID:
            continue
        if self_closed and not end:
            name = "/"  # Closed in SVG, open in HTML: counted among the loose.
        is_loose = name in _LOOSE or name == "/"
        number = open_by_name.get(name, 0)
        if end and not number:
            continue
        step = -1 if end else 1
        open_by_name[name] = number + step
        if is_loose:
            loose += step
        else:
            strict += step
        if strict > _MAX_OPEN or loose > _MAX_LOOSE:
            return True
    return False
