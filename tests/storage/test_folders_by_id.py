"""visited/, downloaded/ and failed/: one file an image, found again by its name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.storage.downloaded import DownloadedFolder
from imagecrawler.storage.failed import FailedFolder
from imagecrawler.storage.visited import VisitedFolder

ID, OTHER = "1413745000559-46fdd2d81cd7", "1413745000560-46fdd2d81cd7"


@pytest.fixture
def tmp(tmp_path: Path) -> str:
    (tmp_path / "tmp").mkdir()
    return str(tmp_path / "tmp")


def put(root: Path, name: str, content: Any, *, age_seconds: float = 0) -> Path:
    """Write a file into the folder where its id belongs."""
    path = root / name.partition("-")[0][:4] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    os.utime(path, (1e9 - age_seconds, 1e9 - age_seconds))
    return path


def names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


# -- visited/ ------------------------------------------------------------------------------


def loaded(root: Path, *, repair: bool = True) -> VisitedFolder:
    visited = VisitedFolder(str(root), str(root / "tmp"))
    visited.load(repair=repair)
    return visited


def test_a_record_is_renamed_as_it_gains_attributes(tmp: str, tmp_path: Path) -> None:
    visited = loaded(tmp_path)
    record: dict[str, Any] = {"url": "u", "follow": "f", "own": {"ä": [1, None]}}
    for gained, flags in (({}, ""), ({"tags": ["t"]}, "+t"), ({"description": "d"}, "+dt")):
        record |= gained
        visited.write(ID, record)
        assert names(tmp_path / "visited") == [f"1413/{ID}.v6{flags}"]
        assert visited.read(ID) == loaded(tmp_path).read(ID) == record
    assert Path(visited.path(ID)).read_bytes().isascii()
    visited.write(OTHER, {"url": "u"})
    assert visited.versions() == loaded(tmp_path).versions() == {".v6": 1, ".v6+dt": 1}
    visited.forget(ID)
    assert loaded(tmp_path).extensions == visited.extensions == {OTHER: ".v6"}


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ((".v6", 5), (".v6+dt", 0)),
        ((".v6+dt", 5), (".v6+c", 0)),  # it was written later: a flag may go
        ((".v5+t", 0), (".v6", 5)),  # versions come before times
        (("", 0), (".v3", 5)),
        ((".v6+t", 0), (".v6+dt", 0)),
    ],
)
def test_of_two_records_the_newest_wins(
    tmp: str, tmp_path: Path, older: tuple[str, int], newer: tuple[str, int]
) -> None:
    root = tmp_path / "visited"
    for extension, age in (older, newer):
        put(root, ID + extension, {"url": extension}, age_seconds=age)
    reader = loaded(tmp_path, repair=False)
    assert reader.extensions == {ID: newer[0]} and reader.read(ID) == {"url": newer[0]}
    assert [Path(path).name for path in reader.superseded] == [ID + older[0]]
    reader.load(repair=False)
    assert len(reader.superseded) == 1 and len(names(root)) == 2
    reader.look_again(ID)
    assert reader.extensions == {ID: newer[0]}
    assert loaded(tmp_path, repair=True).extensions == {ID: newer[0]}
    assert names(root) == [f"1413/{ID}{newer[0]}"]


def test_of_three_records_the_newest_wins(tmp: str, tmp_path: Path) -> None:
    for age, extension in enumerate((".v6+c", ".v6+d", ".v6+t")):
        put(tmp_path / "visited", ID + extension, {"url": extension}, age_seconds=age)
    assert loaded(tmp_path, repair=False).extensions == {ID: ".v6+c"}
    assert loaded(tmp_path, repair=True).extensions == {ID: ".v6+c"}
    assert len(names(tmp_path / "visited")) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b'{"url": "u"', b"[]", b"null", b'{"follow": "f"}', b'{"url": 1}', b"\xff", b"[" * 10**5],
)
def test_torn_records_are_known_and_not_read(tmp: str, tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "visited", f"{ID}.v6", content)
    visited = loaded(tmp_path)
    assert visited.read(ID) is None and visited.extensions == {ID: ".v6"}
    visited.write(ID, {"url": "u"})
    assert visited.read(ID) == {"url": "u"}


def test_strangers_in_visited(tmp: str, tmp_path: Path) -> None:
    root = tmp_path / "visited"
    put(root, f"{ID}.v6", {"url": "u"})
    for name in ("1413/notes.txt", f"1414/{ID}.v6", f"1413/{ID}.v6~", "README"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    visited = loaded(tmp_path)
    assert visited.extensions == {ID: ".v6"} and len(visited.strangers) == 4
    assert len(names(root)) == 5
    assert loaded(tmp_path / "nowhere").extensions == {}


def test_a_reader_finds_a_record_that_its_writer_renamed(tmp: str, tmp_path: Path) -> None:
    writer, reader = loaded(tmp_path), loaded(tmp_path, repair=False)
    reader.look_again(ID)
    assert reader.read(ID) is None
    writer.write(ID, {"url": "u"})
    reader.look_again(ID)
    assert reader.read(ID) == {"url": "u"}
    writer.write(ID, {"url": "u", "tags": ["t"]})
    assert reader.read(ID) is None
    reader.look_again(ID)
    assert reader.read(ID) == {"url": "u", "tags": ["t"]}


# -- downloaded/ ---------------------------------------------------------------------------


def adopt(downloaded: DownloadedFolder, tmp: str, bucket: str, image_id: str, suffix: str) -> str:
    temporary = Path(tmp, "t")
    temporary.write_bytes(suffix.encode())
    return downloaded.adopt(str(temporary), bucket, image_id, suffix)


def test_a_file_of_another_kind_takes_the_place_of_the_first(tmp: str, tmp_path: Path) -> None:
    downloaded = DownloadedFolder(str(tmp_path))
    assert downloaded.buckets() == [] and downloaded.ids("600") == set()
    for suffix in (".png", ".jpg", ".jpg", ".webp"):
        relative = adopt(downloaded, tmp, "600", ID, suffix)
        assert relative == f"downloaded/600/1413/{ID}{suffix}"
        assert names(tmp_path / "downloaded") == [f"600/1413/{ID}{suffix}"]
        assert downloaded.of_image("600", ID) == [str(tmp_path / relative)]
    adopt(downloaded, tmp, "600", OTHER, ".png")
    assert len(names(tmp_path / "downloaded")) == 2
    assert downloaded.ids("600") == {ID, OTHER} and os.listdir(tmp) == []


def test_buckets_are_narrowest_first_and_the_smallest_goes_first(
    tmp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloaded = DownloadedFolder(str(tmp_path))
    for bucket in ("original", "1200", "600", "90"):
        adopt(downloaded, tmp, bucket, ID, ".jpg")
    (tmp_path / "downloaded" / "thumbs").mkdir()
    (tmp_path / "downloaded" / "600" / "1413" / "notes").write_text("x")
    assert downloaded.buckets() == ["90", "600", "1200", "original"]
    assert [image_id for image_id, _ in downloaded.files("600")] == [ID]
    assert [Path(path).name for path in downloaded.strangers] == ["notes"]
    removed: list[str] = []
    monkeypatch.setattr("imagecrawler.storage.atomic.remove", removed.append)
    assert downloaded.remove(ID, smallest="600") == 4
    assert [Path(path).parts[-3] for path in removed] == ["600", "90", "1200", "original"]


# -- failed/ -------------------------------------------------------------------------------


def test_failures_are_kept_replaced_and_removed(tmp: str, tmp_path: Path) -> None:
    failed = FailedFolder(str(tmp_path), tmp)
    failed.load()
    for attempts in (1, 2):
        failed.write(ID, {"reason": "http-404", "attempts": attempts, "message": "größer"})
        again = FailedFolder(str(tmp_path), tmp)
        again.load()
        assert again.ids == failed.ids == {ID}
        assert (again.read(ID) or {})["attempts"] == attempts
    failed.remove(OTHER)
    failed.remove(ID)
    failed.remove(ID)
    assert (failed.ids, failed.read(ID), names(tmp_path / "failed")) == (set(), None, [])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"reason": 1}', b"\xff", b"[" * 10**5])
def test_torn_failures_are_known_and_not_read(tmp: str, tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "failed", f"{ID}.json", content)
    (tmp_path / "failed" / "1413" / "x.json~").write_text("")
    failed = FailedFolder(str(tmp_path), tmp)
    failed.load()
    assert failed.ids == {ID} and failed.read(ID) is None
    assert [Path(path).name for path in failed.strangers] == ["x.json~"]
