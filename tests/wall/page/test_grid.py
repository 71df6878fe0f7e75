"""The rows of the wall, and what remains of many pictures, asked of the page's own modules."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from tests.wall.page.conftest import Visit, Wall

_ROWS = """async ([sizes, width]) => {
  const { rowsOf } = await import('/static/layout.js')
  const items = sizes.map(([width, height], index) => ({ width, height, index }))
  return rowsOf(items, { width, target: 250, gap: 10 })
    .map((row) => ({ ...row, items: row.items.map(({ index }) => index) }))
}"""
_SIZE = st.tuples(st.integers(1, 9000), st.integers(1, 9000)) | st.just((None, None))


def test_rows_are_full_and_in_order(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery, "/status")

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.lists(_SIZE, max_size=50), st.integers(200, 3000))
    def check(sizes: list[Any], width: int) -> None:
        rows = page.evaluate(_ROWS, [sizes, width])
        assert [item for row in rows for item in row["items"]] == list(range(len(sizes)))
        for row in rows:
            assert 0 < row["height"] <= 500
            assert len(row["boxes"]) == len(row["items"])
            right = row["boxes"][-1]["left"] + row["boxes"][-1]["width"]
            assert right == width if row["isFilled"] else right < width
            assert all(box["width"] > 0 for box in row["boxes"])

    check()


# A wall of its own: 9,000 pictures come while it is scrolled down, then all the way up again.
_MANY = """async () => {
  const { Grid } = await import('/static/grid.js')
  const make = (tag) => Object.assign(document.createElement(tag), { hidden: true })
  const feed = document.createElement('div')
  for (const name of ['--caption', '--caption-without-tags']) feed.style.setProperty(name, '40px')
  const beginning = make('p')
  document.body.replaceChildren(beginning, feed)
  document.documentElement.style.overflowAnchor = 'none'
  const makeTile = () => Object.assign(document.createElement('article'), { tabIndex: -1 })
  const dropTile = (tile) => tile.remove()
  const grid = new Grid(feed, { makeTile, dropTile, onMoved() {}, beginning })
  const frame = () => new Promise(requestAnimationFrame)
  let [most, jumps] = [0, 0]
  const count = () => { most = Math.max(most, feed.childElementCount) }
  for (let batch = 0; batch < 150; batch += 1) {
    const before = grid.visible[0]
    grid.append(Array.from({ length: 60 }, () => ({ width: 3, height: 2, tags: [] })))
    if (before && grid.visible[0] !== before) jumps += 1
    scrollTo(0, document.body.scrollHeight)
    await frame(); await frame()
    count()
  }
  const kept = grid.size
  for (let at = scrollY; at > 0; at -= 5000) {
    scrollTo(0, at)
    await frame(); await frame()
    count()
  }
  return { most, jumps, kept, letGo: grid.letGo, told: !beginning.hidden }
}"""


def test_a_wall_of_many_pictures_keeps_few(gallery: Wall, visit: Visit) -> None:
    page = visit(gallery, "/browse")
    expect(page.get_by_role("listitem").first).to_be_visible()
    after = page.evaluate(_MANY)
    assert 10 < after["most"] < 150
    assert after["jumps"] == 0
    assert after["kept"] <= 3000 and after["kept"] + after["letGo"] == 9000
    assert after["told"]
