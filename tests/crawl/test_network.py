"""A network, a host or a name service that goes away and comes back: nothing is given up for it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, pages, reasons, stored
from tests.crawl.test_stopping import assert_whole, until
from tests.crawls import PROJECT, Crawls, Running
from tests.site.generated import Generated
from tests.site.spec import image, page

# Tries come one after the other: a URL that is tried while nobody answers has failed at once.
IMPATIENT = {
    "RETRY_TIMES": 1,
    "RETRY_DELAY_SECONDS": 0.1,
    "DOWNLOAD_TIMEOUT": 2,
    "PAUSE_CHECK_SECONDS": 0.2,
}


def until_said(running: Running, words: str) -> None:
    """Wait until the log says something."""
    until(lambda: words in running.stderr or running.process.poll() is not None)
    assert words in running.stderr, running.stderr


def test_a_lost_network_pauses_the_crawl_and_costs_no_try(site: StartSite, crawl: Crawls) -> None:
    plan = Generated(pages=16, hosts=2, images_per_page=2, delay_seconds=0.1)
    running = site(plan)
    at_work = crawl.start(running.url, scope="any", settings=IMPATIENT)
    running.journal.wait_for(lambda found: len(found) > 12)
    running.signal(signal.SIGSTOP)
    until_said(at_work, "No host answers")
    time.sleep(2.5)  # so long would all tries of a URL have lasted
    running.signal(signal.SIGCONT)
    run = at_work.wait()
    assert "Hosts answer again" in run.stderr
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert run.summary["paused_seconds"]["network"] >= 1
    assert "Paused" in run.stdout and "no host answered" in run.stdout
    assert failures(crawl.store) == {}
    assert_whole(running, plan, crawl)


def test_a_network_that_stays_away_ends_the_run_and_all_is_kept(
    site: StartSite, crawl: Crawls
) -> None:
    plan = Generated(pages=8, hosts=1, images_per_page=2)
    running = site(plan)
    assert crawl(running.url, max_pages=2, max_images=1).rc == 0
    running.stop()
    # There is no network from the start: what the store knows of its hosts tells that.
    run = crawl(settings={**IMPATIENT, "PAUSE_MAX_SECONDS": 1})
    assert run.rc == 1
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    assert "No host answered" in line and "PAUSE_MAX_SECONDS" in line
    ended = [*failures(crawl.store).values(), *pages(crawl.store).values()]
    assert [each for each in ended if each.get("reason") and not each["next_try"]] == []
    assert [each for each in ended if each.get("error") and not each["next_try"]] == []
    again = site(plan, ports=running.ports)
    run = crawl()
    assert (run.rc, run.summary["outcome"], run.summary["paused_seconds"]) == (0, "finished", {})
    assert_whole(again, plan, crawl)


def test_a_host_that_goes_away_is_left_alone_while_others_go_on(
    site: StartSite, crawl: Crawls
) -> None:
    pictures = {f"/{n}.jpg": image(50, 50, delay_seconds=0.1) for n in range(16)}
    far = site({}, pictures)
    body = "".join(f'<img src="{far.bases[1]}/{n}.jpg">' for n in range(16))
    links = "".join(f'<a href="/{n}">.</a>' for n in range(40))
    near = site(
        {"/": page(links + body), **{f"/{n}": page("", delay_seconds=0.2) for n in range(40)}}
    )
    at_work = crawl.start(near.url, settings={**IMPATIENT, "HOST_AWAY_SECONDS": 60})
    far.journal.wait_for(lambda found: len(found) > 4)
    far.stop()
    until_said(at_work, "127.0.0.2 does not answer any more")
    seen = len(asked(near))
    near.journal.wait_for(lambda found: len(found) > seen + 4)
    site({}, pictures, ports=far.ports)
    run = at_work.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert "127.0.0.2 answers again" in run.stderr
    assert "No host answers" not in run.stderr
    assert failures(crawl.store) == {} and stored(crawl.store) == set(pictures)


def test_a_host_that_stays_away_is_given_up_as_ever(site: StartSite, crawl: Crawls) -> None:
    pictures = {f"/{n}.jpg": image(50, 50, delay_seconds=0.2) for n in range(8)}
    far = site({}, pictures)
    near = site({"/": page("".join(f'<img src="{far.bases[1]}{path}">' for path in pictures))})
    at_work = crawl.start(near.url, settings={**IMPATIENT, "HOST_AWAY_SECONDS": 0.5})
    far.journal.wait_for(lambda found: len(found) > 2)
    far.stop()
    run = at_work.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert "127.0.0.2 stays away" in run.stderr and "No host answers" not in run.stderr
    assert set(reasons(crawl.store).values()) == {"refused"}
    assert len(reasons(crawl.store)) + len(stored(crawl.store)) == len(pictures)


def test_what_never_answers_on_a_host_that_does_is_given_up(site: StartSite, crawl: Crawls) -> None:
    hanging = {f"/{n}.jpg": image(50, 50, hang=True) for n in range(5)}
    body = "".join(f'<img src="{path}">' for path in hanging)
    run = crawl(site({"/": page(body), **hanging}).url, settings=IMPATIENT)
    assert (run.rc, run.summary["outcome"], run.summary["paused_seconds"]) == (0, "finished", {})
    assert reasons(crawl.store) == dict.fromkeys(hanging, "timeout")


# A project in which names are what a file says: without the file there is no name service.
NAMES = """
import os
import socket

from imagecrawler.handlers import resolver
from imagecrawler.settings import *

resolver._ANSWER_SECONDS = resolver._FAILURE_SECONDS = 0.1
system = socket.getaddrinfo


def getaddrinfo(host, *args, **options):
    if str(host).endswith(".test"):
        if not os.path.exists(os.environ["NAMES"]):
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        host = "127.0.0.1"
    return system(host, *args, **options)


socket.getaddrinfo = getaddrinfo
"""


def test_a_name_service_that_fails_pauses_the_crawl(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    names = tmp_path / "names"
    names.touch()
    (tmp_path / "named.py").write_text(NAMES)
    pictures = {f"/{n}.jpg": image(50, 50, delay_seconds=0.1) for n in range(12)}
    routes = {**pictures, "/": page("")}
    running = site(routes)
    port = running.ports[0]
    running.stop()
    body = "".join(f'<img src="http://h{n}.test:{port}/{n}.jpg">' for n in range(12))
    routes["/"] = page(body)
    running = site(routes, ports=[port])
    env = {
        "SCRAPY_SETTINGS_MODULE": "named",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(tmp_path)]),
        "NAMES": str(names),
    }
    settings = {**IMPATIENT, "CONCURRENT_REQUESTS": 2}
    at_work = crawl.start(f"http://start.test:{port}/", settings=settings, env=env)
    running.journal.wait_for(lambda found: len(found) > 6)
    names.unlink()
    until_said(at_work, "No host answers")
    time.sleep(1)
    names.touch()
    run = at_work.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert failures(crawl.store) == {} and stored(crawl.store) == set(pictures)
