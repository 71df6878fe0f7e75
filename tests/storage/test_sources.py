from __future__ import annotations

from pathlib import Path

import pytest

from imagecrawler.storage.sources import SourcesFolder


def folder(root: Path) -> SourcesFolder:
    (root / "tmp").mkdir()
    return SourcesFolder(str(root), str(root / "tmp"))


def test_a_state_is_there_again(tmp_path: Path) -> None:
    sources = folder(tmp_path)
    assert (sources.read("a1"), sources.read_all()) == ({}, [])
    sources.write("a1", {"name": "b", "policies": {"fresh": {"intervals": []}}})
    sources.write("a2", {"name": "a"})
    assert sources.read("a1")["policies"] == {"fresh": {"intervals": []}}
    assert [state["name"] for state in sources.read_all()] == ["a", "b"]


@pytest.mark.parametrize("content", [b"", b'{"name": "a"', b"[]", b"\xff", b"[" * 100_000])
def test_what_another_hand_wrote_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    sources = folder(tmp_path)
    sources.write("a1", {})
    (tmp_path / "sources" / "a1.json").write_bytes(content)
    assert sources.read("a1") == {}
    assert sources.read_all() == []
