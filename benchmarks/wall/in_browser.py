"""The wall's pages in Chromium: the first picture on screen, and what an hour's images leave.

Needs a store, which ``python -m benchmarks.wall --store FOLDER`` makes and indexes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from benchmarks.tables import Checks, markdown_table
from benchmarks.wall.client import ServedWall
from imagecrawler.rendering.finding import NO_BROWSER, find_browser

# An hour of an image each second, and twice as many: what grows shows between these.
_SHOWN = (100, 900, 1_800, 3_600, 7_200)
# What was scrolled past is given back by two collections with a moment between them.
_REST_MS = 3_000
_VISITS = 10
_BROWSED = 30

_NOTE = """
    document.addEventListener('load', ({ target }) => {
      if (target.matches?.('.tile img')) window.firstPicture ??= performance.now()
    }, true)
"""
_SCROLL = """async (many) => {
  const frame = () => new Promise(requestAnimationFrame)
  const last = () => [...document.querySelectorAll('article')].at(-1)?.ariaPosInSet ?? 0
  const end = performance.now() + 300_000
  while (Number(last()) < many && performance.now() < end) {
    scrollBy({ top: innerHeight * 0.7, behavior: 'instant' })
    await frame()
  }
  return Number(last())
}"""


def main() -> int:
    """Print the tables; return 1 when a check failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.wall.in_browser", description=__doc__
    )
    parser.add_argument("--store", type=Path, required=True)
    store = parser.parse_args().store
    found = find_browser(None, environment=os.environ, home=Path.home())
    if found is None:
        print(NO_BROWSER, file=sys.stderr)
        return 1
    checks = Checks()
    with ServedWall(store) as wall, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, chromium_sandbox=False)
        _visits(browser, wall, checks)
        _hour(browser, wall, checks)
        _browsed(browser, wall, checks)
        browser.close()
        wall.stop()
    return checks.exit_code


def _visits(browser: Browser, wall: ServedWall, checks: Checks) -> None:
    """Open the page as new viewers; the first has a server that was started just now."""
    seconds = []
    for _ in range(_VISITS):
        page = _opened(browser, wall, "/")
        page.wait_for_selector(".tile.loaded")
        seconds.append(page.evaluate("firstPicture / 1000"))
        page.context.close()
    worst, median = max(seconds), statistics.median(seconds)
    row = [_VISITS, seconds[0], median, worst]
    print(markdown_table(["viewers", "s, the first", "s, median", "s, worst"], [row]), flush=True)
    checks.that(worst < 1, f"the first picture is on screen within {worst:.2f} s")


def _hour(browser: Browser, wall: ServedWall, checks: Checks) -> None:
    page = _opened(browser, wall, "/")
    page.wait_for_selector(".tile.loaded")
    session = page.context.new_cdp_session(page)
    rows = []
    for many in _SHOWN:
        shown = page.evaluate(_SCROLL, many)
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(_REST_MS)
        rows.append([shown, *_weight(session), wall.resident_mib])
    print(markdown_table(["images", "heap MiB", "nodes", "listeners", "server MiB"], rows))
    checks.that(rows[-1][0] >= _SHOWN[-1], f"{rows[-1][0]:,} images were on the wall")
    checks.that(max(row[2] for row in rows) < 10_000, "fewer than 10,000 nodes at any time")
    page.context.close()


def _browsed(browser: Browser, wall: ServedWall, checks: Checks) -> None:
    page = _opened(browser, wall, "/browse")
    first = page.locator(".entry").first
    times = []
    for _ in range(_BROWSED):
        before = first.text_content()
        begun = time.perf_counter()
        page.get_by_role("button", name="Older").click()
        expect(first).not_to_have_text(before or "")
        times.append(time.perf_counter() - begun)
    entries = page.locator(".entry").count()
    print(f"{_BROWSED} pages of 100 back: {statistics.median(times) * 1000:.0f} ms each, median")
    checks.that(entries == 100, f"{entries} images in the document after that")


def _opened(browser: Browser, wall: ServedWall, path: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(_NOTE)
    page = context.new_page()
    page.goto(wall.url + path)
    return page


def _weight(session: CDPSession) -> list[float]:
    """Return MiB of JavaScript heap, DOM nodes and event listeners, without garbage."""
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    found = {metric["name"]: metric["value"] for metric in metrics}
    return [found["JSHeapUsedSize"] / 2**20, found["Nodes"], found["JSEventListeners"]]


if __name__ == "__main__":
    raise SystemExit(main())
