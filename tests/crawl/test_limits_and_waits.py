"""What a site asks of a crawler's patience, and what it may cost: delays, waits, ceilings."""

from __future__ import annotations

import gzip
import time
from itertools import pairwise

from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, reasons, stored
from tests.crawls import Crawls
from tests.site.spec import data, image, page, redirect, text

STOP_SECONDS = 15.0


def test_a_delay_holds_between_all_requests_of_a_host_images_included(
    site: StartSite, crawl: Crawls
) -> None:
    body = "".join(
        f'<a href="/{n}">.</a><img src="/{n}.jpg"><img src="{{host1}}/{n}.jpg">' for n in range(3)
    )
    images = {f"/{n}.jpg": image(50, 50) for n in range(3)}
    running = site({"/": page(body), **{f"/{n}": page("") for n in range(3)}, **images}, images)
    settings = {"DOWNLOAD_DELAY": 0.3, "DOWNLOAD_DELAY_JITTER": 0, "CONCURRENT_REQUESTS": 8}
    run = crawl(running.url, settings=settings)
    assert (run.rc, len(run.files())) == (0, 6)
    for host in range(2):
        starts = [r.started for r in running.requests(host=host) if r.path != "/robots.txt"]
        gaps = [later - earlier for earlier, later in pairwise(starts)]
        assert min(gaps) > 0.25


def test_a_run_that_waits_for_a_retry_can_be_stopped_and_limited(
    site: StartSite, crawl: Crawls
) -> None:
    far = {"times": 9, "status": 503, "headers": {"Retry-After": "50"}}
    running = site({"/": page('<img src="/far.jpg">'), "/far.jpg": image(50, 50, fail=far)})
    settings = {"RETRY_WAIT_SECONDS": 600}
    at_work = crawl.start(running.url, settings=settings)
    ledger = crawl.store / "failed"
    deadline = time.monotonic() + 60
    while not list(ledger.glob("*/*.json")):
        assert time.monotonic() < deadline and at_work.process.poll() is None
        time.sleep(0.01)
    at_work.interrupt()
    run = at_work.wait(timeout_seconds=STOP_SECONDS)
    assert (run.rc, run.summary["outcome"]) == (0, "stopped")
    assert run.summary["images"]["retries_due"] == 1
    run = crawl(settings=settings, max_seconds=1, timeout_seconds=STOP_SECONDS)
    assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "limit", "max_seconds")
    assert asked(running) == ["/", "/far.jpg"]


def test_a_robots_file_that_never_comes_holds_up_no_stop(site: StartSite, crawl: Crawls) -> None:
    running = site({"/": page(""), "/robots.txt": text("", hang=True)})
    at_work = crawl.start(running.url, settings={"DOWNLOAD_TIMEOUT": 100})
    running.journal.wait_for(lambda found: found)
    at_work.terminate()
    run = at_work.wait(timeout_seconds=STOP_SECONDS)
    assert (run.rc, run.summary["outcome"], asked(running)) == (0, "stopped", [])
    assert (run.summary["pages"]["queued"], run.summary["pages"]["failed"]) == (1, {})


def test_a_redirected_image_obeys_the_robots_rules_of_where_it_is(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/": page('<img src="/to-closed.jpg"><img src="/to-open.jpg">'),
            "/to-closed.jpg": redirect("{host1}/closed/a.jpg"),
            "/to-open.jpg": redirect("{host1}/open/b.jpg"),
        },
        {
            "/robots.txt": text("User-agent: *\nDisallow: /closed/\n"),
            "/closed/a.jpg": image(50, 50),
            "/open/b.jpg": image(60, 50),
        },
    )
    run = crawl(running.url)
    assert (run.rc, asked(running, host=1)) == (0, ["/open/b.jpg"])
    assert list(reasons(crawl.store).values()) == ["robots"]
    assert stored(crawl.store) == {"/to-open.jpg"}


def test_pages_over_the_ceiling_packed_or_not_are_set_aside(site: StartSite, crawl: Crawls) -> None:
    bomb = gzip.compress(b"<p>" + b"0" * 5_000_000)
    packed = gzip.compress(b'<a href="/below">.</a>')
    header = {"Content-Encoding": "gzip"}
    links = "".join(f'<a href="/{name}">.</a>' for name in ("large", "bomb", "packed"))
    running = site(
        {
            "/": page(links),
            "/large": page("0" * 200_000),
            "/bomb": data(bomb, content_type="text/html", headers=header),
            "/packed": data(packed, content_type="text/html", headers=header),
            "/below": page(""),
        }
    )
    run = crawl(running.url, settings={"PAGE_MAX_BYTES": 100_000})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    ended = pages(crawl.store)
    assert (ended["/large"]["error"], ended["/bomb"]["error"]) == ("too-large", "too-large")
    assert ended["/large"]["next_try"] is ended["/bomb"]["next_try"] is None
    assert asked(running).count("/large") == asked(running).count("/bomb") == 1
    assert "/below" in ended


def test_one_image_in_flight_is_slow_and_no_deadlock(site: StartSite, crawl: Crawls) -> None:
    pictures = {f"/{n}.jpg": image(700, 300) for n in range(24)}
    shown = ["".join(f'<img src="/{n}.jpg">' for n in range(k, 24, 3)) for k in range(3)]
    routes = {f"/{k}": page(shown[k]) for k in range(3)}
    routes["/"] = page("".join(f'<a href="/{k}">.</a>' for k in range(3)))
    running = site({**routes, **pictures})
    settings = {
        "IMAGES_MAX_BYTES_IN_FLIGHT": 1,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    }
    run = crawl(running.url, settings=settings)
    assert (run.rc, len(pages(crawl.store))) == (0, 4)
    assert stored(crawl.store) == set(pictures)
    assert sorted(asked(running)) == sorted([*routes, *pictures])
