"""The judge: which image URLs Chromium itself requests for a page, and what asked for them.

A page is opened at three widths, without scripts and with them, and scrolled to its end. No
request leaves the machine: the page comes from loopback, each image request gets a stub, all
else is refused. So scripts and style sheets of other hosts do not run, on either side.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Browser, Route, sync_playwright
from playwright.sync_api import Error as BrowserError

VIEWPORTS_PX = ((390, 844), (1024, 768), (1920, 1080))
_STUB = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600">'
    b'<rect width="800" height="600" fill="gray"/></svg>'
)
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
)
_PAGE_SECONDS = 20
_SETTLE_MS = 300

# The element whose attribute names each URL, as the parsed document has them.
_KINDS = """() => {
  const kinds = [];
  const add = (kind, text) => {
    try { kinds.push([new URL(text, document.baseURI).href, kind]); } catch (error) { }
  };
  const addSet = (kind, text) => {
    for (const part of (text || '').split(/,\\s+|\\s+[\\d.]+[wx]\\s*,?/))
      if (part.trim()) add(kind, part.trim());
  };
  for (const e of document.querySelectorAll('img')) {
    addSet('img srcset', e.getAttribute('srcset'));
    if (e.getAttribute('src')) add('img src', e.getAttribute('src'));
  }
  for (const e of document.querySelectorAll('picture source')) addSet('picture', e.srcset);
  const each = (kind, selector, ...names) => {
    for (const e of document.querySelectorAll(selector))
      add(kind, names.map(name => e.getAttribute(name)).find(text => text));
  };
  each('background', '[background]', 'background');
  each('input', 'input[type=image i]', 'src');
  each('poster', 'video[poster]', 'poster');
  each('svg image', 'image', 'href', 'xlink:href');
  each('object', 'object[data], embed[src]', 'data', 'src');
  for (const e of document.querySelectorAll('link[rel~=preload i]')) {
    addSet('preload', e.getAttribute('imagesrcset'));
    if (e.href) add('preload', e.href);
  }
  return kinds;
}"""
_SCROLL = """async () => {
  for (let round = 0; round < 60; round++) {
    const before = window.scrollY;
    window.scrollBy(0, window.innerHeight);
    await new Promise(done => setTimeout(done, 30));
    if (window.scrollY === before) break;
  }
}"""


@dataclass(slots=True)
class Judgement:
    """What was requested for one page: URL without fragment to the kind of what asked for it.

    ``markup`` was requested with scripts off, ``scripted`` with scripts alone.
    """

    markup: dict[str, str] = field(default_factory=dict)
    scripted: dict[str, str] = field(default_factory=dict)
    error: str | None = None

    @property
    def all(self) -> dict[str, str]:
        """Everything that was requested."""
        return {**self.scripted, **self.markup}


@contextmanager
def judging() -> Iterator[Browser]:
    """Yield a browser: the system's Chromium, or else the one that Playwright installed."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def judge(browser: Browser, url: str) -> Judgement:
    """Return what the browser requests for the page at ``url``, over all widths."""
    judgement = Judgement()
    for scripts in (False, True):
        for size in VIEWPORTS_PX:
            try:
                asked = _asked(browser, url, size, scripts=scripts)
            except BrowserError as error:
                judgement.error = str(error).splitlines()[0]
                continue
            into = judgement.scripted if scripts else judgement.markup
            for image, kind in asked.items():
                into.setdefault(image, kind)
    for image in judgement.markup:
        judgement.scripted.pop(image, None)
    judgement.scripted = dict.fromkeys(judgement.scripted, "script")
    return judgement


def _asked(browser: Browser, url: str, size: tuple[int, int], *, scripts: bool) -> dict[str, str]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts
    )
    asked: list[str] = []
    try:
        page = context.new_page()
        page.set_default_timeout(_PAGE_SECONDS * 1000)
        host = urlsplit(url).netloc
        page.route("**/*", lambda route: _answer(route, url, host, asked))
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(url, wait_until="load", timeout=_PAGE_SECONDS * 1000)
        if scripts:  # Without them lazy images are eager, and a timer of ours would never fire.
            page.evaluate(_SCROLL)
        page.wait_for_timeout(_SETTLE_MS)
        kinds = dict(reversed([(_bare(u), kind) for u, kind in page.evaluate(_KINDS)]))
    finally:
        context.close()
    return {image: kinds.get(image, "css") for image in asked}


def _answer(route: Route, url: str, host: str, asked: list[str]) -> None:
    request = route.request
    if request.resource_type == "image":
        if request.url.startswith(("http:", "https:")):
            asked.append(_bare(request.url))
        route.fulfill(status=200, content_type="image/svg+xml", body=_STUB)
    elif urlsplit(request.url).netloc == host and (
        request.url == url or request.resource_type != "document"
    ):
        route.continue_()
    else:
        route.abort()


def _bare(url: str) -> str:
    return urldefrag(url).url
