"""What a crawl holds in memory: key sets, and as many bytes as it may. No sizes of processes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import StartSite
from tests.crawl.folders import stored
from tests.crawls import Crawls
from tests.site.spec import image, page


def test_nothing_but_the_key_sets_grows_with_the_images(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    pictures = {f"/{n}.jpg": image(40, 30) for n in range(300)}
    shown = ["".join(f'<img src="/{n}.jpg">' for n in range(k, 300, 20)) for k in range(20)]
    routes = {f"/{k}": page(shown[k]) for k in range(20)}
    routes["/"] = page("".join(f'<a href="/{k}">.</a>' for k in range(20)))
    running = site({**routes, **pictures})
    settings = {
        "EXTENSIONS": json.dumps({"tests.crawl.growth.Growth": 1}),
        "GROWTH_IMAGES": len(pictures),
        "GROWTH_REPORT": tmp_path / "growth.json",
        "CONCURRENT_REQUESTS": 4,
        "DOWNLOAD_TIMEOUT": 60,  # as by default: what is kept as long as that would be seen
    }
    run = crawl(running.url, settings=settings)
    assert (run.rc, stored(crawl.store)) == (0, set(pictures))
    report = json.loads((tmp_path / "growth.json").read_text())
    tables = ["known", "known folders", "stored", "stored folders"]
    folders = ["changed folders", "contents", "filled folders"]
    assert report["sets"] == ["cached records", *folders, *tables]
    assert report["objects"] == {}
    assert report["answers"] < 50  # not 200: with their bodies they go at once


def test_no_more_bodies_are_asked_for_than_may_be_in_flight(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    pictures = {f"/{n}.jpg": image(64, 48, padding_bytes=400_000) for n in range(24)}
    running = site({"/": page("".join(f'<img src="{path}">' for path in pictures)), **pictures})
    settings = {
        "EXTENSIONS": json.dumps({"tests.crawl.growth.BytesInFlight": 1}),
        "GROWTH_REPORT": tmp_path / "most.json",
        "CONCURRENT_REQUESTS": 16,  # so many images may be with the workers otherwise
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "IMAGES_MAX_BYTES_IN_FLIGHT": 1_000_000,
    }
    run = crawl(running.url, settings=settings)
    assert (run.rc, stored(crawl.store)) == (0, set(pictures))
    # Three reach the limit, two more were asked for before, and few may be on their way from the
    # downloader to the workers.
    assert 0 < json.loads((tmp_path / "most.json").read_text()) < 8 * 400_000
