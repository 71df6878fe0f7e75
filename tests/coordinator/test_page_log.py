"""What cache/ says of pages changes no answer, whatever became of it and of pages/."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from imagecrawler.coordinator import page_log
from imagecrawler.coordinator.page_log import PageLog, write_log
from imagecrawler.coordinator.page_states import PageStates
from imagecrawler.identity.urls import page_key
from imagecrawler.storage import instants
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.store import Store
from tests.quick_disk import quick_disk

URLS = [f"http://{host}.example/{n}" for host in "ab" for n in range(3)]
BEGUN = 1_700_000_000_000_000
# Folders of 1,000 s each, or several pages in one file.
STEPS = st.sampled_from([1, 3_000_000, 999_000_000])
RESULTS = st.sampled_from(
    [
        {"images": ["1"]},
        {"images": ["1"], "as": "feed"},
        {"redirect": URLS[0]},
        {"error": "dns", "next_try": None, "start": True},
        {"error": "dns", "next_try": instants.to_text(BEGUN)},
        {"error": "timeout", "next_try": None},
    ]
)


def line(url: str, ended: int, result: dict[str, Any]) -> dict[str, Any]:
    return {"key": page_key(url), "url": url, "when": instants.to_text(ended), **result}


def said(log: PageLog, store: Store) -> dict[str, Any]:
    """Return all that a log tells."""
    keys = {url: int(page_key(url), 16) for url in URLS}
    return {
        "ended": {url: log.ended(key) for url, key in keys.items()},
        "failures": {url: log.failure(key) for url, key in keys.items()},
        "retries": log.retries,
        "hosts": log.hosts,
        "failed_starts": log.failed_starts,
        "latest": [tuple(seen) for seen in log.latest.seen()],
        "counts": log.counts(KeyTable()),
        "len": len(log),
        "torn": store.pages.torn_lines,
        "clock": store.clock._last,
    }


class LogsWithAndWithout(RuleBasedStateMachine):
    """Pages end, another hand edits, and cache/ is written, goes, and comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(dir=quick_disk()))
        self.instant = BEGUN
        self.open()

    def open(self) -> None:
        self.store = Store.open(str(self.root), fsync=False)
        self.log = PageLog(self.store)
        self.log.load(repair=True)

    @rule(ends=st.lists(st.tuples(st.sampled_from(URLS), RESULTS), max_size=3), step=STEPS)
    def end(self, ends: list[tuple[str, dict[str, Any]]], step: int) -> None:
        self.instant += step
        lines = [line(url, self.instant, result) for url, result in ends]
        places = self.store.pages.append(lines, instant=self.instant, fsync=False)
        for where, told in zip(places, lines, strict=True):
            self.log.note(where, told)

    @rule(url=st.sampled_from(URLS))
    def queue(self, url: str) -> None:
        self.log.table.setdefault(int(page_key(url), 16), 0)

    @rule()
    def save(self) -> None:
        if (snapshot := self.log.snapshot()) is not None:
            write_log(self.store, snapshot)

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.open()

    @rule(data=st.data(), text=st.sampled_from([b"torn", b"{}\n", b"[1]\n"]))
    def append_rubbish(self, data: st.DataObject, text: bytes) -> None:
        self.store.close()
        if names := self.store.pages.names():
            with (self.root / "pages" / data.draw(st.sampled_from(names))).open("ab") as file:
                file.write(text)
        self.open()

    @rule(data=st.data(), in_place=st.booleans())
    def edit(self, data: st.DataObject, in_place: bool) -> None:
        self.store.close()
        if names := self.store.pages.names():
            path = self.root / "pages" / data.draw(st.sampled_from(names))
            edited = path.read_bytes().replace(b'"dns"', b'"dnf"')
            time.sleep(0.005)  # a tick of the file system's clock
            if not in_place:
                path.unlink()
            path.write_bytes(edited)
        self.open()

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.store.close()
        if names := self.store.pages.names():
            (self.root / "pages" / data.draw(st.sampled_from(names))).unlink()
        self.open()

    @rule(kind=st.sampled_from(["delete", "cut", "copy"]))
    def meddle(self, kind: str) -> None:
        path = self.root / "cache" / "pages.lines"
        if kind == "copy":
            copy = tempfile.mkdtemp(dir=quick_disk())
            shutil.copytree(self.root, copy, dirs_exist_ok=True)
            self.store.close()
            shutil.rmtree(self.root)
            self.root = Path(copy)
            self.open()
        elif path.exists():
            path.write_bytes(path.read_bytes()[:-1]) if kind == "cut" else path.unlink()

    @invariant()
    def both_say_the_same(self) -> None:
        with_cache, without = Store.read(str(self.root)), Store.read(str(self.root))
        without.cache._folder = "/nowhere"
        logs = [PageLog(with_cache), PageLog(without)]
        for log in logs:
            log.load(repair=False)
        assert said(logs[0], with_cache) == said(logs[1], without)
        assert said(self.log, self.store) == said(logs[1], without) | self.of_this_run()

    def of_this_run(self) -> dict[str, Any]:
        return {"clock": self.store.clock._last, "torn": self.store.pages.torn_lines}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.root)


TestLogsWithAndWithout = LogsWithAndWithout.TestCase
TestLogsWithAndWithout.settings = settings(max_examples=25, stateful_step_count=25)


def appended(store: Store, count: int, instant: int) -> None:
    lines = [line(f"http://c.example/{n}-{instant}", instant, {"images": []}) for n in range(count)]
    store.pages.append(lines, instant=instant, fsync=False)


def loaded(root: Path) -> PageLog:
    log = PageLog(Store.read(str(root)))
    log.load(repair=False)
    return log


def test_only_what_was_appended_since_is_read(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    for n in range(3):
        appended(store, 10, BEGUN + n * 1_000_000_000)
    log = loaded(tmp_path)
    assert log.lines_read == 30
    snapshot = log.snapshot()
    assert snapshot is not None
    write_log(store, snapshot)
    assert loaded(tmp_path).lines_read == 0
    appended(store, 2, BEGUN + 2 * 1_000_000_000 + 1)
    appended(store, 2, BEGUN + 4 * 1_000_000_000)
    log = loaded(tmp_path)
    assert (log.lines_read, len(log)) == (4, 34)
    store.close()


def test_a_snapshot_is_worth_its_while_after_a_twentieth_of_all_lines(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    appended(store, 100, BEGUN)
    log = loaded(tmp_path)
    assert log.snapshot() is not None
    assert log.snapshot() is None
    for n in range(6):
        told = line(URLS[0], BEGUN + n, {"images": []})
        (where,) = store.pages.append([told], instant=BEGUN, fsync=False)
        assert log.snapshot() is None
        log.note(where, told)
    assert log.snapshot() is not None
    store.close()


def test_failures_of_more_reasons_than_a_byte_tells_are_told_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_log, "_MOST_REASONS", 2)
    store = Store.open(str(tmp_path))
    for n, url in zip(itertools.count(), URLS):
        failed = line(url, BEGUN + n, {"error": f"reason {n}", "next_try": None})
        store.pages.append([failed], instant=BEGUN, fsync=False)
    states = PageStates(store)
    assert states.log.counts(KeyTable()) == (0, {"reason 0": 1, "reason 1": 1, "other": 4})
    assert len(list(states.failed_lines())) == len(URLS)
    assert json.loads(json.dumps(states.log.examples))
    store.close()
