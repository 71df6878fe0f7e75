"""Scrapy's other commands leave the store alone; scrapyd and JOBDIR are told apart from it."""

from __future__ import annotations

from tests.conftest import StartSite
from tests.crawl.folders import asked
from tests.crawls import Crawls
from tests.site.spec import page


def test_shell_fetch_parse_check_and_list_make_no_store(site: StartSite, crawl: Crawls) -> None:
    running = site({"/": page("hello"), "/moved": page("there")})
    run = crawl.command("fetch", "--nolog", running.url)
    assert (run.rc, "hello" in run.stdout) == (0, True)
    run = crawl.command("shell", "--nolog", "-c", "response.text", running.url)
    assert (run.rc, "hello" in run.stdout) == (0, True)
    run = crawl.command("list")
    assert (run.rc, {"site", "download"} <= set(run.stdout.split())) == (0, True)
    assert crawl.command("check").rc == 0
    assert crawl.command("parse", "--spider", "site", "-c", "parse_page", running.url).rc == 0
    assert asked(running).count("/") == 3
    assert not crawl.store.exists()


def test_they_work_beside_a_crawl_and_take_nothing_from_it(site: StartSite, crawl: Crawls) -> None:
    running = site(
        {
            "/": page('<a href="/slow">.</a><a href="/next">.</a>'),
            "/slow": page("", delay_seconds=6),
            "/next": page(""),
            "/typed": page("typed"),
        }
    )
    settings = {"CONCURRENT_REQUESTS": 1}
    at_work = crawl.start(running.url, settings=settings)
    running.journal.wait_for(lambda found: any(r.path == "/slow" for r in found))
    run = crawl.command("shell", "--nolog", "-c", "response.text", f"{running.url}typed")
    assert (run.rc, "typed" in run.stdout) == (0, True)
    run = crawl.command("fetch", "--nolog", f"{running.url}typed")
    assert (run.rc, "typed" in run.stdout) == (0, True)
    run = at_work.wait()
    assert (run.rc, run.summary["pages"]["visited"]) == (0, 3)
    assert sorted(asked(running)) == ["/", "/next", "/slow", "/typed", "/typed"]


def test_scrapyd_arguments_pass_and_jobdir_is_ignored(site: StartSite, crawl: Crawls) -> None:
    running = site({"/": page('<a href="/1">.</a>'), "/1": page("")})
    settings = {"JOBDIR": str(crawl.store.with_name("jobs"))}
    run = crawl(running.url, _job="abc", max_pages=1, settings=settings)
    assert (run.rc, run.summary["outcome"]) == (0, "limit")
    run = crawl(_job="abd", settings=settings)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert asked(running) == ["/", "/1"]
    # The store is the whole state: another one starts anew beside the same JOBDIR.
    run = crawl(running.url, store=crawl.store.with_name("data-2"), settings=settings)
    assert (run.rc, asked(running)) == (0, ["/", "/1", "/", "/1"])
