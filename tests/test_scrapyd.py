"""The README's walk through scrapyd, typed as it stands, against a real one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, stored
from tests.crawl.test_stopping import STOP_SECONDS
from tests.crawls import FAST, PROJECT
from tests.scrapyd_server import Scrapyd
from tests.site.generated import Generated
from tests.site.spec import image, page

_SCRIPTED = "<div id=app></div><script>app.innerHTML = '<img src=\"/drawn.jpg\">'</script>"


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrapyd]:
    """One scrapyd with the project deployed, for all tests: an egg takes seconds to build."""
    server = Scrapyd(tmp_path_factory.mktemp("scrapyd"))
    try:
        assert '"status": "ok"' in server.type(walk()[0])
        yield server
    finally:
        server.stop()


def walk() -> list[str]:
    """Return the commands of the README that are typed once scrapyd runs."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## On a server: scrapyd")[2].partition("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    return lines[lines.index("scrapyd-deploy") :]


def test_the_walk_through_of_the_readme(scrapyd: Scrapyd, site: StartSite, tmp_path: Path) -> None:
    plan = Generated(pages=24, hosts=1, images_per_page=2)
    running, store = site(plan), tmp_path / "example"
    local = "".join(f" -d setting={name}={value}" for name, value in FAST.items())

    def typed(command: str) -> str:
        command = command.replace("https://example.com/gallery", running.url)
        command = command.replace("/srv/images/example", str(store))
        # The first job takes over a minute, so that it is always cancelled midway.
        pace = " -d setting=DOWNLOAD_DELAY=1" if "jobid=first" in command else ""
        return scrapyd.type(command + (local + pace if "schedule.json" in command else ""))

    _, first, jobs, log, status, cancel, second = walk()
    assert '"status": "ok"' in typed(first)
    running.journal.wait_for(lambda found: len(found) > 6)
    assert scrapyd.jobs("running") == {"first"} and '"first"' in typed(jobs)
    assert "Spider opened" in typed(log)
    assert "queue" in typed(status).lower()
    begun = time.monotonic()
    assert '"prevstate": "running"' in typed(cancel)
    scrapyd.wait_for("first")
    assert time.monotonic() - begun < STOP_SECONDS
    assert "Closing spider" in typed(log) and "Traceback" not in typed(log)
    assert stored(store) < {"/" + url.split("/", 3)[3] for url in plan.image_urls(running.bases)}
    typed(second)
    scrapyd.wait_for("second")
    assert stored(store) == {"/" + url.split("/", 3)[3] for url in plan.image_urls(running.bases)}
    assert list(store.glob("queue/*/*")) == []
    # A cancelled job lets what is in flight end: not even that is asked for twice.
    assert len(asked(running)) == 1 + plan.pages + plan.pages * plan.images_per_page


def test_jobs_on_several_stores_run_at_once_with_all_that_the_egg_brings(
    scrapyd: Scrapyd, site: StartSite, tmp_path: Path
) -> None:
    held = page("", delay_seconds=3)
    routes = {"/": page('<a href="/held">.</a>' + _SCRIPTED), "/held": held, "/drawn.jpg": image()}
    sites = [site(routes) for _ in range(2)]
    for number, running in enumerate(sites):
        settings = {**FAST, "IMAGES_STORE": tmp_path / f"store-{number}"}
        scrapyd.schedule(f"at-once-{number}", settings=settings, start=running.url, render="always")
    scrapyd.until(lambda: {"at-once-0", "at-once-1"} <= scrapyd.jobs("running"))
    scrapyd.wait_for("at-once-0", "at-once-1")
    # What a script draws is found by the browser alone, with the scripts in the egg.
    assert [stored(tmp_path / f"store-{number}") for number in range(2)] == [{"/drawn.jpg"}] * 2


def test_a_relative_store_is_refused_in_the_log_of_the_job(scrapyd: Scrapyd) -> None:
    scrapyd.schedule("relative", settings={}, start="http://127.0.0.1:1/")
    scrapyd.wait_for("relative")
    assert "IMAGES_STORE=data is relative" in scrapyd.log("relative")
    assert "set an absolute path" in scrapyd.log("relative")


def test_the_spiders_of_the_egg_are_listed(scrapyd: Scrapyd) -> None:
    listed = scrapyd.curl(f"{scrapyd.url}listspiders.json?project=imagecrawler")
    assert '"site"' in listed and '"download"' in listed
