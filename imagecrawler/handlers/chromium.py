"""How Chromium is started and ended: the browser provider of scrapy-playwright.

Nothing is started before the first page that is to be rendered: neither the browser nor
Playwright's driver. Both end with the process that started them, however it ends: the driver
when its input closes, Chromium when the driver's pipe to it closes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from scrapy.exceptions import NotSupported

from imagecrawler.exceptions import RenderingError
from imagecrawler.rendering.finding import FoundBrowser

logger = logging.getLogger(__name__)

# The run may end half a second after its last write; what is left ends with the process.
_CLOSE_SECONDS = 0.25

# Everything goes through the proxy, or not at all. What Chromium sends past a proxy is UDP
# (QUIC, WebRTC) and questions to name servers. The list of switches:
# https://peter.sh/experiments/chromium-command-line-switches/
_NOTHING_PASSES_BY = (
    "--proxy-bypass-list=<-loopback>",  # else loopback and link-local addresses go without proxy
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--dns-prefetch-disable",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-blink-features=WebTransport",
)
_QUIET = (
    "--block-new-web-contents",
    "--no-pings",
    "--disable-domain-reliability",
    # What it tells its maker at every start, about accounts and updates. No browser connects to
    # port 9: https://fetch.spec.whatwg.org/#port-blocking
    "--gaia-url=http://127.0.0.1:9",
    "--component-updater=url-source=http://127.0.0.1:9",
)


class ChromiumProvider:
    """Starts the browser that was found, with ``proxy_url`` as its only way out.

    ``options`` are PLAYWRIGHT_LAUNCH_OPTIONS: they win, but for the proxy. The browsers' profiles
    lie in ``profiles_dir``, where somebody is to remove what a driver leaves that was killed.
    """

    def __init__(
        self,
        found: FoundBrowser,
        *,
        proxy_url: str,
        options: Mapping[str, Any],
        profiles_dir: str,
    ) -> None:
        self._found = found
        self._proxy_url = proxy_url
        self._options = options
        self._profiles_dir = profiles_dir
        self._playwright: Playwright | None = None

    async def start(self) -> None:
        """Do nothing yet: the first page starts the browser."""

    async def launch_browser(self) -> Browser:
        """Return a new browser.

        Raises:
            RenderingError: it cannot be started; the message says what it said.
        """
        try:
            return await self._launch()
        except Exception:  # the driver may have died with the last browser
            await self.close()
        try:
            return await self._launch()
        except Exception as error:
            message = f"{self._found.path} cannot be started: {_told(str(error))}"
            raise RenderingError("no-browser", message) from error

    async def launch_persistent_context(self, context_kwargs: dict[str, Any]) -> BrowserContext:
        """Raise NotSupported: what a page leaves in the browser ends with its context."""
        raise NotSupported("rendered pages have no persistent context")

    async def close(self) -> None:
        """End the driver, and with it whatever browser is left."""
        playwright, self._playwright = self._playwright, None
        if playwright is not None:
            with suppress(Exception):  # a driver that was killed has ended too
                await asyncio.wait_for(playwright.stop(), _CLOSE_SECONDS)

    async def _launch(self) -> Browser:
        if self._playwright is None:
            with _temporary_files_in(self._profiles_dir):
                self._playwright = await async_playwright().start()
        browser = await self._playwright.chromium.launch(**self._launch_options())
        logger.info(
            "Pages are rendered with %s (%s), version %s",
            self._found.path,
            self._found.source,
            browser.version,
        )
        return browser

    def _launch_options(self) -> dict[str, Any]:
        return {
            "headless": True,
            "executable_path": self._found.path,
            # Chromium's sandbox does not work for root, whatever else it runs in.
            "chromium_sandbox": os.geteuid() != 0,
            # Playwright lets pages open what they like: here they need a person's click again.
            "ignore_default_args": ["--disable-popup-blocking"],
            # Without the driver's TMPDIR: the browser makes a socket in it, and paths of sockets
            # have at most 107 bytes.
            "env": dict(os.environ),
            "handle_sigint": False,
            "handle_sigterm": False,
            "handle_sighup": False,
            **self._options,
            "proxy": {"server": self._proxy_url},
            "args": [*self._options.get("args", ()), *_QUIET, *_NOTHING_PASSES_BY],
        }


@contextmanager
def _temporary_files_in(folder: str) -> Iterator[None]:
    # Playwright makes profiles where the environment of its driver says, and has no option for it.
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _told(text: str) -> str:
    """Return what a browser said of its end, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line.partition("[err]")[2].strip() for line in lines if "[err]" in line]
    telling = [line for line in said if re.search(r"error|fatal|sandbox", line, re.IGNORECASE)]
    return " / ".join(telling[:3] or said[:3] or lines[:1])[:1000]
