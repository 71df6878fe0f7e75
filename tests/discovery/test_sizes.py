"""``sizes`` as browsers parse it.

The rows are re-typed from web-platform-tests (its commit 2f5a611),
html/semantics/embedded-content/the-img-element/sizes/support/sizes-iframed.sub.html: values that
come to about a pixel, and values of which nothing holds.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.sizes import MAX_SIZES_CHARS, shown_width_px

LENGTHS = """1px|0|-0|+0|+1px|.1px|0.1em|0.1ex|0.1ch|0.1rem|0.1vw|0.1vh|0.1vmin|0.1vmax|0.1cm|1mm|1q
0.01in|0.1pc|0.1pt|/* */1px/* */| /**/ /**/ 1px /**/ /**/ |-0e-0px|+0.11e+01px
0.2e1px|0.3E1px|.4E1px|1\\p\\x|calc(1px)
min(1px, 100px)|min(-100px, 1px)|calc(1px|min(1px, 200vw|max(-200vw, 1px"""
BROKEN_FIRST = """()|x()|{}|[]|\\(|x\\(|\\{|\\[|"""
FALSE_OR_BROKEN = """not (min-width:0)|(min-width:unknown-mf-value)|not (min-width:unknown-mf-value)
(min-width:-1px)|not (min-width:-1px)|(unknown-mf-name)|not (unknown-mf-name)
(unknown "general-enclosed")|not (unknown "general-enclosed")|unknown-general-enclosed(foo)
not unknown-general-enclosed(foo)|print|not print|unknown-media-type|not unknown-media-type
(min-width:0) or (!)|(min-width:0) or unknown-media-type|(123)|not (123)|(!)|not (!)|!|not !
(])|not (])|]|not ]|(})|not (})|}|not }|)|not )|(;)|not (;)|(.)|not (.)|;|not ;|all
all and (min-width:0)|min-width:0|("grammar does not match")|not ("grammar does not match")
(unknown-general-enclosed !)|not (unknown-general-enclosed !)
not ((min-width:0) or (unknown "general-enclosed"))|(max-width:0) or (unknown-general-enclosed !)
not ((max-width:0) or (unknown "general-enclosed"))"""
TRUE = """(min-width:0)|(min-width:calc(0px))|(min-width:0) or (min-width:0)
(min-width:0) or (unknown-mf-name)|(min-width:0) or (min-width:unknown-mf-value)
(min-width:0) or (min-width:-1px)|(min-width:0) or (unknown "general-enclosed")
(min-width:0) or unknown-general-enclosed(foo)|(min-width:0) or (unknown-general-enclosed !)"""
NOTHING = """|,|-1px|1|0.1%|0.1deg|0.1grad|0.1rad|0.1turn|0.1s|0.1ms|0.1Hz|0.1kHz|0.1dpi|0.1dpcm
0.1dppx|0.1x|attr(data-foo, length, 1px)|attr(data-foo, px, 1px)|toggle(1px)|inherit|auto|initial
unset|default|1/* */px|1p/* */x|-/**/0|((),1px|x(x(),1px|{{},1px|[[],1px|1px !important|\\1px
all 1px|all and (min-width:0) 1px|min-width:0 1px|foo bar|foo-bar|(min-width:0) 1px foo bar
(min-width:0) 0.1%|(min-width:0) 1|-1e0px|1e1.5px|var(--foo)"""


def rows(text):
    return [row for line in text.split("\n") for row in line.split("|")]


@pytest.mark.parametrize(
    "sizes",
    [
        *rows(LENGTHS),
        *(f"{row},1px" for row in rows(BROKEN_FIRST)),
        *("1px,(", "1px,x(", "1px,{", "1px,[", "1px,", "(min-width:0) 1px,"),
        *(f"{row} 100vw, 1px" for row in rows(FALSE_OR_BROKEN)),
        *(f"{row} 1px" for row in rows(TRUE)),
        *("(min-width:0) calc(1px)", "(min-width:0) min(1px, 100px)", "(min-width:0) calc(1px"),
        *("(min-width:0) max(-100px, 1px)", "(min-width:0) max(-200vw, 1px"),
        *("(min-width:0) 1px, 100vw", "(min-width:0) 1px, (min-width:0) 100vw, 100vw"),
        *("1px, 100vw", "1px, (min-width:0) 100vw", "1px, foo bar", "(min-width:0) 1px, foo bar"),
    ],
)
def test_about_a_pixel(sizes):
    width = shown_width_px(sizes)
    assert width is not None
    assert 0 <= width < 13


@pytest.mark.parametrize("sizes", rows(NOTHING))
def test_nothing_holds(sizes):
    assert shown_width_px(sizes) is None


@pytest.mark.parametrize(
    ("sizes", "width"),
    [
        ("100vw, 1px", 1280),
        ("(max-width: 600px) 100vw, (max-width: 1400px) 50vw, 800px", 640),
        ("(width <= 600px) 100vw, calc((100vw - 80px) / 3)", 400),
        ("(400px <= width < 2000px) 48px, 100vw", 48),
        ("(2000px > width >= 400px) 48px, 100vw", 48),
        ("(400px >= width) 48px, 90px", 90),
        ("(width >= 1px) and (orientation: landscape) 32px", 32),
        ("(orientation: portrait) 32px, 33px", 33),
        ("(min-width: 60em) and (max-width: 100em) clamp(10px, 20vw, 200px)", 200),
        ("not (max-width: 700px) 7px", 7),
        ("(min-width: 1px) and (min-width: 2px) or (min-width: 3px) 7px, 8px", 8),
        ("calc(2 * 3)", None),
        ("calc(1px + 1)", None),
        ("calc(1px / 0)", None),
        ("auto, 300px", 300),
        ("1px," * MAX_SIZES_CHARS, None),
    ],
)
def test_a_window_of_a_desktop(sizes, width):
    assert shown_width_px(sizes) == width


@given(st.text("(),1px0.vwcal+-*/ <>=min:width\\[]{}\"'not and or", max_size=60))
def test_any_text_is_a_value(sizes):
    width = shown_width_px(sizes)
    assert width is None or width >= 0


def test_deep_nesting_ends():
    assert shown_width_px("calc" + "(" * 900 + "1px") is None
    assert shown_width_px("(" * 1_900 + "min-width:0) 1px") is None


@pytest.mark.parametrize(
    ("attributes", "width"),
    [
        ('sizes="48px" srcset="/a.png 48w, /b.png 96w"', 48),
        ('sizes="48px" srcset="/a.png 48w" width="30"', 30),
        ('sizes="48px" src="/a.png"', None),  # without widths to choose from it says nothing
        ('sizes="48px" srcset="/a.png 1x, /b.png 2x"', None),
    ],
)
def test_the_width_is_evidence_of_what_an_image_is_for(attributes, width):
    page = parse_page(f"<body><img {attributes}>", url="https://a.test/")
    assert page.images[0].evidence[0].width_px == width
