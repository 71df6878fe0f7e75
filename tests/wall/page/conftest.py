"""``serve(root)`` runs ``scrapy wall`` on a store; ``visit(wall)`` opens it in Chromium.

Whatever a test does: a request to another host, an error in the console and a violation of the
page's policy fail it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from imagecrawler.rendering.finding import NO_BROWSER, find_browser
from tests.wall.page.galleries import add

# Notes which images come onto the wall, and how many were in the document at once at most.
_NOTE_TILES = """
    window.tiles = []; window.most = 0
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) {
        if (node.matches?.('.tile')) tiles.push(node.querySelector('img').getAttribute('src'))
      }
      most = Math.max(most, document.getElementsByTagName('article').length)
    }).observe(document, { childList: true, subtree: true })
"""


@dataclass(frozen=True, slots=True)
class Wall:
    """A running ``scrapy wall``; ``url`` has no slash at its end."""

    root: Path
    url: str


Serve = Callable[[Path], Wall]
Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = find_browser(None, environment=os.environ, home=Path.home())
    assert found is not None, NO_BROWSER
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found.path, chromium_sandbox=False)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def serve() -> Iterator[Serve]:
    running: list[subprocess.Popen[str]] = []

    def start(root: Path) -> Wall:
        command = [sys.executable, "-m", "scrapy", "wall", "--port", "0"]
        command += ["-s", f"IMAGES_STORE={root}"]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert running[-1].stdout is not None
        line = running[-1].stdout.readline()
        wall = Wall(root, line[line.index("http") :].split("/ ")[0])
        while not _is_indexed(wall):  # Until then nothing that comes is new.
            time.sleep(0.05)
        return wall

    yield start
    for process in running:
        process.terminate()
        process.wait()


def _is_indexed(wall: Wall) -> bool:
    with urlopen(f"{wall.url}/api/status") as answer:
        return bool(json.load(answer)["index"]["complete"])


@pytest.fixture(scope="package")
def gallery(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Wall:
    """The wall of a store with 500 images."""
    root = tmp_path_factory.mktemp("gallery") / "data"
    add(root, range(500))
    return serve(root)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a wall as a new viewer; keywords are those of Playwright's contexts."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def note_request(url: str, wall: Wall) -> None:
        if not url.startswith(f"{wall.url}/"):
            wrong.append(url)

    def open_page(wall: Wall, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script(_NOTE_TILES)
        page = context.new_page()
        page.on("request", lambda request: note_request(request.url, wall))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.goto(wall.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
