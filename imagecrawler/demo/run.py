"""A crawl of the demo site: servers in this process, ``scrapy crawl`` as a child beside them."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import FrameType

from imagecrawler.demo.server import DemoSite

# Fixed, so that a second run meets the URLs of the first and finds them done.
PORT, IMAGE_PORT = 8787, 8788

_PASSED_ON = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


def crawl(store: str) -> int:
    """Crawl the demo site into ``store``; return the crawl's exit code (128 + n for signal n)."""
    with _site_at_its_ports() as site:
        print(f"Crawling the demo site at {site.start_url} into {store}", flush=True)
        code = run_child(_command(site.start_url, store))
    print("The demo site is gone again; make crawl brings it back and goes on.")
    print("A site of your choice: make crawl START=https://…", flush=True)
    return code


def _site_at_its_ports() -> DemoSite:
    try:
        return DemoSite(PORT, IMAGE_PORT)
    except OSError:
        print(
            f"Port {PORT} or {IMAGE_PORT} is taken: the demo site gets other ports this time, "
            "and its pages will look new to a store that already has them.",
            file=sys.stderr,
        )
        return DemoSite()


def _command(start_url: str, store: str) -> list[str]:
    """The site is ours and on this machine: the only one that needs no politeness."""
    settings = {
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "DOWNLOAD_DELAY": "0",
        "AUTOTHROTTLE_ENABLED": "False",
        "IMAGES_STORE": store,
        "CONTACT": start_url,
    }
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "site",
        "-a",
        f"start={start_url}",
        "-a",
        "max_depth=12",
    ]
    for name, value in settings.items():
        command += ["-s", f"{name}={value}"]
    return command


def run_child(command: list[str]) -> int:
    """Run a child on this terminal, pass signals on, each once, and return its exit code.

    The child leads a process group of its own: the terminal's Ctrl-C reaches only us, and
    Scrapy, which takes a second signal for "at once, without the last write", gets one.
    """
    child: subprocess.Popen[bytes] | None = None
    waiting: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            waiting.append(number)
        else:
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in _PASSED_ON}
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
        for number in waiting:
            child.send_signal(number)
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
