"""Who is shown what: nothing twice before all was shown, then the least recently shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagecrawler.storage.wall_notes import last_demand
from tests.commands.stores import Folders
from tests.wall.conftest import Images, StartWall, Wall


def _next(wall: Wall, viewer: str, tab: str = "t", **query: object) -> list[str]:
    """Ask for some images and say that they were shown."""
    ids = wall.ids(viewer=viewer, tab=tab, **query)
    wall.shown(viewer, ids)
    return ids


@pytest.mark.parametrize("order", ["newest", "random"])
def test_nothing_comes_twice_until_all_was_shown(
    images: Images, wall: StartWall, order: str
) -> None:
    made = images(60)
    served = wall()
    rounds = {
        viewer: [_next(served, viewer, limit=7, order=order) for _ in range(8)] for viewer in "ab"
    }
    for ids in rounds.values():
        shown = [key for some in ids for key in some]
        assert len(shown) == len(set(shown)) == 56
    left = set(made) - {key for some in rounds["a"] for key in some}
    answer = served.get("/api/images", viewer="a", tab="t", limit=7, order=order)
    assert {image["id"] for image in answer["images"][:4]} == left
    assert [image["repeat"] for image in answer["images"]] == [False] * 4 + [True] * 3
    # The least recently shown first.
    assert {image["id"] for image in answer["images"][4:]} <= set(rounds["a"][0])
    assert all(image["shown"] for image in answer["images"][4:])
    if order == "newest":
        assert [key for some in rounds["a"] for key in some] == made[:3:-1]
    else:
        assert rounds["a"] != rounds["b"]


def test_marks_outlive_the_server(images: Images, wall: StartWall) -> None:
    made = images(6)
    assert _next(wall(), "a", limit=4) == made[:1:-1]
    assert wall().ids(viewer="a", limit=2) == made[1::-1]


def test_what_looks_alike_is_one_picture(images: Images, wall: StartWall) -> None:
    [first] = images(1)
    near = images(3, 1, near_duplicate_of=first)
    others = images(2, 4)
    served = wall()
    ids = served.ids(viewer="a")
    assert set(ids) & {first, *near} == {near[-1]}
    assert set(ids) == {near[-1], *others}
    served.shown("a", ids)
    again = served.ids(viewer="a")
    assert len(again) == 3
    assert len(set(again) & {first, *near}) == 1
    assert served.ids(viewer="b", limit=1, text="nothing") == []


def test_tabs_of_one_viewer_get_different_images(images: Images, wall: StartWall) -> None:
    made = images(10)
    served = wall()
    one = served.ids(viewer="a", tab="1", limit=6)
    two = served.ids(viewer="a", tab="2", limit=6)
    assert (one, two) == (made[:3:-1], made[3::-1])
    # A tab that has them all gets none again, one that is loaded anew does not stay empty.
    served.get("/api/images", viewer="a", tab="3", limit=20)
    assert served.ids(viewer="a", tab="3", limit=20) == []
    assert set(served.ids(viewer="a", tab="4", limit=20)) == set(made)
    assert set(served.ids(viewer="a", tab="4", limit=20, anew=1)) == set(made)


def test_an_answer_goes_on_where_the_last_one_ended(images: Images, wall: StartWall) -> None:
    made = images(9)
    served = wall()
    first = served.get("/api/images", viewer="a", limit=3)
    images(1, 9)
    served.look()
    query = {"viewer": "a", "limit": 3, "after": first["after"]}
    assert served.ids(**query) == made[5:2:-1]
    fresh = served.get("/api/images", viewer="a", since=first["seq"])
    assert len(fresh["images"]) == 1
    assert served.ids(viewer="a", since=fresh["seq"]) == []


def test_after_all_was_shown_what_comes_new_comes_first(images: Images, wall: StartWall) -> None:
    images(5)
    served = wall()
    _next(served, "a")
    assert all(i["repeat"] for i in served.get("/api/images", viewer="a", tab="2")["images"])
    [new] = images(1, -1000)  # older than all, and new here
    served.look()
    assert served.ids(viewer="a", tab="2", limit=1) == [new]


def test_what_a_filter_leaves_is_repeated_alone(images: Images, wall: StartWall) -> None:
    sea = images(3, tags=["sea"])
    images(3, 3)
    served = wall()
    assert _next(served, "a", tag="sea") == sea[::-1]
    assert _next(served, "a", tag="sea") == sea[::-1]
    assert len(_next(served, "a")) == 6


def test_nothing_is_repeated_before_the_index_is_whole(images: Images, wall: StartWall) -> None:
    images(3)
    served = wall()
    served.room.indexer.is_complete = False
    assert len(_next(served, "a")) == 3
    assert _next(served, "a") == []


def test_the_demand_is_what_the_neediest_viewer_has_left(
    folders: Folders, images: Images, wall: StartWall
) -> None:
    images(9)
    served = wall()
    root = str(folders.root)
    assert served.room.demands.note() is None
    assert last_demand(root) is None
    _next(served, "a", limit=4)
    _next(served, "b", limit=2)
    assert served.room.demands.note() == 5
    found = last_demand(root)
    assert found is not None
    assert found.unseen == 5
    assert served.get("/api/status")["wall"]["unseen"] == 5


def test_a_file_of_marks_that_is_none_is_said(folders: Folders, wall: StartWall) -> None:
    Path(folders.root, "wall").mkdir()
    Path(folders.root, "wall", "wall.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(Exception, match="Move it away"):
        wall()
    assert last_demand(str(folders.root)) is None


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(1, 9),
            st.sampled_from(["newest", "random"]),
            st.sampled_from(["", "x", "y"]),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_whatever_is_asked_a_repeat_comes_only_when_all_that_matches_was_shown(
    tmp_path_factory: pytest.TempPathFactory, requests: list[tuple[str, int, str, str, bool]]
) -> None:
    folders = Folders(tmp_path_factory.mktemp("store") / "data")
    images = Images(folders)
    tagged = {"x": images(7, tags=["x"]), "y": images(5, 7, tags=["x", "y"])}
    tagged["x"] = tagged["x"] + tagged["y"]
    tagged[""] = tagged["x"] + images(6, 12)
    served = Wall(folders.root)
    shown: dict[str, set[str]] = {"a": set(), "b": set()}
    for viewer, limit, order, tag, is_new_tab in requests:
        tab = f"{len(shown[viewer])}" if is_new_tab else "t"
        query = {"viewer": viewer, "tab": tab, "limit": limit, "order": order, "tag": tag}
        found = served.get("/api/images", **query)["images"]
        ids = [image["id"] for image in found]
        assert len(ids) == len(set(ids)) == min(limit, len(tagged[tag]))
        for image in found:
            assert image["repeat"] == (image["id"] in shown[viewer])
            shown[viewer].add(image["id"])
        if any(image["repeat"] for image in found):
            assert shown[viewer] >= set(tagged[tag])
        served.shown(viewer, ids)
    served.room.close()
    folders.close()
