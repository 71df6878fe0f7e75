"""pages/: lines that are appended all or none, and read whatever is among them."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.storage import atomic
from imagecrawler.storage.pages import PagesFolder, ended_at

NOW = 1683388021045312
FILE = "1683388.jsonl"


@pytest.fixture
def pages(tmp_path: Path) -> PagesFolder:
    return PagesFolder(str(tmp_path))


def keys(pages: PagesFolder, *, repair: bool = False) -> list[str]:
    return [line["key"] for _, line in pages.scan(repair=repair)]


def append(pages: PagesFolder, *names: str, instant: int = NOW) -> None:
    pages.append([{"key": name} for name in names], instant=instant, fsync=False)


def test_lines_are_read_in_order_over_all_files(pages: PagesFolder, tmp_path: Path) -> None:
    append(pages, "a", "b")
    append(pages, "c", instant=NOW + 10**9)
    append(pages, "d", "a", instant=NOW + 10**9)
    pages.append([], instant=NOW + 10**12, fsync=True)
    assert pages.names() == [FILE, "1683389.jsonl"]
    assert keys(pages) == ["a", "b", "c", "d", "a"]
    for where, line in pages.scan(repair=False):
        assert pages.read(where) == line
    pages.close()
    again = PagesFolder(str(tmp_path))
    append(again, "e", instant=NOW + 10**9)
    assert keys(again) == ["a", "b", "c", "d", "a", "e"]
    assert (tmp_path / "pages" / FILE).read_bytes().isascii()


@given(st.lists(st.lists(st.text(max_size=9), max_size=4), max_size=6), st.data())
def test_a_kill_costs_at_most_the_last_append(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[str]], data: st.DataObject
) -> None:
    """Cut anywhere, the whole lines before the cut are all there, and writing goes on."""
    root = tmp_path_factory.mktemp("pages")
    pages = PagesFolder(str(root))
    append(pages, "first")
    for group in groups:
        append(pages, *group)
    pages.close()
    file = root / "pages" / FILE
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    file.write_bytes(whole[:cut])

    left = ["first", *(name for group in groups for name in group)][: whole[:cut].count(b"\n")]
    assert keys(PagesFolder(str(root))) == left
    assert file.stat().st_size == cut  # a reader cuts nothing off
    again = PagesFolder(str(root))
    if data.draw(st.booleans()):  # else it writes without having read
        assert keys(again, repair=True) == left
    append(again, "next")
    assert keys(again) == [*left, "next"]


def test_rubbish_lines_are_counted_once_and_left_out(pages: PagesFolder, tmp_path: Path) -> None:
    append(pages, "a")
    rubbish = [b"", b"{}", b"[]", b"null", b'{"key": 1}', b"\xff\xfe", b'{"key": "x"', b"\0" * 50]
    rubbish.append(b"[" * 100_000)
    file = tmp_path / "pages" / FILE
    with file.open("ab") as out:
        out.write(b"\n".join(rubbish) + b"\n")
    append(pages, "b")
    for name in ("notes", "1683388.jsonl~", "x.jsonl"):
        (tmp_path / "pages" / name).write_text("x")
    assert keys(pages) == keys(pages, repair=True) == ["a", "b"]
    assert pages.torn_lines == len(rubbish)
    assert {Path(path).name for path in pages.strangers} == {"notes", "1683388.jsonl~", "x.jsonl"}
    good, bad = pages.split(FILE)
    assert [json.loads(raw)["key"] for raw in good] == ["a", "b"]
    assert b"".join(sorted(good + bad)) == b"".join(sorted(file.read_bytes().splitlines(True)))


def short_of_space(write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    """Return an os.write that takes ten bytes and then has no room."""
    taken: list[int] = []

    def fake(descriptor: int, data: bytes) -> int:
        if taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken.append(write(descriptor, data[:10]))
        return taken[0]

    return fake


def test_a_full_disk_appends_nothing(pages: PagesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    append(pages, "a")
    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "write", short_of_space(os.write))
        with pytest.raises(OSError, match="No space"):
            append(pages, "b", "c")
    assert keys(pages) == ["a"] and not pages.torn_lines
    append(pages, "d")
    assert keys(pages) == ["a", "d"]


def test_a_missing_folder_is_an_empty_one(pages: PagesFolder) -> None:
    assert (keys(pages), pages.names(), pages.split(FILE)) == ([], [], ([], []))
    assert ended_at({"key": "k", "when": "soon"}) == ended_at({"key": "k"}) == 0


def test_an_end_that_is_still_to_come_is_no_end() -> None:
    assert ended_at({"key": "k", "when": "2024-02-03T04:05:06Z"}) > 0
    assert ended_at({"key": "k", "when": "2999-01-01T00:00:00Z"}) == 0
    assert ended_at({"key": "k"}) == 0


@pytest.mark.parametrize("fsync", [True, False])
def test_the_names_of_the_folder_and_of_new_files_are_synced(
    pages: PagesFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsync: bool
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(atomic, "sync_folder", synced.append)
    folder = str(tmp_path / "pages")
    appends = [(NOW, [str(tmp_path), folder]), (NOW + 1, []), (NOW + 10**9, [folder])]
    for instant, expected in appends:
        pages.append([{"key": "k"}, {"key": "l"}], instant=instant, fsync=fsync)
        assert synced == (expected if fsync else [])
        synced.clear()
