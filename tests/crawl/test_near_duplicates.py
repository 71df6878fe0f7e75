"""A site that shows its pictures under several URLs, in several sizes, encoded again and again."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.near.specimens import noise
from tests.conftest import StartSite
from tests.crawl.folders import failures, reasons, records, stored
from tests.crawls import Crawls
from tests.site.running import Site
from tests.site.spec import data, page

OFF, MARK, LARGEST = ({"IMAGES_NEAR_DUPLICATES": mode} for mode in ("off", "mark", "keep-largest"))
# By path: which picture, how wide, how encoded. Nothing in the names says what belongs together.
PICTURES = {
    "/harbour.jpg": (1, 700, {"quality": 90}),
    "/listing/7.jpg": (1, 320, {"quality": 60}),
    "/again.jpg": (1, 700, {"quality": 70}),
    "/zoom/1a.jpg": (1, 1000, {"quality": 80}),
    "/tree.jpg": (2, 640, {"quality": 85}),
    "/copy/of/tree.jpg": (2, 640, {"quality": 85}),
    "/teaser.jpg": (2, 500, {"quality": 75}),
    "/road.jpg": (3, 600, {"quality": 85}),
}
LARGEST_OF_EACH = {"/zoom/1a.jpg", "/road.jpg"}  # and one of the two with equal bytes


def picture(seed: int, width: int, options: dict[str, int]) -> bytes:
    out = io.BytesIO()
    small = noise(seed).resize((width, width * 2 // 3), Image.Resampling.LANCZOS)
    small.save(out, "JPEG", **options)
    return out.getvalue()


@pytest.fixture
def gallery(site: StartSite) -> Site:
    """Three pages: what is found later is fetched later."""
    paths = list(PICTURES)
    shown = [paths[:3], paths[3:6], paths[6:]]
    pages = {
        f"/{n}" if n else "/": page(
            "".join(f'<img src="{path}">' for path in part) + f'<a href="/{n + 1}">more</a>'
        )
        for n, part in enumerate(shown)
    }
    plain = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(plain, "JPEG", quality=40)
    plain2 = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(plain2, "JPEG", quality=90)
    flat = {"/flat-1.jpg": data(plain.getvalue()), "/flat-2.jpg": data(plain2.getvalue())}
    pages["/3"] = page("".join(f'<img src="{path}">' for path in flat))
    return site(
        {**pages, **flat, **{path: data(picture(*spec)) for path, spec in PICTURES.items()}}
    )


def of_one_picture(path: str) -> set[str]:
    return {other for other, spec in PICTURES.items() if spec[0] == PICTURES[path][0]}


def by_id(store: Path) -> dict[str, str]:
    """Return the path of the URL of each image, by id."""
    files = (store / "visited").glob("*/*")
    urls = {file.name.partition(".")[0]: json.loads(file.read_text())["url"] for file in files}
    return {key: "/" + url.split("/", 3)[3] for key, url in urls.items()}


def verified(crawl: Crawls) -> None:
    run = crawl.command("verify")
    assert (run.rc, "nothing is wrong" in run.stdout) == (0, True), run.stdout


def status(crawl: Crawls) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(crawl.command("status", "--json").stdout)
    return found["images"]


def test_near_duplicates_are_stored_and_marked(gallery: Site, crawl: Crawls) -> None:
    run = crawl(gallery.url)
    assert run.rc == 0
    (copy,) = reasons(crawl.store)
    assert copy in ("/tree.jpg", "/copy/of/tree.jpg")
    assert reasons(crawl.store) == {copy: "duplicate"}
    assert stored(crawl.store) == {*PICTURES, "/flat-1.jpg", "/flat-2.jpg"} - {copy}
    found, names = records(crawl.store), by_id(crawl.store)
    marked = {p: names[r["near_duplicate_of"]] for p, r in found.items() if "near_distance" in r}
    firsts = set(marked.values())
    # All but one of each picture name that one; what is alone or flat names nothing.
    for path, first in marked.items():
        assert first in of_one_picture(path) and first not in marked
        assert 0 <= found[path]["near_distance"] <= 7
    assert set(marked) | firsts == {p for p in PICTURES if p != "/road.jpg"} - {copy}
    assert len(firsts) == 2
    assert all(record["phash"].startswith("pdq:") for record in found.values())
    assert run.summary["images"]["near_duplicates"] == len(marked) == 4
    assert status(crawl)["near_duplicates"] == 4
    assert "4 marked as near duplicates" in crawl.command("status").stdout
    verified(crawl)


def test_only_the_largest_is_kept_when_asked_for(gallery: Site, crawl: Crawls) -> None:
    run = crawl(gallery.url, settings=LARGEST)
    assert run.rc == 0
    kept = stored(crawl.store)
    trees = kept & {"/tree.jpg", "/copy/of/tree.jpg"}
    assert len(trees) == 1
    assert kept == LARGEST_OF_EACH | trees | {"/flat-1.jpg", "/flat-2.jpg"}
    assert {path.stem for path in (crawl.store / "downloaded").glob("*/*/*")} == {
        key for key, path in by_id(crawl.store).items() if path in kept
    }
    counted = {"near-duplicate": 4, "duplicate": 1}
    assert run.summary["images"]["failed"] == counted == status(crawl)["failed"]
    names = by_id(crawl.store)
    for path, failure in failures(crawl.store).items():
        assert names[failure["first"]] in of_one_picture(path)
        assert failure["next_try"] is None
    verified(crawl)
    # Nothing is fetched again, until it is asked for.
    before = len(gallery.requests())
    assert crawl(settings=LARGEST).rc == 0
    assert len(gallery.requests()) == before
    assert "4 near-duplicate" in crawl.command("retry", "--only", "near-duplicate").stdout
    assert crawl(spider="download", settings=MARK).rc == 0
    assert reasons(crawl.store).keys() == {"/tree.jpg", "/copy/of/tree.jpg"} - trees
    assert status(crawl)["near_duplicates"] == 4
    verified(crawl)


def test_a_store_that_is_opened_again_knows_how_its_pictures_look(
    site: StartSite, crawl: Crawls
) -> None:
    small, large = (data(picture(5, width, {"quality": 80})) for width in (300, 800))
    first = site({"/": page('<img src="/small.jpg">'), "/small.jpg": small})
    second = site({"/": page('<img src="/large.jpg">'), "/large.jpg": large})
    assert crawl(first.url, settings=LARGEST).rc == 0
    assert stored(crawl.store) == {"/small.jpg"}
    run = crawl(second.url, settings=LARGEST)
    assert run.summary["images"]["failed"] == {"near-duplicate": 1}
    assert stored(crawl.store) == {"/large.jpg"}
    verified(crawl)


def test_off_marks_nothing_and_a_wrong_setting_is_one_line(site: StartSite, crawl: Crawls) -> None:
    one, two = (data(picture(5, width, {"quality": 80})) for width in (300, 800))
    running = site(
        {"/": page('<img src="/1.jpg"><img src="/2.jpg">'), "/1.jpg": one, "/2.jpg": two}
    )
    assert crawl(running.url, settings=OFF).rc == 0
    assert stored(crawl.store) == {"/1.jpg", "/2.jpg"}
    assert not any("near_duplicate_of" in record for record in records(crawl.store).values())
    for settings in ({"IMAGES_NEAR_DUPLICATES": "largest"}, {"IMAGES_NEAR_DISTANCE": 13}):
        run = crawl(running.url, settings=settings)
        assert run.rc == 2 and next(iter(settings)) in run.stderr + run.stdout
