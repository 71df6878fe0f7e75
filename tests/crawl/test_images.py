"""From the picture on a page to its files: which rendition, which buckets, which record."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

from PIL import Image

from imagecrawler.imaging.likeness import Likeness
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, reasons, records, stored
from tests.crawls import Crawls
from tests.site import pictures
from tests.site.spec import data, image, page


def file_of(store: Path, path: str, bucket: str) -> Path:
    """Return the one file of the picture whose URL has this path."""
    return store / records(store)[path]["files"][bucket]


def test_one_request_per_picture_for_the_smallest_rendition_that_is_wide_enough(
    site: StartSite, crawl: Crawls
) -> None:
    body = """
    <img id=chosen src="/a-s.jpg" srcset="/a-s.jpg 400w, /a-l.jpg 1300w, /a-xl.jpg 3000w">
    <img id=none-wide-enough src="/b-s.jpg" srcset="/b-s.jpg 300w, /b-m.jpg 900w">
    <img id=density srcset="/c-1.jpg, /c-2.jpg 2x, /c-3.jpg 1.5x">
    <img id=lazy src="/blank.gif" data-src="/d.jpg">
    <img id=lazy-set src="data:image/gif;base64,R0lGODlhAQABAAAAACw="
         data-srcset="/e-s.jpg 500w, /e-l.jpg 1200w">
    <picture><source type="image/webp" srcset="/f-m.jpg 1250w">
         <img src="/f.jpg"></picture>
    <a href="/g-full.jpg"><img src="/g-thumb.jpg"></a>
    <img src="/h.jpg"><img src="/h.jpg#again"><a href="/h.jpg">the same</a>
    <a href="/file-only.jpg">a link to a picture</a>
    <noscript><img src="/n.jpg"></noscript>
    """
    head = '<meta property="og:image" content="/social.jpg">'
    wanted = [
        *("/a-l.jpg", "/b-m.jpg", "/c-2.jpg", "/d.jpg", "/e-l.jpg", "/f-m.jpg", "/g-full.jpg"),
        *("/h.jpg", "/file-only.jpg", "/n.jpg", "/social.jpg", "/blank.gif"),
    ]
    sizes = {"/a-l.jpg": 1300, "/b-m.jpg": 900, "/e-l.jpg": 1200, "/f-m.jpg": 1250}
    running = site(
        {
            "/": page(f"{body}<a href='/two'>.</a>", head=head),
            "/two": page('<img src="/h.jpg"><img src="/a-s.jpg"><img src="/social.jpg?w=200">'),
            **{path: image(sizes.get(path, 640), 90) for path in wanted},
        }
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["images"]["failed"]) == (0, {})
    assert sorted(asked(running)) == sorted(["/", "/two", *wanted])
    assert (run.summary["images"]["found"], run.summary["images"]["stored"]) == (12, 12)
    found = records(crawl.store)
    assert found["/h.jpg"]["pages"] == [running.url, f"{running.url}two"]
    assert found["/h.jpg"]["page_count"] == 2
    offered = found["/a-s.jpg"]["candidates"]
    claims = {(c["url"][len(running.url) :], c["width"]) for c in offered if "width" in c}
    assert claims == {("a-s.jpg", 400), ("a-l.jpg", 1300), ("a-xl.jpg", 3000)}
    assert stored(crawl.store, "1200") == {"/a-s.jpg", "/e-l.jpg", "/f.jpg"}


def test_buckets_kinds_and_untouched_bytes(site: StartSite, crawl: Crawls) -> None:
    images = {
        "/wide.jpg": image(1500, 750),
        "/middle.jpg": image(800, 400),
        "/exact.jpg": image(600, 300),
        "/narrow.jpg": image(120, 60),
        "/clear.png": image(1300, 650, kind="PNG", mode="RGBA"),
        "/flat.png": image(600, 100, kind="PNG"),
        "/turned.jpg": image(1000, 700, orientation=6),
        "/lying.png": image(640, 480),
    }
    running = site({"/": page("".join(f'<img src="{path}">' for path in images)), **images})
    run = crawl(running.url, settings={"IMAGES_WIDTHS": "600,1200,original"})
    assert (run.rc, run.summary["images"]["stored"]) == (0, len(images))
    store = crawl.store

    def widths(path: str) -> dict[str, tuple[int, int, str]]:
        files = records(store)[path]["files"]
        opened = {bucket: Image.open(store / file) for bucket, file in files.items()}
        return {bucket: (*found.size, str(found.format)) for bucket, found in opened.items()}

    assert widths("/wide.jpg") == {
        "600": (600, 300, "JPEG"),
        "1200": (1200, 600, "JPEG"),
        "original": (1500, 750, "JPEG"),
    }
    assert widths("/middle.jpg").keys() == {"600", "original"}
    assert widths("/narrow.jpg")["600"] == (120, 60, "JPEG")
    assert widths("/clear.png")["1200"] == (1200, 600, "PNG")
    assert Image.open(file_of(store, "/clear.png", "600")).getchannel("A").getextrema() == (0, 255)
    assert widths("/turned.jpg")["600"] == (600, 857, "JPEG")
    assert (records(store)["/turned.jpg"]["width"], records(store)["/turned.jpg"]["height"]) == (
        700,
        1000,
    )
    # The suffix tells the truth, whatever the URL says.
    assert file_of(store, "/lying.png", "600").suffix == ".jpg"
    for path, bucket in (
        *(("/exact.jpg", "600"), ("/narrow.jpg", "600"), ("/flat.png", "600")),
        *((path, "original") for path in images),
    ):
        spec = dict(images[path]["image"])
        sent = pictures.draw(**{**spec, "seed": f"0{path}"})
        assert file_of(store, path, bucket).read_bytes() == sent, (path, bucket)
    assert len(run.files()) == len(images) * 2 + 2
    assert run.summary["totals"]["downloaded"] == {"600": 8, "1200": 2, "original": 8}


def test_equal_bytes_are_stored_once_and_records_say_what_was_fetched(
    site: StartSite, crawl: Crawls
) -> None:
    body = """
    <title>The harbour</title><meta name="keywords" content="boats, sea">
    <a href="/boat"><img src="/linked.jpg" alt="A boat"></a>
    <img src="/plain.jpg"><img src="/copy.jpg" alt="The same bytes">
    <img src="/gone.jpg">
    """
    running = site(
        {
            "/": page(body),
            "/boat": page(""),
            "/linked.jpg": image(700, 350, headers={"ETag": '"tag"'}),
            "/plain.jpg": image(650, 350, seed="same"),
            "/copy.jpg": image(650, 350, seed="same"),
        }
    )
    run = crawl(running.url)
    assert run.rc == 0
    sent = pictures.draw(700, 350, seed="0/linked.jpg")
    found = records(crawl.store)
    linked = dict(found["/linked.jpg"])
    fetched_at = linked.pop("time")
    assert fetched_at.endswith("Z") and linked["files"]["600"].startswith("downloaded/600/")
    files = linked.pop("files")
    assert Likeness.recorded(linked) == render(sent, ImageRules((600,))).likeness
    for name in [*linked]:
        if name.startswith(("phash", "class", "marks")):
            del linked[name]
    assert linked == {
        "url": f"{running.url}linked.jpg",
        "follow": f"{running.url}boat",
        "description": "A boat",
        "page": running.url,
        "title": "The harbour",
        "candidates": [{"url": f"{running.url}linked.jpg"}],
        "found_by": ["img"],
        "certainty": 1.0,
        "position": [1, 4],
        "pages": [running.url],
        "page_count": 1,
        "status": 200,
        "etag": '"tag"',
        "fetched_url": f"{running.url}linked.jpg",
        "sha256": hashlib.sha256(sent).hexdigest(),
        "bytes": len(sent),
        "format": "jpeg",
        "width": 700,
        "height": 350,
        "widths": [600, 1200],
    }
    assert found["/plain.jpg"]["follow"] == running.url
    assert found["/plain.jpg"]["tags"] == ["boats", "sea"]

    # One of two equal images has the file, the other says which.
    (duplicate,) = [f for f in failures(crawl.store).values() if f["reason"] == "duplicate"]
    (first,) = {"/plain.jpg", "/copy.jpg"} & stored(crawl.store)
    assert duplicate["first"] in found[first]["files"]["600"]
    assert found["/plain.jpg"]["sha256"] == found["/copy.jpg"]["sha256"]
    assert (duplicate["next_try"], len(run.files())) == (None, 2)
    assert run.summary["images"]["failed"] == {"duplicate": 1, "http-404": 1}

    names = {json.loads(f.read_text())["url"]: f.name for f in crawl.store.glob("visited/*/*")}
    flags = {url[len(running.url) :]: name.partition(".v6+")[2] for url, name in names.items()}
    assert flags == {"linked.jpg": "cdf", "plain.jpg": "cft", "copy.jpg": "cdft", "gone.jpg": "ct"}
    assert files["600"].endswith(names[f"{running.url}linked.jpg"].partition(".")[0] + ".jpg")
    before = len(running.requests())
    assert crawl().rc == 0
    assert asked(running, since=before) == []


def test_a_width_that_is_added_later_is_fetched_without_visiting_pages(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/": page('<img src="/a.jpg" srcset="/a.jpg 640w, /a-l.jpg 1280w"><img src="/b.jpg">'),
            "/a.jpg": image(640, 320),
            "/a-l.jpg": image(1280, 640),
            "/b.jpg": image(1300, 650),
            "/c.jpg": image(700, 350),
        }
    )
    assert crawl(running.url, settings={"IMAGES_WIDTHS": "600"}).rc == 0
    assert sorted(asked(running)) == ["/", "/a.jpg", "/b.jpg"]
    before = len(running.requests())
    run = crawl(spider="download", settings={"IMAGES_WIDTHS": "600,1200"})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert sorted(asked(running, since=before)) == ["/a-l.jpg", "/b.jpg"]
    assert stored(crawl.store, "1200") == stored(crawl.store) == {"/a.jpg", "/b.jpg"}
    assert records(crawl.store)["/a.jpg"]["files"].keys() == {"600", "1200"}
    # Now nothing is wanted any more, by either spider.
    before = len(running.requests())
    settings = {"IMAGES_WIDTHS": "600,1200"}
    assert crawl(spider="download", settings=settings).rc == crawl(settings=settings).rc == 0
    assert asked(running, since=before) == []


def test_a_smaller_rendition_that_is_met_later_replaces_nothing(
    site: StartSite, crawl: Crawls
) -> None:
    """A listing may show ``photo.jpg?w=200``: with the detail page known, it is no news."""
    running = site(
        {
            "/": page('<a href="/two">.</a><img src="/a.jpg"><img src="/b.jpg">'),
            "/two": page(
                '<img src="/a.jpg?w=200"><a href="/b-zoom.jpg"><img src="/b.jpg"></a>',
                delay_seconds=1.0,
            ),
            "/a.jpg": image(900, 450),
            "/a.jpg?w=200": image(200, 100),
            "/b.jpg": image(900, 450),
            "/b-zoom.jpg": image(300, 150),
        }
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert sorted(asked(running)) == ["/", "/a.jpg", "/b-zoom.jpg", "/b.jpg", "/two"]
    for path in ("/a.jpg", "/b.jpg"):
        record = records(crawl.store)[path]
        assert (record["width"], len(record["candidates"])) == (900, 2)
        assert Image.open(file_of(crawl.store, path, "600")).width == 600
        assert "upgrade" not in record
    before = len(running.requests())
    assert crawl().rc == crawl(spider="download").rc == 0
    assert asked(running, since=before) == []


def test_what_is_no_good_image_says_why_and_its_record_stays(
    site: StartSite, crawl: Crawls
) -> None:
    good = pictures.draw(640, 480, seed="broken")
    huge = io.BytesIO()
    Image.new("1", (4000, 4000)).save(huge, "PNG")
    images = {
        "/html.jpg": page("Not found, but 200"),
        "/empty.jpg": data(b""),
        "/half.jpg": data(good[: len(good) // 2]),
        "/cut.jpg": data(good, cut_at=len(good) // 2),
        "/small.jpg": image(20, 90),
        "/low.jpg": image(90, 20),
        "/bomb.png": data(huge.getvalue(), content_type="image/png"),
        "/heavy.jpg": data(b"\xff\xd8" + bytes(400_000)),
        "/secret.jpg": image(90, 90, status=403),
    }
    # Other images on the same pages are not the worse for it.
    images["/good.jpg"] = image(90, 90)
    running = site({"/": page("".join(f'<img src="{path}">' for path in images)), **images})
    settings = {
        "IMAGES_MIN_WIDTH": 40,
        "IMAGES_MIN_HEIGHT": 40,
        "IMAGES_MAX_PIXELS": 1_000_000,
        "DOWNLOAD_MAXSIZE": 300_000,
        "RETRY_TIMES": 0,
    }
    run = crawl(running.url, settings=settings)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {"/good.jpg"}
    assert reasons(crawl.store) == {
        "/html.jpg": "not-an-image",
        "/empty.jpg": "not-an-image",
        "/half.jpg": "not-an-image",
        "/cut.jpg": "broken-off",
        "/small.jpg": "too-small",
        "/low.jpg": "too-small",
        "/bomb.png": "too-large",
        "/heavy.jpg": "too-large",
        "/secret.jpg": "http-403",
    }
    assert set(records(crawl.store)) == set(images)
    assert list((crawl.store / "tmp").iterdir()) == []


def test_a_better_rendition_that_fails_ends_its_tries_and_the_file_stays(
    site: StartSite, crawl: Crawls
) -> None:
    gone, broken = "/gone-large.jpg", "/broken-large.jpg"
    better = '<img src="/{0}.jpg" srcset="/{0}.jpg 300w, /{0}-large.jpg 1300w">'
    running = site(
        {
            "/": page('<img src="/gone.jpg"><img src="/broken.jpg">'),
            "/detail": page(better.format("gone") + better.format("broken")),
            "/gone.jpg": image(300, 150),
            "/broken.jpg": image(300, 150),
            broken: image(1300, 650, status=503),
        }
    )
    settings = {"RETRY_DELAY_SECONDS": 0.1}
    assert crawl(running.url, settings=settings).summary["images"]["stored"] == 2
    kept = {path: file_of(crawl.store, path, "600") for path in ("/gone.jpg", "/broken.jpg")}
    before = len(running.requests())
    run = crawl(f"{running.url}detail", settings=settings)
    assert (run.rc, run.summary["outcome"], run.summary["images"]["wanted"]) == (0, "finished", 0)
    tries = [path for path in asked(running, since=before) if path != "/detail"]
    assert sorted(tries) == [broken, broken, gone]  # RETRY_TIMES is 1
    # Nor does a later run ask for them, which sees them on their page again.
    before = len(running.requests())
    assert crawl(revisit=0, settings=settings).rc == 0
    assert sorted(asked(running, since=before)) == ["/", "/detail"]
    for path, file in kept.items():
        assert file_of(crawl.store, path, "600") == file
        assert Image.open(file).size == (300, 150)
        assert "upgrade" not in records(crawl.store)[path]
    assert (failures(crawl.store), len(run.files())) == ({}, 2)
