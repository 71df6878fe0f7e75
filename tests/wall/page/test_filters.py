"""Filters in Chromium while the server is slow: what is asked for, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.wall.page.conftest import Visit, Wall

# What was shown is told when the page asks for more, never by the clock; `noted`: there is some.
_TELL_WHEN_ASKING = """
    const later = setTimeout
    window.setTimeout = (call, ms, ...rest) => {
      if (ms !== 1000) return later(call, ms, ...rest)
      window.noted = true
      return -1
    }
"""


def _until(page: Page, is_true: Callable[[], object]) -> None:
    while not is_true():
        page.wait_for_timeout(20)


def _slow(page: Page, address: str) -> list[Route]:
    """Return the requests for an address, as they come; each waits to be let through."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))  # Playwright marks what it calls.
    return held


def test_an_older_wish_asks_for_nothing_after_a_newer_one(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery, "/status")
    page.add_init_script(_TELL_WHEN_ASKING)
    told = _slow(page, "**/api/shown")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/api/images" in r.url else None)
    page.goto(gallery.url)
    _until(page, lambda: page.evaluate("window.noted"))
    page.get_by_label("Source").select_option("gallery.example.com")
    _until(page, lambda: told)
    asked.clear()
    page.get_by_label("Text").press_sequentially("number 12", delay=20)
    expect(page).to_have_url(f"{gallery.url}/?source=gallery.example.com&text=number+12")
    # It would give what is on screen again.
    assert asked == []
    told[0].continue_()
    expect(page.locator("article")).to_have_count(6)  # 12, 120, 122 …
    assert "anew=1" in asked[0]
    assert all("text=number+12&" in url for url in asked)


def test_a_wish_waits_for_the_answer_to_the_one_before(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery)
    tiles = page.locator("article")
    expect(tiles.first).to_be_visible()
    asked = _slow(page, "**/api/images?*")
    for text in ("number", "number 1", "number 13"):
        page.get_by_label("Text").fill(text)
        page.get_by_label("Text").press("Enter")
    _until(page, lambda: asked)
    expect(tiles).to_have_count(0)
    # Both at once, the first may take what the second is to show.
    assert len(asked) == 1
    asked[0].continue_()
    _until(page, lambda: len(asked) == 2)
    asked[1].continue_()
    expect(tiles).to_have_count(11)
    assert "text=number+13&" in asked[1].request.url
