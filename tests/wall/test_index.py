"""The index follows the store: what comes, changes and goes; and it may be deleted."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from imagecrawler.storage import image_folders
from imagecrawler.wall.selection import Selection
from tests.commands.stores import Folders
from tests.wall.conftest import Images, StartWall, Wall


def _settle(root: Path) -> None:
    """Let all folders look as if nothing had changed in them of late."""
    for folder in (*root.glob("visited/*"), *root.glob("downloaded/*/*")):
        os.utime(folder, (1_700_000_000, 1_700_000_000))


@pytest.fixture
def read_folders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which folders were read, in order."""
    read: list[str] = []
    images_in = image_folders.images_in

    def noted(root: str, folder: str, buckets: tuple[str, ...]) -> list[image_folders.StoredImage]:
        read.append(folder)
        return images_in(root, folder, buckets)

    monkeypatch.setattr(image_folders, "images_in", noted)
    monkeypatch.setattr("imagecrawler.storage.stamps.RACY_SECONDS", 0.0)
    return read


def test_only_folders_that_have_changed_are_read(
    folders: Folders, images: Images, wall: StartWall, read_folders: list[str]
) -> None:
    made = images(30)
    served = wall()
    assert set(read_folders) == {key[:4] for key in made}
    read_folders.clear()
    served.look()
    assert read_folders == []
    again = wall()
    assert read_folders == []
    [new] = images(1, 30)
    folders.store.visited.write(made[0], {"url": "http://example.com/0.jpg", "title": "Renamed"})
    again.look()
    assert sorted(read_folders) == sorted([new[:4], made[0][:4]])
    assert again.ids("/api/browse", text="renamed") == [made[0]]


def test_the_first_images_are_there_before_all_folders_were_looked_at(
    images: Images, wall: StartWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = wall()
    made = images(30)

    def fails(*_: object) -> dict[str, int]:
        raise OSError("a million folders")

    with monkeypatch.context() as patch:
        patch.setattr(image_folders, "stamps", fails)
        with pytest.raises(OSError, match="a million"):
            served.look()
    first = served.ids("/api/browse")
    assert 0 < len(first) < len(made)
    served.look()
    assert set(served.ids("/api/browse", limit=50)) == set(made)


def test_what_goes_is_not_shown_before_the_index_knows(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    made = images(4)
    served = wall()
    folders.store.downloaded.remove(made[1], smallest="600")
    assert served.ids(viewer="a") == served.ids("/api/browse") == [made[3], made[2], made[0]]
    served.look()
    answer = served.get("/api/browse")
    assert (answer["total"], len(answer["images"])) == (3, 3)
    assert served.get("/api/filters")["sources"] == [{"name": "example.com", "images": 3}]
    assert served.http.get(f"/image/{made[1]}/600").status_code == 404


def _deleted(path: Path) -> None:
    path.unlink()


def _torn(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _of_another_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()


@pytest.mark.parametrize("harm", [_deleted, _torn, _empty, _of_another_version])
def test_an_index_that_is_lost_or_of_no_use_is_made_anew(
    folders: Folders, images: Images, wall: StartWall, harm: Callable[[Path], None]
) -> None:
    made = images(5)
    wall().room.close()
    path = Path(folders.root, "wall", "index.sqlite")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    harm(path)
    assert wall().ids("/api/browse") == made[::-1]


def test_an_index_that_is_deleted_under_a_running_wall_comes_back(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    made = images(5)
    served = wall()
    served.shown("a", made[:2])
    Path(folders.root, "wall", "index.sqlite").unlink()
    served.look()
    assert served.ids(viewer="a") == [*made[:1:-1], *made[:2]]


def test_two_walls_share_an_index(images: Images, wall: StartWall) -> None:
    one, other = wall(), wall()
    assert other.get("/api/browse")["total"] == 0
    made = images(3)
    one.look()
    other.look()
    assert other.get("/api/browse")["total"] == 3
    assert one.ids("/api/browse") == other.ids("/api/browse") == made[::-1]
    assert one.room.database.is_index_there()


def test_what_another_hand_wrote_is_left_out_or_shown_as_far_as_it_goes(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    [good, torn] = images(2)
    strange = images.one(
        "/strange.jpg",
        2,
        page=7,
        title=["x"],
        description={"a": 1},
        tags=[None, "ok", "ok", "x" * 5000, " "],
        width="wide",
        height=-1,
        time="never",
        date="9999-99-99",
        near_duplicate_of="../../etc/passwd",
        licence=5,
        near_distance=float("nan"),
        **{"class": "\ud800"},
    )
    [path] = folders.root.glob(f"visited/*/{torn}*")
    path.write_text("{")
    Path(folders.root, "downloaded", "600", "stranger").write_text("x")
    Path(folders.root, "downloaded", "600", good[:4], "README").write_text("x")
    served = wall()
    assert set(served.ids("/api/browse")) == {good, strange}
    known = served.get(f"/api/record/{strange}")
    assert known["record"]["near_distance"] is None
    found = known["image"]
    assert (found["title"], found["tags"], found["width"]) == (None, ["ok"], None)
    path.write_text('{"url": "http://example.com/1.jpg"}')
    served.look()
    assert torn in served.ids("/api/browse")


def test_the_original_alone_is_enough(images: Images, wall: StartWall) -> None:
    key = images.one("/a.jpg", 0, buckets=("original",))
    served = wall()
    [image] = served.get("/api/images")["images"]
    assert [file["src"] for file in image["files"]] == [f"/image/{key}/original"]
    assert served.http.get(image["src"]).status_code == 200


def test_a_page_of_all_images_is_read_in_order_and_not_sorted(
    images: Images, wall: StartWall
) -> None:
    """With a million images whatever sorts or scans them takes seconds."""
    images(3, tags=["x"])
    served = wall()
    for selection in (Selection(), Selection(source="example.com"), Selection(kind="content")):
        plan = _plan(served, selection)
        assert any(" USING INDEX images_" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan), plan


def _plan(served: Wall, selection: Selection) -> list[str]:
    connection = served.room.database.connection()
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    served.room.browse(selection, "1_1", 2, downwards=True)
    connection.set_trace_callback(None)
    [walk] = [text for text in statements if "ORDER BY" in text]
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {walk}")]


def test_a_picture_of_a_feed_is_listed_under_its_source(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    made = images(2)
    folders.store.visited.write(
        made[0], {"url": "http://example.com/0.jpg", "sources": ["Posters", "Others"]}
    )
    served = wall()
    assert served.ids("/api/browse", source="Posters") == [made[0]]
    names = {source["name"] for source in served.get("/api/filters")["sources"]}
    assert names == {"Posters", "example.com"}
