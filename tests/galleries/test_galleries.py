"""Galleries built by scripts: a look finds all their pictures, their markup none."""

import pytest

from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.discovery.rendered import rendered_page
from imagecrawler.identity.pictures import image_id
from tests.galleries.galleries import BATCHES, FOLDER, UNREACHABLE, photos


def static_page(name: str, base: str) -> ParsedPage:
    html = (FOLDER / "pages" / f"{name}.html").read_text("utf-8")
    return parse_page(html, url=f"{base}/{name}.html")


@pytest.mark.parametrize("name", BATCHES)
def test_a_look_finds_every_picture_and_nothing_else(name, eyes, gallery_site):
    base = gallery_site.bases[0]
    pictures = {image_id(base + path) for path in photos(name)}
    static = static_page(name, base)
    assert pictures.isdisjoint(image.id for image in static.images)

    found = eyes.look(f"{base}/{name}.html")
    page = rendered_page(static, found)
    assert found.stopped_by == "nothing-new"
    sure = [image for image in page.images if "rendered" in image.found_by]
    assert {image.id for image in sure} == pictures and len(sure) == len(pictures)
    assert all(image.certainty < 0.5 for image in page.images if image not in sure)
    assert found.unreachable == UNREACHABLE.get(name, 0)
    fetched = [request.path for request in gallery_site.requests() if "/photos/" in request.path]
    assert all(path.startswith("/photos/blob/") for path in fetched), "images are not fetched"
    assert gallery_site.requests("/trap") == []


def test_what_the_page_says_of_a_picture_is_kept_though_its_row_is_gone(eyes, gallery_site):
    base = gallery_site.bases[0]
    page = rendered_page(static_page("window", base), eyes.look(f"{base}/window.html"))
    by_url = {image.url: image for image in page.images}
    for path in photos("window"):
        image = by_url[base + path]
        assert image.description == f"Photo {path[-7:-4]} of window"
        assert image.link == base + path.replace(".jpg", ".html")
    assert set(page.links) == {base + path.replace(".jpg", ".html") for path in photos("window")}


def test_the_renditions_that_scripts_offer_are_candidates(eyes, gallery_site):
    base = gallery_site.bases[0]
    page = rendered_page(static_page("react", base), eyes.look(f"{base}/react.html"))
    for image in page.images:
        small = image.url.replace(".jpg", "-small.jpg")
        assert {(c.url, c.width_px) for c in image.candidates} == {(image.url, 1200), (small, 400)}


def test_without_a_watch_a_look_still_finds_what_elements_show(eyes, gallery_site):
    base = gallery_site.bases[0]
    found = eyes.look(f"{base}/endless.html", watched=False)
    assert {image.url for image in found.observed} == {base + path for path in photos("endless")}
