"""Spider ``feed`` on local lists: what was asked, in which order, and what is there in the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.storage import wall_notes
from tests.crawls import Crawls, Run
from tests.site.running import Site
from tests.site.spec import Routes, image, page, text

StartSite = Callable[..., Site]
PAGE = 4


def listed(names: list[str]) -> Routes:
    """Return a list of pictures, newest first, four a page, and the pictures themselves."""
    routes: Routes = {f"/{name}.jpg": image(40, 30) for name in names}
    count = -(-len(names) // PAGE)
    for number in range(1, count + 1):
        shown = names[(number - 1) * PAGE : number * PAGE]
        entries = "".join(
            f'<article><a href="/post/{n}"><h2>Picture {n}</h2></a>'
            f'<img src="/{n}.jpg" width="400" alt="{n}"></article>'
            for n in shown
        )
        older = f'<a rel="next" href="/new?page={number + 1}">older</a>' if number < count else ""
        routes[f"/new?page={number}"] = page(f"<main>{entries}</main>{older}")
    routes["/new"] = routes["/new?page=1"]
    return routes


def named(first: int, last: int) -> list[str]:
    """Return names of pictures, the newest first."""
    return [f"p{n:03}" for n in range(last, first - 1, -1)]


def lists(site: Site, *, host: int = 0) -> list[str]:
    """Return the list pages that were asked for, in order."""
    return [r.path for r in site.requests(host=host) if r.path.startswith("/new")]


def records(store: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in store.glob("visited/*/*")]


def files(store: Path) -> int:
    return len(list(store.glob("downloaded/*/*/*")))


def until(condition: Callable[[], Any]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def pass_over(crawl: Crawls, start: str | None, **options: Any) -> Run:
    run = crawl(start, spider="feed", render="never", **options)
    assert run.rc == 0, run.stderr
    return run


def test_the_hole_of_the_article_is_read_by_fresh_alone(
    site: StartSite, crawl: Crawls, tmp_path: Path
):
    old = site(listed(named(1, 40)), listed(named(101, 140)))
    file = tmp_path / "sources.toml"
    tables = (
        f'[[source]]\nurl = "{base}/new"\npolicy = "{policy}"\n'
        for base, policy in zip(old.bases, ("bookmark", "fresh"), strict=True)
    )
    file.write_text("\n".join(tables))
    pass_over(crawl, None, sources=file, max_images=16)
    read = [lists(old, host=host)[-1] for host in (0, 1)]
    old.stop()
    # Seven pages arrive while nobody looks. The second run has its sources from the store.
    new = site(listed(named(1, 68)), listed(named(101, 168)), ports=old.ports)
    run = pass_over(crawl, None, max_images=60)
    found = {Path(record["url"]).stem for record in records(run.store)}
    assert set(named(141, 168)) <= found
    assert lists(new, host=1)[:8] == ["/new", *(f"/new?page={n}" for n in range(2, 9))]
    # From the newest page it goes to its bookmark; page 2 it never reads.
    assert lists(new, host=0)[:2] == ["/new", f"/new?page={int(read[0][-1]) + 1}"]
    assert not set(named(61, 64)) & found
    assert len(list(run.store.glob("sources/*.json"))) == 2


def test_items_with_pages_of_their_own_are_visited_once_and_bear_what_the_list_says(
    site: StartSite, crawl: Crawls, tmp_path: Path
):
    posted = "<pubDate>Wed, 01 May 2024 12:00:00 GMT</pubDate>"
    items = "".join(
        f"<item><link>{{host0}}/post/{name}</link>{posted if name != 'p003' else ''}</item>"
        for name in named(1, 3)
    )
    rss = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    routes: Routes = {"/rss": text(rss, content_type="application/rss+xml")}
    for name in named(1, 3):
        routes[f"/{name}.jpg"] = image(40, 30)
        told = '<meta name="date" content="2024-04-30">' if name == "p002" else ""
        shown = f'<img src="/{name}.jpg" width="400"><a href="/else">x</a>'
        routes[f"/post/{name}"] = page(told + shown)
    posts = site(routes)
    file = tmp_path / "sources.toml"
    lines = ("[[source]]", f'url = "{posts.url}rss"', 'name = "boats"', 'tags = ["sea", "wind"]')
    file.write_text("\n".join(lines))
    run = pass_over(crawl, None, sources=file)
    visits = [r.path for r in posts.requests() if r.path.startswith("/post/")]
    assert sorted(visits) == sorted(f"/post/{name}" for name in named(1, 3))
    assert not posts.requests("/else")
    assert len(run.files()) == 3
    for record in records(run.store):
        assert record["sources"] == ["boats"]
        assert record["tags"] == ["sea", "wind"]
    dates = {Path(record["url"]).stem: record.get("date") for record in records(run.store)}
    # Each page's own, else that of the list.
    assert dates == {"p001": "2024-05-01T12:00:00+00:00", "p002": "2024-04-30", "p003": None}


def test_a_kill_in_the_middle_of_a_gap_misses_nothing(site: StartSite, crawl: Crawls):
    old = site(listed(named(1, 20)))
    start = f"{old.url}new"
    pass_over(crawl, start, max_images=4)
    old.stop()
    slow = listed(named(1, 60))
    slow["/new?page=5"]["hang"] = True
    stuck = site(slow, ports=old.ports)
    running = crawl.start(start, spider="feed", render="never")
    until(lambda: "/new?page=5" in lists(stuck))
    until(lambda: len(records(crawl.store)) == 5 * PAGE)
    running.kill_all()
    stuck.stop()
    whole = site(listed(named(1, 60)), ports=old.ports)
    run = pass_over(crawl, start, max_images=1000)
    assert {Path(record["url"]).stem for record in records(run.store)} == set(named(1, 60))
    assert len(run.files()) == 60
    assert "/new?page=2" not in lists(whole)


def test_polls_without_demand_unchanged_lists_and_a_source_that_is_away(
    site: StartSite, crawl: Crawls
):
    routes = listed(named(1, 12))
    routes["/new"] = {**routes["/new"], "headers": {"ETag": '"1"'}}
    there = site(routes)
    start = f"{there.url}new"
    run = pass_over(crawl, start, max_images=0)
    assert lists(there) == ["/new"]
    assert (len(records(run.store)), files(run.store)) == (PAGE, 0)
    pass_over(crawl, start, max_images=1000)
    heads = [request for request in there.requests() if request.path == "/new"]
    assert [request.headers.get("if-none-match") for request in heads] == [None, '"1"']
    assert files(run.store) == 12
    there.stop()
    away = site({"/new": text("gone fishing", status=503)}, ports=there.ports)
    run = pass_over(crawl, start)
    assert "http-503" in run.stderr
    (warning,) = run.summary["warnings"]
    assert warning.endswith("/new does not answer: http-503")
    away.stop()
    back = site(listed(named(1, 14)), ports=there.ports)
    pass_over(crawl, start)
    assert lists(back)[:1] == ["/new"]
    assert files(run.store) == 14


@pytest.mark.parametrize(
    "fail",
    [
        {"close": True, "times": 2},
        {"status": 503},
        {"status": 429, "headers": {"Retry-After": "1"}},
    ],
)
def test_a_list_page_that_fails_is_asked_for_again_within_the_pass(
    site: StartSite, crawl: Crawls, fail: dict[str, Any]
):
    routes = listed(named(1, 12))
    times = fail.get("times", 1)
    for name in ("/new", "/new?page=2"):
        routes[name] = {**routes[name], "fail": {"times": times, **fail}}
    flaky = site(routes)
    settings = {"RETRY_DELAY_SECONDS": 0.2}
    run = pass_over(crawl, f"{flaky.url}new", max_images=1000, settings=settings)
    assert files(run.store) == 12
    asked = lists(flaky)  # the client itself asks once more where a connection just ends
    assert list(dict.fromkeys(asked)) == ["/new", "/new?page=2", "/new?page=3"]
    assert (asked.count("/new"), asked.count("/new?page=2")) == (times + 1, times + 1)


@pytest.mark.parametrize("status", [400, 404])
def test_a_numbered_list_ends_where_there_is_no_page(site: StartSite, crawl: Crawls, status: int):
    routes = listed(named(1, 8))
    routes["/new?page=3"] = text('{"code": "rest_post_invalid_page_number"}', status=status)
    there = site(routes)
    run = pass_over(crawl, f"{there.url}new?page={{page}}", max_images=1000)
    assert lists(there) == ["/new?page=1", "/new?page=2", "/new?page=3"]
    assert files(run.store) == 8
    assert run.summary["warnings"] == []


def test_a_host_that_rests_longer_than_the_run_waits_is_left_alone(site: StartSite, crawl: Crawls):
    resting = {"status": 429, "headers": {"Retry-After": "3600"}}
    closed = site({"/new": text("later", **resting)})
    start = f"{closed.url}new"
    assert "http-429" in pass_over(crawl, start).stderr
    assert "its host rests for" in pass_over(crawl, start).stderr
    assert lists(closed) == ["/new"]
    status = json.loads(crawl.command("status", "--json").stdout)
    (source,) = status["sources"]
    assert (source["url"], source["health"], source["reason"]) == (start, "slow", "http-429")
    assert (source["answered"], source["news_per_hour"]) == (None, None)
    assert "no answer yet, does not answer: http-429" in crawl.command("status").stdout


def test_status_tells_of_each_source(site: StartSite, crawl: Crawls):
    lively = site(listed(named(1, 12)))
    pass_over(crawl, f"{lively.url}new", max_images=4)
    lively.stop()
    full = site(listed(named(1, 40)), ports=lively.ports)
    pass_over(crawl, f"{full.url}new", max_images=0)
    (source,) = json.loads(crawl.command("status", "--json").stdout)["sources"]
    assert (source["health"], source["reason"], source["gaps"]) == ("ok", None, 1)
    assert source["news_per_hour"] > 0
    assert source["answered"] == source["asked"]
    assert "1 gap to fill" in crawl.command("status").stdout


def test_watching_reads_on_when_the_wall_asks(site: StartSite, crawl: Crawls):
    watched = site(listed(named(1, 40)))
    settings = {"SOURCE_LOW_WATER": 10}
    start = f"{watched.url}new"
    running = crawl.start(start, spider="feed", render="never", watch=1, settings=settings)
    until(lambda: files(crawl.store) == PAGE)
    connection = wall_notes.connect(str(crawl.store))
    wall_notes.note_demand(connection, 3, now=time.time())
    connection.close()
    until(lambda: files(crawl.store) == 4 * PAGE)
    running.terminate()
    run = running.wait()
    assert run.rc == 0, run.stderr
    assert lists(watched) == ["/new", "/new?page=2", "/new?page=3", "/new?page=4"]
