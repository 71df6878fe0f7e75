"""SVG: told from other text and measured, never drawn.

An image library would have to run what a stranger wrote: scripts, style sheets, references to
other files. So an SVG is kept as the bytes that came, or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

from imagecrawler.exceptions import ImageRejectedError

SVG_NAMESPACE = "http://www.w3.org/2000/svg"

# What a browser makes of an SVG that states no size: CSS 2.2, 10.3.2 and 10.6.2.
_DEFAULT_SIZE = (300, 150)
_MAX_SIDE = 1_000_000

# How much of a text may come before its root: a licence, a DTD with an editor's entities.
_MAX_PROLOG_BYTES = 64 * 1024

# https://www.w3.org/TR/css-values-3/#absolute-lengths, in CSS pixels. em and % are relative.
_UNIT_PX = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_LENGTH = re.compile(r"\s*\+?(\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})\s*([a-z]*)\s*", re.IGNORECASE)

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class _RootSeenError(Exception):
    """Ends the parsing where the root's tag does."""


@dataclass(slots=True)
class _Root:
    name: str = ""
    attributes: dict[str, str] | None = None


def svg_size(first: bytes) -> tuple[int, int] | None:
    """Return the width and height in CSS pixels that the SVG beginning with ``first`` states.

    They come from ``width`` and ``height``, else from the ``viewBox``, else they are what a
    browser would take, 300x150. None: it is no SVG, or its root is not among these bytes.
    """
    root = _root_of(first)
    if root is None or root.attributes is None or not _is_svg(root):
        return None
    return _stated_size(root.attributes)


def may_become_svg(first: bytes) -> bool:
    """Whether more bytes could make this an SVG: markup so far, and no root element yet."""
    root = _root_of(first)
    return root is not None and root.attributes is None and len(first) < _MAX_PROLOG_BYTES


def check_well_formed(body: bytes) -> None:
    """Raise ImageRejectedError (``not-an-image``) for an SVG that is cut off or torn.

    Nothing outside is read, and expat ends what swells: entities within entities
    (https://libexpat.github.io/doc/api/latest/#billion-laughs).
    """
    try:
        _parser().Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ImageRejectedError("not-an-image", f"broken SVG: {error}") from error


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def _root_of(first: bytes) -> _Root | None:
    """Return the root element, an unknown one where it is yet to come, None for no markup."""
    if not _looks_like_markup(first):
        return None
    root = _Root()
    parser = _parser()

    def on_start(name: str, attributes: dict[str, str]) -> None:
        root.name, root.attributes = name, attributes
        raise _RootSeenError

    parser.StartElementHandler = on_start
    try:
        parser.Parse(first[:_MAX_PROLOG_BYTES], False)
    except _RootSeenError:
        return root
    except (expat.ExpatError, ValueError, LookupError):
        return None
    return root


def _looks_like_markup(first: bytes) -> bool:
    start = first.lstrip(b" \t\r\n")[:1]
    return start == b"<" or first.startswith(_BYTE_ORDER_MARKS)


def _is_svg(root: _Root) -> bool:
    # Without a namespace browsers show the text and no picture.
    return root.name == f"{SVG_NAMESPACE} svg"


def _stated_size(attributes: dict[str, str]) -> tuple[int, int]:
    width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
    box = _box_size(attributes.get("viewBox", ""))
    if width is None and height is None:
        width, height = box or _DEFAULT_SIZE
    ratio = box[0] / box[1] if box else _DEFAULT_SIZE[0] / _DEFAULT_SIZE[1]
    width = height * ratio if width is None and height is not None else width
    height = width / ratio if height is None and width is not None else height
    return _whole(width or 0), _whole(height or 0)


def _whole(side: float) -> int:
    return min(_MAX_SIDE, max(1, round(side)))


def _pixels(length: str | None) -> float | None:
    found = _LENGTH.fullmatch(length or "")
    unit = _UNIT_PX.get(found[2].lower()) if found else None
    return None if found is None or unit is None else float(found[1]) * unit or None


def _box_size(box: str) -> tuple[float, float] | None:
    numbers = re.split(r"[\s,]+", box.strip())
    sides = [_pixels(number) for number in numbers[2:]]
    if len(numbers) != 4 or len(sides) != 2 or sides[0] is None or sides[1] is None:
        return None
    return sides[0], sides[1]
