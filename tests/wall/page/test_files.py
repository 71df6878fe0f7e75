"""The files of the page, read as text."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from imagecrawler.wall.page_files import page_files

PAGES = ("index.html", "browse.html", "status.html")


def text_of(name: str) -> str:
    return (files("imagecrawler.wall") / "page" / name).read_text(encoding="utf-8")


def imported(name: str) -> set[str]:
    """Return all modules that a module needs, however far away."""
    found = set(re.findall(r'from "\./([\w.]+)"', text_of(name)))
    return found.union(*map(imported, found))


@pytest.mark.parametrize("page", PAGES)
def test_all_modules_of_a_page_are_asked_for_at_once(page: str) -> None:
    html = text_of(page)
    [script] = re.findall(r'<script type="module" src="/static/([\w.]+)"></script>', html)
    preloaded = re.findall(r'<link rel="modulepreload" href="/static/([\w.]+)">', html)
    assert preloaded == sorted(imported(script))


def test_nothing_is_inline_and_nothing_is_from_elsewhere() -> None:
    for page in PAGES:
        html = text_of(page)
        assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script>", html) == []
        assert set(re.findall(r'(?:src|href)="([^"]*)"', html)) == set(
            re.findall(r'(?:src|href)="(#\w+|/|/browse|/status|/static/[\w.#-]+)"', html)
        )
    for name in page_files():
        addresses = set(re.findall(r"https?://[\w./]+", text_of(name)))
        assert addresses <= {"http://www.w3.org/2000/svg"}
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text_of(name)
        )
