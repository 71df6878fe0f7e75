"""SVG: what is one, how large it says it is, and that no text harms who looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.first_bytes import facts_of, rejection_of
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.vector import may_become_svg, svg_size
from imagecrawler.policies.content_filter import ContentFilter, ImageFacts

NS = "xmlns='http://www.w3.org/2000/svg'"
KEPT = ImageRules(("original",))


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("width='30' height='20'", (30, 20)),
        ("width='30px' height='20.4PX'", (30, 20)),
        ("width='1in' height='72pt'", (96, 96)),
        ("width='10mm' height='1cm'", (38, 38)),
        ("viewBox='0 0 64 32'", (64, 32)),
        ("viewBox='-1.5,-2, 64 32'", (64, 32)),
        ("width='100%' height='100%' viewBox='0 0 64 32'", (64, 32)),
        ("width='128' viewBox='0 0 64 32'", (128, 64)),
        ("height='128' viewBox='0 0 64 32'", (256, 128)),
        ("width='600'", (600, 300)),
        ("", (300, 150)),
        ("width='0' height='-3' viewBox='0 0 0 0'", (300, 150)),
        ("width='x' height='1e9' viewBox='a b c d'", (300, 150)),
        ("width='99999999999' height='0.0001'", (1_000_000, 1)),
    ],
)
def test_the_stated_size(attributes, size):
    body = f"<svg {NS} {attributes}/>".encode()
    assert svg_size(body) == size
    assert (render(body, KEPT).width, render(body, KEPT).height) == size
    assert facts_of(body) == ImageFacts("svg", *size)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_svg_in_any_encoding(encoding):
    name = "utf-16" if encoding == "utf-16" else "utf-8"
    text = f"<?xml version='1.0' encoding='{name}'?>\n<svg {NS} width='30' height='20'>ü</svg>"
    assert svg_size(text.encode(encoding)) == (30, 20)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg/>",
        b"<svg xmlns='http://example.com/'/>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'><svg xmlns='http://www.w3.org/2000/svg'/></html>",
        b"<!doctype html><p>no</p>",
        b"svg xmlns='http://www.w3.org/2000/svg'",
        b"<?xml version='1.0' encoding='unknown-9'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!-- " + b"x" * 70_000 + b" --><svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_svg(body):
    assert svg_size(body) is None
    with pytest.raises(ImageRejectedError) as caught:
        render(body, KEPT)
    assert caught.value.reason == "not-an-image"


def test_a_torn_svg_is_no_image():
    body = f"<svg {NS}><g><path d='M0 0'/></g></svg>".encode()
    assert render(body, KEPT)
    for end in range(len(body) - 20, len(body)):
        with pytest.raises(ImageRejectedError, match="broken SVG"):
            render(body[:end], KEPT)


def test_entities_within_entities_end_early():
    swell = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
    text = f"<!DOCTYPE svg [<!ENTITY e0 'lol lol lol'>{swell}]>"
    for body in (f"{text}<svg {NS}>&e11;</svg>", f"{text}<svg {NS} id='&e11;'/>"):
        with pytest.raises(ImageRejectedError) as caught:
            render(body.encode(), KEPT)
        assert caught.value.reason == "not-an-image"


def test_no_other_file_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='77'/>")
    text = f"<!DOCTYPE r SYSTEM '{secret}' [<!ENTITY x SYSTEM 'file://{secret}'>]><r>&x;</r>"
    assert svg_size(text.encode()) is None


def test_the_first_bytes_tell_or_leave_it_open():
    body = f"<?xml version='1.0'?>\n<!-- 1 -->\n<svg {NS} width='9' height='9'></svg>".encode()
    root_ends = body.index(b"></svg>") + 1
    for size in range(16, len(body)):
        facts = facts_of(body[:size])
        assert facts in (ImageFacts(), ImageFacts("svg", 9, 9))
        assert (facts == ImageFacts()) == (size < root_ends)
        assert may_become_svg(body[:size]) == (size < root_ends)
    wanted = ContentFilter(vectors=False)
    assert rejection_of(facts_of(body), wanted).reason == "excluded"
    assert rejection_of(facts_of(body[:30]), wanted) is None
    assert rejection_of(facts_of(body), ContentFilter()) is None


def test_the_filter_holds_but_for_pixels():
    body = f"<svg {NS} viewBox='0 0 90000 90000'/>".encode()
    assert render(body, KEPT).width == 90_000
    for rules in (
        ImageRules(("original",), kinds=frozenset({"png"})),
        ImageRules(("original",), max_width=80_000),
        ImageRules(("original",), max_bytes=10),
    ):
        with pytest.raises(ImageRejectedError):
            render(body, rules)


@given(st.text(max_size=200))
def test_no_text_raises(text):
    for body in (text, f"<svg {NS} {text}/>", f"<svg {NS} width='{text}'/>"):
        svg_size(body.encode())
        facts_of(body.encode())
