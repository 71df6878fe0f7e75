"""``scrapy wall``: a page that shows what the store has."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from imagecrawler.commands.endings import exit_code, refuse_unknown, say
from imagecrawler.coordinator.options import store_path
from imagecrawler.exceptions import ArgumentError
from imagecrawler.imaging.widths import parse_widths
from imagecrawler.storage.store import Store

if TYPE_CHECKING:
    import argparse

_PORT_MOST = 65_535
_OPEN = "imagecrawler: whoever reaches this address sees all images and can hide them"


class Command(ScrapyCommand):
    """Exit codes: 0 stopped by a signal, 1 no store or disk, 2 wrong argument or setting."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is typed."""
        return "[--host ADDRESS] [--port PORT] [--name NAME ...]"

    def short_desc(self) -> str:
        """Say what it is for."""
        return "Show the store's images on a web page"

    def long_desc(self) -> str:
        """Say what it shows, and to whom."""
        return (
            "Serve a page with an endless wall of the store's images, beside a running crawl or "
            "without one, until Ctrl-C. It is reached from this machine alone: whoever reaches "
            "another --host sees all images, and can hide them, without a password."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--host``, ``--port`` and ``--name``."""
        super().add_options(parser)
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", default="8000", help="the port; 0: any free one")
        parser.add_argument(
            "--name",
            action="append",
            default=[],
            help="a host name by which browsers may call it, besides localhost and IP addresses",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until a signal."""
        settings = self.settings
        assert settings is not None

        def work() -> int:
            refuse_unknown(args)
            port = _port(opts.port)
            widths = parse_widths(settings.get("IMAGES_WIDTHS"))
            root = Store.read(store_path(settings)).root
            # Every scrapy command imports this module: a crawl needs no web server.
            from imagecrawler.wall.server import address_of, listening, serve

            with listening(opts.host, port) as listener:
                address = address_of(listener, opts.host)
                names = [*opts.name, opts.host]
                if not ip_address(listener.getsockname()[0]).is_loopback:
                    say(_OPEN, error=True)
                ready = f"The wall of {root} is at {address} (Ctrl-C ends it)"
                serve(root, widths, listener, names=names, on_ready=lambda: say(ready))
            return 0

        self.exitcode = exit_code(work, store=lambda: store_path(settings))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _PORT_MOST):
        raise ArgumentError(f"--port {text!r}: give a number from 0 to {_PORT_MOST}")
    return int(text)
