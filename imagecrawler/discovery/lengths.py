"""Lengths of CSS in pixels, ``calc()`` and its like included (CSS Values 4, sections 6 and 10)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

_EM_PX = 16.0
# What a unit is in pixels, whatever the window; ``ex`` and ``ch`` as where the font is unknown.
_PIXELS = {"px": 1.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6, "pt": 96 / 72, "pc": 16.0}
_PIXELS |= {"in": 96.0, "em": _EM_PX, "rem": _EM_PX, "ex": _EM_PX / 2, "ch": _EM_PX / 2}
_MAX_DEPTH = 20


class Length(NamedTuple):
    """A value of a calculation: pixels, or a mere number."""

    px: float
    is_length: bool


def length_of(token: Any, viewport_px: tuple[int, int]) -> float | None:
    """Return the pixels of one token, None where it is no length. ``0`` needs no unit."""
    if token.type == "number":
        return 0.0 if token.value == 0 else None
    if token.type != "dimension" or not math.isfinite(token.value):
        return None
    unit = token.lower_unit
    if unit[-2:] in ("vw", "vh") and unit[:-2] in ("", "s", "l", "d"):
        return float(token.value) * viewport_px[unit.endswith("h")] / 100
    if unit in ("vmin", "vmax"):
        return float(token.value) * (min if unit == "vmin" else max)(viewport_px) / 100
    return float(token.value) * _PIXELS[unit] if unit in _PIXELS else None


def math_value(token: Any, viewport_px: tuple[int, int], depth: int = 0) -> Length | None:
    """Return what a token, a ``calc()`` or its like comes to; None where it is no such thing."""
    if depth > _MAX_DEPTH:
        return None
    if token.type in ("function", "() block"):
        name = token.lower_name if token.type == "function" else "calc"
        content = token.arguments if token.type == "function" else token.content
        values = [_sum(part, viewport_px, depth + 1) for part in _arguments(content)]
        return _applied(name, values)
    if token.type == "number" and depth:  # in a calculation even a zero has no unit
        return Length(float(token.value), is_length=False)
    length = length_of(token, viewport_px)
    return Length(length, is_length=True) if length is not None else None


def _applied(name: str, values: list[Length | None]) -> Length | None:
    known = [value for value in values if value is not None]
    if not known or len(known) != len(values) or len({value.is_length for value in known}) != 1:
        return None
    numbers, is_length = [value.px for value in known], known[0].is_length
    if name == "calc" and len(numbers) == 1:
        return known[0]
    if name in ("min", "max"):
        return Length((min if name == "min" else max)(numbers), is_length)
    if name == "clamp" and len(numbers) == 3:
        return Length(max(numbers[0], min(numbers[1], numbers[2])), is_length)
    return None


def _arguments(tokens: list[Any]) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        elif token.type not in ("whitespace", "comment"):
            parts[-1].append(token)
    return parts


def _sum(tokens: list[Any], viewport_px: tuple[int, int], depth: int) -> Length | None:
    """Return ``a + b * c …``; signs that stand alone are literals, others part of a number."""
    total: Length | None = None
    sign, start = "+", 0
    for at in range(len(tokens) + 1):
        is_sign = at < len(tokens) and tokens[at].type == "literal" and tokens[at].value in "+-"
        if at < len(tokens) and not is_sign:
            continue
        term = _product(tokens[start:at], viewport_px, depth)
        if term is None or (total is not None and total.is_length != term.is_length):
            return None
        px = term.px if sign == "+" else -term.px
        total = Length(px + (total.px if total is not None else 0.0), term.is_length)
        sign, start = (tokens[at].value if is_sign else "+"), at + 1
    return total


def _product(tokens: list[Any], viewport_px: tuple[int, int], depth: int) -> Length | None:
    if len(tokens) % 2 == 0:
        return None
    value = math_value(tokens[0], viewport_px, depth)
    for sign, factor in zip(tokens[1::2], tokens[2::2], strict=True):
        other = math_value(factor, viewport_px, depth)
        if value is None or other is None or sign.type != "literal":
            return None
        if sign.value == "*" and not (value.is_length and other.is_length):
            value = Length(value.px * other.px, value.is_length or other.is_length)
        elif sign.value == "/" and not other.is_length and other.px:
            value = Length(value.px / other.px, value.is_length)
        else:
            return None
    return value
