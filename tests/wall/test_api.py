"""What the wall answers."""

from __future__ import annotations

from collections.abc import Callable

from tests.commands.stores import Folders, picture
from tests.wall.conftest import Wall

Start = Callable[[], Wall]


def test_the_next_images_are_the_newest_with_all_that_is_known(
    folders: Folders, wall: Start
) -> None:
    old = folders.image("/old.jpg", picture(700), time="2026-01-01T00:00:00Z")
    new = folders.image(
        "/new.jpg",
        picture(1300),
        time="2026-01-02T00:00:00Z",
        page="http://example.com/gallery",
        title="Harbour",
        tags=["Sea"],
        licence="CC BY",
        licence_url="javascript:alert(1)",
    )
    served = wall()
    first, second = served.get("/api/images", viewer="a")["images"]
    assert (first["id"], second["id"]) == (new, old)
    assert first["src"] == f"/image/{new}/600"
    assert [(file["width"], file["kind"]) for file in first["files"]] == [
        (600, "jpg"),
        (1200, "jpg"),
    ]
    assert (first["title"], first["tags"], first["source"]) == ("Harbour", ["Sea"], "example.com")
    assert first["licence"] == {"name": None, "url": None, "text": "CC BY", "of_page": False}
    assert served.http.get(first["src"]).headers["content-type"] == "image/jpeg"
