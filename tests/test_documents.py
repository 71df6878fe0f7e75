"""What the documents say is there: every setting, every argument, every room."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from imagecrawler import settings
from imagecrawler.commands.crawl import check
from imagecrawler.exceptions import SettingError
from imagecrawler.spiders.arguments import _BY_SPIDER

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

# How the project is put together: nothing that a user tunes.
_PLUMBING = {
    "BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "COMMANDS_MODULE", "SCHEDULER",
    "DUPEFILTER_CLASS", "ITEM_PIPELINES", "DOWNLOAD_HANDLERS", "DOWNLOADER_MIDDLEWARES",
    "ROBOTSTXT_PARSER",
    "EXTENSIONS", "TWISTED_DNS_RESOLVER", "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED",
    "CONCURRENT_ITEMS", "SCRAPER_SLOT_MAX_ACTIVE_SIZE", "REACTOR_THREADPOOL_MAXSIZE",
    "FEED_EXPORT_ENCODING", "LOG_LEVEL", "LOG_FORMATTER", "DEFAULT_DROPITEM_LOG_LEVEL",
    "DOWNLOAD_WARNSIZE", "WARN_ON_GENERATOR_RETURN_VALUE",
}  # fmt: skip


def test_the_readme_lists_every_setting_with_its_default() -> None:
    ours = {name: _shown(getattr(settings, name)) for name in _tunable()}
    listed = dict(_settings_of_the_readme())
    assert listed.pop("RETRY_HTTP_CODES") == "Scrapy's"
    assert listed == ours


def _tunable() -> set[str]:
    return {name for name in vars(settings) if name.isupper()} - _PLUMBING


def _settings_of_the_readme() -> Iterator[tuple[str, str]]:
    """Yield each setting of the tables with a default; one may stand for all of its row."""
    tables = re.findall(r"^\| setting \|.*default.*\n\|[- |]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    for row in "".join(tables).splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        names = re.findall(r"`([A-Z_]+)`", cells[0])
        default = cells[1] if len(cells) == 3 else cells[2]
        values = default.replace("`", "").split(", ")
        yield from zip(names, values * (len(names) if len(values) == 1 else 1), strict=True)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        value = ",".join(map(str, value))
    if isinstance(value, int) and value and value % 2**20 == 0:
        return f"{value // 2**20} MiB"
    return "none" if value in ("", {}) else str(value)


# In these, text that is no number is a good value.
_WORDS = {"IMAGES_STORE": "", "USER_AGENT": "two\nlines", "CONTACT": "me (you)"}


@pytest.mark.parametrize("name", sorted(_tunable()))
def test_a_wrong_value_is_one_line_that_names_the_setting(name: str, tmp_path: Path) -> None:
    wrong = Settings({"IMAGES_STORE": tmp_path})
    wrong.setmodule("imagecrawler.settings", priority="default")
    wrong.set(name, _WORDS.get(name, "rubbish"), priority="cmdline")
    with pytest.raises(SettingError, match=f"^{name}[=: ]") as caught:
        check(wrong, "site", {"start": "http://127.0.0.1/"})
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONCURRENT_REQUESTS", "0"),
        ("CONCURRENT_REQUESTS", "2.5"),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", "0"),
        ("DOWNLOAD_DELAY", "-1"),
        ("DOWNLOAD_DELAY", "inf"),
        ("IMAGES_QUALITY", "101"),
        ("IMAGES_WIDTHS", "600,-1"),
        ("REACTOR_THREADPOOL_MAXSIZE", "0"),
        ("DNSCACHE_SIZE", "many"),
        ("DOWNLOAD_VERIFY_CERTIFICATES", "perhaps"),
        ("LOG_LEVEL", "info"),
        ("LOG_FILE", "/proc/no.log"),
        ("RETRY_HTTP_CODES", "500,x"),
        ("RETRY_EXCEPTIONS", "no.such.thing"),
    ],
)
def test_a_value_that_scrapy_would_trip_over_is_refused(
    name: str, value: str, tmp_path: Path
) -> None:
    wrong = Settings({"IMAGES_STORE": tmp_path, name: value})
    wrong.setmodule("imagecrawler.settings", priority="default")
    with pytest.raises(SettingError, match=f"^{name}"):
        check(wrong, "site", {"start": "http://127.0.0.1/"})


def test_what_scrapy_takes_is_taken(tmp_path: Path) -> None:
    good = {
        "DOWNLOAD_DELAY": "0.5", "DOWNLOAD_TIMEOUT": "2.5", "RETRY_PRIORITY_ADJUST": "-3",
        "CONCURRENT_REQUESTS": 1e2, "FEED_EXPORT_INDENT": None, "LOG_LEVEL": 20,
        "TELNETCONSOLE_ENABLED": "False", "LOG_FILE": tmp_path / "log", "DNSCACHE_SIZE": "0",
    }  # fmt: skip
    settings = Settings({"IMAGES_STORE": tmp_path, **good})
    settings.setmodule("imagecrawler.settings", priority="default")
    check(settings, "site", {"start": "http://127.0.0.1/"})


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
