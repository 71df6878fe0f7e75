"""Browsing a dataset, the record of an image, the state of the store, and all of it by ear."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from imagecrawler.policies.websub import Subscription
from tests.wall.page.conftest import Serve, Visit, Wall
from tests.wall.page.galleries import add

ColorScheme = Literal["light", "dark"]

# Those of WCAG 2.2 AA that are off by default too.
_RULES = {"rules": {"target-size": {"enabled": True}}}


def complaints(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page."""
    found = Axe().run(page, options=_RULES)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    tmp_path: Path, serve: Serve, visit: Visit, scheme: ColorScheme
) -> None:
    add(tmp_path / "data", range(40))
    wall = serve(tmp_path / "data")
    page = visit(wall, color_scheme=scheme)
    expect(page.locator(".tile.loaded").first).to_be_visible()
    page.wait_for_timeout(400)  # for colours that fade in
    assert complaints(page) == []
    page.keyboard.press("ArrowRight")
    page.keyboard.press("h")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    page.wait_for_timeout(400)
    assert complaints(page) == []
    page.keyboard.press("i")
    expect(page.get_by_role("dialog").get_by_text("Rights")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert complaints(page) == []
    page.goto(f"{wall.url}/browse")
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert complaints(page) == []
    page.goto(f"{wall.url}/status")
    expect(page.get_by_role("heading", name="Images")).to_be_visible()
    assert complaints(page) == []


def test_all_images_are_browsed_a_page_at_a_time(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery, "/browse")
    entries = page.get_by_role("listitem")
    expect(entries).to_have_count(100)
    seen = []
    for number in range(499, -1, -100):
        expect(entries.first).to_contain_text(f"Picture number {number}")
        expect(entries).to_have_count(100)
        seen += entries.locator("b").all_text_contents()
        older = page.get_by_role("button", name="Older")
        if older.is_enabled():
            older.click()
    assert seen == [f"Picture number {number}" for number in range(499, -1, -1)]
    page.get_by_role("button", name="Newer").click()
    expect(entries.first).to_contain_text("Picture number 199")
    page.go_back()
    expect(entries.first).to_contain_text("Picture number 99")
    page.get_by_role("button", name="Newest").click()
    expect(entries.first).to_contain_text("Picture number 499")
    page.get_by_role("button", name="Oldest").click()
    expect(entries.first).to_contain_text("Picture number 0")
    page.get_by_role("button", name="Newer").click()
    expect(entries.first).to_contain_text("Picture number 100")
    page.reload()
    expect(entries.first).to_contain_text("Picture number 100")
    # A filter is a step in the address as well.
    page.get_by_label("Text").fill("number 7")
    expect(entries).to_have_count(11)
    page.get_by_label("Text").fill("number 77")
    expect(entries).to_have_count(1)
    page.go_back()
    expect(entries).to_have_count(11)
    expect(page.get_by_label("Text")).to_have_value("number 7")
    page.go_back()
    expect(entries.first).to_contain_text("Picture number 100")
    expect(page.get_by_label("Text")).to_have_value("")


def test_a_record_tells_all_that_is_known(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery, "/browse?text=number+123")
    page.get_by_role("button", name="Picture number 123").click()
    record = page.get_by_role("dialog", name="Picture number 123")
    for fact in ("https://photos.example.org/123.jpg", "1600", "jpeg", "sea", "CC BY 4.0"):
        expect(record.get_by_text(fact).first).to_be_visible()
    assert "id=" in page.url
    page.reload()
    expect(record).to_be_visible()
    page.keyboard.press("Escape")
    expect(record).to_be_hidden()
    assert "id=" not in page.url


def test_the_status_page_counts(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery, "/status")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="Images"))
    expect(card).to_contain_text("images known")
    expect(page.get_by_role("row", name="gallery.example.com 250")).to_be_visible()
    expect(page.get_by_text("no crawl is running")).to_be_visible()
    expect(page.get_by_text("600 px wide: 500")).to_be_visible()


def test_the_status_page_tells_of_each_source(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    add(tmp_path / "data", range(1))
    sources = tmp_path / "data" / "sources"
    sources.mkdir(exist_ok=True)
    hour = 3600.0
    poll = {"items": 30.0, "seconds": 10 * hour, "polled": time.time(), "answered": time.time()}
    well = {"name": "<b>cats</b>", "url": "https://cats.example/new", "poll": poll}
    hub = Subscription("https://hub.example/", "t", "c", "s", lease_ends=time.time() + 1000)
    well["websub"] = hub.to_json()
    away = {**poll, "failing": time.time() - 100, "failure": "timeout"}
    ill = {"name": "boats", "url": "https://boats.example/new", "poll": away}
    (sources / f"{1:016x}.json").write_text(json.dumps(well))
    (sources / f"{2:016x}.json").write_text(json.dumps(ill))
    (sources / f"{3:016x}.json").write_text('{"name": "torn"')
    page = visit(serve(tmp_path / "data"), "/status")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="Sources"))
    expect(card.get_by_role("listitem")).to_have_count(2)
    expect(card.get_by_role("link", name="<b>cats</b>")).to_have_attribute("href", well["url"])
    expect(card).to_contain_text("new an hour")
    expect(card.get_by_text("announced by a hub")).to_have_count(1)
    expect(card).to_contain_text("does not answer: timeout")
