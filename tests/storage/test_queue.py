"""queue/: small files in order of time, each whole or absent."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.storage import atomic
from imagecrawler.storage.instants import Clock
from imagecrawler.storage.queue import Entry, QueueFolder

PAIRS = st.lists(
    st.tuples(
        st.text(max_size=20),
        st.fixed_dictionaries(
            {"url": st.text(max_size=3_000)},
            optional={"depth": st.integers(0, 99), "via": st.lists(st.text(max_size=9))},
        ),
    ),
    unique_by=lambda pair: pair[0],
    max_size=40,
)


@pytest.fixture
def queue(tmp_path: Path) -> QueueFolder:
    (tmp_path / "tmp").mkdir()
    return QueueFolder(str(tmp_path), str(tmp_path / "tmp"))


def everything(queue: QueueFolder) -> list[tuple[str, Entry]]:
    return [pair for batch in queue.batches() for pair in queue.read(batch) or []]


@given(lists=st.lists(PAIRS, max_size=4))
def test_what_is_written_is_read_in_the_same_order(
    tmp_path_factory: pytest.TempPathFactory, lists: list[list[tuple[str, Entry]]]
) -> None:
    root = tmp_path_factory.mktemp("queue")
    (root / "tmp").mkdir()
    queue, clock = QueueFolder(str(root), str(root / "tmp")), Clock()
    for pairs in lists:
        written = queue.write(pairs, clock, fsync=False)
        assert [pair for _, chunk in written for pair in chunk] == pairs
        assert all(batch.left == len(chunk) for batch, chunk in written)
    assert everything(queue) == [pair for pairs in lists for pair in pairs]
    assert not queue.strangers and not os.listdir(root / "tmp")


@given(PAIRS)
def test_a_file_is_small_or_has_one_page(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, Entry]]
) -> None:
    root = tmp_path_factory.mktemp("queue")
    (root / "tmp").mkdir()
    queue = QueueFolder(str(root), str(root / "tmp"))
    for batch, chunk in queue.write(pairs, Clock(), fsync=False):
        assert len(chunk) == 1 or os.path.getsize(batch.path) < 10_000


def test_names_are_microseconds_and_a_lone_url_is_a_string(queue: QueueFolder) -> None:
    clock = Clock(floor=9683388021045311)  # far ahead: the next reading is known
    [(batch, _)] = queue.write(
        [("k", {"url": "u"}), ("l", {"url": "v", "depth": 1})], clock, fsync=True
    )
    path = Path(batch.path)
    assert path.parts[-2:] == ("9683388", "9683388021045312.json")
    assert json.loads(path.read_bytes()) == {"k": "u", "l": {"url": "v", "depth": 1}}
    assert path.read_bytes().isascii()


def test_a_batch_and_its_empty_folder_go(queue: QueueFolder, tmp_path: Path) -> None:
    clock = Clock(floor=9683388021045311)
    written = [queue.write([(k, {"url": k})], clock, fsync=False)[0][0] for k in "ab"]
    queue.remove(written[0])
    assert [batch.path for batch in queue.batches()] == [written[1].path]
    queue.remove(written[1])
    queue.remove(written[1])  # gone already
    assert list((tmp_path / "queue").iterdir()) == [] and queue.read(written[1]) == []


def test_torn_and_foreign_files(queue: QueueFolder, tmp_path: Path) -> None:
    folder = tmp_path / "queue" / "1683388"
    folder.mkdir(parents=True)
    texts = {"1683388021045312.json": '{"k": "http', "1683388021045313.json": "[1]"}
    texts |= {"1683388021045314.json": "", "1683388021045315.json": "\xff"}
    mixed = {"n": 1, "no": {"depth": 1}, "l": ["u"], "ok": "u", "url": {"url": 3}, "z": None}
    texts |= {"1683388021045316.json": json.dumps(mixed)}
    texts |= {"1683388021045317.json": "[" * 100_000}
    texts |= {"notes.txt": "mine", "1683388021045312.json~": "{}", "12.json": "{}"}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="latin-1")
    (tmp_path / "queue" / "README").write_text("hands off")

    read = {os.path.basename(batch.path): queue.read(batch) for batch in queue.batches()}
    assert read.pop("1683388021045316.json") == [("ok", {"url": "u"})]
    assert set(read.values()) == {None} and len(read) == 5
    strangers = {os.path.relpath(path, tmp_path / "queue") for path in queue.strangers}
    names = ("notes.txt", "1683388021045312.json~", "12.json")
    assert strangers == {"README", *(f"1683388/{name}" for name in names)}


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_file_absent(
    queue: QueueFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    clock = Clock()
    queue.write([("a", {"url": "a"})], clock, fsync=True)
    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, step, full)
        with pytest.raises(OSError, match="No space"):
            queue.write([("b", {"url": "b"})], clock, fsync=True)
    assert everything(queue) == [("a", {"url": "a"})]
    assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.parametrize("fsync", [True, False])
def test_names_are_synced_once_a_group_and_those_of_new_folders_too(
    queue: QueueFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsync: bool
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(atomic, "sync_folder", synced.append)
    clock = Clock(floor=9683388021045311)  # all of it in one folder
    folder = str(tmp_path / "queue" / "9683388")
    group = {host: {host: {"url": f"http://{host}/"}} for host in "abc"}
    for expected in ([str(tmp_path), str(tmp_path / "queue"), folder], [folder]):
        written = queue.write_hosts(group, clock, fsync=fsync)
        assert [(host, batch.left) for host, batch in written] == [(host, 1) for host in "abc"]
        assert {os.path.dirname(batch.path) for _, batch in written} == {folder}
        assert synced == (expected if fsync else [])
        synced.clear()
    for batch in queue.batches():  # the last takes its folder along
        queue.remove(batch)
    queue.write([("k", {"url": "http://a/"})], clock, fsync=fsync)
    assert synced == ([str(tmp_path / "queue"), folder] if fsync else [])
