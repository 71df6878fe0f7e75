"""What happens to a crawl that lasts for days: terminals, disks, clocks, suspends, hangs."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from shutil import disk_usage

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, pages, stored
from tests.crawl.test_network import until_said
from tests.crawl.test_stopping import STOP_SECONDS, assert_whole, until
from tests.crawls import FAST, PROJECT, Crawls
from tests.site.generated import Generated
from tests.site.running import Site
from tests.site.spec import image, page

# -- terminals --------------------------------------------------------------------------------


def on_a_terminal(start: str, store: Path, *, nohup: bool) -> tuple[subprocess.Popen[bytes], int]:
    """Start a crawl as a shell in a window does; return it and our end of its terminal."""
    ours, theirs = pty.openpty()

    def own_the_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        # Else as whoever runs the tests has it, who may have been told not to hear it.
        signal.signal(signal.SIGHUP, signal.SIG_IGN if nohup else signal.SIG_DFL)

    command = [sys.executable, "-m", "scrapy", "crawl", "site", "-a", f"start={start}"]
    for name, value in {**FAST, "IMAGES_STORE": store}.items():
        command += ["-s", f"{name}={value}"]
    process = subprocess.Popen(
        [*command, "-a", "scope=any"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=own_the_terminal,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(PROJECT)},
        cwd=PROJECT,
    )
    os.close(theirs)
    return process, ours


@pytest.mark.parametrize("nohup", [False, True])
def test_a_closed_terminal_stops_a_crawl_unless_it_is_not_to(
    site: StartSite, crawl: Crawls, nohup: bool
) -> None:
    plan = Generated(pages=16, hosts=2, images_per_page=2, delay_seconds=0.1)
    running = site(plan)
    process, ours = on_a_terminal(running.url, crawl.store, nohup=nohup)
    try:
        running.journal.wait_for(lambda found: len(found) > 12)
        os.close(ours)
        assert process.wait(180) == 0
    finally:
        process.kill()
        process.wait()
    summary = json.loads((crawl.store / "summary.json").read_text())
    assert summary["outcome"] == ("finished" if nohup else "stopped")
    assert failures(crawl.store) == {}  # the workers were told too
    if not nohup:
        assert crawl().rc == 0
    assert_whole(running, plan, crawl)
    assert len(asked(running)) == 1 + plan.pages + plan.pages * plan.images_per_page


# -- disks ------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_pauses_the_crawl_until_it_is_freed(
    site: StartSite, crawl: Crawls, small_disk: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    plan = Generated(pages=16, hosts=1, images_per_page=2, delay_seconds=0.1)
    running = site(plan)
    at_work = crawl.start(
        running.url, store=small_disk / "data", settings={"PAUSE_CHECK_SECONDS": 0.1}
    )
    running.journal.wait_for(lambda found: len(found) > 8)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(disk_usage(small_disk).free - 1_800_000))  # the floor is at 2 MB
    until_said(at_work, "the crawl pauses until some space is freed")
    time.sleep(1)  # what was in flight ends
    seen = len(running.requests())
    time.sleep(1)
    assert len(running.requests()) == seen
    filler.unlink()
    run = at_work.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert run.summary["paused_seconds"]["disk"] >= 1 and "There is room again" in run.stderr
    crawl.store = at_work.store
    assert_whole(running, plan, crawl)


def test_a_disk_without_room_for_too_long_ends_the_run(site: StartSite, crawl: Crawls) -> None:
    running = site({"/": page("")})
    # A 20th of any disk is never free on one that has less: so much is asked for.
    floor = {"STORE_FREE_BYTES": 2**62, "PAUSE_CHECK_SECONDS": 0.1, "PAUSE_MAX_SECONDS": 0.5}
    run = crawl(running.url, settings=floor, env=project(crawl.store.parent, ALL_IS_FLOOR))
    assert (run.rc, asked(running)) == (1, [])
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    assert "free some space and start again, or lower STORE_FREE_BYTES" in line


ALL_IS_FLOOR = "from imagecrawler.policies import room\nroom._SHARE = 1"


# -- a project that breaks one thing -------------------------------------------------------------


def project(folder: Path, code: str, **env: str) -> dict[str, str]:
    """Return the environment of a project with our settings after this code."""
    text = f"{code}\nfrom imagecrawler.settings import *\nSPIDER_MODULES = ['imagecrawler.spiders']"
    (folder / "broken.py").write_text(f"{text}\n{PIPELINES}")
    path = os.pathsep.join([str(PROJECT), str(folder)])
    return {"SCRAPY_SETTINGS_MODULE": "broken", "PYTHONPATH": path, **env}


PIPELINES = """
import asyncio, os, time

