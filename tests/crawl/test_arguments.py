"""The arguments of ``scrapy crawl site`` do what DESIGN section 4 says of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from scrapy.cmdline import execute

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, pages, queued, reasons, records, stored
from tests.crawls import FAST, Crawls
from tests.site.spec import image, page, redirect, text


def test_several_starts_may_be_typed_or_listed_in_a_file(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    running = site({"/a,b": page("one"), "/c/": page("two"), "/d": page("three")})
    typed = crawl(f"{running.url}a,b, {running.url}c/")
    assert (typed.rc, set(asked(running))) == (0, {"/a,b", "/c/"})
    listed = tmp_path / "starts.txt"
    listed.write_text(f"# to be looked at\n{running.url}d\n\n  {running.url}c/\n")
    before = len(running.requests())
    assert crawl(str(listed)).rc == 0
    assert asked(running, since=before) == ["/d"]
    # A later run does not need the file.
    listed.unlink()
    assert crawl().rc == 0
    assert asked(running, since=before) == ["/d"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("page", {"one:/g/start.html"}),
        ("path", {"one:/g/start.html", "one:/g/x"}),
        ("host", {"one:/g/start.html", "one:/g/x", "one:/other"}),
        ("domain", {"one:/g/start.html", "one:/g/x", "one:/other", "two:/port"}),
        (
            "any",
            {"one:/g/start.html", "one:/g/x", "one:/other", "two:/port", "one:/away"},
        ),
    ],
)
def test_scope_decides_which_links_are_followed_and_images_come_from_anywhere(
    site: StartSite, crawl: Crawls, scope: str, expected: set[str]
) -> None:
    two = site({"/port": page("another port is another host"), "/p.jpg": image(60, 40)})
    links = ["x", "/other", f"{two.url}port", "{host1}/away"]
    body = "".join(f'<a href="{link}">.</a>' for link in links)
    one = site(
        {
            "/g/start.html": page(f'{body}<img src="{two.url}p.jpg"><img src="{{host1}}/h.jpg">'),
            "/g/x": page("below"),
            "/other": page("beside"),
        },
        {"/away": page("elsewhere"), "/h.jpg": image(60, 40)},
    )
    run = crawl(f"{one.url}g/start.html", scope=scope)
    visited = {f"one:{path}" for path in asked(one) if not path.endswith(".jpg")}
    visited |= {f"two:{path}" for path in asked(two) if not path.endswith(".jpg")}
    assert visited == expected
    assert stored(crawl.store) == {"/p.jpg", "/h.jpg"}
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    left_out = run.summary["links_skipped"].get("out-of-scope", 0)
    assert left_out == 5 - len(expected)


def test_allow_and_deny_filter_links_but_not_the_start(site: StartSite, crawl: Crawls) -> None:
    links = "".join(f'<a href="{path}">.</a>' for path in ("/p/1", "/p/2?print=1", "/q", "/p/3"))
    running = site({"/": page(links), "/p/1": page(""), "/p/3": page(""), "/q": page("")})
    run = crawl(running.url, allow="/p/", deny="[?&]print=")
    assert asked(running) == ["/", "/p/1", "/p/3"]
    assert run.summary["links_skipped"] == {"filtered": 2}


def test_images_that_a_filter_leaves_out_are_recorded_and_tried_when_it_changes(
    site: StartSite, crawl: Crawls
) -> None:
    images = {f"/{name}.jpg": image(50, 50) for name in ("icon-a", "icon-b", "photo", "shop")}
    body = "".join(f'<img src="{path}">' for path in images)
    running = site({"/": page(body), **images})

    run = crawl(running.url, image_allow="icon|photo", image_deny="icon")
    assert asked(running) == ["/", "/photo.jpg"]
    assert set(records(crawl.store)) == set(images)
    excluded = {"/icon-a.jpg": "excluded", "/icon-b.jpg": "excluded", "/shop.jpg": "excluded"}
    assert reasons(crawl.store) == excluded
    assert run.summary["images"]["failed"] == {"excluded": 3}
    assert failures(crawl.store)["/shop.jpg"]["next_try"] is None

    # Without arguments the last ones are remembered, in both spiders.
    before = len(running.requests())
    assert crawl().rc == 0 and crawl(spider="download").rc == 0
    assert asked(running, since=before) == []
    assert crawl(image_deny="icon-b").summary["outcome"] == "finished"
    assert asked(running, since=before) == ["/icon-a.jpg"]
    assert crawl(running.url).summary["images"]["stored"] == 2
    assert stored(crawl.store) == set(images)
    assert reasons(crawl.store) == {}


def test_max_pages_leaves_the_rest_for_the_next_run(site: StartSite, crawl: Crawls) -> None:
    links = "".join(f'<a href="/{number}">.</a>' for number in range(1, 5))
    running = site({"/": page(links), **{f"/{n}": page("") for n in range(1, 5)}})

    run = crawl(running.url, max_pages=0)
    assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "limit", "max_pages")
    assert (asked(running), queued(crawl.store)) == ([], {"/"})

    run = crawl(max_pages=3)
    assert (run.rc, run.summary["outcome"]) == (0, "limit")
    assert asked(running) == ["/", "/1", "/2"]
    assert run.summary["pages"] | {"visited": 3, "queued": 2} == run.summary["pages"]
    assert "Stopped" in run.stdout and "scrapy crawl site" in run.stdout

    run = crawl()
    assert (run.rc, run.summary["outcome"], queued(crawl.store)) == (0, "finished", set())
    assert asked(running) == ["/", "/1", "/2", "/3", "/4"]


def test_max_images_leaves_the_rest_wanted(site: StartSite, crawl: Crawls) -> None:
    images = {f"/{n}.jpg": image(50, 50) for n in range(4)}
    running = site({"/": page("".join(f'<img src="{path}">' for path in images)), **images})

    run = crawl(running.url, max_images=0)
    assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "limit", "max_images")
    assert asked(running) == ["/"]
    assert (len(records(crawl.store)), run.summary["images"]["wanted"]) == (4, 4)

    run = crawl(spider="download", max_images=3)
    assert (run.rc, run.summary["outcome"], len(stored(crawl.store))) == (0, "limit", 3)
    run = crawl()
    assert (run.rc, run.summary["outcome"], len(stored(crawl.store))) == (0, "finished", 4)
    assert sorted(asked(running)) == ["/", *images]


def test_max_seconds_and_max_bytes_end_a_run_and_lose_nothing(
    site: StartSite, crawl: Crawls
) -> None:
    links = "".join(f'<a href="/{number}">.</a>' for number in range(20))
    slow = {f"/{n}": page("x" * 1000, delay_seconds=0.1) for n in range(20)}
    running = site({"/": page(links), **slow})

    for limit in ("max_seconds", "max_bytes"):
        run = crawl(running.url, **{limit: 0})
        assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "limit", limit)
        assert asked(running) == []

    run = crawl(max_seconds=0.5)
    assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "limit", "max_seconds")
    first = len(asked(running))
    assert 1 <= first < 21
    run = crawl(max_bytes=3000)
    assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "limit", "max_bytes")
    assert first < len(asked(running)) < 21
    run = crawl()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert sorted(asked(running)) == sorted(["/", *slow])


def test_max_depth_counts_links_from_the_start(site: StartSite, crawl: Crawls) -> None:
    chain = {f"/{n}": page(f'<a href="/{n + 1}">.</a>') for n in range(6)}
    running = site(chain)
    run = crawl(f"{running.url}0", max_depth=2)
    assert asked(running) == ["/0", "/1", "/2"]
    assert run.summary["links_skipped"] == {"too-deep": 1}


def test_max_depth_0_is_the_start_pages_alone(site: StartSite, crawl: Crawls) -> None:
    running = site(
        {
            "/robots.txt": text("User-agent: *\nAllow: /\nSitemap: {host0}/map.txt\n"),
            "/": page('<a href="/1">.</a><img src="/a.jpg">'),
            "/moved": redirect("/start"),
            "/start": page('<a href="/1">.</a>'),
            "/map.txt": text("{host0}/listed\n"),
            "/a.jpg": image(50, 50),
        }
    )
    run = crawl(f"{running.url},{running.url}moved", max_depth=0)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert sorted(asked(running)) == ["/", "/a.jpg", "/moved", "/start"]
    assert (run.summary["links_skipped"], queued(crawl.store)) == ({"too-deep": 2}, set())


def test_revisit_asks_conditionally_and_parses_what_changed(site: StartSite, crawl: Crawls) -> None:
    links = "".join(f'<a href="/{name}">.</a>' for name in ("tagged", "dated", "changing"))
    dated = {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
    first = site(
        {
            "/": page(links),
            "/tagged": page('<img src="/t.jpg">', headers={"ETag": '"one"'}),
            "/dated": page("", headers=dated),
            "/changing": page("old", headers={"ETag": '"old"'}),
            "/t.jpg": image(50, 50),
        }
    )
    assert crawl(first.url).rc == 0
    tagged = pages(crawl.store)["/tagged"]
    first.stop()

    again = site(
        {
            "/": page(links),
            "/tagged": text("", status=304, headers={"ETag": '"one"'}),
            "/dated": text("", status=304),
            "/changing": page('<a href="/new">new</a><img src="/n.jpg">'),
            "/new": page(""),
            "/n.jpg": image(50, 50),
        },
        ports=first.ports,
    )
    # A finished crawl has nothing to do: not even robots.txt is asked for.
    run = crawl(first.url)
    assert (run.rc, run.summary["outcome"], again.requests()) == (0, "finished", [])
    assert "revisit=" in run.stdout
    # Nothing is that old.
    assert crawl(revisit=3600).rc == 0
    assert again.requests() == []

    run = crawl(revisit=0)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert run.summary["pages"]["unchanged"] == 2
    # Two are asked for at once: which of them the server notes first is nobody's promise.
    assert sorted(asked(again)[:4]) == ["/", "/changing", "/dated", "/tagged"]
    assert set(asked(again)[4:]) == {"/new", "/n.jpg"}
    sent = {request.path: request.headers for request in again.requests()}
    assert sent["/tagged"]["if-none-match"] == '"one"'
    assert sent["/dated"]["if-modified-since"] == dated["Last-Modified"]
    assert sent["/changing"]["if-none-match"] == '"old"'
    assert "if-none-match" not in sent["/"] and "if-modified-since" not in sent["/"]
    line = pages(crawl.store)["/tagged"]
    assert (line["status"], line["etag"], line["images"]) == (304, '"one"', tagged["images"])
    assert stored(crawl.store) == {"/t.jpg", "/n.jpg"}

    # What was unchanged is asked for conditionally the next time too.
    before = len(again.requests())
    assert crawl(revisit=0).summary["pages"]["unchanged"] == 2
    sent = {request.path: request.headers for request in again.requests()[before:]}
    assert sent["/tagged"]["if-none-match"] == '"one"'
    assert sent["/dated"]["if-modified-since"] == dated["Last-Modified"]


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ({"start": "example.com/gallery"}, {}, "not a URL"),
        ({"start": "ftp://example.com/"}, {}, "not a URL"),
        ({"start": "http://127.0.0.1:1/", "scope": "galaxy"}, {}, "choose one of page"),
        ({"start": "http://127.0.0.1:1/", "max_pages": "-1"}, {}, "whole number"),
        ({"start": "http://127.0.0.1:1/", "allow": "("}, {}, "regular expression"),
        ({"start": "http://127.0.0.1:1/", "render": "maybe"}, {}, "never, auto, always"),
        (
            {"start": "http://127.0.0.1:1/", "render": "always"},
            {"BROWSER_EXECUTABLE": "/no/such"},
            "BROWSER_EXECUTABLE=/no/such",
        ),
        (
            {"start": "http://127.0.0.1:1/"},
            {"PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": "0"},
            "at least 1",
        ),
        ({"start": "http://127.0.0.1:1/"}, {"IMAGES_WIDTHS": "wide"}, "IMAGES_WIDTHS"),
        ({"start": "http://127.0.0.1:1/"}, {"ALLOWED_NETWORKS": "nowhere"}, "ALLOWED_NETWORKS"),
        ({"start": "http://127.0.0.1:1/"}, {"DOWNLOAD_DELAY": "soon"}, "DOWNLOAD_DELAY"),
        ({"start": "http://127.0.0.1:1/"}, {"CONCURRENT_REQUESTS": "many"}, "CONCURRENT_REQ"),
        ({"start": "http://127.0.0.1:1/"}, {"IMAGES_FORMAT": "bmp"}, "IMAGES_FORMAT"),
        ({"start": "http://127.0.0.1:1/"}, {"RETRY_HTTP_CODES": "none"}, "RETRY_HTTP_CODES"),
        ({"start": "http://127.0.0.1:1/"}, {"ROBOTSTXT_OBEY": "maybe"}, "ROBOTSTXT_OBEY='maybe'"),
        ({"start": "http://127.0.0.1:1/"}, {"STORE_FSYNC": "…"}, "STORE_FSYNC='…'"),
        ({"start": "http://127.0.0.1:1/"}, {"RETRY_ENABLED": "often"}, "give True or False"),
        ({"start": "http://127.0.0.1:1/"}, {"RETRY_EXCEPTIONS": "no.such"}, "RETRY_EXCEPTIONS"),
        ({"start": "http://127.0.0.1:1/"}, {"RETRY_EXCEPTIONS": "os.path"}, "no class of exc"),
        ({"start": "http://127.0.0.1:1/"}, {"SCRAPER_SLOT_MAX_ACTIVE_SIZE": 0}, "at least 1"),
        ({"start": "http://127.0.0.1:1/"}, {"IMAGES_STORE": "s3://bucket/"}, "IMAGES_STORE"),
        ({"start": "http://127.0.0.1:1/", "_job": "abc"}, {"IMAGES_STORE": "data"}, "scrapyd"),
    ],
)
def test_what_cannot_work_is_one_line_and_exit_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: dict[str, str],
    settings: dict[str, str],
    said: str,
) -> None:
    """In this process, for speed: when it ends, Scrapy has begun nothing."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "imagecrawler.settings")
    words = ["scrapy", "crawl", "site"]
    for name, value in arguments.items():
        words += ["-a", f"{name}={value}"]
    for name, value in {**FAST, "IMAGES_STORE": tmp_path / "data", **settings}.items():
        words += ["-s", f"{name}={value}"]
    with pytest.raises(SystemExit) as ended:
        execute(words)
    (line,) = capsys.readouterr().err.splitlines()
    assert (ended.value.code, line.startswith("imagecrawler:"), said in line) == (2, True, True)
    assert not (tmp_path / "data" / "queue").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"start": "http://127.0.0.1:1/", "colour": "red"}, "no argument 'colour'"),
        ({}, "nothing to go on with"),
    ],
)
def test_what_cannot_work_is_one_line_of_a_process_too(
    crawl: Crawls, arguments: dict[str, str], said: str
) -> None:
    run = crawl(settings={"LOG_LEVEL": "ERROR"}, **arguments)
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    assert (run.rc, said in line) == (2, True), run.stderr
    if arguments:
        assert run.stderr.splitlines() == [line]
        assert not (crawl.store / "queue").exists()


def test_the_download_spider_has_its_own_arguments(crawl: Crawls) -> None:
    run = crawl(spider="download", max_pages=3)
    assert run.rc == 2 and "download has no argument 'max_pages'" in run.stderr
    begun = time.monotonic()
    assert crawl(spider="download").rc == 2
    assert time.monotonic() - begun < 30
