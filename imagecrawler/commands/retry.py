"""``scrapy retry``: failures are due now."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from imagecrawler.commands.endings import exit_code, refuse_unknown, say
from imagecrawler.coordinator.options import store_path
from imagecrawler.coordinator.retries import DECIDED, Retried, retry_failures
from imagecrawler.exceptions import ArgumentError
from imagecrawler.storage.store import Store

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Exit codes: 0, 1 no store or disk, 2 wrong argument or setting, 3 store in use."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is typed."""
        return "[--only REASON,REASON | --all]"

    def short_desc(self) -> str:
        """Say what it is for."""
        return "Let failed pages and images be tried again now"

    def long_desc(self) -> str:
        """Say which failures it means and what comes next."""
        return (
            "Make failures due now, also those that were final: the next crawl tries them again. "
            f"Without --only or --all it leaves out {', '.join(sorted(DECIDED))}. "
            "--only dropped lets dropped hosts in again too; what is excluded has to be admitted "
            "by the filters of the next crawl. The reasons are those that scrapy status shows."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--only`` and ``--all``."""
        super().add_options(parser)
        parser.add_argument(
            "--only", metavar="REASONS", help="these reasons, for example timeout,dns"
        )
        parser.add_argument("--all", action="store_true", help="every reason")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Make failures due and say what to type next."""
        settings = self.settings
        assert settings is not None

        def work() -> int:
            refuse_unknown(args)
            reasons = _reasons(opts)
            root = store_path(settings)
            Store.read(root)  # opening for writing would make one
            store = Store.open(root, fsync=settings.getbool("STORE_FSYNC"))
            try:
                say(_told(retry_failures(store, lambda r: _matches(r, reasons, opts.all))))
            finally:
                store.close()
            return 0

        self.exitcode = exit_code(work, store=lambda: store_path(settings))


def _reasons(opts: argparse.Namespace) -> frozenset[str] | None:
    if opts.only is None:
        return None
    if opts.all:
        raise ArgumentError("--only and --all: give one of them")
    reasons = frozenset(reason.strip() for reason in opts.only.split(",") if reason.strip())
    if not reasons:
        raise ArgumentError(f"--only {opts.only!r} names no reason: give some, such as timeout,dns")
    return reasons


def _matches(reason: str, only: frozenset[str] | None, everything: bool) -> bool:
    return everything or (reason in only if only is not None else reason not in DECIDED)


def _told(retried: Retried) -> str:
    pages, images = retried.pages.total(), retried.images.total()
    if not pages and not images and not retried.hosts:
        others = f"the store has {_counted(retried.others)}" if retried.others else "there is none"
        return f"No failure matches: {others}."
    lines = []
    if pages:
        lines.append(f"Pages due now: {pages:,} ({_counted(retried.pages)})")
    if images:
        lines.append(f"Images due now: {images:,} ({_counted(retried.images)})")
    if retried.images["excluded"]:
        lines.append("What is excluded is fetched when the filters of the next crawl admit it.")
    if retried.hosts:
        lines.append(f"No longer kept out: {', '.join(retried.hosts)}")
    spider = "site" if pages or retried.hosts else "download"
    return "\n".join([*lines, f"What to type next: scrapy crawl {spider}"])


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common())
