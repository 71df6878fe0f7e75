"""What the documents say is there: every setting, every argument, every room."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from imagecrawler import settings
from imagecrawler.spiders.arguments import _BY_SPIDER

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

# How the project is put together: nothing that a user tunes.
_PLUMBING = {
    "BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "COMMANDS_MODULE", "SCHEDULER",
    "DUPEFILTER_CLASS", "ITEM_PIPELINES", "DOWNLOAD_HANDLERS", "DOWNLOADER_MIDDLEWARES",
    "EXTENSIONS", "TWISTED_DNS_RESOLVER", "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED",
    "CONCURRENT_ITEMS", "SCRAPER_SLOT_MAX_ACTIVE_SIZE", "REACTOR_THREADPOOL_MAXSIZE",
    "FEED_EXPORT_ENCODING", "LOG_LEVEL", "LOG_FORMATTER", "DEFAULT_DROPITEM_LOG_LEVEL",
    "DOWNLOAD_WARNSIZE", "WARN_ON_GENERATOR_RETURN_VALUE",
}  # fmt: skip


def test_every_setting_is_in_the_readme() -> None:
    ours = {name for name in vars(settings) if name.isupper()} - _PLUMBING
    assert {name for name in ours if f"`{name}`" not in README} == set()


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`[A-Z_`, ]+) \|", README, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"[A-Z_]{4,}", row)}
    assert named - set(vars(settings)) == {"RETRY_HTTP_CODES"}  # Scrapy's own default


def test_every_argument_is_in_the_readme() -> None:
    names = {name for names in _BY_SPIDER.values() for name in names}
    assert {name for name in names if f"`{name}`" not in README} == set()


def test_every_room_is_in_the_readme() -> None:
    rooms = {path.parent.name for path in (ROOT / "imagecrawler").glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}`" not in README} == set()


def test_every_command_of_the_readme_exists_and_has_help() -> None:
    typed = set(re.findall(r"^    scrapy (\w+)", README, re.MULTILINE))
    assert {"crawl", "status", "verify", "retry", "drop"} <= typed
    for command in sorted(typed):
        run = subprocess.run(
            [sys.executable, "-m", "scrapy", command, "-h"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0 and command in run.stdout
