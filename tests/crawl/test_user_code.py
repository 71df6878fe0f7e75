"""Code that a user adds may raise, drop and even kill: each costs its page, never the crawl."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, queued, reasons, stored
from tests.crawls import PROJECT, Crawls
from tests.site.spec import image, page

SETTINGS = """
import os

from scrapy.exceptions import DropItem

from imagecrawler.items import ImageItem, PageItem
from imagecrawler.settings import *
from imagecrawler.spiders.site import SiteSpider as Site

SPIDER_MODULES = ["their_project", "imagecrawler.spiders.download"]
ITEM_PIPELINES = {"their_project.Theirs": 100, "their_project.Last": 950, **ITEM_PIPELINES}


class TheirSite(Site):
    name = "site"

    def parse_page(self, response):
        if response.url.endswith("/unreadable"):
            raise LookupError("no such thing")
        for item in super().parse_page(response):
            yield item
            if response.url.endswith("/half-read"):
                raise LookupError("at the end")


class Theirs:
    def process_item(self, item):
        name = item.url.rpartition("/")[2].partition(".")[0]
        if name == "raise":
            raise RuntimeError("their mistake")
        if name == "drop":
            raise DropItem("not wanted")
        if name == "kill":
            os.kill(os.getpid(), 9)
        return item


class Last:
    def process_item(self, item):
        if item.url.endswith("/late"):
            raise RuntimeError("their late mistake")
        return item
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of a project that has code of its own."""
    (tmp_path / "their_project.py").write_text(SETTINGS)
    path = os.pathsep.join([str(PROJECT), str(tmp_path)])
    return {"SCRAPY_SETTINGS_MODULE": "their_project", "PYTHONPATH": path}


def test_code_that_raises_or_drops_costs_its_page_and_says_so(
    site: StartSite, crawl: Crawls, env: dict[str, str]
) -> None:
    names = ("raise", "drop", "unreadable", "half-read", "late", "good")
    links = "".join(f'<a href="/{name}">.</a><img src="/{name}.jpg">' for name in names)
    inner = '<a href="/below-{}">.</a>'
    running = site(
        {
            "/": page(links),
            **{f"/{name}": page(inner.format(name)) for name in names},
            **{f"/below-{name}": page("") for name in names},
            **{f"/{name}.jpg": image(50, 50) for name in names},
        }
    )
    run = crawl(running.url, env=env)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    ended = {path: line.get("error") for path, line in pages(crawl.store).items()}
    assert ended["/raise"] == ended["/late"] == "pipeline-error"
    assert ended["/unreadable"] == ended["/half-read"] == "parser-error"
    assert ended["/drop"] == "dropped-by-pipeline"
    assert ended["/"] is ended["/good"] is ended["/below-good"] is None
    assert "their mistake" in pages(crawl.store)["/raise"]["message"]
    assert {line["next_try"] for line in pages(crawl.store).values() if "error" in line} == {None}
    # What the pipeline of pages saw before the mistake is kept.
    assert {"/below-late", "/below-half-read", "/below-good"} <= ended.keys()
    assert not {"/below-raise", "/below-drop", "/below-unreadable"} & ended.keys()
    assert reasons(crawl.store) == {
        "/raise.jpg": "pipeline-error",
        "/drop.jpg": "dropped-by-pipeline",
    }
    assert stored(crawl.store) == {f"/{name}.jpg" for name in names[2:]}
    assert (queued(crawl.store), len(asked(running))) == (set(), len(set(asked(running))))


@pytest.mark.parametrize("killer", ["/kill", "/kill.jpg"])
def test_what_kills_the_crawler_runs_alone_and_is_set_aside(
    site: StartSite, crawl: Crawls, env: dict[str, str], killer: str
) -> None:
    links = "".join(f'<a href="/{n}">.</a><img src="/{n}.jpg">' for n in range(4))
    deadly = f'<img src="{killer}">' if killer.endswith(".jpg") else f'<a href="{killer}">.</a>'
    running = site(
        {
            "/": page(deadly + links),
            **{f"/{n}": page("") for n in range(4)},
            **{f"/{n}.jpg": image(50, 50) for n in range(4)},
            killer: image(50, 50) if killer.endswith(".jpg") else page(""),
        }
    )
    for crashes in range(4):
        assert crawl(running.url, env=env).rc == -signal.SIGKILL, crashes
    before = asked(running)
    assert before.count(killer) == 4
    run = crawl(running.url, env=env)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert killer not in asked(running)[len(before) :]
    assert stored(crawl.store) == {f"/{n}.jpg" for n in range(4)}
    done = {path for path, line in pages(crawl.store).items() if line.get("status") == 200}
    assert done == {"/", *(f"/{n}" for n in range(4))}
    if killer.endswith(".jpg"):
        assert reasons(crawl.store) == {killer: "crashed"}
    else:
        line = pages(crawl.store)[killer]
        assert (line["error"], line["next_try"]) == ("crashed", None)
    # It stays so, and nothing else is under a suspicion that a later crash could confirm.
    assert crawl(running.url, env=env).rc == 0
    left = crawl.store / "inflight" / "suspects.json"
    counts = json.loads(left.read_text()).values() if left.exists() else ()
    assert all(n < 3 for n in counts if isinstance(n, int))
    assert asked(running).count(killer) == 4
