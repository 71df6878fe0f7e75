"""Every kind of place where a page names an image, and what it is worth."""

from __future__ import annotations

import json
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.finds import CERTAINTY
from imagecrawler.discovery.page import ParsedPage, parse_page

URL = "https://e.com/dir/page.html"


def page(html: str) -> ParsedPage:
    return parse_page(html, url=URL)


def found(html: str) -> dict[str, list[str]]:
    """The own URL of each picture, as written below /dir/, and what it was found by."""
    images = page(html).images
    return {image.url.removeprefix("https://e.com/dir/"): image.found_by for image in images}


NEXT_DATA = json.dumps(
    {"props": {"a": "https://e.com/dir/a.jpg?w=9", "b": "not.jpg", "c": "/c.js"}}
)
NESTED = "<template shadowrootmode=closed><img src=a.jpg></template>"
SHADOW = "<div><template shadowrootmode={}><p><img src=a.jpg></p>{}</template></div>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # Elements that show an image.
        ("<video poster=a.jpg></video>", {"a.jpg": "poster"}),
        ("<input type=Image src=a.jpg><input src=b.jpg>", {"a.jpg": "input"}),
        ("<svg><image href=a.jpg /></svg>", {"a.jpg": "svg"}),
        ("<svg><image xlink:href=a.jpg /></svg>", {"a.jpg": "svg"}),
        ("<svg><filter><feImage href=a.jpg /></filter></svg>", {"a.jpg": "svg"}),
        ("<object data=a.jpg></object><object data=b></object>", {"a.jpg": "object"}),
        ("<object data=a type=image/png></object>", {"a": "object"}),
        ("<embed src=a.svg><embed src=b.pdf>", {"a.svg": "embed"}),
        ("<amp-img src=a.jpg srcset='b.jpg 9w'></amp-img>", {"a.jpg": "amp img srcset"}),
        ("<body background=a.gif>", {"a.gif": "css"}),
        ("<table><td background=a.gif></table>", {"a.gif": "css"}),
        # What is named in the head.
        ("<link rel=image_src href=a.jpg>", {"a.jpg": "image_src"}),
        ("<link rel='shortcut icon' href=a.ico>", {"a.ico": "icon"}),
        ("<link rel=apple-touch-icon href=a.png>", {"a.png": "icon"}),
        ("<link rel=preload as=image href=a.jpg>", {"a.jpg": "preload"}),
        ("<link rel=preload as=image imagesrcset='a.jpg 9w'>", {"a.jpg": "preload"}),
        ("<link rel=preload as=script href=a.jpg><link rel=alternate href=b.jpg>", {}),
        # Styles.
        ("<p style='background: url(a.jpg)'>", {"a.jpg": "css"}),
        (
            "<p style=\"background-image: URL( 'a.jpg' ), url(b.jpg)\">",
            {"a.jpg": "css", "b.jpg": "css"},
        ),
        ("<style>p { background: url(a.jpg) }</style>", {"a.jpg": "style"}),
        # Attributes that scripts read.
        ("<div data-bg=a.jpg>", {"a.jpg": "lazy"}),
        ("<div data-background-image='url(a.jpg)'>", {"a.jpg": "lazy"}),
        ("<div data-bg=/img/7>", {"https://e.com/img/7": "lazy"}),
        ("<div data-bg=true data-image='{{ image.url }}'>", {}),
        ("<div data-bgset='a.jpg 300w, b.jpg 600w'>", {"b.jpg": "lazy"}),
        ("<div data-src=a.jpg></div><div data-src=/page>", {"a.jpg": "lazy"}),
        ("<div data-full=a.jpg>", {"a.jpg": "zoom"}),
        ("<li data-thing=a.jpg>", {"a.jpg": "attribute"}),
        (
            "<li data-things='a.jpg, b.jpg|c.jpg'>",
            dict.fromkeys(("a.jpg", "b.jpg", "c.jpg"), "attribute"),
        ),
        ('<li data-j=\'[{"src":"\\/dir\\/a.jpg"}]\'>', {"a.jpg": "attribute"}),
        ("<my-card image=a.jpg href=p.html></my-card>", {"a.jpg": "attribute"}),
        ("<i onmouseover=\"swap('a.jpg', 'b.html')\">", {"a.jpg": "attribute"}),
        ("<a href=\"javascript:popup('b/a.jpg',640)\">x</a>", {"b/a.jpg": "link"}),
        ("<a href=# onclick=\"like('a', 'b.js')\">x</a>", {}),
        ("<li data-a='see a.jpg of them' data-b=a.jpg.html data-c=1.5 title=b.jpg>", {}),
        ("<img src=data:,x data-odd=a.jpg alt=A>", {"a.jpg": "attribute"}),
        ("<a href=p data-fancybox data-full=a.jpg>x</a>", {"a.jpg": "zoom"}),
        ("<a href=p data-src=b.jpg><img src=a.jpg></a>", {"a.jpg": "img link lazy"}),
        # Documents in the document.
        ("<p><noscript><img src=a.jpg></noscript>", {"a.jpg": "img noscript"}),
        ("<head><noscript><img src=a.jpg></noscript><title>T</title>", {"a.jpg": "img"}),
        ("<p><noscript>&lt;img src=a.jpg></noscript>", {"a.jpg": "img noscript"}),
        (SHADOW.format("open", ""), {"a.jpg": "img shadow"}),
        (SHADOW.format("open", "").replace("<p><img src=a.jpg>", NESTED), {"a.jpg": "img shadow"}),
        (f"<iframe srcdoc='{escape(SHADOW.format('open', ''))}'>", {"a.jpg": "img srcdoc shadow"}),
        (
            "<iframe srcdoc='&lt;base href=/x/&gt;&lt;img src=a.jpg&gt;'>",
            {"https://e.com/x/a.jpg": "img srcdoc"},
        ),
        ("<template><img src=a.jpg></template>", {}),
        # Scripts, as text.
        (
            f"<script id=__NEXT_DATA__ type=application/json>{NEXT_DATA}</script>",
            {"a.jpg?w=9": "state"},
        ),
        (
            "<script>window.__STATE__ = {a: 'https:\\/\\/e.com\\/dir\\/a.jpg'}</script>",
            {"a.jpg": "state"},
        ),
        (
            '<script>self.__next_f.push([1,"{\\"s\\":\\"/dir/a.jpg\\"}"])</script>',
            {"a.jpg": "state"},
        ),
        (
            '<script>x = {"heroImage": {"url": "https://e.com/dir/a?id=1"}}</script>',
            {"a?id=1": "state"},
        ),
        (
            "<script>x = {thumbnail_url : 'https:\\/\\/e.com\\/dir\\/a?id=1'}</script>",
            {"a?id=1": "state"},
        ),
        (
            '<script>x = {"photo"  :  {  src  :  "https://e.com/dir/a?id=1"}}</script>',
            {"a?id=1": "state"},
        ),
        ('<script>x = {"imagery": "https://e.com/dir/a?id=1"}</script>', {}),
        ('<script>x = {"image": {"page": "https://e.com/dir/a?id=1"}}</script>', {}),
        ('<script>x = {"image": "https://e.com/dir/a.js", "name": "a.jpg"}</script>', {}),
        ('<script type=application/ld+json>{"x": "https://e.com/dir/a.jpg"}</script>', {}),
    ],
)
def test_kinds_of_places(html: str, expected: dict[str, str]) -> None:
    assert found(html) == {url: kinds.split() for url, kinds in expected.items()}
    assert {kind for kinds in expected.values() for kind in kinds.split()} <= CERTAINTY.keys()