class Hangs:
    async def process_item(self, item):
        while getattr(item, "url", "").endswith("/bad"):
            if os.environ["HOW"] == "loop":
                time.sleep(0.1)
            else:
                await asyncio.sleep(0.1)
        return item

if "HOW" in os.environ:
    ITEM_PIPELINES = {**ITEM_PIPELINES, Hangs: 100}
"""

CLOCK = """
import os, time

def moved():
    with open(os.environ["CLOCK"]) as file:
        return float(file.read() or 0)

time_, time_ns = time.time, time.time_ns
time.time = lambda: time_() + moved()
time.time_ns = lambda: time_ns() + int(moved() * 1e9)
"""


def test_a_clock_that_is_set_costs_nothing(site: StartSite, crawl: Crawls, tmp_path: Path) -> None:
    failing = {"times": 2, "status": 503}
    running = site(
        {
            "/": page('<a href="/1">.</a><img src="/a.jpg">'),
            "/1": page('<img src="/b.jpg">', fail=failing),
            "/a.jpg": image(50, 50, fail=failing),
            "/b.jpg": image(60, 50),
        }
    )
    clock = tmp_path / "clock"
    clock.write_text("0")
    env = project(tmp_path, CLOCK, CLOCK=str(clock))
    settings = {"RETRY_TIMES": 2, "RETRY_DELAY_SECONDS": 1, "RETRY_WAIT_SECONDS": 30}
    at_work = crawl.start(running.url, settings=settings, env=env)
    for attempts, days in ((1, 3), (2, -3)):  # forward, then back to before it all
        until(
            lambda attempts=attempts: (
                failures(crawl.store).get("/a.jpg", {}).get("attempts") == attempts
                and pages(crawl.store).get("/1", {}).get("attempts") == attempts
            )
        )
        clock.write_text(str(days * 86_400))
    run = at_work.wait(timeout_seconds=60)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert 0 < run.summary["seconds"] < 60
    for path in ("/1", "/a.jpg"):
        first, second, third = (request.started for request in running.requests(path))
        assert second - first > 0.9 and third - second > 3.9
    assert stored(crawl.store) == {"/a.jpg", "/b.jpg"}
    # The clock is right again, and what was written under the wrong one holds.
    before = len(running.requests())
    assert crawl(running.url).rc == 0
    assert running.requests()[before:] == []


# -- suspends ---------------------------------------------------------------------------------


def test_a_crawl_that_was_suspended_holds_it_against_no_url(site: StartSite, crawl: Crawls) -> None:
    pictures = {f"/{n}.jpg": image(50, 50, delay_seconds=1) for n in range(4)}
    running = site({"/": page("".join(f'<img src="{path}">' for path in pictures)), **pictures})
    settings = {"DOWNLOAD_TIMEOUT": 4, "RETRY_TIMES": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 4}
    at_work = crawl.start(running.url, settings=settings)
    running.journal.wait_for(lambda found: len(found) > 5)
    # Everything stands still, and the server is the last to move again.
    running.signal(signal.SIGSTOP)
    at_work.signal(signal.SIGSTOP)
    time.sleep(6)
    at_work.signal(signal.SIGCONT)
    time.sleep(1)
    running.signal(signal.SIGCONT)
    run = at_work.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert failures(crawl.store) == {} and stored(crawl.store) == set(pictures)


# -- the watchdog -----------------------------------------------------------------------------

# The limits of downloads and images stay what they are: a busy machine needs them.
IMPATIENT_DOG = """
from imagecrawler.coordinator import ending
from imagecrawler.extensions import watchdog

