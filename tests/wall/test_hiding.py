"""What is hidden is dropped: at once, or by the crawl that owns the store when it next opens it."""

from __future__ import annotations

import json
from pathlib import Path

from imagecrawler.coordinator.hidden import drop_hidden
from imagecrawler.storage.store import Store
from imagecrawler.storage.wall_notes import to_be_dropped
from tests.commands.stores import Folders
from tests.conftest import StartSite
from tests.crawl.folders import reasons, stored
from tests.crawls import Crawls
from tests.site.spec import image, page
from tests.wall.conftest import Images, StartWall, Wall


def _hide(wall: Wall, key: str) -> bool:
    answer = wall.http.post("/api/hide", json={"id": key}).json()
    assert answer["hidden"] == key
    return bool(answer["dropped"])


def test_what_is_hidden_is_dropped_at_once(
    folders: Folders, images: Images, wall: StartWall, crawl: Crawls
) -> None:
    made = images(3)
    folders.close()
    served = wall()
    assert _hide(served, made[1])
    assert reasons(folders.root) == {"/1.jpg": "dropped"}
    assert stored(folders.root) == {"/0.jpg", "/2.jpg"}
    assert served.ids(viewer="a") == [made[2], made[0]]
    served.look()
    assert served.get("/api/browse")["total"] == 2
    assert served.get(f"/api/record/{made[1]}")["failure"]["reason"] == "dropped"
    assert crawl.command("verify").rc == 0


def test_beside_a_crawl_it_waits_and_is_not_shown(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    made = images(3)
    served = wall()
    before = sorted(folders.root.glob("[!w]*/*/*"))
    assert not _hide(served, made[1])
    assert served.ids(viewer="a") == served.ids("/api/browse") == [made[2], made[0]]
    assert served.get("/api/status")["wall"]["hidden"] == 1
    assert sorted(folders.root.glob("[!w]*/*/*")) == before
    folders.close()
    assert served.room.hider.drop_now()
    assert reasons(folders.root) == {"/1.jpg": "dropped"}
    assert served.get("/api/status")["wall"]["hidden"] == 0


def test_the_next_crawl_drops_it_and_keeps_it_out(site: StartSite, crawl: Crawls) -> None:
    body = '<img src="/a.jpg"><img src="/b.jpg">'
    running = site({"/": page(body), "/a.jpg": image(60, 40), "/b.jpg": image(61, 41)})
    assert crawl(running.url).rc == 0
    owner = Store.open(str(crawl.store))
    served = Wall(crawl.store)
    [hidden] = [i for i in served.get("/api/browse")["images"] if i["url"].endswith("/a.jpg")]
    assert not _hide(served, hidden["id"])
    served.room.close()
    owner.close()
    run = crawl(revisit=0)
    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {"/b.jpg"}
    assert reasons(crawl.store) == {"/a.jpg": "dropped"}
    assert to_be_dropped(str(crawl.store)) == []


def test_what_the_file_of_the_wall_does_not_give_stops_no_crawl(folders: Folders) -> None:
    Path(folders.root, "wall").mkdir()
    Path(folders.root, "wall", "wall.sqlite").write_bytes(b"no database" * 1000)
    assert drop_hidden(folders.store, smallest="600") == []


def test_what_is_taken_back_is_shown_again(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    [key] = images(1)
    folders.close()
    served = wall()
    assert _hide(served, key)
    served.look()
    assert served.ids("/api/browse") == []
    assert images(1) == [key]
    served.look()
    assert served.ids("/api/browse") == [key]


def test_a_record_that_is_dropped_says_so(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    key = images.one("/a.jpg", 0, files={"600": "downloaded/600/x"})
    folders.close()
    assert _hide(wall(), key)
    [path] = folders.root.glob(f"visited/*/{key}*")
    assert "files" not in json.loads(path.read_text())
