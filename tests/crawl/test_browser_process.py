"""The browser as a process: started when it is needed, started again, gone with the crawl."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from imagecrawler.storage.store import Store
from tests.conftest import StartSite
from tests.crawl.browsers import browsers, started_by
from tests.crawl.folders import pages, queued, stored
from tests.crawl.test_stopping import until
from tests.crawls import Crawls, Running
from tests.site.generated import Generated
from tests.site.spec import Routes, image, page

PAGES = 5


def galleries() -> Routes:
    """Pages whose one image each is made by a script, after a moment."""
    links = "".join(f"<a href=/{number}.html>x</a>" for number in range(PAGES))
    routes: Routes = {"/": page(links)}
    for number in range(PAGES):
        script = f"setTimeout(() => document.body.innerHTML += '<img src=/{number}.jpg>', 300)"
        routes[f"/{number}.html"] = page(f"<script>{script}</script>")
        routes[f"/{number}.jpg"] = image(64, 48)
    return routes


def test_a_browser_that_is_killed_is_started_again_and_nothing_is_lost(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(galleries())
    at_work = crawl.start(running.url, render="always")
    running.journal.wait_for(lambda asked: any(r.path == "/1.html" for r in asked))
    (browser,) = browsers(at_work)
    os.kill(browser.pid, signal.SIGKILL)
    run = at_work.wait()
    assert run.rc == 0
    assert "The browser has died" in run.stderr
    assert stored(crawl.store) == {f"/{number}.jpg" for number in range(PAGES)}
    assert [line for line in pages(crawl.store).values() if "error" in line["rendered"]] == []


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A place for temporary files. The path is short: a browser makes a socket in it."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_driver_that_is_killed_is_started_again_too(
    site: StartSite, crawl: Crawls, elsewhere: Path
) -> None:
    running = site(galleries())
    at_work = crawl.start(running.url, render="always", env={"TMPDIR": str(elsewhere)})
    running.journal.wait_for(lambda asked: any(r.path == "/1.html" for r in asked))
    (driver,) = [p for p in started_by(at_work) if "run-driver" in p.command]
    os.kill(driver.pid, signal.SIGKILL)
    assert at_work.wait().rc == 0
    assert stored(crawl.store) == {f"/{number}.jpg" for number in range(PAGES)}
    # The profile of its browser is left, and goes when the store is opened again.
    assert list(elsewhere.glob("*profile*")) == []
    assert list((crawl.store / "tmp").glob("*profile*")) != []
    Store.open(str(crawl.store)).close()
    assert list((crawl.store / "tmp").iterdir()) == []


def test_a_static_site_starts_no_browser(site: StartSite, crawl: Crawls) -> None:
    plan = Generated(pages=40, images_per_page=1, width_px=32, height_px=24, delay_seconds=0.02)
    running = site(plan)
    debug = {"LOG_LEVEL": "DEBUG"}
    at_work = crawl.start(running.url, scope="any", render="auto", settings=debug)
    seen = set()
    while at_work.process.poll() is None:
        seen.update(process.command for process in started_by(at_work))
    run = at_work.wait()
    assert run.summary["pages"]["visited"] >= plan.pages
    assert [command for command in seen if "driver" in command or "chrom" in command] == []
    assert "playwright" not in run.stderr.partition("Spider opened")[2]


def kill_all(running: Running) -> None:
    """The crawl and the driver at once: only the browser itself is left to notice."""
    processes = started_by(running)
    drivers = [process for process in processes if "run-driver" in process.command]
    for pid in (running.process.pid, *(driver.pid for driver in drivers)):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [Running.terminate, Running.kill, kill_all])
def test_no_browser_outlives_its_crawl(
    site: StartSite, crawl: Crawls, end: Callable[[Running], Any]
) -> None:
    running = site({"/": page("<script>setTimeout(() => { for (;;) {} }, 500)</script>")})
    at_work = crawl.start(running.url, render="always")
    until(lambda: browsers(at_work) and running.requests("/"))
    processes = started_by(at_work)
    end(at_work)
    at_work.wait()
    until(lambda: not any(process.is_alive for process in processes))


def test_what_was_being_rendered_at_a_kill_is_rendered_by_the_next_run(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(galleries())
    at_work = crawl.start(running.url, render="always")
    running.journal.wait_for(lambda asked: any(r.path == "/1.html" for r in asked))
    at_work.kill()
    assert crawl().rc == 0
    assert stored(crawl.store) == {f"/{number}.jpg" for number in range(PAGES)}


def test_a_browser_that_does_not_start_ends_the_run_and_its_pages_wait(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    running = site(galleries())
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'error while loading libnss3.so' >&2; exit 127\n")
    broken.chmod(0o755)
    run = crawl(running.url, render="always", settings={"BROWSER_EXECUTABLE": broken})
    assert run.rc == 2
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    assert f"{broken} cannot be started" in line and "error while loading libnss3.so" in line
    assert pages(crawl.store) == {}
    assert queued(crawl.store) == {"/"}
