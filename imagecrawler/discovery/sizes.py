"""The ``sizes`` attribute, as the HTML Standard parses it: how wide a page means to show an image.

https://html.spec.whatwg.org/multipage/images.html#parsing-a-sizes-attribute
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import tinycss2

from imagecrawler.discovery.lengths import Length, length_of, math_value

# A desktop's window; nothing of what is asked here depends on its exact size.
VIEWPORT_PX = (1280, 800)
MAX_SIZES_CHARS = 2_000

_MATHS = frozenset(("calc", "min", "max", "clamp"))
_FEATURE = re.compile(r"(?:(min|max)-)?(width|height)")
_COMPARISONS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0), "=": (0,)}

Tokens = list[Any]


def shown_width_px(sizes: str) -> float | None:
    """Return the width in CSS pixels that ``sizes`` asks for in a window of ``VIEWPORT_PX``.

    None where no part of it holds (browsers then take the window's whole width, and so much
    says nothing of the image), or it is ``auto``. Media features other than width, height and
    orientation are not known, so they hold neither as they are nor denied. Raises nothing.
    """
    return _shown_width_px(sizes) if len(sizes) <= MAX_SIZES_CHARS else None


@lru_cache(maxsize=512)  # a site has the same ones on all its pages
def _shown_width_px(sizes: str) -> float | None:
    tokens = tinycss2.parse_component_value_list(sizes, skip_comments=True)
    for part in _split(tokens, ","):
        size = _source_size(part[-1]) if part else None
        if size is not None and _holds(part[:-1]):
            return size
    return None


def _split(tokens: Tokens, sign: str) -> list[Tokens]:
    """Return what lies between the ``sign``, without white space at the ends."""
    parts: list[Tokens] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == sign:
            parts.append([])
        else:
            parts[-1].append(token)
    return [_stripped(part) for part in parts]


def _stripped(tokens: Tokens) -> Tokens:
    kept = [place for place, token in enumerate(tokens) if token.type != "whitespace"]
    return tokens[kept[0] : kept[-1] + 1] if kept else []


def _source_size(token: Any) -> float | None:
    if token.type == "function" and token.lower_name in _MATHS:
        value = math_value(token, VIEWPORT_PX)
        return max(0.0, value.px) if value is not None and value.is_length else None
    length = length_of(token, VIEWPORT_PX)
    return length if length is not None and length >= 0 else None


def _holds(condition: Tokens) -> bool:
    words = [token for token in condition if token.type != "whitespace"]
    try:
        return not words or _condition(words) is True
    except _NoConditionError:
        return False


class _NoConditionError(Exception):
    """These tokens are no media condition (Media Queries 4, section 3)."""


def _condition(words: Tokens) -> bool | None:
    """Return whether a condition holds; None where nobody knows."""
    if _word(words[0]) == "not" and len(words) == 2:
        value = _in_parentheses(words[1])
        return None if value is None else not value
    joints = {_word(token) for token in words[1::2]}
    if len(words) % 2 == 0 or not (joints <= {"and"} or joints <= {"or"}):
        raise _NoConditionError
    values = [_in_parentheses(token) for token in words[::2]]
    decides = joints == {"or"}
    if decides in values:
        return decides
    return None if None in values else not decides


def _word(token: Any) -> str | None:
    return token.lower_value if token.type == "ident" else None


def _in_parentheses(token: Any) -> bool | None:
    if token.type == "function":
        return None
    if token.type != "() block":
        raise _NoConditionError
    words = [inner for inner in token.content if inner.type not in ("whitespace", "comment")]
    if not words:
        raise _NoConditionError
    if words[0].type in ("() block", "function") or _word(words[0]) == "not":
        return _condition(words)
    if words[0].type != "ident" and not any(_comparison(words, at) for at in range(len(words))):
        raise _NoConditionError
    return _feature(words)


def _feature(words: Tokens) -> bool | None:
    name = _word(words[0]) or ""
    if len(words) == 3 and words[1] == ":" and name == "orientation":
        wanted = {"landscape": True, "portrait": False}.get(_word(words[2]) or "")
        return None if wanted is None else wanted == (VIEWPORT_PX[0] > VIEWPORT_PX[1])
    if len(words) == 3 and words[1] == ":" and (found := _FEATURE.fullmatch(name)) is not None:
        comparison = {"min": ">=", "max": "<="}.get(found[1] or "", "=")
        return _compare(found[2], comparison, words[2])
    return _range(words)


def _range(words: Tokens) -> bool | None:
    """Return whether ``width < 600px`` holds, or ``400px <= width <= 700px``."""
    at = next((n for n, t in enumerate(words) if _word(t) in ("width", "height")), None)
    if at is None:
        return None
    name = str(_word(words[at]))
    bounds = []
    if behind := _comparison(words, at + 1):
        bounds.append(_compare(name, behind, words[-1]))
    if at and (before := _comparison(words, 1)):
        turned = before.translate(str.maketrans("<>", "><"))
        bounds.append(_compare(name, turned, words[0]))
    lengths = sum(len(sign) for sign in (behind, at and before) if sign) + len(bounds) + 1
    if not bounds or None in bounds or lengths != len(words):
        return None
    return all(bounds)


def _comparison(words: Tokens, at: int) -> str:
    """Return the sign that begins at a place, ``""`` where there is none."""
    signs = [token.value if token.type == "literal" else "" for token in words[at : at + 2]]
    if signs and signs[0] in _COMPARISONS:
        return signs[0] + ("=" if signs[0] != "=" and signs[1:] == ["="] else "")
    return ""


def _compare(name: str, comparison: str, token: Any) -> bool | None:
    value: Length | None = math_value(token, VIEWPORT_PX)
    if value is None or not value.is_length or value.px < 0:
        return None
    own = VIEWPORT_PX[0] if name == "width" else VIEWPORT_PX[1]
    return ((own > value.px) - (own < value.px)) in _COMPARISONS[comparison]
