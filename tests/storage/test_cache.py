"""``cache/``: what was written or nothing, whatever happened to the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagecrawler.storage.cache import CacheFolder

VALUE = {"e.com/photo/*": [3, "000", 7]}


@pytest.fixture
def cache(tmp_path: Path) -> CacheFolder:
    (tmp_path / "tmp").mkdir()
    found = CacheFolder(str(tmp_path), str(tmp_path / "tmp"))
    assert found.read("guess") is None
    found.write("guess", VALUE)
    assert found.read("guess") == VALUE
    return found


def test_a_file_cut_anywhere_is_as_good_as_none(cache: CacheFolder, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "guess"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert cache.read("guess") is None


def test_a_file_of_another_hand_is_as_good_as_none(cache: CacheFolder, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "guess"
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert cache.read("guess") is None
    file.write_bytes(b"[" * 100_000)
    assert cache.read("guess") is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "cache").write_text("a file in the way")
    cache = CacheFolder(str(tmp_path), str(tmp_path / "tmp"))
    cache.write("guess", VALUE)
    assert cache.read("guess") is None
    assert list((tmp_path / "tmp").iterdir()) == []
