"""The seam between the browser and what is looked for in it: plain data and small protocols.

What has to be done around a look by the one that owns the browser; Playwright's async ``Page``
is a ``BrowserPage`` as it is:

    watch = await watch_page(page)           # before the navigation, or its requests are missed
    await page.goto(url, wait_until="domcontentloaded")   # not "load": it may never come
    found = await look(page, LookLimits(), watch)         # always returns, within the limits
    await page.close()

Images are answered, not aborted: a route fulfils each request whose ``resource_type`` is
``image`` with ``STUB_BODY`` and ``STUB_HEADERS``. An aborted image fires ``error``, at which
galleries drop the picture, show their own "broken" image or wait for ever with the next batch;
a stub fires ``load``, and its one pixel keeps pages short. Media and fonts can be aborted.
Requests of the kinds ``fetch`` and ``xhr`` have to pass: data and pictures drawn to a canvas
come that way, and a look finds their addresses.

Pop-ups, dialogs and downloads are the owner's to close. While a look lasts the page cannot
navigate away: the look adds a route of its own and takes it off, so the owner's routes are
added before the look, and stay.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from imagecrawler.items import FrameLook, Look, ObservedImage

__all__ = [
    "MAX_IMAGES",
    "MAX_ROUNDS",
    "MAX_SECONDS",
    "NOTHING_NEW",
    "STUB_BODY",
    "STUB_HEADERS",
    "STUB_TYPE",
    "UNRESPONSIVE",
    "BrowserPage",
    "FrameLook",
    "Look",
    "LookLimits",
    "ObservedImage",
]

# A transparent GIF of one pixel: the smallest image that every browser decodes.
# A picture that is drawn to a canvas is asked for as CORS, and fails without the second header.
STUB_TYPE = "image/gif"
STUB_HEADERS = {"content-type": STUB_TYPE, "access-control-allow-origin": "*"}
STUB_BODY = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")

# Why a look ended; the first is the good end.
NOTHING_NEW = "nothing-new"
MAX_ROUNDS = "max-rounds"
MAX_SECONDS = "max-seconds"
MAX_IMAGES = "max-images"
UNRESPONSIVE = "unresponsive"


class BrowserPage(Protocol):
    """A page of a browser: Playwright's async ``Page``."""

    @property
    def url(self) -> str:
        """The address of the document that is shown now."""

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """Return what the JavaScript ``expression`` gives, called with ``arg``, as JSON would."""

    async def add_init_script(self, script: str) -> Any:
        """Run ``script`` in every document from now on, before the document's own scripts."""

    def on(self, event: Any, f: Any) -> None:
        """Call ``f`` for each ``event``."""

    def remove_listener(self, event: str, f: Any) -> None:
        """Call ``f`` no more."""

    async def route(self, url: str, handler: Callable[..., Any]) -> Any:
        """Let ``handler`` decide on requests that match ``url``, before those added earlier."""

    async def unroute(self, url: str, handler: Callable[..., Any]) -> Any:
        """Take off what ``route`` added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLimits:
    """How long and how far one page is looked at. Whatever is reached first ends the look.

    A round is one sweep down to the present end of the page and of everything that scrolls in
    it, its carousels and its "load more" buttons, and then a wait until the network is quiet.
    ``network_idle_seconds`` is how long no request may be under way to call it quiet,
    ``settle_seconds`` the most that one wait lasts. ``quiet_rounds`` in a row with no new image,
    link or height end the look; in the last of them a page that loads more only when the
    scrolling has ended for a while has ``answer_seconds`` for it. ``call_seconds`` is how long
    the page may take to answer one question before it counts as unresponsive. Each of
    ``max_steps`` scrolls on by one view and waits until that is drawn, and ``step_seconds`` more.
    """

    max_seconds: float = 30.0
    max_rounds: int = 100
    max_steps: int = 2_000
    max_images: int = 10_000
    max_html_chars: int = 20_000_000
    network_idle_seconds: float = 0.5
    settle_seconds: float = 5.0
    step_seconds: float = 0.03
    answer_seconds: float = 0.7
    call_seconds: float = 10.0
    quiet_rounds: int = 2
