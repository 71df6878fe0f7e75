"""The order and number of requests, and what a failure costs: DESIGN section 3, in a journal."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, lines, pages, path_of, reasons, stored
from tests.crawls import Crawls
from tests.site.journal import most_at_once
from tests.site.spec import image, page

QUICK_RETRIES = {"RETRY_TIMES": 2, "RETRY_DELAY_SECONDS": 0.05}


def test_pages_go_out_first_in_first_out_per_host_and_hosts_take_turns(
    site: StartSite, crawl: Crawls
) -> None:
    many, few = [f"/a{n}" for n in range(20)], [f"/b{n}" for n in range(4)]
    links = "".join(f'<a href="{path}">.</a>' for path in many)
    links += "".join(f'<a href="{{host1}}{path}">.</a>' for path in few)
    running = site(
        {"/": page(links), **{path: page("") for path in many}},
        {path: page("") for path in few},
    )
    settings = {"CONCURRENT_REQUESTS": 1}
    assert crawl(running.url, scope="any", settings=settings).rc == 0
    assert asked(running, host=0) == ["/", *many]
    assert asked(running, host=1) == few
    order = [host_of(path) for path in asked(running)[1:]]
    assert "".join(order[:8]) in ("abababab", "babababa")


def host_of(path: str) -> str:
    return path[1]


def test_pages_and_images_share_the_limits_of_concurrency(site: StartSite, crawl: Crawls) -> None:
    def slow_images(host: int) -> dict[str, dict[str, object]]:
        return {f"/{host}-{n}.jpg": image(40, 40, delay_seconds=0.15) for n in range(8)}

    shown = "".join(
        f'<img src="{{host{host}}}{path}">' for host in range(3) for path in slow_images(host)
    )
    links = "".join(f'<a href="/{n}">.</a>' for n in range(8))
    slow_pages = {f"/{n}": page("", delay_seconds=0.15) for n in range(8)}
    running = site(
        {"/": page(links + shown), **slow_pages, **slow_images(0)}, slow_images(1), slow_images(2)
    )
    settings = {"CONCURRENT_REQUESTS": 4, "CONCURRENT_REQUESTS_PER_DOMAIN": 2}
    run = crawl(running.url, settings=settings)
    assert (run.rc, len(stored(crawl.store))) == (0, 24)
    crawled = [request for request in running.requests() if request.path != "/robots.txt"]
    assert 2 < most_at_once(crawled) <= 4
    for host in range(3):
        assert most_at_once(r for r in crawled if r.host == host) <= 2
    assert len(crawled) == 1 + 8 + 24


def test_a_try_is_one_request_and_tries_end(site: StartSite, crawl: Crawls) -> None:
    busy = {"times": 1, "status": 503}
    body = (
        '<a href="/flaky">.</a><a href="/broken">.</a><a href="/gone">.</a>'
        '<a href="/teapot">.</a><a href="/closed">.</a><a href="/good">.</a>'
        '<img src="/gone.jpg"><img src="/flaky.jpg"><img src="/broken.jpg">'
        '<img src="/s.jpg" srcset="/s-gone.jpg 1200w, /s-left.jpg 1000w">'
    )
    running = site(
        {
            "/": page(body),
            "/flaky": page("", fail=busy),
            "/broken": page("", status=500),
            "/teapot": page("", status=418),
            "/closed": page("", fail={"times": 1, "close": True}),
            "/good": page('<a href="/last">.</a>'),
            "/last": page(""),
            "/flaky.jpg": image(50, 50, fail=busy),
            "/broken.jpg": image(50, 50, status=500),
            "/s-left.jpg": image(1000, 500),
        }
    )
    run = crawl(running.url, settings={**QUICK_RETRIES, "IMAGES_WIDTHS": "600,1200"})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    times = {path: asked(running).count(path) for path in asked(running)}
    assert times == {
        "/": 1,
        "/flaky": 2,
        "/broken": 3,
        "/gone": 1,
        "/teapot": 1,
        "/closed": 2,
        "/good": 1,
        "/last": 1,
        "/gone.jpg": 1,
        "/flaky.jpg": 2,
        "/broken.jpg": 3,
        "/s-gone.jpg": 1,
        "/s-left.jpg": 1,
    }
    broken = pages(crawl.store)["/broken"]
    assert (broken["status"], broken["error"], broken["attempts"]) == (500, "http-500", 3)
    assert broken["next_try"] is None
    tries = [line for line in lines(crawl.store) if line["url"].endswith("/broken")]
    assert [line["attempts"] for line in tries] == [1, 2, 3]
    assert all(line["next_try"] for line in tries[:-1])
    assert "error" not in pages(crawl.store)["/flaky"]
    assert pages(crawl.store)["/gone"]["error"] == "http-404"
    assert run.summary["pages"]["failed"] == {"http-500": 1, "http-404": 1, "http-418": 1}
    assert reasons(crawl.store) == {"/gone.jpg": "http-404", "/broken.jpg": "http-500"}
    named = {
        kind: sorted(path_of(u) for c in run.summary[kind]["causes"] for u in c["examples"])
        for kind in ("pages", "images")
    }
    assert named == {
        "pages": ["/broken", "/gone", "/teapot"],
        "images": ["/broken.jpg", "/gone.jpg"],
    }
    assert failures(crawl.store)["/broken.jpg"]["attempts"] == 3
    assert failures(crawl.store)["/gone.jpg"]["next_try"] is None
    assert stored(crawl.store) == {"/flaky.jpg", "/s.jpg"}
    # What failed for good is left alone by the next run.
    before = len(running.requests())
    assert crawl().rc == 0
    assert asked(running, since=before) == []


def test_retry_after_is_obeyed(site: StartSite, crawl: Crawls) -> None:
    busy = {"times": 1, "status": 429, "headers": {"Retry-After": "2"}}
    body = '<a href="/busy">.</a><img src="/busy.jpg"><a href="/other">.</a>'
    running = site(
        {
            "/": page(body),
            "/busy": page("", fail=busy),
            "/busy.jpg": image(50, 50, fail=busy),
            "/other": page(""),
        }
    )
    run = crawl(running.url, settings={**QUICK_RETRIES, "RETRY_WAIT_SECONDS": 30})
    assert (run.rc, stored(crawl.store)) == (0, {"/busy.jpg"})
    for path in ("/busy", "/busy.jpg"):
        first, second = running.requests(path)
        assert second.started - (first.finished or 0) >= 1.99
    assert run.summary["pages"]["failed"] == {}


def test_a_run_does_not_wait_for_tries_that_are_far_away(site: StartSite, crawl: Crawls) -> None:
    far = {"times": 1, "status": 503, "headers": {"Retry-After": "4000"}}
    near = {"times": 1, "status": 503, "headers": {"Retry-After": "4"}}
    running = site(
        {
            "/": page(
                '<a href="{host1}/far">.</a><a href="{host2}/near">.</a>'
                '<img src="{host3}/near.jpg">'
            )
        },
        {"/far": page("", fail=far)},
        {"/near": page("", fail=near)},
        {"/near.jpg": image(50, 50, fail=near)},
    )
    settings = {**QUICK_RETRIES, "RETRY_WAIT_SECONDS": 0}
    run = crawl(running.url, scope="any", settings=settings)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert (run.summary["pages"]["retries_due"], run.summary["images"]["retries_due"]) == (2, 1)
    assert "tries 3 failures again when due: the next 20" in run.stdout
    due = [
        datetime.fromisoformat(pages(crawl.store)["/near"]["next_try"]),
        datetime.fromisoformat(failures(crawl.store)["/near.jpg"]["next_try"]),
    ]
    while datetime.now(UTC) <= max(due):
        time.sleep(0.05)
    before = len(running.requests())
    run = crawl(settings=settings)
    assert sorted(asked(running, since=before)) == ["/near", "/near.jpg"]
    assert (run.summary["pages"]["retries_due"], run.summary["images"]["retries_due"]) == (1, 0)
    assert stored(crawl.store) == {"/near.jpg"}


def test_dead_and_silent_hosts_of_images_delay_nobody(site: StartSite, crawl: Crawls) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.9", 0))
        refused = f"http://127.0.0.9:{free.getsockname()[1]}"
    dead = "".join(f'<img src="{refused}/{n}.jpg">' for n in range(5))
    silent = "".join(f'<img src="{{host1}}/silent{n}.jpg">' for n in range(4))
    good = "".join(f'<img src="/{n}.jpg"><a href="/{n}">.</a>' for n in range(6))
    running = site(
        {
            "/": page(dead + silent + good),
            **{f"/{n}.jpg": image(50, 50) for n in range(6)},
            **{f"/{n}": page("") for n in range(6)},
        },
        {f"/silent{n}.jpg": image(50, 50, hang=True) for n in range(4)},
    )
    settings = {"RETRY_TIMES": 0, "DOWNLOAD_TIMEOUT": 4}
    run = crawl(running.url, settings=settings)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert run.summary["images"]["failed"] == {"refused": 5, "timeout": 4}
    hung = [r for r in running.requests(host=1) if r.path.startswith("/silent")]
    first_timeout = min(request.finished or 0 for request in hung)
    done = [r.finished for r in running.requests(host=0)]
    assert len(done) == 1 + 1 + 12
    assert all(finished and finished < first_timeout for finished in done)
    assert len(hung) == 4
    assert all(failure["next_try"] is None for failure in failures(crawl.store).values())


def test_a_start_that_failed_is_tried_again_when_it_is_typed_again(
    site: StartSite, crawl: Crawls
) -> None:
    gone = site({"/": page("")})
    gone.stop()
    run = crawl(gone.url, settings={"RETRY_TIMES": "0"})
    assert run.summary["pages"]["failed"] == {"refused": 1}
    assert crawl().summary["requests"] == 0
    site({"/": page("")}, ports=gone.ports)
    assert crawl(gone.url).summary["pages"]["visited"] == 1


def test_a_page_that_is_always_broken_off_counts_as_far_as_it_came(
    site: StartSite, crawl: Crawls
) -> None:
    body = '<img src="/a.jpg"><a href="/next">.</a>' + 500 * "<p>"
    running = site(
        {
            "/": page(body, headers={"ETag": '"1"'}, cut_at=150),
            "/next": page(""),
            "/a.jpg": image(50, 50),
        }
    )
    run = crawl(running.url, settings=QUICK_RETRIES)
    assert (run.rc, run.summary["pages"]["failed"]) == (0, {})
    assert stored(crawl.store) == {"/a.jpg"}
    assert asked(running).count("/") == 3
    assert pages(crawl.store)["/"].get("etag") is None