def test_what_is_sure_comes_first_and_is_the_pictures_own() -> None:
    html = "<script>a = '/dir/a.jpg?w=100'</script><b data-x=c.jpg><img src=a.jpg?w=800 alt=A>"
    first, second = page(html).images
    assert (first.url, first.found_by) == (f"{URL[:18]}a.jpg?w=800", ["img", "state"])
    assert (first.certainty, first.description) == (1.0, "A")
    assert (second.found_by, second.certainty) == (["attribute"], 0.5)


@pytest.mark.parametrize(
    "opens", ["href=\"javascript:show('big.jpg')\"", "href='#' onclick='return show(`big.jpg`)'"]
)
def test_a_program_that_opens_the_full_file_is_a_link_to_it(opens: str) -> None:
    (picture,) = page(f"<a {opens}><img src=thumb.jpg></a>").images
    assert [c.url.rpartition("/")[2] for c in picture.candidates] == ["thumb.jpg", "big.jpg"]


def test_what_is_said_of_an_odd_element_goes_with_its_image() -> None:
    html = "<a href=p><b style='background:url(a.jpg)' title=T></b></a><video poster=b.jpg title=V>"
    video, card = page(html).images
    assert (video.description, card.description, card.link) == ("V", "T", "https://e.com/dir/p")


