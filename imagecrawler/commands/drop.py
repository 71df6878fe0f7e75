"""``scrapy drop``: images, pages and hosts are taken out and stay out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from imagecrawler.commands.endings import exit_code, refuse_unknown, say
from imagecrawler.coordinator.drops import Dropped, Drops, is_target
from imagecrawler.coordinator.options import store_path
from imagecrawler.exceptions import ArgumentError
from imagecrawler.imaging.widths import parse_widths, smallest_bucket
from imagecrawler.storage.store import Store

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Exit codes: 0, 1 nothing matched or the disk, 2 wrong argument, 3 store in use."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is typed."""
        return "URL|ID|HOST [...]"

    def short_desc(self) -> str:
        """Say what it is for."""
        return "Take images, pages or hosts out of the store, and keep them out"

    def long_desc(self) -> str:
        """Say what is removed and what stays."""
        return (
            "Remove the files of an image (by its id or any of its URLs), set a page aside (by "
            "its URL), or both for all that is on a host (its name, with or without a port). "
            "Records stay, so that no later crawl fetches it again; "
            "scrapy retry --only dropped takes it back."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Drop the targets and say what was done."""
        settings = self.settings
        assert settings is not None

        def work() -> int:
            _check(args)
            root = store_path(settings)
            smallest = str(smallest_bucket(parse_widths(settings.get("IMAGES_WIDTHS"))))
            Store.read(root)  # opening for writing would make one
            store = Store.open(root, fsync=settings.getbool("STORE_FSYNC"))
            try:
                drops = Drops(store, smallest=smallest)
                return max(_tell(drops.drop(target)) for target in dict.fromkeys(args))
            finally:
                store.close()

        self.exitcode = exit_code(work, store=lambda: store_path(settings))


def _check(args: list[str]) -> None:
    refuse_unknown(args, most=None)
    if not args:
        raise ArgumentError("name what to drop: an image's id, a URL, or a host")
    for target in args:
        if not is_target(target):
            raise ArgumentError(f"{target!r} is neither a http URL nor an image's id nor a host")


def _tell(dropped: Dropped) -> int:
    if not dropped:
        say(f"imagecrawler: {dropped.target}: nothing in the store matches", error=True)
        return 1
    done = []
    if dropped.images:
        files = f"{dropped.files:,} files removed, records kept"
        done.append(f"images dropped: {len(dropped.images):,} ({files})")
    if dropped.pages:
        done.append(f"pages set aside: {dropped.pages:,}")
    if dropped.kept_out is not None:
        done.append("the host is kept out from now on")
    say(f"{dropped.target}: {'; '.join(done)}")
    return 0
