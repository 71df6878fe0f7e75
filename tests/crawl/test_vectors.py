"""SVG through a crawl: excluded, or kept as it came and settled."""

from __future__ import annotations

from tests.conftest import StartSite
from tests.crawl.folders import asked, reasons, records, stored
from tests.crawls import Crawls
from tests.site.spec import data, image, page

SVG = (
    b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 900 600'>"
    b"<!-- a drawing --><path d='M0 0h9v9z'/></svg>"
)


def test_an_svg_is_kept_once_originals_are(site: StartSite, crawl: Crawls) -> None:
    body = '<img src="/drawing.svg"><img src="/disguised.png"><img src="/photo.jpg">'
    running = site(
        {
            "/": page(body),
            "/drawing.svg": data(SVG),
            "/disguised.png": data(SVG.replace(b"900", b"90")),
            "/photo.jpg": image(640, 480),
        }
    )
    assert crawl(running.url, settings={"IMAGES_WIDTHS": "200,600"}).rc == 0
    assert stored(crawl.store) == {"/photo.jpg"}
    assert reasons(crawl.store) == {"/drawing.svg": "excluded", "/disguised.png": "excluded"}

    assert crawl(settings={"IMAGES_WIDTHS": "200,600,original"}).rc == 0
    assert stored(crawl.store, "200") == {"/photo.jpg", "/drawing.svg", "/disguised.png"}
    assert reasons(crawl.store) == {}
    record = records(crawl.store)["/drawing.svg"]
    assert (record["format"], record["width"], record["height"]) == ("svg", 900, 600)
    kept = sorted(crawl.store.glob("downloaded/*/*/*.svg"))
    assert {path.parts[-3] for path in kept} == {"200", "600", "original"}
    assert {path.read_bytes() for path in kept} >= {SVG}

    before = len(asked(running))
    assert crawl(settings={"IMAGES_WIDTHS": "200,600,original"}).rc == 0
    assert [path for path in asked(running)[before:] if path != "/"] == []
