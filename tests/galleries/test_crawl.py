"""A whole crawl of all galleries: ``auto`` finds with a browser what ``never`` misses."""

from pathlib import Path

from tests.conftest import StartSite
from tests.crawl.folders import pages, records
from tests.crawls import Crawls
from tests.galleries.galleries import BATCHES, galleries, photos
from tests.site.spec import image, page

PLAIN = page("<img src=/plain.jpg>" + "Of the old harbour only the crane is left. " * 20)
GALLERIES = r"//[^/]+/(?:trap|\w+\.html)?$"


def test_auto_finds_every_picture_of_every_gallery_and_never_none(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    running = site(galleries() | {"/trap": PLAIN, "/plain.jpg": image()})
    pictures = {path for name in BATCHES for path in photos(name)}
    wanted = {"allow": GALLERIES, "max_images": 0, "timeout_seconds": 400}
    patience = {"RENDER_MAX_SECONDS": 120}

    run = crawl(running.url, render="never", **wanted)
    assert run.rc == 0, run.stderr
    assert pictures.isdisjoint(records(crawl.store))

    run = crawl(
        running.url, render="auto", store=tmp_path / "rendered", settings=patience, **wanted
    )
    assert run.rc == 0, run.stderr
    assert pictures - records(run.store).keys() == set()
    lines = pages(run.store)
    rendered = {path for path in lines if "rounds" in lines[path].get("rendered", {})}
    # What a frame shows is a page of its own too.
    built = {f"/{name}.html" for name in (*BATCHES, "framed")}
    assert built <= rendered and "/" not in rendered
    others = {lines[path]["rendered"]["why"] for path in rendered - built}
    assert others <= {"rendering other pages of this host gave more"}
