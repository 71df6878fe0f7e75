"""One writer, whatever dies; readers beside it; and the words for what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from imagecrawler.exceptions import StoreError, StoreInUseError, StoreVersionError
from imagecrawler.storage.lock import is_held
from imagecrawler.storage.store import Store, preflight, read_summary
from tests.crawls import PROJECT

# Holds the store and, like the download workers, has children made by spawn and by exec.
HOLDER = """
import multiprocessing, subprocess, sys, time
from imagecrawler.storage.store import Store

if __name__ == "__main__":
    store = Store.open(sys.argv[1])
    spawned = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    spawned.start()
    executed = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(spawned.pid, executed.pid, flush=True)
    time.sleep(60)
"""


class Holder:
    """A process that holds a store, and its children."""

    def __init__(self, script: Path, root: Path) -> None:
        script.write_text(HOLDER)
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(root)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        assert self.process.stdout is not None
        self.children = [int(pid) for pid in self.process.stdout.readline().split()]

    def kill(self) -> None:
        """Kill -9 the holder alone."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        for pid in self.children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kill()
        self.process.stdout.close()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    held = Holder(tmp_path / "holder.py", tmp_path / "data")
    yield held
    held.close()


def test_a_second_process_is_refused_and_readers_are_not(holder: Holder, tmp_path: Path) -> None:
    root = tmp_path / "data"
    for refused in (Store.open, preflight):
        with pytest.raises(StoreInUseError, match=r"in use by another crawl.*IMAGES_STORE"):
            refused(str(root))
    assert is_held(str(root)) in (True, None)
    Store.read(str(root)).close()
    with pytest.raises(StoreInUseError):  # a reader's end releases nothing
        Store.open(str(root))


def test_the_lock_dies_with_its_holder_though_its_children_live(
    holder: Holder, tmp_path: Path
) -> None:
    holder.kill()
    assert len(holder.children) == 2
    for pid in holder.children:
        os.kill(pid, 0)
    assert not is_held(str(tmp_path / "data"))
    Store.open(str(tmp_path / "data")).close()


def test_a_refused_writer_touches_nothing_that_its_owner_has_in_tmp(
    holder: Holder, tmp_path: Path
) -> None:
    (tmp_path / "data" / "tmp" / "w1-1").write_text("half")
    with pytest.raises(StoreInUseError):
        Store.open(str(tmp_path / "data"))
    assert (tmp_path / "data" / "tmp" / "w1-1").exists()
    holder.kill()
    Store.open(str(tmp_path / "data")).close()
    assert os.listdir(tmp_path / "data" / "tmp") == []


def test_a_store_is_made_closed_and_opened_again(tmp_path: Path) -> None:
    root = str(tmp_path / "made" / "here")
    store = Store.open(root)
    assert store.about == {"format": 1}
    store.write_about(widths=[600, "original"], dropped_hosts=["a.example", 3], own="ä")
    store.close()
    store.close()
    again = Store.open(root)
    expected = {"widths": [600, "original"], "dropped_hosts": ["a.example", 3], "own": "ä"}
    assert again.about == {"format": 1, **expected}
    assert again.dropped_hosts() == ["a.example"]
    again.write_summary({"pages": 1})
    again.close()
    assert read_summary(root) == {"pages": 1}
    assert sorted(os.listdir(root)) == ["lock", "store.json", "summary.json", "tmp"]


def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"format": 99, "widths": [1]}')
    for opened in (Store.open, Store.read):
        for _ in range(2):  # the refusal keeps no lock
            with pytest.raises(StoreVersionError, match=r"has format 99.*newer imagecrawler"):
                opened(str(tmp_path))
    assert (tmp_path / "store.json").read_text() == '{"format": 99, "widths": [1]}'
    (tmp_path / "store.json").write_text('{"format": 1}')
    Store.open(str(tmp_path)).close()


@pytest.mark.parametrize("content", ["", "[]", "{", "\xff", '{"format": "x"}', "[" * 100_000])
def test_what_cannot_be_read_beside_the_folders_is_nothing(tmp_path: Path, content: str) -> None:
    for name in ("store.json", "summary.json"):
        (tmp_path / name).write_text(content, encoding="latin-1")
    store = Store.open(str(tmp_path))
    assert store.about == {"format": 1} == json.loads((tmp_path / "store.json").read_bytes())
    assert store.dropped_hosts() == []
    store.close()
    assert read_summary(str(tmp_path)) in ({}, {"format": "x"})


def test_no_store_is_an_instruction(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no store at .*/none. Set IMAGES_STORE"):
        Store.read(str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()
    assert is_held(str(tmp_path / "none")) is False
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match=r"cannot be written \(.*IMAGES_STORE"):
            Store.open(str(root))
