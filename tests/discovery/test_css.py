"""The images of style sheets, as CSS Syntax and CSS Images have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.css import (
    MAX_CSS_IMAGES,
    declared_images,
    imported_sheets,
    sheet_images,
)

BASE = "https://e.com/css/"


def images(css: str) -> list[list[tuple[str, float | None]]]:
    found = sheet_images(css, BASE)
    return [[(c.url.removeprefix(BASE), c.density) for c in each] for each in found]


def urls(css: str) -> list[str]:
    return [each[0][0] for each in images(css)]


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a { background: url(a.png) }", ["a.png"]),
        ("a{background:URL( \"a b.png\" )no-repeat,url('b.png')}", ["a%20b.png", "b.png"]),
        ("a { background: url(\\62.png) }", ["b.png"]),
        ("a { background: url(a\\)\\ .png) }", ["a)%20.png"]),
        ("@media print { a { --x: url(a.png) } b { mask: url(b.svg) } }", ["a.png", "b.svg"]),
        ("a { /* background: url(a.png); } */ content: url(b.png) }", ["b.png"]),
        ("a { content: '/*'; background: url(a.png) } /* */", ["a.png"]),
        ("a { content: 'url(a.png)' } b { color: red", []),
        ("a { background: linear-gradient(red, blue), cross-fade(url(a.png), red)", ["a.png"]),
        ("a { background: url(data:image/png;base64,x;y), url(a.png) }", ["a.png"]),
        ("a { background: url('data:image/svg+xml;<svg>{}()</svg>') } b{c:url(b.png)}", ["b.png"]),
        ("a { filter: url(#f); clip-path: url(#c); cursor: url(x.cur) }", []),
        ("@font-face { src: url(f.woff2) } @import url(x.css);", []),
        ("@import url(x.css); .a { background: url(a.jpg) }", ["a.jpg"]),
        (".a { background: url(a.jpg); .b & { mask: url(b.svg) } }", ["a.jpg", "b.svg"]),
        ("a { b: url(a.png); b: url(a.png) } c { b: url(../d.png) }", ["a.png", "https://e.com/d.png"]),
        ("a { color: red; & b { background: url(a.png) } }", ["a.png"]),
    ],
)  # fmt: skip
def test_urls(css: str, expected: list[str]) -> None:
    assert urls(css) == expected


def test_image_sets_are_renditions_of_one_image() -> None:
    css = (
        "a { background: -webkit-image-set(url(a.png) 1x, url('b.png') 2x) }"
        "b { background: image-set('c.avif' type('image/avif'), 'd.png' 192dpi, url(e.png) 3dppx) }"
    )
    assert images(css) == [
        [("a.png", 1.0), ("b.png", 2.0)],
        [("c.avif", 1.0), ("d.png", 2.0), ("e.png", 3.0)],
    ]


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("@import 'a.css'; @import url(b.css) screen; a{}", ["a.css", "b.css"]),
        ("@charset 'x'; /* @import 'c.css'; */ @IMPORT url('a.css') layer(x);", ["a.css"]),
        ("a { } @import 'late.css';", []),
        ("@import 'data:text/css,x'; @import;", []),
    ],
)
def test_imports(css: str, expected: list[str]) -> None:
    assert [url.removeprefix(BASE) for url in imported_sheets(css, BASE)] == expected


def test_sheets_have_a_ceiling() -> None:
    css = "".join(f"a{{b:url({n}.png)}}" for n in range(MAX_CSS_IMAGES + 10))
    assert len(urls(css)) == MAX_CSS_IMAGES


tokens = st.lists(
    st.sampled_from(["a{", "}", "b:", "url(", "image-set(", ")", "'", '"', "x.png", ";", "/*"])
    | st.sampled_from(["@import ", "@media ", "\\", "\n", "2x", ",", "data:", "(", "{", "\0", "*/"])
    | st.text(max_size=3),
    max_size=40,
).map("".join)  # fmt: skip


@given(tokens | st.text())
def test_any_text_is_a_sheet(css: str) -> None:
    for candidates in [*sheet_images(css, BASE), *declared_images(css, BASE)]:
        assert candidates and all(c.url.startswith(("http://", "https://")) for c in candidates)
    imported_sheets(css, BASE)
