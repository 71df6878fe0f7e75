"""``scrapy status``: what the store has, what is left, what failed and why."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from imagecrawler.commands.endings import exit_code, refuse_unknown, say
from imagecrawler.coordinator.host_status import host_lines, host_status
from imagecrawler.coordinator.options import host_limits, store_path
from imagecrawler.coordinator.status import store_status
from imagecrawler.coordinator.status_text import status_text
from imagecrawler.imaging.widths import Bucket, parse_widths
from imagecrawler.storage.store import Store

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Reads beside a running crawl. Exit codes: 0, 1 no store, 2 wrong argument or setting."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is typed."""
        return "[--hosts] [--json]"

    def short_desc(self) -> str:
        """Say what it is for."""
        return "Show what the store has, what is left and what failed"

    def long_desc(self) -> str:
        """Say what it shows and what it leaves alone."""
        return (
            "Show pages queued, visited and failed, images visited by version, downloaded and "
            "left by width, and failures by cause, with what to do. --hosts shows each host that "
            "has something left, what it waits for and why. It only reads, also while a crawl runs."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--hosts`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument(
            "--hosts", action="store_true", help="show what each host has left and waits for"
        )
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the status."""
        settings = self.settings
        assert settings is not None

        def work() -> int:
            refuse_unknown(args)
            widths = parse_widths(settings.get("IMAGES_WIDTHS"))
            if opts.hosts:
                self._show_hosts(Store.read(store_path(settings)), widths, as_json=opts.json)
                return 0
            status = store_status(Store.read(store_path(settings)), widths)
            say(json.dumps(status, indent=1) if opts.json else status_text(status))
            return 0

        self.exitcode = exit_code(work, store=lambda: store_path(settings))

    def _show_hosts(self, store: Store, widths: Sequence[Bucket], *, as_json: bool) -> None:
        assert self.settings is not None
        now = time.time_ns() // 1000
        hosts = host_status(store, widths, host_limits(self.settings), now=now)
        lines = (json.dumps(h.to_json()) for h in hosts) if as_json else host_lines(hosts, now=now)
        is_empty = True
        for line in lines:
            is_empty = False
            say(line)
        if is_empty and not as_json:
            say("No host has anything left to ask for.")
