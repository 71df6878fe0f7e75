"""Which pages show signs of needing a browser: realistic ones, of either kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.elements import page_tree
from imagecrawler.discovery.page import parse_page
from imagecrawler.rendering.signs import needs_rendering
from tests.galleries.galleries import BATCHES, FOLDER
from tests.rendering.pages import SCRIPTED, STATIC


def signs(html: str) -> list[str]:
    tree = page_tree(html)
    return needs_rendering(html, tree, parse_page(tree, url="https://e.com/a/").images)


@pytest.mark.parametrize("name", STATIC)
def test_a_static_page_shows_no_sign(name):
    assert signs(f"<!doctype html><html><body>{STATIC[name]}") == []


@pytest.mark.parametrize("name", SCRIPTED)
def test_a_page_that_scripts_build_shows_a_sign(name):
    found = signs(f"<!doctype html><html><body>{SCRIPTED[name]}")
    assert found and all(found)


@pytest.mark.parametrize("name", BATCHES)
def test_every_gallery_shows_a_sign(name):
    assert signs((FOLDER / "pages" / f"{name}.html").read_text("utf-8"))


@given(st.text())
def test_every_text_is_a_possible_page(text):
    assert signs(text) == signs(text)


@given(st.lists(st.sampled_from([*STATIC.values(), *SCRIPTED.values()]), max_size=3), st.integers())
def test_any_part_of_a_page_is_a_possible_page(parts, cut):
    html = "".join(parts)
    signs(html[: cut % (len(html) + 1)])