@pytest.mark.parametrize(
    ("bases", "base_url"),
    [
        ("<p><base target=x><base href=/a/><base href=/b/>", "https://e.com/a/"),
        ("<base href=data:,x><base href=/b/>", URL),
        ("<base href=javascript:x>", URL),
        ("<base href=' //o.com/x '>", "https://o.com/x"),
        ("<base href=''><base href=/b/>", URL),
        ("<template><base href=/a/></template><iframe srcdoc='<base href=/a/>'></iframe>", URL),
    ],
)
def test_the_first_base_with_an_address_counts(bases: str, base_url: str) -> None:
    assert page(bases).base_url == base_url


def test_style_sheets_and_frames() -> None:
    found = page(
        "<link rel=stylesheet href=a.css><link rel='alternate stylesheet' href=b.css>"
        "<link rel=preload as=style href=c.css><link rel=stylesheet><iframe src=f.html></iframe>"
        "<iframe src=about:blank></iframe><style>@import 'd.css'; p { color: red }</style>"
    )
    sheets = ["a.css", "c.css", "d.css"]
    assert found.style_sheets == [f"https://e.com/dir/{name}" for name in sheets]
    assert found.links == ["https://e.com/dir/f.html"]


def test_pages_made_to_be_slow_are_read() -> None:
    for text in (
        "<template shadowrootmode=open>" * 20_000,
        "<iframe srcdoc='" + "&lt;iframe srcdoc=&quot;x" * 20_000,
        "<noscript>&lt;noscript>&lt;img" * 20_000,
        "<p style='background:url(" * 20_000,
        "<style>" + "a{b:url(" * 100_000,
        "<style>" + "/*" * 300_000,
        "<style>" + "a{b:url(x)" + "(" * 300_000,
        "<script>" + "'https://" * 100_000,
        "<script>" + "image" * 200_000,
        "<script>" + '"image":' + " " * 500_000,
        "<script>" + ':"https://' * 100_000,
        "<script>" + '"image":"https://a"' * 50_000,
        f"<li data-x='{'a.jpg,' * 100_000}'>",
        f"<li data-x='{'[' * 500_000}.jpg'>",
    ):
        page(text)


markup = st.lists(
    st.sampled_from(["<video poster=", "<p style='background:url(", "<script>", "</script>", "'"])
    | st.sampled_from(
        ["<link rel=preload as=image imagesrcset=", "<svg><image href=", "a.jpg", ">"]
    )
    | st.sampled_from(["<template shadowrootmode=open>", "<iframe srcdoc='", "<div data-bg=", "\\"])
    | st.sampled_from(
        ["<style>", "image-set(", "@import ", ")", "}", '"', "https://", "/*", "&lt;"]
    )
    | st.text(max_size=4),
    max_size=40,
).map("".join)


@given(markup)
def test_any_markup_is_read(html: str) -> None:
    for image in page(html).images:
        assert image.found_by and set(image.found_by) <= CERTAINTY.keys()
        assert 0 < image.certainty <= 1
        assert all(c.url.startswith(("http://", "https://")) for c in image.candidates)
