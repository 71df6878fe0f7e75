"""What a page asks the network for: images by their addresses, and whether it is quiet."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from imagecrawler.rendering.contract import BrowserPage

MAX_REQUESTED = 20_000
_MAX_URL_CHARS = 4_096
# Connections that stay open, and what a page sends without waiting for an answer.
_NEVER_ENDING = frozenset(("websocket", "eventsource", "ping", "media", "cspviolationreport"))
_DATA = frozenset(("fetch", "xhr"))


class Watch:
    """Notes the requests of one page. ``images`` are the addresses asked for as images, and
    those of data whose answer said it is one, in order, each once.
    """  # fmt: skip

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._under_way: dict[Any, float] = {}
        self._last_seconds = clock()
        self.images: dict[str, None] = {}

    def note_request(self, request: Any) -> None:
        """Note what the page asks for now."""
        self._last_seconds = self._clock()
        if request.resource_type not in _NEVER_ENDING:
            self._under_way[request] = self._last_seconds
        if request.resource_type == "image":
            self._note_image(request.url)

    def note_response(self, response: Any) -> None:
        """Note an answer: data that is an image was wanted as an image."""
        request = response.request
        kind = response.headers.get("content-type", "")
        if request.resource_type in _DATA and kind.lower().startswith("image/"):
            self._note_image(request.url)

    def note_end(self, request: Any) -> None:
        """Note that a request has ended, well or not."""
        self._last_seconds = self._clock()
        self._under_way.pop(request, None)

    def quiet_seconds(self, *, patience_seconds: float) -> float:
        """Return for how long nothing was under way; 0 while something is.

        What has been under way for longer than ``patience_seconds`` is not counted: it may
        never end.
        """
        now = self._clock()
        if any(now - began <= patience_seconds for began in self._under_way.values()):
            return 0.0
        return now - self._last_seconds

    def _note_image(self, url: str) -> None:
        if url.startswith(("http:", "https:")) and len(url) <= _MAX_URL_CHARS:
            url = url.partition("#")[0]
            if len(self.images) < MAX_REQUESTED:
                self.images.setdefault(url)


def listening(page: BrowserPage) -> Watch:
    """Return a watch over what ``page`` asks for from now on. It ends with the page."""
    watch = Watch()
    page.on("request", watch.note_request)
    page.on("response", watch.note_response)
    page.on("requestfinished", watch.note_end)
    page.on("requestfailed", watch.note_end)
    return watch


async def watch_page(page: BrowserPage) -> Watch:
    """Return a watch over ``page``, to be begun before it navigates and given to ``look``.

    The page's documents then also note where the bytes of blobs and canvases come from.
    """
    await page.add_init_script(page_script("origins"))
    return listening(page)


@cache
def page_script(name: str) -> str:
    """Return the text of ``page/<name>.js``."""
    return (files(__package__) / "page" / f"{name}.js").read_text("utf-8")
