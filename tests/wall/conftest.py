"""``folders`` is a store to fill; ``wall()`` serves it in this process, followed from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from imagecrawler.wall.api import application
from imagecrawler.wall.room import Room
from tests.commands.stores import WIDTHS, Folders


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    made = Folders(tmp_path / "data")
    yield made
    made.close()


class Wall:
    """A wall on a store: ``wall.get("/api/images", limit=3)`` gives the JSON of the answer."""

    def __init__(self, root: Path) -> None:
        self.room = Room(str(root), WIDTHS)
        self.http = TestClient(application(self.room), "http://127.0.0.1:8000")
        self.room.indexer.look()

    def get(self, path: str, **query: object) -> dict:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str = "/api/images", **query: object) -> list[str]:
        return [image["id"] for image in self.get(path, **query)["images"]]

    def shown(self, viewer: str, *ids: str) -> None:
        body = {"viewer": viewer, "ids": ids}
        assert self.http.post("/api/shown", json=body).json() == {"marked": len(ids)}


@pytest.fixture
def wall(folders: Folders) -> Iterator[Callable[[], Wall]]:
    running: list[Wall] = []

    def start() -> Wall:
        running.append(Wall(folders.root))
        return running[-1]

    yield start
    for each in running:
        each.room.close()
