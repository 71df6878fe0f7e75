"""A site of servers and files that are out for harm: each costs itself, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.crawl.folders import pages, reasons, stored
from tests.crawls import PROJECT, Crawls, Running
from tests.hostile.server import answer, serving
from tests.hostile.servers import MAX_BODY_BYTES, image_answers, page_answers, redirected
from tests.site.pictures import draw

SETTINGS = {
    "DOWNLOAD_MAXSIZE": MAX_BODY_BYTES,
    "PAGE_MAX_BYTES": MAX_BODY_BYTES,
    "DOWNLOAD_TIMEOUT": 8,
    "RETRY_TIMES": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}
# What the README says a crawl may take: 150 MB, and twice each body that is under way. None of
# these images is decoded to more than a few MB, whatever it claims.
MAX_CRAWL_MB = 150 + 8 * 2 * MAX_BODY_BYTES / 1e6
MAX_WORKER_MB = 150


def test_every_hostile_answer_ends_in_its_reason_and_all_good_images_arrive(
    crawl: Crawls,
) -> None:
    images, hostile_pages = image_answers(), page_answers()
    good = {f"/good-{number}.jpg": answer(draw(320, 240, seed=number)) for number in range(20)}
    body = "".join(f'<img src="{path}">' for path in [*images, *good])
    body += "".join(f'<a href="{path}">.</a>' for path in hostile_pages)
    routes = {
        "/": answer(body.encode(), "text/html"),
        **{path: it.behaviour for path, it in (images | hostile_pages).items()},
        **redirected(),
        **good,
    }
    with serving(routes) as site:
        running = crawl.start(site.url, settings=SETTINGS)
        crawl_mb, worker_mb = peaks_mb(running)
        run = running.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished"), run.stderr
    expected = {path: it.reason for path, it in images.items() if it.reason is not None}
    assert reasons(crawl.store) == expected
    kept = {path for path, it in images.items() if it.reason is None}
    assert stored(crawl.store) == kept | set(good)
    ends = pages(crawl.store)
    assert {path: ends[path].get("error") for path in hostile_pages} == {
        path: it.reason for path, it in hostile_pages.items()
    }
    # Each once, but for what redirects lead to.
    assert {site.asked[path] for path in [*good, *expected] if "redirect" not in path} == {1}

    assert "Traceback" not in run.stderr and "ERROR" not in run.stderr
    assert list((crawl.store / "tmp").iterdir()) == []
    assert (crawl_mb < MAX_CRAWL_MB, worker_mb < MAX_WORKER_MB) == (True, True), (
        crawl_mb,
        worker_mb,
    )


def peaks_mb(running: Running) -> tuple[float, float]:
    """Wait for the end of a crawl and return the most that it and any worker had in memory."""
    own, workers = 0.0, 0.0
    while running.process.poll() is None:
        for pid in running.alive():
            # A process that is not a worker yet has the marks and the command of the crawl.
            if command(pid) == command(running.process.pid):
                own = max(own, peak_mb(pid))
            else:
                workers = max(workers, peak_mb(pid))
        time.sleep(0.05)
    return own, workers


def command(pid: int) -> bytes:
    """Return the command line of a process, nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def peak_mb(pid: int) -> float:
    """Return the high-water mark of a process so far, 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


# Settings of a project whose decoders do what only a hostile file of tomorrow makes them do.
THEIRS = """
import ctypes
import os
import time

from imagecrawler.pipelines import worker, worker_process
from imagecrawler.settings import *

SPIDER_MODULES = ["their_project", "imagecrawler.spiders"]
worker_process._TASK = "their_project:decode"


def decode(body, rules, stem):
    if b"crash" in body:
        ctypes.string_at(0)
    while b"hang" in body:
        time.sleep(60)
    if b"eat" in body:
        bytearray(2**40)
    return worker.write_renditions(body, rules, stem)
"""


def test_a_decoder_that_crashes_hangs_or_eats_memory_costs_its_image_alone(
    crawl: Crawls, tmp_path: Path
) -> None:
    (tmp_path / "their_project.py").write_text(THEIRS)
    plain = draw(320, 240, seed="plain")
    bodies = {f"/{what}.jpg": plain + what.encode() for what in ("crash", "hang", "eat")}
    bodies |= {f"/good-{number}.jpg": draw(320, 240, seed=number) for number in range(20)}
    page = "".join(f'<img src="{path}">' for path in bodies).encode()
    routes = {path: answer(body) for path, body in bodies.items()}
    with serving({"/": answer(page, "text/html"), **routes}) as site:
        running = crawl.start(
            site.url,
            settings={"IMAGES_TIMEOUT_SECONDS": 3},
            env={
                "SCRAPY_SETTINGS_MODULE": "their_project",
                "PYTHONPATH": os.pathsep.join([str(PROJECT), str(tmp_path)]),
            },
        )
        run = running.wait()
    assert (run.rc, run.summary["outcome"]) == (0, "finished"), run.stderr
    assert stored(crawl.store) == {path for path in bodies if "good" in path}
    assert reasons(crawl.store) == {
        "/crash.jpg": "not-an-image",
        "/hang.jpg": "too-large",
        "/eat.jpg": "too-large",
    }
    assert running.alive() == [] and list((crawl.store / "tmp").iterdir()) == []
