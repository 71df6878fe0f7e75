"""``scrapy status``: what the store has, what is left, what failed and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from imagecrawler.commands.endings import exit_code, refuse_unknown, say
from imagecrawler.coordinator.options import store_path
from imagecrawler.coordinator.status import store_status
from imagecrawler.coordinator.status_text import status_text
from imagecrawler.imaging.widths import parse_widths
from imagecrawler.storage.store import Store

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Reads beside a running crawl. Exit codes: 0, 1 no store, 2 wrong argument or setting."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is typed."""
        return "[--json]"

    def short_desc(self) -> str:
        """Say what it is for."""
        return "Show what the store has, what is left and what failed"

    def long_desc(self) -> str:
        """Say what it shows and what it leaves alone."""
        return (
            "Show pages queued, visited and failed, images visited by version, downloaded and "
            "left by width, and failures by reason. It only reads, also while a crawl runs."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the status."""
        settings = self.settings
        assert settings is not None

        def work() -> int:
            refuse_unknown(args)
            widths = parse_widths(settings.get("IMAGES_WIDTHS"))
            status = store_status(Store.read(store_path(settings)), widths)
            say(json.dumps(status, indent=1) if opts.json else status_text(status))
            return 0

        self.exitcode = exit_code(work, store=lambda: store_path(settings))
