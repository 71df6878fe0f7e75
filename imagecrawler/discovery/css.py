"""The images that CSS asks for: ``url()`` and ``image-set()``, and what sheets ``@import``.

The values are read by a tokenizer of CSS Syntax (tinycss2). It takes a second for a megabyte,
so only declarations with an image in them come before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import tinycss2

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

MAX_CSS_CHARS = 2_000_000
MAX_CSS_IMAGES = 1_000
MAX_IMPORTS = 20
# Longer rules have something else in them; cut, they lose their end.
_MAX_RULE_CHARS = 20_000
_MAX_DEPTH = 20

_IMAGE = re.compile(r"url\(|image-set\(", re.IGNORECASE)
# Strings stand first, so that a comment in a string is none.
_COMMENT = re.compile(
    r"(\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')|/\*(?:[^*]|\*(?!/))*+(?:\*/)?", re.DOTALL
)
_BRACE = re.compile(r"[{}]")
_INLINE_DATA = re.compile(
    r"url\(\s*+(?:\"data:[^\"]*+\"|'data:[^']*+'|data:[^)]*+)\s*+\)", re.IGNORECASE
)
_SETS = frozenset(("image-set", "-webkit-image-set"))
# Fonts, behaviours and pointers are no images to keep; filters are effects.
_OTHER_PROPERTIES = frozenset(("src", "behavior", "-moz-binding", "cursor", "filter"))
_RATIOS = {"x": 1.0, "dppx": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}


def has_images(css: str) -> bool:
    """Tell, at little cost, whether CSS may ask for an image."""
    return "(" in css and _IMAGE.search(css, 0, MAX_CSS_CHARS) is not None


def sheet_images(css: str, base_url: str) -> Iterator[list[ImageCandidate]]:
    """Yield the renditions of each image that a style sheet's rules name, each image once.

    Whether a rule applies to any element, or on which screen, is not asked. At most
    ``MAX_CSS_IMAGES`` of the first ``MAX_CSS_CHARS`` characters.
    """
    seen: set[str] = set()
    for rule in _rules_with_images(_tidy(css)):
        for candidates in declared_images(rule, base_url):
            if candidates[0].url not in seen:
                seen.add(candidates[0].url)
                yield candidates
            if len(seen) >= MAX_CSS_IMAGES:
                return


def declared_images(declarations: str, base_url: str) -> Iterator[list[ImageCandidate]]:
    """Yield the renditions of each image that declarations name: a ``style``, a rule's inside."""
    text = _INLINE_DATA.sub("none", declarations[:_MAX_RULE_CHARS])
    if not has_images(text):
        return
    for declaration in tinycss2.parse_declaration_list(
        text, skip_comments=True, skip_whitespace=True
    ):
        if declaration.type == "declaration" and declaration.lower_name not in _OTHER_PROPERTIES:
            yield from _images(declaration.value, base_url)


def imported_sheets(css: str, base_url: str) -> list[str]:
    """Return the URLs of the sheets that a style sheet imports: at its top, at most some."""
    if "@import" not in css[:_MAX_RULE_CHARS].lower():
        return []
    top = _tidy(css[:_MAX_RULE_CHARS]).partition("{")[0]
    urls = []
    for rule in tinycss2.parse_stylesheet(top, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            texts = [text for token in rule.prelude if (text := _address(token)) is not None]
            url = absolute_url(texts[0], base_url) if texts else None
            if url is not None:
                urls.append(url)
    return list(dict.fromkeys(urls))[:MAX_IMPORTS]


def _tidy(css: str) -> str:
    css = css[:MAX_CSS_CHARS]
    if "data:" in css:
        css = _INLINE_DATA.sub("none", css)
    return _COMMENT.sub(lambda found: found[1] or " ", css) if "/*" in css else css


def _rules_with_images(css: str) -> Iterator[str]:
    """Yield what is between braces, where there is an image in it."""
    end = 0
    for found in _IMAGE.finditer(css):
        if found.start() < end:
            continue
        opening = max(css.rfind("{", end, found.start()), css.rfind("}", end, found.start()))
        start = max(opening + 1, end)
        # A rule may follow that is another: the next one, where this is an `@import url(…);`.
        brace = _BRACE.search(css, found.start())
        end = brace.start() if brace else len(css)
        yield css[max(start, found.start() - _MAX_RULE_CHARS // 2) : end]


def _images(tokens: Sequence[Any], base_url: str, depth: int = 0) -> Iterator[list[ImageCandidate]]:
    for token in tokens:
        if token.type == "function" and token.lower_name in _SETS:
            if candidates := list(_set_candidates(token.arguments, base_url)):
                yield candidates
        elif (text := _address(token)) is not None and token.type != "string":
            if (url := _image_url(text, base_url)) is not None:
                yield [ImageCandidate(url)]
        elif token.type in ("function", "() block", "{} block") and depth < _MAX_DEPTH:
            inner = token.arguments if token.type == "function" else token.content
            yield from _images(inner, base_url, depth + 1)


def _set_candidates(arguments: Sequence[Any], base_url: str) -> Iterator[ImageCandidate]:
    """Yield what ``image-set()`` offers: https://www.w3.org/TR/css-images-4/#image-set-notation"""
    option: list[Any] = []
    for token in [*arguments, None]:
        if token is not None and token != ",":
            option.append(token)
            continue
        text = next((text for each in option if (text := _address(each)) is not None), None)
        url = _image_url(text, base_url) if text is not None else None
        if url is not None:
            ratios = (_ratio(each) for each in option)
            yield ImageCandidate(url, None, next((r for r in ratios if r is not None), 1.0))
        option = []


def _ratio(token: Any) -> float | None:
    if token.type != "dimension" or token.lower_unit not in _RATIOS or not 0 < token.value < 1000:
        return None
    return round(float(token.value) * _RATIOS[token.lower_unit], 3)


def _address(token: Any) -> str | None:
    """Return the text of a URL or of a string, or None."""
    if token.type in ("url", "string"):
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        return next((str(each.value) for each in token.arguments if each.type == "string"), None)
    return None


def _image_url(text: str, base_url: str) -> str | None:
    text = text.strip()
    if not text or text[0] == "#":
        return None
    url = absolute_url(text, base_url)
    return url if url is not None and len(url) <= MAX_IMAGE_URL_CHARS else None
