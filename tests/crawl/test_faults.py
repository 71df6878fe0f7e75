"""Mistakes of our own and disks that fill up at the last moment: exit 1, one line, no lock."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, stored
from tests.crawls import PROJECT, Crawls
from tests.site.spec import image, page

# Settings of a project that breaks one thing, the one that FAULT names.
SETTINGS = """
import atexit
import os

from filelock import FileLock

from imagecrawler.coordinator import folders, knowledge
from imagecrawler.settings import *
from imagecrawler.storage import atomic

SPIDER_MODULES = ["their_project", "imagecrawler.spiders"]
FAULT = os.environ["FAULT"]


@atexit.register
def say_whether_it_is_closed():
    FileLock(os.path.join(os.environ["STORE"], "lock")).acquire(timeout=0)
    print("the store was closed")


def mistake(*args, **options):
    raise ValueError("no such number")


if FAULT == "group":
    knowledge.write_group = mistake
elif FAULT == "opening":
    knowledge.StoreKnowledge.load = mistake
elif FAULT == "beginning":
    folders.Coordinator.is_empty = mistake
elif FAULT == "begun":
    folders.Coordinator.flush = mistake
elif FAULT == "counting":
    folders.Coordinator.count_files = mistake
elif FAULT.endswith(".json"):
    write_whole, append = atomic.write_whole, atomic.append
    lines = []

    def full(path, data, **options):
        # Both files are written when a run begins or ends: only the end is meant.
        if lines and os.path.basename(path) == FAULT:
            raise OSError(28, "No space left on device")
        write_whole(path, data, **options)

    def noted(descriptor, data, **options):
        lines.append(data)
        return append(descriptor, data, **options)

    atomic.write_whole, atomic.append = full, noted
"""


@pytest.fixture
def faulty(tmp_path: Path, crawl: Crawls) -> dict[str, str]:
    """The environment of that project, but for the name of the fault."""
    (tmp_path / "their_project.py").write_text(SETTINGS)
    path = os.pathsep.join([str(PROJECT), str(tmp_path)])
    return {
        "SCRAPY_SETTINGS_MODULE": "their_project",
        "PYTHONPATH": path,
        "STORE": str(crawl.store),
    }


ROUTES = {
    "/": page('<a href="/1">.</a><img src="/a.jpg">'),
    "/1": page(""),
    "/a.jpg": image(50, 50),
}


@pytest.mark.parametrize("fault", ["opening", "beginning", "begun", "group", "counting"])
def test_a_mistake_of_ours_ends_the_run_with_1_and_costs_nothing(
    site: StartSite, crawl: Crawls, faulty: dict[str, str], fault: str
) -> None:
    running = site(ROUTES)
    run = crawl(running.url, env={**faulty, "FAULT": fault})
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    assert (run.rc, "ValueError: no such number" in line) == (1, True), run.stderr
    assert "please report this" in run.stderr and "Traceback" in run.stderr
    assert "the store was closed" in run.stdout
    if fault in ("opening", "beginning", "begun"):
        assert running.requests() == []
        return
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {"/a.jpg"}
    assert {path: line["status"] for path, line in pages(crawl.store).items()} == {
        "/": 200,
        "/1": 200,
    }


@pytest.mark.parametrize("fault", ["store.json", "summary.json"])
def test_a_disk_that_is_full_at_the_last_write_is_told(
    site: StartSite, crawl: Crawls, faulty: dict[str, str], fault: str
) -> None:
    running = site(ROUTES)
    run = crawl(running.url, env={**faulty, "FAULT": fault})
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    assert run.rc == 1 and "The disk is full: free some space and start again" in line
    assert "Traceback" not in run.stderr and "the store was closed" in run.stdout
    assert sorted(asked(running)) == ["/", "/1", "/a.jpg"]
    if fault == "store.json":
        assert run.summary["outcome"] == "failed"
    else:
        assert not (crawl.store / "summary.json").exists()
    assert list((crawl.store / "tmp").iterdir()) == []
    # All of the crawl is there: with room there is nothing left to do but to say so.
    run = crawl()
    assert (run.rc, run.summary["outcome"], len(asked(running))) == (0, "finished", 3)
    assert json.loads((crawl.store / "store.json").read_text())["widths"] == [600, 1200]
