"""``folders`` is a store to fill, ``images`` fills it quickly, ``wall()`` serves it in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from imagecrawler.storage.instants import to_text
from imagecrawler.wall.api import application
from imagecrawler.wall.room import Room
from tests.commands.stores import WIDTHS, Folders, picture

SECOND = 1_000_000
BEGIN = 1_700_000_000 * SECOND


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    made = Folders(tmp_path / "data")
    yield made
    made.close()


class Images:
    """Stored images by number, a minute apart: their bytes are those of one small picture."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def __call__(self, count: int, first: int = 0, **fields: Any) -> list[str]:
        """Store so many, the latest last; return their ids."""
        return [self.one(f"/{first + n}.jpg", first + n, **fields) for n in range(count)]

    def one(
        self, path: str, number: int, buckets: tuple[str, ...] = ("600",), **fields: Any
    ) -> str:
        store = self._folders.store
        time = to_text(BEGIN + number * 60 * SECOND)
        facts = {
            "time": time,
            "width": 600,
            "height": 40,
            "format": "jpeg",
            "page": "http://example.com/",
        }
        key = self._folders.record(path, **{**facts, **fields})
        for bucket in buckets:
            temporary = Path(store.tmp_dir, "t")
            temporary.write_bytes(_small())
            store.downloaded.adopt(str(temporary), bucket, key, ".jpg")
        return key


@cache
def _small() -> bytes:
    return picture(60)


@pytest.fixture
def images(folders: Folders) -> Images:
    return Images(folders)


class Wall:
    """A wall on a store: ``wall.get("/api/images", limit=3)`` gives the JSON of the answer.

    It looks at the store when `look` is called, not by itself.
    """

    def __init__(self, root: Path) -> None:
        self.room = Room(str(root), WIDTHS)
        self.http = TestClient(application(self.room), "http://127.0.0.1:8000")
        self.look()

    def look(self) -> None:
        self.room.indexer.look()

    def get(self, path: str, **query: object) -> dict[str, Any]:
        answer = self.http.get(path, params={k: str(v) for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ids(self, path: str = "/api/images", **query: object) -> list[str]:
        return [image["id"] for image in self.get(path, **query)["images"]]

    def shown(self, viewer: str, ids: list[str]) -> None:
        answer = self.http.post("/api/shown", json={"viewer": viewer, "ids": ids})
        assert answer.json() == {"marked": len(ids)}


StartWall = Callable[[], Wall]


@pytest.fixture
def wall(folders: Folders) -> Iterator[StartWall]:
    running: list[Wall] = []

    def start() -> Wall:
        running.append(Wall(folders.root))
        return running[-1]

    yield start
    for each in running:
        each.room.close()
