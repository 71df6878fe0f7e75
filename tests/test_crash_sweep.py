"""A small crawl dies at every change of the disk in turn, and is resumed: nothing is lost.

In process and without Scrapy, so that it is quick: the coordinator is driven by hand, and the
one module that changes files (``storage.atomic``) gets an ``os`` that dies on demand. From its
death on nothing is written any more, as after a kill -9.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.coordinator.contract import Failed, Lease, Rendered
from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.run import RunRules
from imagecrawler.identity.pictures import image_id
from imagecrawler.identity.urls import page_key
from imagecrawler.items import FoundImage, ImageCandidate, PageItem
from imagecrawler.storage import atomic
from imagecrawler.storage.store import Store
from tests.dying import Death, DyingOs, bury

CONCURRENCY = 4
START = "http://a.example/"
HOSTS = ("a.example", "b.example", "c.example")
PAGES = [f"http://{HOSTS[n % 3]}/p{n}" for n in range(12)]
# Every page links to the next two and back, and shows two pictures of its own, one of all.
LINKS = {START: PAGES[:4]} | {
    url: [PAGES[(n + 1) % 12], PAGES[(n + 2) % 12], START] for n, url in enumerate(PAGES)
}
SHARED = "http://img.example/shared.jpg"
PICTURES = {
    url: [SHARED, *(f"http://img.example/{n}-{k}.jpg" for k in range(2))]
    for n, url in enumerate([START, *PAGES])
}
BROKEN = "http://img.example/3-1.jpg"
FAILING_PAGE = PAGES[7]
ALL_PICTURES = {url for urls in PICTURES.values() for url in urls}


class Run:
    """One process of the crawl: what it was handed, and how it ended."""

    rules = RunRules(widths=(600,), smallest="600", concurrency=CONCURRENCY)
    start = START

    def __init__(self, root: Path, shim: DyingOs) -> None:
        self.handed: Counter[str] = Counter()
        self.fatal: list[OSError] = []
        self._root = root
        self._shim = shim
        self._store: Store | None = None
        self._serial = 0

    def __call__(self) -> Run:
        try:
            asyncio.run(self._crawl())
        except Death:
            pass
        except OSError as error:  # while the store is opened; the spider makes one line of it
            self.fatal.append(error)
        finally:
            if self._store is not None:
                bury(self._store)
        return self

    async def _crawl(self) -> None:
        self._store = store = Store.open(str(self._root), fsync=False)
        coordinator = Coordinator.open(store, self.rules)
        news = asyncio.Event()
        coordinator.start(news.set, self.fatal.append)
        coordinator.add_start(self.start, "any")
        pending: list[Lease] = []
        while (coordinator.has_work() or pending) and not self._shim.dead:
            lease = None if self.fatal else coordinator.lease(lambda _host: True)
            if lease is not None:
                self.handed[f"{lease.kind} {lease.url}"] += 1
                pending.append(lease)
                kinds = Counter(held.kind for held in coordinator.leased.values())
                assert max(kinds.values()) <= CONCURRENCY
                continue
            if pending:
                self._end(coordinator, pending.pop(0))
            coordinator.flush()
            await (asyncio.sleep(0) if pending else heard(news))
        if self._shim.dead:
            coordinator._committer._thread.shutdown(wait=False)
            return
        await coordinator.close()
        if not self.fatal:
            store.close()

    def _end(self, coordinator: Coordinator, lease: Lease) -> None:
        if lease.kind == "image":
            lease.outcome = (
                Failed("http-404", "gone", 404)
                if lease.url.startswith(BROKEN)
                else self._rendered(lease)
            )
        elif lease.url == FAILING_PAGE and lease.attempts == 0:
            lease.outcome = Failed("timeout", "slow", None, 0.0)
        else:
            coordinator.found(lease, page_item(lease))
        coordinator.finish(lease)

    def _rendered(self, lease: Lease) -> Rendered:
        assert self._store is not None
        self._serial += 1
        path = os.path.join(self._store.tmp_dir, f"r{self._serial}")
        Path(path).write_bytes(lease.url.encode())
        facts = {"sha256": lease.key.replace("-", "").ljust(64, "0"), "width": 600, "status": 200}
        return Rendered(facts, [("600", ".jpg", path)])


async def heard(news: asyncio.Event) -> None:
    """Wait until there may be new work, but not for long: a death wakes nobody."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), 0.005)
    news.clear()


