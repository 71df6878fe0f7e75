"""What pages and files of the web say does nothing on the wall but stand there as text."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.wall.page.conftest import Serve, Visit
from tests.wall.page.galleries import add

MARKUP = "<img src=x onerror=\"window.harm='img'\"><script>window.harm='script'</script>"
BREAKING = "\"'></p><svg onload=window.harm='svg'>{{7*7}}${alert(1)}\u202e\u0000\ud800"
HOSTILE = {
    "description": MARKUP,
    "title": BREAKING,
    "heading": MARKUP,
    "text": MARKUP,
    "author": MARKUP,
    "copyright": BREAKING,
    "tags": [MARKUP, BREAKING, "javascript:alert(1)", *["many"] * 500],
    "page": "javascript:window.harm='page'",
    "follow": "javascript:window.harm='follow'",
    "licence": BREAKING,
    "licence_url": "javascript:window.harm='licence'",
    "date": "<b>yesterday</b>",
    "files": {"600": "../../../etc/passwd", "<b>": "//evil.example/x.jpg"},
    "phash": "pdq:<i>",
    "language": MARKUP,
    "class_reason": [MARKUP, {"<b>bold</b>": [[BREAKING]]}],
    "__proto__": {"polluted": True},
    "candidates": [{"url": "javascript:alert(1)", "width": 10}, {"url": "https://evil.example/a"}],
}


def is_unharmed(page: Page) -> bool:
    """Whether nothing ran, and no element came of a text."""
    return bool(
        page.evaluate(
            """() => window.harm === undefined && {}.polluted === undefined
            && !document.querySelector('img[src="x"], main script, svg[onload], dd b')
            && !document.querySelector('a[href^="javascript"]')
            && [...document.images].every((image) => image.src.startsWith(location.origin))"""
        )
    )


def test_hostile_texts_and_names_do_nothing(tmp_path: Path, serve: Serve, visit: Visit) -> None:
    root = tmp_path / "data"
    [hostile] = add(root, range(1), **HOSTILE)
    add(root, range(1, 2), page="https://evil.example/<script>alert(1)</script>", tags="a, b")
    wall = serve(root)
    page = visit(wall)
    tile = page.locator("article").filter(has_text="onerror")
    expect(tile).to_be_visible()
    expect(tile.get_by_role("link")).to_have_count(0)
    assert tile.get_by_role("img").get_attribute("alt") == MARKUP
    assert is_unharmed(page)
    tile.get_by_role("button").first.click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text(MARKUP)
    # A tag is a filter whatever it says.
    page.keyboard.press("i")
    expect(page.get_by_role("dialog", name=MARKUP).get_by_text("evil.example/a")).to_be_visible()
    assert is_unharmed(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").get_by_title(f"Only {MARKUP}").click()
    expect(page.locator("article")).to_have_count(1)
    assert is_unharmed(page)
    page.goto(f"{wall.url}/browse?id={hostile}&text=%3Cscript%3E&cursor=")
    expect(page.get_by_role("dialog").get_by_text("evil.example/a")).to_be_visible()
    assert is_unharmed(page)


def test_links_to_other_sites_tell_them_nothing(tmp_path: Path, serve: Serve, visit: Visit) -> None:
    add(tmp_path / "data", range(1))
    page = visit(serve(tmp_path / "data"))
    link = page.get_by_role("link", name="gallery.example.com")
    expect(link).to_have_attribute("href", "https://gallery.example.com/works/0")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    licence = page.get_by_role("link", name="CC BY 4.0")
    expect(licence).to_have_attribute("rel", "noopener noreferrer")
