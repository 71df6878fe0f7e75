"""What the wall answers: one image with all that is known, all images, filters, the status."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.commands.stores import Folders, picture
from tests.wall.conftest import Images, StartWall


def test_an_image_comes_with_all_that_is_known(folders: Folders, wall: StartWall) -> None:
    key = folders.image(
        "/new.jpg",
        picture(1300, 130),
        time="2026-01-02T00:00:00Z",
        date="2025-12-31T10:00:00+01:00",
        page="http://example.com/gallery",
        title="Harbour",
        description="A \ud800 <script>alert(1)</script>",
        tags=["Sea"],
        licence="CC BY",
        licence_url="javascript:alert(1)",
    )
    served = wall()
    answer = served.get("/api/images", viewer="a")
    assert (answer["total"], answer["indexing"], answer["seq"]) == (1, False, 1)
    [image] = answer["images"]
    assert image["src"] == f"/image/{key}/600"
    files = [(file["width"], file["height"], file["kind"]) for file in image["files"]]
    assert files == [(600, 60, "jpg"), (1200, 120, "jpg")]
    assert (image["title"], image["tags"], image["source"]) == ("Harbour", ["Sea"], "example.com")
    assert image["description"] == "A \ud800 <script>alert(1)</script>"
    assert image["licence"] == {"name": None, "url": None, "text": "CC BY", "of_page": False}
    assert image["since"] == "2025-12-31T09:00:00.000000Z"
    assert (image["class"], image["repeat"], image["shown"]) == ("content", False, None)
    for bucket, file in zip(("600", "1200"), image["files"], strict=True):
        sent = served.http.get(file["src"])
        assert sent.headers["content-type"] == "image/jpeg"
        [stored] = folders.root.glob(f"downloaded/{bucket}/*/{key}.jpg")
        assert sent.content == stored.read_bytes()


def test_the_record_is_given_whole_with_what_looks_like_it(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    [first] = images(1)
    [near] = images(1, 1, near_duplicate_of=first, near_distance=3)
    failed = folders.fail("/gone.jpg", "http-404")
    served = wall()
    found = served.get(f"/api/record/{near}")
    assert found["record"]["near_duplicate_of"] == first
    assert found["image"]["picture"] == found["alike"][0]["picture"]
    assert [image["id"] for image in found["alike"]] == [first]
    gone = served.get(f"/api/record/{failed}")
    assert (gone["image"], gone["failure"]["reason"]) == (None, "http-404")
    none = "9999999999999-000000000000"
    assert served.http.get(f"/api/record/{none}").status_code == 404
    answer = served.http.post("/api/shown", json={"viewer": "v", "ids": [none]})
    assert answer.json() == {"marked": 0}


def test_all_images_are_paged_through_there_and_back(images: Images, wall: StartWall) -> None:
    made = images(7)
    # Of one instant: the cursor must not lose or repeat any of them.
    made += [images.one(f"/same{n}.jpg", 7) for n in range(6)]
    served = wall()
    for order in ("newest", "oldest"):
        pages, place = [], ""
        while place is not None:
            answer = served.get("/api/browse", limit=3, order=order, cursor=place)
            pages.append([image["id"] for image in answer["images"]])
            place = answer["next"]
        assert [len(page) for page in pages] == [3, 3, 3, 3, 1]
        assert len({key for page in pages for key in page}) == 13
        newest = pages if order == "newest" else [page[::-1] for page in pages[::-1]]
        assert [key for page in newest for key in page][6:] == made[6::-1]
        back = []
        while answer["previous"]:
            place = answer["previous"]
            answer = served.get("/api/browse", limit=3, order=order, cursor=place)
            back.append([image["id"] for image in answer["images"]])
        assert back == pages[-2::-1]
        assert answer["next"]


def test_filters_and_what_can_be_filtered_by(images: Images, wall: StartWall) -> None:
    [sea] = images(1, tags=["Sea", "Long  Tag"], title="Harbour at night", width=800)
    [land] = images(1, 1, page="http://other.example/x", description="Fields, harvest")
    [logo] = images(1, 2, tags=["sea"], author="Jürgen", **{"class": "logo"})
    served = wall()

    def matching(**query: object) -> set[str]:
        browsed = served.ids("/api/browse", **query)
        assert set(served.ids(viewer="v", anew=1, tab="t", **query)) == set(browsed)
        return set(browsed)

    assert matching() == {sea, land, logo}
    assert matching(**{"class": "all"}) == {sea, land, logo}
    assert matching(source="other.example") == {land}
    assert matching(source="none.example") == set()
    assert matching(tag="SEA") == {sea, logo}
    assert matching(tag="long tag") == {sea}
    assert matching(tag="long") == set()
    assert matching(min_width=700) == {sea}
    assert matching(**{"class": "logo"}) == {logo}
    assert matching(text="har") == {sea, land}
    assert matching(text="night harb") == {sea}
    assert matching(text="juergen") == set()
    assert matching(text="jurgen") == {logo}
    assert matching(text='" OR (*') == matching(text="or") == set()
    assert matching(text="sea", tag="sea", source="example.com") == {sea, logo}
    listed = served.get("/api/filters")
    assert listed["sources"] == [
        {"name": "example.com", "images": 2},
        {"name": "other.example", "images": 1},
    ]
    assert listed["tags"][0] == {"name": "sea", "images": 2}
    assert {"name": "logo", "images": 1} in listed["classes"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/images", "limit=x"),
        ("/api/images", "limit=201"),
        ("/api/images", "min_width=-1"),
        ("/api/images", "order=oldest"),
        ("/api/images", "viewer=" + "a" * 65),
        ("/api/images", "viewer=a%20b"),
        ("/api/images", "after=1"),
        ("/api/images", "since=9999999999999999999999"),
        ("/api/browse", "cursor=1_2_3"),
    ],
)
def test_a_wrong_argument_is_a_sentence(wall: StartWall, path: str, query: str) -> None:
    answer = wall().http.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_is_sent_is_checked(images: Images, wall: StartWall) -> None:
    [key] = images(1)
    served = wall()
    for path, body in [
        ("/api/shown", {"viewer": "a", "ids": "x"}),
        ("/api/shown", {"viewer": "a", "ids": ["../x"]}),
        ("/api/shown", {"viewer": {}, "ids": [key]}),
        ("/api/shown", {"viewer": "a", "ids": [key] * 1001}),
        ("/api/hide", {"id": ["x"]}),
        ("/api/hide", [key]),
    ]:
        assert served.http.post(path, json=body).status_code == 400, body
    assert served.http.post("/api/hide", content=json.dumps({"id": key})).status_code == 415
    headers = {"content-type": "application/json"}
    assert served.http.post("/api/hide", content=b"[" * 70_000, headers=headers).status_code == 413
    assert served.http.post("/api/hide", content=b"[" * 60_000, headers=headers).status_code == 400
    assert served.http.post("/api/hide", json={"id": "nothing-of-ours"}).status_code == 404


def test_get_gives_one_image_after_the_other(images: Images, wall: StartWall) -> None:
    served = wall()
    assert served.http.get("/get").status_code == 404
    made = images(5)
    served.look()
    assert sorted(served.get("/get")["id"] for _ in made) == sorted(made)
    again = served.get("/get")
    assert (again["repeat"], again["id"] in made) == (True, True)


def test_the_status_counts_what_there_is(folders: Folders, images: Images, wall: StartWall) -> None:
    images(2)
    images(1, 2, page="http://other.example/x")
    folders.fail("/a.jpg", "timeout", next_try="2100-01-01T00:00:00Z")
    folders.fail("/b.jpg", "timeout")
    folders.fail_page("/p", "dns")
    folders.queue("http://other.example/1", "http://other.example/2")
    Path(folders.root, "summary.json").write_text('{"outcome": "finished"}')
    served = wall()
    found = served.get("/api/status")
    assert found == {**served.get("/status"), "disk": found["disk"]}
    assert found["store"] == "data"
    assert found["hosts"] == [
        {"host": "other.example", "images": 1, "queued": 2},
        {"host": "example.com", "images": 2, "queued": 0},
    ]
    told = {(f["what"], f["reason"], f["count"], f["retried"]) for f in found["failures"]}
    assert told == {("image", "timeout", 2, 1), ("page", "dns", 1, 0)}
    assert found["disk"]["free"] <= found["disk"]["total"]
    assert found["index"] == {"images": 3, "complete": True, "folders_left": 0}
    assert found["last_run"] == {"outcome": "finished"}
    assert found["in_use"] == (True if os.path.exists("/proc/locks") else None)
    assert found["pages"]["queued"] == 2
