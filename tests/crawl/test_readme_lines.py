"""The lines of the README that are there to be pasted, and what it says of summary.json."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.commands.crawl import check_system
from imagecrawler.exceptions import UnsupportedSystemError
from tests.conftest import StartSite
from tests.crawl.folders import stored
from tests.crawls import PROJECT, Crawls, Running
from tests.site.journal import most_at_once
from tests.site.spec import image, page

README = (PROJECT / "README.md").read_text(encoding="utf-8")
SCRAPY = f"{shlex.quote(sys.executable)} -m scrapy"


def section(title: str) -> str:
    found = re.search(rf"^##+ {title}.*?\n(.*?)(?=^##+ )", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def pasted(line: str, *, start: str, folder: Path, store: Path) -> Running:
    """Run a line in ``folder``, on a site and a store of the test."""
    own = {"https://example.com/": start, "cookies.txt": str(folder.parent / "cookies.txt")}
    for name, value in own.items():
        line = line.replace(name, value)
    words = shlex.split(line.replace("scrapy", SCRAPY, 1))
    words += ["-s", f"IMAGES_STORE={store}", "-s", "ALLOWED_NETWORKS=127.0.0.0/8"]
    settings = {"SCRAPY_SETTINGS_MODULE": "imagecrawler.settings", "PYTHONPATH": str(PROJECT)}
    return Running(words, folder=folder, store=store, env={**os.environ, **settings})


def test_each_profile_can_be_pasted(site: StartSite, tmp_path: Path) -> None:
    lines = re.findall(r"^    (scrapy .*)", section("Profiles"), re.MULTILINE)
    (tmp_path / "cookies.txt").write_text(
        "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tmine\n"
    )
    sites = [site({"/": page("<img src=/a.jpg>"), "/a.jpg": image(900, 40)}) for _ in lines]
    runs = [
        pasted(line, start=own.url, folder=tmp_path / f"run-{n}", store=tmp_path / f"data-{n}")
        for n, (line, own) in enumerate(zip(lines, sites, strict=True))
    ]
    gentle, own_site, archive = [run.wait() for run in runs]
    for run in (gentle, own_site, archive):
        assert run.rc == 0, run.stderr
        assert stored(run.store) == {"/a.jpg"}
    assert most_at_once(sites[0].requests()) == 1
    assert {asked.headers.get("cookie") for asked in sites[1].requests()} == {"session=mine"}
    assert archive.files("downloaded/original/*/*") and archive.files("downloaded/600/*/*")
    assert set(_fields(gentle.summary)) == set(_documented_fields())


def test_the_line_for_cron_says_nothing_when_all_is_well(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    running = site({"/": page("<a href=/on>"), "/on": page("")})
    assert crawl(running.url, max_pages=1).rc == 0
    (line,) = re.findall(r"^    17 3 \* \* \*  (.*)", section("For machines"), re.MULTILINE)
    for name, value in {
        "/srv/imagecrawler": str(PROJECT),
        ".venv/bin/scrapy": SCRAPY,
        "/srv/images/example": str(crawl.store),
        "/var/log": str(tmp_path),
    }.items():
        line = line.replace(name, value)
    line = line.replace(" -s ", " -s ALLOWED_NETWORKS=127.0.0.0/8 -s ", 1)

    night = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert (night.returncode, night.stdout, night.stderr) == (0, "", "")
    assert running.requests("/on") and "finished" in (tmp_path / "imagecrawler.log").read_text()


def test_a_system_without_what_workers_need_is_told() -> None:
    check_system("posix")
    with pytest.raises(UnsupportedSystemError, match="WSL"):
        check_system("nt")


def _fields(summary: dict[str, Any]) -> Iterator[str]:
    for name, value in json.loads(json.dumps(summary)).items():
        if name in ("pages", "images", "totals"):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name


def _documented_fields() -> list[str]:
    table = section("For machines").partition("| field |")[2]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return re.findall(r"`([a-z_.]+)`", " ".join(cells))
