"""The wall in Chromium: what comes onto it, by itself and by keys, and for how long."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.wall.page.conftest import Serve, Visit, Wall
from tests.wall.page.galleries import add

# Down the wall, a part of the window at a time as a person does, until so many images were there.
_SCROLL = """async (many) => {
  const frame = () => new Promise(requestAnimationFrame)
  for (let idle = 0; new Set(tiles).size < many && idle < 600; idle += 1) {
    const before = scrollY
    scrollBy({ top: innerHeight * 0.7, behavior: 'instant' })
    await frame()
    await frame()
    if (scrollY !== before) idle = 0
  }
  return tiles
}"""


def scroll(page: Page, many: int) -> list[str]:
    """Return the images that came onto the wall, in order, until there were so many."""
    expect(page.locator("article").first).to_be_visible()
    shown: list[str] = page.evaluate(_SCROLL, many)
    return shown


def current(page: Page) -> str:
    """Return the name of the image that has the focus."""
    return str(page.evaluate("document.activeElement.closest('article')?.ariaLabel"))


def names(page: Page) -> list[str]:
    """Return the names of the images that are in the document, in order."""
    return list(page.locator("article").evaluate_all("all => all.map(each => each.ariaLabel)"))


def test_two_viewers_see_500_images_each_without_a_repeat(gallery: Wall, visit: Visit) -> None:
    walls = [visit(gallery), visit(gallery, "/?order=random")]
    for page in walls:
        shown = scroll(page, 500)
        assert len(set(shown[:500])) == 500
        assert page.evaluate("most") < 120
    orders = [page.evaluate("tiles") for page in walls]
    assert orders[0] != orders[1]
    # Then what was shown longest ago comes again, and says so.
    on = _SCROLL.replace("new Set(tiles).size", "tiles.length")
    shown = walls[0].evaluate(on, 520)
    assert set(shown[500:510]) <= set(shown[:60])
    expect(walls[0].get_by_text("Seen before").first).to_be_attached()


def test_an_image_that_was_shown_is_not_the_first_of_the_next_visit(
    gallery: Wall, visit: Visit
) -> None:
    page = visit(gallery)
    first = page.locator("article").first
    expect(first).to_be_visible()
    name = first.get_attribute("aria-label")
    with page.expect_response("**/api/shown"):
        pass
    page.reload()
    expect(first).to_be_visible()
    assert first.get_attribute("aria-label") != name


def test_new_images_appear_while_the_page_is_open(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    add(tmp_path / "data", range(30))
    wall = serve(tmp_path / "data")
    page = visit(wall, viewport={"width": 800, "height": 500})
    first = page.locator("article").first
    expect(first).to_have_accessible_name("Picture number 29")
    add(wall.root, range(30, 31))
    expect(first).to_have_accessible_name("Picture number 30")
    expect(page.get_by_role("status")).to_have_text("1 new image")
    # Who looks at something else is not disturbed: what is new waits, and nothing moves.
    page.evaluate("scrollTo(0, 700)")
    there = page.locator("article").nth(6)
    place = there.bounding_box()
    add(wall.root, range(31, 33))
    news = page.get_by_role("button", name="2 new images")
    expect(news).to_be_visible()
    assert there.bounding_box() == place
    news.click()
    expect(first).to_have_accessible_name("Picture number 32")
    expect(first).to_be_focused()
    # On the top too, where it is asked for quiet.
    page.keyboard.press("p")
    add(wall.root, range(33, 34))
    expect(page.get_by_role("button", name="1 new image")).to_be_visible()
    page.keyboard.press("p")
    expect(first).to_have_accessible_name("Picture number 33")


def test_filters_choose_and_are_in_the_address(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery)
    tiles = page.locator("article")
    expect(tiles.first).to_have_accessible_name("Picture number 499")
    with page.expect_response("**/api/images?*source=gallery*"):
        page.get_by_label("Source").select_option("gallery.example.com")
    expect(tiles.first).to_be_visible()
    expect(tiles.filter(has_not_text="gallery.example.com")).to_have_count(0)
    with page.expect_response("**/api/images?*tag=city*"):
        page.get_by_label("Tag").fill("city")
    expect(tiles.first).to_be_visible()
    expect(tiles.filter(has_not_text="city")).to_have_count(0)
    with page.expect_response("**/api/images?*min_width=1200*"):
        page.get_by_label("Width").select_option("1200")
    expect(tiles.first).to_be_visible()
    assert {int(name.split()[-1]) % 4 for name in names(page)} == {0}  # 1200 x 800, by SHAPES
    assert page.url.endswith("?source=gallery.example.com&tag=city&min_width=1200")
    page.reload()
    expect(tiles.first).to_contain_text("gallery.example.com")
    expect(page.get_by_label("Source")).to_have_value("gallery.example.com")
    page.get_by_label("Text").fill("nothing has this")
    expect(page.get_by_text("No image is like that")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(tiles.filter(has_text="photos.example.org").first).to_be_visible()
    assert page.url == f"{gallery.url}/"


def test_keys_go_through_the_wall_and_the_slideshow(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery)
    expect(page.locator("article").first).to_be_visible()
    for key in ("ArrowRight", "n", "ArrowRight", "b"):
        page.keyboard.press(key)
    assert current(page) == "Picture number 498"
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Picture number 498")
    expect(viewer).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="Picture number 497")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(viewer).to_be_visible()
    page.keyboard.press("Space")
    expect(viewer.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("p")
    expect(viewer.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_be_attached()
    page.keyboard.press("i")
    record = page.get_by_role("dialog").filter(has_text="Where it was found")
    expect(record.get_by_text("https://gallery.example.com/works/498")).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    assert current(page) == "Picture number 498"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.get_by_label("Single letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_hidden_images_are_dropped_unless_it_is_undone(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    add(tmp_path / "data", range(12))
    wall = serve(tmp_path / "data")
    page = visit(wall)
    tile = page.get_by_role("article", name="Picture number 11")
    other = page.get_by_role("article", name="Picture number 10")
    expect(tile).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(tile).to_be_focused()
    page.keyboard.press("h")
    expect(tile).to_have_count(0)
    expect(other).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("article").first).to_have_accessible_name("Picture number 11")
    # In the viewer, and then the page is left before the time for undo is over.
    other.get_by_role("button").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Hide for good").click()
    expect(page.get_by_role("dialog", name="Picture number 9")).to_be_visible()
    files = wall.root / "downloaded" / "600"
    assert len(list(files.rglob("*.jpg"))) == 12
    page.goto(f"{wall.url}/status")
    while len(list(files.rglob("*.jpg"))) == 12:
        page.wait_for_timeout(50)
    page.goto(wall.url)
    expect(page.locator("article")).to_have_count(11)
    expect(other).to_have_count(0)


def test_a_finger_is_enough(gallery: Wall, visit: Visit) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    page = visit(gallery, **phone, reduced_motion="reduce")
    page.locator("article button").first.tap()
    viewer = page.get_by_role("dialog")
    expect(viewer).to_have_accessible_name("Picture number 499")
    swipe(page, 300, 80)
    expect(viewer).to_have_accessible_name("Picture number 498")
    swipe(page, 80, 300)
    expect(viewer).to_have_accessible_name("Picture number 499")
    viewer.get_by_role("button", name="Play").tap()
    assert page.evaluate("document.getAnimations().length") == 0
    viewer.get_by_role("button", name="Close").tap()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    buttons = page.get_by_role("banner").get_by_role("button").all()
    sizes = [button.bounding_box() or {} for button in buttons]
    assert len(sizes) == 4
    assert all(min(size["width"], size["height"]) >= 40 for size in sizes)


def swipe(page: Page, begin: int, end: int) -> None:
    """Draw a finger over the image, from one place of the window to another."""
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", begin), ("touchMove", (begin + end) // 2), ("touchMove", end)):
        points = [{"x": x, "y": 400}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_the_wall_works_with_an_empty_store(tmp_path: Path, serve: Serve, visit: Visit) -> None:
    add(tmp_path / "data", range(0))
    wall = serve(tmp_path / "data")
    page = visit(wall)
    expect(page.get_by_text("No images yet")).to_be_visible()
    add(wall.root, range(2))
    expect(page.locator("article")).to_have_count(2)
    expect(page.get_by_text("No images yet")).to_be_hidden()
