"""What the inline programs of a page do, told by the words in them, in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

# What programs say.
_MAKES_IMAGES = (
    *("<img", 'createelement("img', "createelement('img", "createelement(`img", 'h("img'),
    *("h('img", "drawimage(", "createobjecturl(", "backgroundimage", "background-image"),
    *("background:url(", "background: url(", "<iframe", "new swiper("),
)
_LOOPS = (
    *("for(", "for (", "while(", "while (", ".map(", ".foreach(", ".each(", "array.from("),
    "setinterval(",
)
_ASKS_FOR_DATA = (
    *("fetch(", "xmlhttprequest", ".getjson(", "$.ajax(", "$.get(", "$.post(", "axios", ".json"),
    "new websocket(",
)
_LISTS_IMAGES = re.compile(r"\[\s*[\"'`][^\"'`\s]{1,300}\.(?:jpe?g|png|webp|gif|avif)[\"'`]")
_ON_SCROLL = (
    *("intersectionobserver(", 'addeventlistener("scroll', "addeventlistener('scroll"),
    *('.on("scroll', ".on('scroll", ".scroll(", "onscroll", "infinitescroll("),
)
_ADDS = (
    *(".append(", ".appendchild(", ".appendto(", ".appenditems(", "insertadjacenthtml"),
    *("innerhtml", ".concat(", "[..."),
)
# A bundle has all of these words somewhere: they count where they stand together.
_NEAR_LOOPS = (500, 500)  # characters before and after
_NEAR_SCROLLING = (1_500, 2_000)
_PLACES = 10


def makes_images(text: str) -> bool:
    """Tell whether a program makes images of data, of a list or by counting."""
    return has_any(text, _MAKES_IMAGES) and (
        has_any(text, _ASKS_FOR_DATA)
        or _LISTS_IMAGES.search(text) is not None
        or any(has_any(part, _LOOPS) for part in _around(text, _MAKES_IMAGES, *_NEAR_LOOPS))
    )


def adds_on_scroll(text: str) -> bool:
    """Tell whether a program asks for more, and adds it, when the page is scrolled."""
    near = _around(text, _ON_SCROLL, *_NEAR_SCROLLING)
    return any(has_any(part, _ASKS_FOR_DATA) and has_any(part, _ADDS) for part in near)


def has_any(text: str, words: Sequence[str]) -> bool:
    """Tell whether one of the words is in a text."""
    return any(word in text for word in words)


def _around(text: str, words: Sequence[str], before: int, after: int) -> Iterator[str]:
    places = (found for word in words for found in _places(text, word))
    for at in islice(places, _PLACES):
        yield text[max(0, at - before) : at + after]


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)
