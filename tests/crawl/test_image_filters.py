"""Filters on what an image is: as settings and arguments, judged again when they change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, reasons, stored
from tests.crawls import Crawls
from tests.site import pictures
from tests.site.spec import image, page


def shown(paths: Iterable[str]) -> Any:
    """Return a page that shows these images."""
    return page("".join(f'<img src="{path}">' for path in paths))


IMAGES = {
    "/photo.jpg": image(640, 480),
    "/drawing.png": image(640, 480, kind="PNG"),
    "/banner.jpg": image(640, 60),
    "/tower.jpg": image(60, 640),
    "/icon.jpg": image(40, 40),
    "/poster.jpg": image(1400, 1000),
    "/turned.jpg": image(480, 640, orientation=6),
}


def test_each_filter_leaves_out_what_it_names_and_says_so(site: StartSite, crawl: Crawls) -> None:
    running = site({"/": shown(IMAGES), **IMAGES})
    settings = {"IMAGES_KINDS": "jpg", "IMAGES_MAX_WIDTH": 1300, "IMAGES_MAX_ASPECT": "3:1"}
    run = crawl(running.url, settings=settings, image_min_aspect="1:3", image_min_width=50)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {"/photo.jpg", "/turned.jpg"}
    assert reasons(crawl.store) == {
        "/drawing.png": "excluded",
        "/banner.jpg": "excluded",
        "/tower.jpg": "excluded",
        "/icon.jpg": "too-small",
        "/poster.jpg": "too-large",
    }
    found = failures(crawl.store)
    assert found["/drawing.png"]["message"] == "png: kinds is jpeg"
    assert "max_aspect is 3" in found["/banner.jpg"]["message"]
    (facts,) = found["/icon.jpg"]["judged"].values()
    size = len(pictures.draw(40, 40, seed="0/icon.jpg"))
    assert facts == {"format": "jpeg", "width": 40, "height": 40, "bytes": size}


def test_what_a_filter_left_out_is_wanted_again_when_it_admits_it(
    site: StartSite, crawl: Crawls
) -> None:
    images = {
        "/a.jpg": image(300, 200),
        "/b.jpg": image(90, 60),
        "/c.png": image(300, 200, kind="PNG"),
        "/gone.jpg": image(300, 200, status=404),
    }
    running = site({"/": shown(images), **images})
    run = crawl(running.url, image_min_width=500, image_kinds="jpeg")
    assert (run.rc, stored(crawl.store)) == (0, set())
    left_out = {"/a.jpg": "too-small", "/b.jpg": "too-small", "/c.png": "excluded"}
    assert reasons(crawl.store) == {**left_out, "/gone.jpg": "http-404"}

    # The arguments are remembered, so the same are excluded: nobody is asked.
    before = len(running.requests())
    assert crawl().rc == crawl(spider="download").rc == 0
    assert asked(running, since=before) == []
    # Those that the new filter admits are fetched, and no other.
    run = crawl(spider="download", image_min_width=200)
    assert (run.rc, asked(running, since=before)) == (0, ["/a.jpg"])
    assert stored(crawl.store) == {"/a.jpg"}

    run = crawl(image_min_width=0, image_kinds="all")
    assert (run.rc, sorted(asked(running, since=before))) == (0, ["/a.jpg", "/b.jpg", "/c.png"])
    assert stored(crawl.store) == {"/a.jpg", "/b.jpg", "/c.png"}
    assert reasons(crawl.store) == {"/gone.jpg": "http-404"}
    # What is stored stays, whatever the next filter says.
    before = len(running.requests())
    run = crawl(image_kinds="png", settings={"IMAGES_WIDTHS": "600,original"})
    assert (run.rc, asked(running, since=before)) == (0, ["/c.png"])
    assert len(stored(crawl.store)) == 3 and stored(crawl.store, "original") == {"/c.png"}


def test_settings_re_admit_too_and_bytes_count(site: StartSite, crawl: Crawls) -> None:
    images = {"/heavy.png": image(300, 200, kind="BMP"), "/light.jpg": image(100, 100)}
    running = site({"/": shown(images), **images})
    low = {"IMAGES_MAX_BYTES": 100_000, "IMAGES_MIN_BYTES": 10_000}
    assert crawl(running.url, settings=low).rc == 0
    assert reasons(crawl.store) == {"/heavy.png": "too-large", "/light.jpg": "too-small"}
    before = len(running.requests())
    assert crawl(settings=low).rc == 0
    assert asked(running, since=before) == []
    assert crawl(settings={"IMAGES_MIN_BYTES": 10_000}).rc == 0
    assert asked(running, since=before) == ["/heavy.png"]
    assert crawl(spider="download").rc == 0
    assert asked(running, since=before) == ["/heavy.png", "/light.jpg"]


def test_a_rendition_that_is_too_small_is_followed_only_by_one_that_promises_more(
    site: StartSite, crawl: Crawls
) -> None:
    body = """
    <img src="/lied.jpg" srcset="/lied.jpg 1300w, /honest.jpg 400w, /tiny.jpg 50w">
    <img src="/one.jpg" srcset="/one.jpg, /two.jpg 2x">
    """
    routes = {
        "/lied.jpg": image(80, 60),
        "/honest.jpg": image(400, 300),
        "/two.jpg": image(80, 60),
    }
    running = site({"/": page(body), **routes})
    assert crawl(running.url, image_min_width=200).rc == 0
    assert sorted(asked(running)) == ["/", "/honest.jpg", "/lied.jpg", "/two.jpg"]
    assert stored(crawl.store) == {"/lied.jpg"}  # the record's url; its file is the honest one
    assert reasons(crawl.store) == {"/two.jpg": "too-small"}


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ({"image_min_width": "wide"}, {}, "-a image_min_width=wide: give a whole number"),
        ({"image_kinds": "jpeg,mp4"}, {}, "'mp4' is none of jpeg, png"),
        ({"image_max_aspect": "3:0"}, {}, "-a image_max_aspect=3:0: give width by height"),
        ({}, {"IMAGES_KINDS": "psd"}, "IMAGES_KINDS='psd': 'psd' is none of"),
        ({}, {"IMAGES_MAX_HEIGHT": "-1"}, "IMAGES_MAX_HEIGHT='-1': give a whole number"),
        ({"image_min_width": "700"}, {"IMAGES_MAX_WIDTH": "600"}, "min_width (700)"),
        ({"image_max_pixels": "9"}, {}, "no argument 'image_max_pixels'"),
    ],
)
@pytest.mark.parametrize("spider", ["site", "download"])
def test_a_wrong_filter_is_one_line_and_exit_2(
    crawl: Crawls, spider: str, arguments: dict[str, str], settings: dict[str, str], said: str
) -> None:
    start = {"start": "http://127.0.0.1:1/"} if spider == "site" else {}
    run = crawl(spider=spider, settings=settings, **start, **arguments)
    assert run.rc == 2
    (line,) = run.stderr.splitlines()
    assert said in line
    assert not (crawl.store / "queue").exists()
