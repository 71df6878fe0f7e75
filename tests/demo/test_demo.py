"""The demo site is worth crawling: enough pages, pictures that decode, and every oddity."""

import io
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from PIL import Image

from imagecrawler.demo.pages import HIDDEN_PATH
from imagecrawler.demo.server import DemoSite
from tests.crawls import PROJECT


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
        return body


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoSite]:
    with DemoSite() as running:
        yield running


@pytest.fixture(scope="module")
def pages(demo: DemoSite) -> dict[str, str]:
    """Every page that links lead to, but for the calendar's and the maze's endless rooms."""
    found: dict[str, str] = {}
    todo = [demo.start_url]
    while todo:
        url = todo.pop()
        if url in found or "?" in url or url.count("corridor") > 2:
            continue
        found[url] = get(url).decode()
        links = (urljoin(url, link) for link in re.findall(r'<a [^>]*href="([^"]+)"', found[url]))
        todo += [link for link in links if not link.endswith((".jpg", ".png"))]
    return found


@pytest.fixture(scope="module")
def renditions(pages: dict[str, str]) -> set[str]:
    """Every image URL of every page, in whatever attribute."""
    found = set()
    for url, html in pages.items():
        for value in re.findall(r'(?:src|srcset)="([^"]+)"', html):
            if not value.startswith("data:"):
                found |= {urljoin(url, part.split()[0]) for part in value.split(", ")}
    return {url for url in found if "/broken/" not in url}


def test_there_are_enough_pages_and_each_is_a_document(pages: dict[str, str]) -> None:
    assert len(pages) >= 25
    for html in pages.values():
        assert html.startswith("<!doctype html>")
        assert html.count("<h1>") == html.count("<main>") == html.count("<title>") == 1
        assert not re.search(r"<img(?![^>]*\balt=\"[^\"]+\")", html)


def test_all_pictures_decode_and_there_are_enough(demo: DemoSite, renditions: set[str]) -> None:
    names = {urlsplit(url).path.rpartition("/")[2] for url in renditions}
    smallest = {url for url in renditions if re.search(r"w=300|/300/", url)}
    distinct = {get(url) for url in smallest}
    assert len(names) >= 75 and len(distinct) >= 70
    for body in distinct:
        with Image.open(io.BytesIO(body)) as picture:
            picture.load()
            assert picture.size == (300, 200)
    assert any(Image.open(io.BytesIO(body)).mode == "RGBA" for body in distinct)
    assert any(url.startswith(demo.origins.images) for url in smallest)


def test_a_rendition_has_the_width_it_claims(renditions: set[str]) -> None:
    for width in (600, 1200, 1800):
        url = next(url for url in sorted(renditions) if f"w={width}" in url)
        assert Image.open(io.BytesIO(get(url))).width == width


def test_every_start_serves_the_same_bytes(demo: DemoSite) -> None:
    with DemoSite() as other:
        path = "img/daisy-bank-noon.jpg?w=300"
        assert get(demo.start_url + path) == get(other.start_url + path)


def test_pages_show_images_in_every_manner(pages: dict[str, str]) -> None:
    everything = "".join(pages.values())
    for manner in ("srcset=", "data-src=", "data-srcset=", "<picture>", "og:image", "<noscript>"):
        assert manner in everything
    assert re.search(r'<a href="/img/[^"]+\.jpg">', everything)
    assert 'rel="nofollow"' in everything and 'rel="tag"' in everything


def test_robots_names_a_sitemap_with_a_page_that_no_link_leads_to(
    demo: DemoSite, pages: dict[str, str]
) -> None:
    robots = get(demo.start_url + "robots.txt").decode()
    sitemap = get(re.findall(r"Sitemap: (\S+)", robots)[0]).decode()
    hidden = demo.origins.site + HIDDEN_PATH
    assert hidden in sitemap and hidden not in pages
    assert b"attic" in get(hidden)
    assert "Disallow: /private/" in robots
    assert demo.origins.site + "/private/ledger" in pages


def test_traps_are_endless(demo: DemoSite) -> None:
    month = get(demo.start_url + "calendar?month=2031-12").decode()
    assert "month=2032-01" in month and "month=2031-11" in month
    assert b'href="corridor/"' in get(demo.start_url + "maze/" + "corridor/" * 50)


def test_broken_pictures_are_broken_each_in_its_way() -> None:
    with DemoSite() as site:
        broken = site.start_url + "broken/"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(broken + "missing.jpg")
        assert get(broken + "html.jpg").startswith(b"<!doctype html>")
        with pytest.raises(OSError, match="truncated"):
            Image.open(io.BytesIO(get(broken + "truncated.jpg"))).load()
        with pytest.raises(urllib.error.HTTPError, match="503") as busy:
            get(broken + "busy.jpg")
        assert busy.value.headers["Retry-After"] == "1"
        assert Image.open(io.BytesIO(get(broken + "busy.jpg"))).width == 640


def test_the_portrait_is_upright_only_by_its_exif(demo: DemoSite) -> None:
    picture = Image.open(io.BytesIO(get(demo.start_url + "img/portrait.jpg")))
    assert picture.width > picture.height and picture.getexif()[0x0112] == 6


def test_who_has_a_page_already_gets_304(demo: DemoSite) -> None:
    with urllib.request.urlopen(demo.start_url) as first:
        asking = urllib.request.Request(
            demo.start_url, headers={"If-None-Match": first.headers["ETag"]}
        )
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(asking)


def test_serving_prints_its_url_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "imagecrawler.demo"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert b"Loopback Gallery" in get(url)
        process.terminate()
        assert process.wait() == 0
