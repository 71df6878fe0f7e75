"""The folders of a store against a plain model, with a kill between any two steps."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from imagecrawler.storage.records import merged
from imagecrawler.storage.store import Store
from tests.quick_disk import quick_disk

KEYS = st.integers(0, 5).map(lambda n: f"{n:013d}-{n:012x}")
PAGES = st.integers(0, 9).map(lambda n: f"{n:016x}")
TEXTS = st.text(max_size=8)


class StoreMachine(RuleBasedStateMachine):
    """Records, failures, files, queue batches and page lines come back as they were written."""

    @initialize()
    def begin(self) -> None:
        self.root = tempfile.mkdtemp(dir=quick_disk())
        self.records: dict[str, dict[str, object]] = {}
        self.failures: dict[str, str] = {}
        self.stored: set[str] = set()
        self.queued: list[list[str]] = []
        self.lines: list[str] = []
        self.store = Store.open(self.root, fsync=False)

    @rule(key=KEYS, description=TEXTS, page=st.integers(0, 30), width=st.integers(1, 4))
    def sight(self, key: str, description: str, page: int, width: int) -> None:
        at = f"http://example.com/{page}"
        sighting = {"url": f"http://example.com/{key}.jpg", "follow": at, "page": at}
        sighting |= {"description": description} if description else {}
        sighting |= {"candidates": [{"url": f"http://example.com/{key}.jpg", "width": width}]}
        record = merged(self.store.visited.read(key), sighting)
        if record is not None:
            self.store.visited.write(key, record)
            self.records[key] = record

    @rule(key=KEYS, reason=st.sampled_from(["dns", "http-404"]))
    def fail(self, key: str, reason: str) -> None:
        self.store.failed.write(key, {"reason": reason, "next_try": None})
        self.failures[key] = reason

    @rule(key=KEYS, suffix=st.sampled_from([".jpg", ".png"]))
    def download(self, key: str, suffix: str) -> None:
        temporary = Path(self.store.tmp_dir, "t")
        temporary.write_bytes(b"image")
        self.store.downloaded.adopt(str(temporary), "600", key, suffix)
        self.store.failed.remove(key)
        self.stored.add(key)
        self.failures.pop(key, None)

    @rule(keys=st.lists(PAGES, min_size=1, max_size=4, unique=True))
    def queue(self, keys: list[str]) -> None:
        entries = [(key, {"url": f"http://example.com/{key}", "depth": 1}) for key in keys]
        self.store.queue.write(entries, self.store.clock, fsync=False)
        self.queued.append(keys)

    @rule()
    def finish_oldest_batch(self) -> None:
        batches = self.store.queue.batches()
        if batches:
            self.store.queue.remove(batches[0])
            self.queued.pop(0)

    @rule(keys=st.lists(PAGES, min_size=1, max_size=3))
    def append(self, keys: list[str]) -> None:
        lines = [{"key": key, "url": f"http://example.com/{key}"} for key in keys]
        instant = self.store.clock.now()
        places = self.store.pages.append(lines, instant=instant, fsync=False)
        assert [self.store.pages.read(place) for place in places] == lines
        self.lines += keys

    @rule(torn=st.booleans(), half=st.booleans())
    def kill(self, torn: bool, half: bool) -> None:
        assert self.store._lock is not None
        self.store._lock.release()  # as the death of the process does; nothing else is closed
        if half:
            Path(self.store.tmp_dir, "half").write_bytes(b"{")
        pages = sorted(Path(self.root, "pages").glob("*.jsonl"))
        if torn and pages:
            with pages[-1].open("ab") as file:
                file.write(b'{"key": "torn')
        self.store = Store.open(self.root, fsync=False)
        self.store.visited.load(repair=True)
        self.store.failed.load()
        list(self.store.pages.scan(repair=True))

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        if not hasattr(self, "store"):
            return
        store = Store.read(self.root)
        store.visited.load(repair=False)
        store.failed.load()
        assert set(store.visited.extensions) == set(self.records)
        assert {key: store.visited.read(key) for key in self.records} == self.records
        assert {key: store.failed.read(key)["reason"] for key in store.failed.ids} == self.failures
        assert store.downloaded.ids("600") == self.stored
        read = [store.queue.read(batch) for batch in store.queue.batches()]
        assert [[key for key, _ in pairs] for pairs in read if pairs] == self.queued
        assert [line["key"] for _, line in store.pages.scan(repair=False)] == self.lines
        assert store.queue.strangers == store.visited.strangers == store.failed.strangers == []

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.root)


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=60, stateful_step_count=30)