def page_item(lease: Lease) -> PageItem:
    images = [
        FoundImage(image_id(url), url, [ImageCandidate(url), ImageCandidate(f"{url}?page={n}")])
        for n, url in enumerate(PICTURES[lease.url])
    ]
    return PageItem(lease.key, lease.url, 200, images=images, links=LINKS[lease.url])


def check_end(root: Path) -> None:
    lines: dict[str, dict[str, Any]] = {}
    for path in sorted((root / "pages").glob("*.jsonl")):
        for raw in path.read_bytes().splitlines():
            line = json.loads(raw)
            lines[line["key"]] = line
    assert set(lines) == {page_key(url) for url in LINKS}
    assert all(line["status"] == 200 for line in lines.values())
    ids = {image_id(url): url for url in ALL_PICTURES}
    records = {path.name.partition(".")[0]: path for path in (root / "visited").glob("*/*")}
    assert set(records) == set(ids)
    assert len(list((root / "visited").glob("*/*"))) == len(ids)
    for key, path in records.items():
        record = json.loads(path.read_bytes())
        assert {c["url"] for c in record["candidates"]} >= {ids[key]}
    stored = {path.stem for path in (root / "downloaded" / "600").glob("*/*")}
    assert stored == set(ids) - {image_id(BROKEN)}
    failures = {p.stem: json.loads(p.read_bytes()) for p in (root / "failed").glob("*/*")}
    assert {key: failure["reason"] for key, failure in failures.items()} == {
        image_id(BROKEN): "http-404"
    }
    shared = json.loads(records[image_id(SHARED)].read_bytes())
    assert set(shared["pages"]) == set(LINKS)
    assert [path for path in (root / "queue").rglob("*") if path.is_file()] == []
    assert list((root / "tmp").iterdir()) == []


def run_to_the_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(atomic, "os", os)
    return Run(root, DyingOs(None))()


def changes_of_a_whole_crawl(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    shim = DyingOs(None)
    monkeypatch.setattr(atomic, "os", shim)
    run = Run(root, shim)()
    check_end(root)
    # The failing page had two tries; nothing else was handed out twice.
    twice = [url for url, times in run.handed.items() if times > 1]
    assert twice == [f"page {FAILING_PAGE}"]
    return shim.changes


@pytest.mark.parametrize("torn", [False, True], ids=["between", "torn"])
@pytest.mark.parametrize("part", range(4))
def test_a_death_at_any_change_loses_nothing(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch, part: int, torn: bool
) -> None:
    total = changes_of_a_whole_crawl(quick_path / "whole", monkeypatch)
    assert total > 100
    for at in range(1 + part, total + 1, 4):
        root = quick_path / f"dies-{at}"
        shim = DyingOs(at, torn=torn)
        monkeypatch.setattr(atomic, "os", shim)
        before = Run(root, shim)()
        after = run_to_the_end(root, monkeypatch)
        check_end(root)
        for kind in ("page ", "image "):
            again = [
                url for url in before.handed.keys() & after.handed.keys() if url.startswith(kind)
            ]
            retried = [f"page {FAILING_PAGE}"]
            assert len([url for url in again if url not in retried]) <= CONCURRENCY, at
        shutil.rmtree(root)


@pytest.mark.parametrize("part", range(2))
def test_a_disk_that_fills_up_at_any_change_loses_nothing(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    total = changes_of_a_whole_crawl(quick_path / "whole", monkeypatch)
    for at in range(20 + part, total + 1, 2):
        root = quick_path / f"full-{at}"
        shim = DyingOs(at, error=OSError(28, "No space left on device"))
        monkeypatch.setattr(atomic, "os", shim)
        run = Run(root, shim)()
        assert len(run.fatal) <= 1
        run_to_the_end(root, monkeypatch)
        check_end(root)
        shutil.rmtree(root)
