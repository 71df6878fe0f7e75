"""A crawl that is stopped, killed or refused: it ends soon, says so, and nothing is lost."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, queued, stored
from tests.crawls import Crawls, Running
from tests.site.generated import Generated
from tests.site.running import Site
from tests.site.spec import image, page

# A stop takes at most the 5 s of its grace; the rest is for a busy machine.
STOP_SECONDS = 15.0


def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition that comes true soon."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def assert_whole(running: Site, plan: Generated, crawl: Crawls) -> None:
    """Every page is done and every image is there."""
    done = {path for path, line in pages(crawl.store).items() if line["status"] == 200}
    assert {f"/p/{number}.html" for number in range(plan.pages)} <= done | {"/p/0.html"}
    paths = {"/" + url.split("/", 3)[3] for url in plan.image_urls(running.bases)}
    assert stored(crawl.store) == paths
    assert list(crawl.store.glob("queue/*/*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_crawl_and_the_next_run_goes_on(
    site: StartSite, crawl: Crawls, number: int
) -> None:
    plan = Generated(pages=16, hosts=2, images_per_page=2, delay_seconds=0.2)
    running = site(plan)
    at_work = crawl.start(running.url, scope="any")
    running.journal.wait_for(lambda found: len(found) > 12)
    begun = time.monotonic()
    at_work.signal(number)
    run = at_work.wait()
    assert time.monotonic() - begun < STOP_SECONDS
    assert (run.rc, run.summary["outcome"], run.summary["reason"]) == (0, "stopped", "signal")
    assert "Nothing is lost" in run.stdout and "scrapy crawl site" in run.stdout
    until(lambda: at_work.alive() == [])
    # What was in flight is in the store: a stop costs no second request of a page.
    run = crawl()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert_whole(running, plan, crawl)
    assert len(asked(running)) == 1 + plan.pages + plan.pages * plan.images_per_page


def test_what_waits_behind_a_delay_or_hangs_does_not_hold_up_a_stop(
    site: StartSite, crawl: Crawls
) -> None:
    links = "".join(f'<a href="/{n}">.</a><img src="/{n}.jpg">' for n in range(6))
    hanging = '<img src="{host1}/hang.jpg"><a href="{host1}/hang">.</a>'
    routes = {
        "/": page(links + hanging),
        **{f"/{n}": page("") for n in range(6)},
        **{f"/{n}.jpg": image(50, 50) for n in range(6)},
    }
    running = site(routes, {"/hang.jpg": image(50, 50, hang=True), "/hang": page("", hang=True)})
    settings = {"DOWNLOAD_DELAY": 60, "DOWNLOAD_TIMEOUT": 120, "DOWNLOAD_DELAY_JITTER": 0}
    # The first answer of a host does not wait: the second one of the first host does.
    at_work = crawl.start(running.url, scope="any", settings=settings | {"ROBOTSTXT_OBEY": False})
    running.journal.wait_for(lambda found: any(r.path.startswith("/hang") for r in found))
    begun = time.monotonic()
    at_work.terminate()
    run = at_work.wait()
    assert time.monotonic() - begun < STOP_SECONDS
    assert (run.rc, run.summary["outcome"]) == (0, "stopped")
    assert run.summary["pages"]["failed"] == run.summary["images"]["failed"] == {}
    assert asked(running, host=0) == ["/"]

    running.stop()
    routes["/hang"], routes["/hang.jpg"] = page(""), image(50, 50)
    again = site(
        routes, {path: routes[path] for path in ("/hang", "/hang.jpg")}, ports=running.ports
    )
    run = crawl(scope="any")
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert len(stored(crawl.store)) == 7
    assert "/" not in asked(again)


def test_a_second_signal_ends_at_once_and_loses_nothing(site: StartSite, crawl: Crawls) -> None:
    running = site({"/": page('<a href="/hang">.</a>'), "/hang": page("", hang=True)})
    at_work = crawl.start(running.url, settings={"DOWNLOAD_TIMEOUT": 120})
    running.journal.wait_for(lambda found: any(r.path == "/hang" for r in found))
    at_work.interrupt()
    until(lambda: "send again to force" in at_work.stderr.lower())
    at_work.interrupt()
    at_work.wait(timeout_seconds=STOP_SECONDS)
    running.stop()
    again = site({"/hang": page("")}, ports=running.ports)
    assert crawl().rc == 0
    assert asked(again) == ["/hang"]


def test_a_second_crawl_on_a_store_is_refused_and_the_first_unharmed(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/": page('<a href="/held">.</a><a href="/1">.</a><img src="/a.jpg">'),
            "/held": page("", hang=True),
            "/1": page('<img src="/b.jpg">'),
            "/a.jpg": image(50, 50),
            "/b.jpg": image(50, 50),
        }
    )
    first = crawl.start(running.url, settings={"DOWNLOAD_TIMEOUT": 600})
    until(lambda: has_stored(first, 2))
    for spider in ("site", "download"):
        second = crawl(spider=spider)
        assert second.rc == 3
        (line,) = second.stderr.splitlines()
        assert line.startswith("imagecrawler:") and "in use" in line and str(crawl.store) in line
    assert first.process.poll() is None
    first.interrupt()
    run = first.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "stopped")
    assert stored(crawl.store) == {"/a.jpg", "/b.jpg"}
    assert "/held" in queued(crawl.store)


def test_kill_9_leaves_no_worker_and_nothing_is_lost(site: StartSite, crawl: Crawls) -> None:
    plan = Generated(pages=16, hosts=2, images_per_page=3, delay_seconds=0.1)
    running = site(plan)
    settings = {"CONCURRENT_REQUESTS": 4}
    for images in (4, 20):
        at_work = crawl.start(running.url, scope="any", settings=settings)
        until(lambda at_work=at_work, images=images: has_stored(at_work, images))
        assert len(at_work.alive()) > 1
        assert at_work.kill().rc == -signal.SIGKILL
        until(lambda at_work=at_work: at_work.alive() == [])
    run = crawl(settings=settings)
    assert (run.rc, run.summary["outcome"], run.summary["warnings"]) == (0, "finished", [])
    assert_whole(running, plan, crawl)
    twice = len(asked(running)) - (1 + plan.pages + plan.pages * plan.images_per_page)
    assert twice <= 2 * 2 * 4  # two kills, pages and images in flight


def has_stored(at_work: Running, images: int) -> bool:
    """Whether so many images have their file."""
    assert at_work.process.poll() is None
    return len(list(at_work.store.glob("downloaded/600/*/*"))) >= images
