"""What images are for: recorded with the evidence, fetched or not by a setting, never silently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, reasons, records, stored
from tests.crawls import Crawls
from tests.site.spec import image, page

HEADER = '<header><a href="/"><img src="/static/logo.png" width=180 height=60></a></header>'
NOSCRIPT = '<noscript><img src="/visit?page=1" height=1 width=1 style="display:none"></noscript>'
IMAGES = {
    "/static/logo.png": image(180, 60, kind="PNG"),
    "/visit": image(20, 20, kind="GIF", mode="P"),
    "/photo.jpg": image(640, 480),
    "/map.png": image(640, 480, kind="PNG"),
    "/map.gif": image(1, 1, kind="GIF", mode="P"),
    "/face.jpg": image(80, 80),
    "/wide.jpg": image(500, 120),
}


def classes(store: Any) -> dict[str, str]:
    return {path: record["class"] for path, record in records(store).items()}


def test_trackers_are_recorded_and_not_fetched_until_they_are_asked_for(
    site: StartSite, crawl: Crawls
) -> None:
    body = f"""{HEADER}<main><figure><img src="/photo.jpg" width=640 height=480></figure>
    <div class=comment><img class=avatar src="/face.jpg" width=40 height=40></div>
    <img src="/map.gif"></main>{NOSCRIPT}"""
    running = site({"/": page(body), **IMAGES})
    run = crawl(running.url, settings={"IMAGES_WIDTHS": "600"})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    # A map as its page has it on its page; a dot by its bytes.
    expected = {"/static/logo.png": "logo", "/photo.jpg": "content", "/face.jpg": "avatar"}
    assert classes(crawl.store) == {**expected, "/visit?page=1": "tracker", "/map.gif": "tracker"}
    assert sorted(asked(running)) == sorted(("/", *expected, "/map.gif"))
    assert stored(crawl.store) == expected.keys()
    left_out = {"/visit?page=1": "excluded", "/map.gif": "excluded"}
    assert reasons(crawl.store) == left_out
    assert "tracker: classes is content,logo" in failures(crawl.store)["/visit?page=1"]["message"]
    assert "1x1 pixels: tracker" in failures(crawl.store)["/map.gif"]["message"]
    found = records(crawl.store)
    assert found["/static/logo.png"]["class_reason"][:2] == ["file:logo", "link:home"]
    assert found["/visit?page=1"]["class_reason"] == ["shown:pixel", "hidden"]
    assert found["/photo.jpg"]["class_score"] == 0
    assert found["/map.gif"]["marks"] == ["in:main", "native:pixel", "type:gif"]
    assert run.summary["totals"]["classes"] == {"tracker": 2, "logo": 1, "content": 1, "avatar": 1}
    status = crawl.command("status").stdout
    assert "by class: 2 tracker, " in status and "2 excluded" in status
    assert crawl.command("verify").rc == 0

    before = len(running.requests())
    assert crawl().rc == crawl(spider="download").rc == 0
    assert asked(running, since=before) == []
    run = crawl(spider="download", image_classes="all")
    assert (run.rc, sorted(asked(running, since=before))) == (0, ["/map.gif", "/visit?page=1"])
    assert reasons(crawl.store) == {} and len(stored(crawl.store)) == 5


def test_what_is_left_out_comes_in_when_a_page_shows_what_it_is(
    site: StartSite, crawl: Crawls
) -> None:
    """A picture that is asked for at one pixel on one page, and stands large in another."""
    large = '<main><figure><img src="/map.png" width=900 height=600></figure></main>'
    tiny = '<img src="/map.png" width=1 height=1>'
    routes = {"/": page(f"{tiny}<a href=/b>b</a>"), "/b": page(large)}
    running = site({**routes, **IMAGES})
    assert crawl(running.url, max_pages=1).rc == 0
    assert reasons(crawl.store) == {"/map.png": "excluded"}
    assert crawl().rc == 0
    assert (reasons(crawl.store), classes(crawl.store)) == ({}, {"/map.png": "content"})
    assert stored(crawl.store) == {"/map.png"}


def test_a_kill_between_the_record_and_the_ledger_keeps_nothing_out(
    site: StartSite, crawl: Crawls
) -> None:
    running = site({"/": page('<img src="/map.png" width=1 height=1>'), **IMAGES})
    assert crawl(running.url).rc == 0
    assert reasons(crawl.store) == {"/map.png": "excluded"}
    (file,) = crawl.store.glob("visited/*/*")
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "marks": ["in:figure", "shown:pixel"]}))
    assert crawl(spider="download").rc == 0
    assert (reasons(crawl.store), stored(crawl.store)) == ({}, {"/map.png"})
    assert classes(crawl.store) == {"/map.png": "content"}


def test_an_image_on_most_pages_is_furniture_once_there_are_enough(
    site: StartSite, crawl: Crawls
) -> None:
    pages = {f"/p{n}": page(f'<img src="/wide.jpg"><a href="/p{n + 1}">n</a>') for n in range(12)}
    pages["/p12"] = page('<img src="/photo.jpg">')
    running = site({**pages, **IMAGES})
    assert crawl(f"{running.url}p0", max_pages=9, image_classes="content").rc == 0
    assert classes(crawl.store) == {"/wide.jpg": "content"}
    # The pages of all runs count, and what is stored stays.
    run = crawl(image_classes="content")
    assert classes(crawl.store) == {"/wide.jpg": "furniture", "/photo.jpg": "content"}
    record = records(crawl.store)["/wide.jpg"]
    assert (record["page_count"], record["class_reason"]) == (12, ["pages:repeated"])
    assert (run.rc, stored(crawl.store)) == (0, {"/wide.jpg", "/photo.jpg"})


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ({"image_classes": "content,photo"}, {}, "-a image_classes=content,photo: 'photo' is none"),
        ({}, {"IMAGES_CLASSES": "logo,-ad"}, "name the classes to fetch, or those to leave out"),
    ],
)
def test_a_wrong_class_is_one_line_and_exit_2(
    crawl: Crawls, arguments: dict[str, str], settings: dict[str, str], said: str
) -> None:
    run = crawl("http://127.0.0.1:1/", settings=settings, **arguments)
    assert (run.rc, len(run.stderr.splitlines())) == (2, 1)
    assert said in run.stderr
