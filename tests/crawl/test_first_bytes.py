"""Images that are not worth having end with their first bytes: the rest is never sent."""

from __future__ import annotations

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, reasons, records, stored
from tests.crawls import Crawls
from tests.site.spec import data, image, page, redirect

# What a socket may hold unread is a few MB: a body has to be larger for the site to feel it.
LONG = 48_000_000
SLOWLY = {"drip_bytes": 64 * 1024, "drip_pause_seconds": 0.01}
VIDEO = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"


def test_what_the_first_bytes_exclude_is_not_sent_to_its_end(
    site: StartSite, crawl: Crawls
) -> None:
    images = {
        "/small.jpg": image(90, 60, padding_bytes=LONG, **SLOWLY),
        "/film.jpg": data(VIDEO, padding_bytes=LONG, **SLOWLY),
        "/drawing.png": image(640, 480, kind="PNG", padding_bytes=LONG, **SLOWLY),
        "/heavy.jpg": image(640, 480, padding_bytes=LONG + 2_000_000, **SLOWLY),
        "/turned.jpg": image(300, 900, orientation=6, padding_bytes=100_000),
        "/good.jpg": image(640, 480, padding_bytes=100_000),
        # Little is left of it: the connection is worth more.
        "/little.jpg": image(90, 60, padding_bytes=20_000),
        "/soft404.jpg": page("Not here, " * 10_000),
        "/moved.jpg": redirect("/good2.jpg"),
        "/good2.jpg": image(700, 480),
        "/gone.jpg": data(b"<html>" + bytes(100_000), status=404),
    }
    body = "".join(f'<img src="{path}">' for path in images if path != "/good2.jpg")
    running = site({"/": page(body), **images})
    run = crawl(
        running.url,
        settings={"IMAGES_MAX_BYTES": LONG + 1_000_000, "RETRY_TIMES": 0},
        image_min_width=600,
        image_kinds="jpeg",
    )
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {"/good.jpg", "/turned.jpg", "/moved.jpg"}
    assert reasons(crawl.store) == {
        "/small.jpg": "too-small",
        "/little.jpg": "too-small",
        "/film.jpg": "not-an-image",
        "/soft404.jpg": "not-an-image",
        "/drawing.png": "excluded",
        "/heavy.jpg": "too-large",
        "/gone.jpg": "http-404",
    }
    sent = {request.path: request.sent for request in running.requests()}
    for path in ("/small.jpg", "/film.jpg", "/drawing.png", "/heavy.jpg"):
        assert (sent[path] or 0) < LONG / 2, path
    assert run.summary["bytes_saved"] > 4 * LONG - 4_000_000
    assert run.summary["bytes_downloaded"] < 2_000_000
    assert "not sent" in run.stdout
    (facts,) = failures(crawl.store)["/small.jpg"]["judged"].values()
    assert (facts["format"], facts["width"], facts["height"]) == ("jpeg", 90, 60)
    assert facts["bytes"] > LONG
    log = run.stderr
    assert "'images/cut_off/not-an-image': 2" in log and "'images/cut_off/too-small': 1" in log
    assert "'images/cut_off/too-large': 1" in log and "'images/cut_off/excluded': 1" in log
    assert "Traceback" not in log and "ERROR" not in log


def test_pages_are_never_ended_by_a_filter_on_images(site: StartSite, crawl: Crawls) -> None:
    start = page("x" * 200_000 + '<a href="/pic">.</a><img src="/a.jpg">')
    running = site({"/": start, "/pic": image(50, 50, padding_bytes=90_000), "/a.jpg": image(9, 9)})
    run = crawl(running.url, image_min_width=100, image_max_bytes=80_000, image_kinds="png")
    assert (run.rc, run.summary["pages"]["failed"]) == (0, {})
    assert run.summary["pages"]["visited"] == 2


def test_an_end_leads_to_the_next_rendition(site: StartSite, crawl: Crawls) -> None:
    srcset = "/film.jpg 1300w, /photo.jpg 640w"
    running = site(
        {
            "/": page(f'<img src="/photo.jpg" srcset="{srcset}">'),
            "/film.jpg": data(VIDEO, padding_bytes=200_000),
            "/photo.jpg": image(640, 480),
        }
    )
    run = crawl(running.url)
    assert (run.rc, asked(running)) == (0, ["/", "/film.jpg", "/photo.jpg"])
    assert stored(crawl.store) == {"/photo.jpg"}
    assert records(crawl.store)["/photo.jpg"]["fetched_url"] == f"{running.url}photo.jpg"


@pytest.mark.parametrize("gzip", [False, True])
def test_a_body_of_unknown_length_ends_when_it_proves_long(
    site: StartSite, crawl: Crawls, gzip: bool
) -> None:
    """Compressed bytes are not the file's: they are left to those who decompress them."""
    behaviour = {"chunked": True, "gzip": gzip}
    images = {
        "/soft404.jpg": page("Not here, " * 500_000, **behaviour),
        "/short404.jpg": page("Not here, " * 100, **behaviour),
        "/good.jpg": image(640, 480, padding_bytes=300_000, **behaviour),
        "/heavy.jpg": image(641, 480, padding_bytes=4_000_000, **behaviour),
    }
    running = site({"/": page("".join(f'<img src="{path}">' for path in images)), **images})
    run = crawl(running.url, image_max_bytes=2_000_000)
    assert (run.rc, stored(crawl.store)) == (0, {"/good.jpg"})
    assert reasons(crawl.store) == {
        "/soft404.jpg": "too-large" if gzip else "not-an-image",
        "/short404.jpg": "not-an-image",
        "/heavy.jpg": "too-large",
    }
    assert ("images/cut_off/too-large" in run.stderr) is not gzip
    # It is judged again by what was received of it.
    before = len(running.requests())
    assert crawl(image_max_bytes=3_000_000).rc == crawl(spider="download").rc == 0
    tried_again = asked(running, since=before)
    assert "/good.jpg" not in tried_again and "/short404.jpg" not in tried_again