ending.LEAVE_SECONDS = 1
watchdog._OTHER_LIMITS = ("PAUSE_CHECK_SECONDS",)
"""
WATCHED = {"STALL_SECONDS": 3, "PAUSE_CHECK_SECONDS": 1}


def test_a_download_that_never_ends_is_named_and_given_up(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    running = site(
        {
            "/": page('<a href="/hang">.</a><a href="/1">.</a><img src="/a.jpg">'),
            "/hang": page("", hang=True),
            "/1": page(""),
            "/a.jpg": image(50, 50),
        }
    )
    settings = {**WATCHED, "DOWNLOAD_TIMEOUT": 0, "RETRY_TIMES": 0}
    run = crawl(running.url, settings=settings, env=project(tmp_path, IMPATIENT_DOG))
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert "Nothing has ended for 3 s" in run.stderr and f"{running.url}hang" in run.stderr
    assert pages(crawl.store)["/hang"]["error"] == "timeout"
    assert stored(crawl.store) == {"/a.jpg"}


def broken_site(site: StartSite) -> Site:
    """Start a site one page of which is bad for a pipeline."""
    links = "".join(f'<a href="/{name}">.</a>' for name in ("bad", *range(4)))
    return site(
        {
            "/": page(links),
            "/bad": page('<img src="/b.jpg">'),
            **{f"/{n}": page(f'<img src="/{n}.jpg">') for n in range(4)},
            **{f"/{n}.jpg": image(50, 50) for n in (*range(4), "b")},
        }
    )


@pytest.mark.parametrize("how", ["stall", "signal", "loop"])
def test_code_that_holds_up_a_crawl_ends_it_and_nothing_is_lost(
    site: StartSite, crawl: Crawls, tmp_path: Path, how: str
) -> None:
    running = broken_site(site)
    env = project(tmp_path, IMPATIENT_DOG, HOW=how)
    settings = {**WATCHED, "STALL_SECONDS": 0 if how == "signal" else 3}
    at_work = crawl.start(running.url, settings=settings, env=env)
    if how == "signal":
        running.journal.wait_for(lambda found: any(r.path == "/3.jpg" for r in found))
        at_work.terminate()
    run = at_work.wait(timeout_seconds=STOP_SECONDS + 30)
    assert run.rc == (0 if how == "signal" else 1)
    if how == "loop":
        assert "held up everything" in run.stderr and "broken.py" in run.stderr
    else:
        assert f"ends without what does not: {running.url}bad" in run.stderr
        assert run.summary["outcome"] == ("stopped" if how == "signal" else "failed")
    until(lambda: at_work.alive() == [])
    if how != "stall":
        return
    run = crawl()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert len(stored(crawl.store)) == 5 and len(pages(crawl.store)) == 6


def test_what_waits_by_right_is_no_stall(site: StartSite, crawl: Crawls, tmp_path: Path) -> None:
    slow = {"times": 1, "status": 503, "headers": {"Retry-After": "5"}}
    running = site({"/": page('<img src="/a.jpg">'), "/a.jpg": image(50, 50, fail=slow)})
    settings = {
        **WATCHED,
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 5,
        "DOWNLOAD_DELAY_JITTER": 0,
        "RETRY_WAIT_SECONDS": 10,
    }
    run = crawl(running.url, settings=settings, env=project(tmp_path, IMPATIENT_DOG))
    assert (run.rc, stored(crawl.store)) == (0, {"/a.jpg"})
    assert "Nothing has ended" not in run.stderr
