"""What hosts ask of a crawler, and what it may ask of them in a day: by their journals."""

from __future__ import annotations

import time
from itertools import pairwise

from tests.conftest import StartSite
from tests.crawl.folders import asked, stored
from tests.crawls import Crawls
from tests.site.running import Site
from tests.site.spec import Routes, image, page, text


def pictures(host: int, count: int) -> tuple[str, Routes]:
    """Return the markup that shows so many images of a host, and the images."""
    routes: Routes = {f"/{host}-{n}.jpg": image(50, 50) for n in range(count)}
    return "".join(f'<img src="{{host{host}}}{path}">' for path in routes), routes


def gaps(site: Site, host: int) -> list[float]:
    starts = [r.started for r in site.requests(host=host) if r.path != "/robots.txt"]
    return [later - earlier for earlier, later in pairwise(starts)]


def test_crawl_delays_hold_and_slow_hosts_slow_down_no_other(
    site: StartSite, crawl: Crawls
) -> None:
    # Without a rule between them these were one group, and its delay 9.
    ours, others = "User-agent: x\nUser-agent: imagecrawler\nCrawl-delay: 1\n", "User-agent: *\n"
    slow = f"{ours}Disallow: /private\n{others}Crawl-delay: 9\n"
    shown, routes = zip(*(pictures(host, 3) for host in (1, 2, 3)), strict=True)
    fast, fast_routes = pictures(4, 12)
    running = site(
        {"/": page("".join(shown) + fast)},
        *({**images, "/robots.txt": text(slow)} for images in routes),
        fast_routes,
    )
    run = crawl(running.url, settings={"CONCURRENT_REQUESTS": 2, "CONTACT": "me@example.org"})
    agents = {request.headers["user-agent"] for request in running.requests()}
    assert agents == {"imagecrawler/0.1 (+me@example.org)"} and "CONTACT" not in run.stderr
    assert (run.rc, run.summary["images"]["stored"]) == (0, 21)
    for host in (1, 2, 3):
        assert min(gaps(running, host)) >= 0.95
    last_fast = max(r.started for r in running.requests(host=4))
    assert all(last_fast < running.requests(host=host)[-1].started for host in (1, 2, 3))


def test_retry_after_is_for_the_host_and_others_go_on(site: StartSite, crawl: Crawls) -> None:
    dated = {"times": 1, "status": 503, "headers": {"Retry-After": "{in 4 s}"}}
    named = {"times": 1, "status": 429, "headers": {"Retry-After": "2"}}
    shown, routes = zip(*(pictures(host, 4) for host in (1, 2, 3)), strict=True)
    routes[0]["/1-0.jpg"] = image(50, 50, fail=named)
    routes[1]["/2-0.jpg"] = image(50, 50, fail=dated)
    running = site({"/": page("".join(shown))}, *routes)
    settings = {
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "RETRY_WAIT_SECONDS": 10,
        "RETRY_DELAY_SECONDS": 0.1,
    }
    run = crawl(running.url, settings=settings)
    assert run.stderr.count("No CONTACT is set") == 1
    assert (run.rc, run.summary["images"]["stored"]) == (0, 12)
    for host, seconds in ((1, 1.95), (2, 2.95)):  # a date has no fractions
        refused, *others = [r for r in running.requests(host=host) if r.path != "/robots.txt"]
        assert min(r.started for r in others) - (refused.finished or 0) >= seconds
        assert running.requests(host=3)[-1].started < running.requests(host=host)[-1].started


def test_budgets_of_a_day_hold_over_all_runs(site: StartSite, crawl: Crawls) -> None:
    links = "".join(f'<a href="/{n}">.</a>' for n in range(5))
    shown, routes = pictures(1, 5)
    large, large_routes = pictures(2, 3)
    large_routes = {path: image(50, 50, padding_bytes=60_000) for path in large_routes}
    running = site(
        {"/": page(links + shown + large), **{f"/{n}": page("") for n in range(5)}},
        {**routes, "/robots.txt": text("User-agent: *\nAllow: /")},
        large_routes,
    )
    settings = {
        "HOST_REQUESTS_PER_DAY": 3,
        "HOST_BYTES_PER_DAY": 50_000,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
    }
    run = crawl(running.url, settings=settings)
    assert (run.rc, run.summary["outcome"], run.summary["hosts_resting"]["count"]) == (
        0,
        "finished",
        3,
    )
    assert [len(asked(running, host=host)) for host in (0, 1)] == [3, 3]
    assert len(asked(running, host=2)) == 2
    assert "Waiting  127.0.0.1 until " in run.stdout
    assert "its 3 requests of today are made" in run.stdout
    said = crawl.command("status", "--hosts", settings=settings).stdout
    assert "127.0.0.1: 3 pages\n    waits until " in said
    assert "127.0.0.2: 2 images\n    waits until " in said
    assert " 00:00:00 UTC: its 50,000 bytes of today have come" in said
    before = len(running.requests())
    run = crawl(settings=settings)
    assert (run.rc, run.summary["pages"]["queued"]) == (0, 3)
    assert asked(running, since=before) == []
    run = crawl(settings={})
    assert (run.rc, run.summary["pages"]["queued"], len(stored(crawl.store))) == (0, 0, 8)
    assert len(set(asked(running))) == len(asked(running)) == 6 + 8


def test_hosts_can_be_looked_at_and_the_next_run_lets_them_rest_too(
    site: StartSite, crawl: Crawls
) -> None:
    busy = {"times": 1, "status": 429, "headers": {"Retry-After": "300"}}
    shown, routes = pictures(1, 4)
    routes["/1-0.jpg"] = image(50, 50, fail=busy)
    paced = text("User-agent: *\nCrawl-delay: 600\n")
    slow, slow_routes = pictures(2, 3)
    running = site({"/": page(shown + slow)}, routes, {**slow_routes, "/robots.txt": paced})
    settings = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "RETRY_WAIT_SECONDS": 600}
    at_work = crawl.start(running.url, settings=settings)
    cache, deadline = crawl.store / "cache" / "hosts", time.monotonic() + 60
    while not (cache.exists() and b"429" in cache.read_bytes() and b"600" in cache.read_bytes()):
        assert time.monotonic() < deadline and at_work.process.poll() is None, at_work.stderr
        time.sleep(0.05)
    said = crawl.command("status", "--hosts").stdout
    assert (
        "it answered 429 and asked to wait 300 s" in said and "127.0.0.2: 3 images, 1 ret" in said
    )
    assert "127.0.0.3: 3 images\n    one request in 600 s: its Crawl-delay" in said
    at_work.kill()
    before = len(running.requests())
    run = crawl(settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 1}, max_seconds=3)
    assert run.rc == 0 and run.summary["hosts_resting"]["examples"][0]["host"] == "127.0.0.2"
    assert asked(running, host=1, since=before) == []
