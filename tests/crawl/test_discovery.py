"""What robots.txt, sitemaps and pages say about where to go; and where that never ends."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.crawl.endless import endless
from tests.crawl.folders import asked, pages, reasons, records, stored
from tests.crawls import Crawls
from tests.site.spec import data, image, page, text


def test_robots_rules_hold_for_pages_images_and_hosts_of_images(
    site: StartSite, crawl: Crawls
) -> None:
    body = (
        '<a href="/open">.</a><a href="/closed/page">.</a><a href="/closed/but-open">.</a>'
        '<img src="/a.jpg"><img src="/closed/b.jpg"><img src="{host1}/c.jpg">'
        '<img src="{host1}/public/d.jpg"><img src="{host2}/e.jpg">'
    )
    running = site(
        {
            "/robots.txt": text("User-agent: *\nDisallow: /closed/\nAllow: /closed/but-open\n"),
            "/": page(body),
            "/open": page(""),
            "/closed/page": page(""),
            "/closed/but-open": page(""),
            "/a.jpg": image(50, 50),
            "/closed/b.jpg": image(50, 50),
        },
        {
            "/robots.txt": text("User-agent: imagecrawler\nDisallow: /\nAllow: /public/\n"),
            "/c.jpg": image(50, 50),
            "/public/d.jpg": image(50, 50),
        },
        {"/e.jpg": image(50, 50)},
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    fetched = {"/", "/open", "/closed/but-open", "/a.jpg", "/public/d.jpg", "/e.jpg"}
    assert set(asked(running)) == fetched
    assert reasons(crawl.store) == {"/closed/b.jpg": "robots", "/c.jpg": "robots"}
    assert stored(crawl.store) == {"/a.jpg", "/public/d.jpg", "/e.jpg"}
    closed = pages(crawl.store)["/closed/page"]
    assert (closed["error"], closed["next_try"]) == ("robots", None)
    for host in range(3):
        assert len(running.requests("/robots.txt", host=host)) == 1
    assert "imagecrawler" in running.requests()[0].headers["user-agent"]

    store = crawl.store.with_name("data-2")
    crawl(running.url, store=store, settings={"ROBOTSTXT_OBEY": "False"})
    assert len(stored(store)) == 5


def test_sitemaps_that_robots_names_bring_pages_and_images(site: StartSite, crawl: Crawls) -> None:
    urlset = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
    packed = urlset.format("<url><loc>{host0}/packed</loc></url>")
    pictured = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>'
        "<loc>{host0}/listed</loc><image:image><image:loc>{host1}/listed.jpg</image:loc>"
        "</image:image></url><url><loc>{host1}/elsewhere</loc></url></urlset>"
    )
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>{host0}/packed.xml.gz</loc></sitemap></sitemapindex>"
    )
    robots = "User-agent: *\nAllow: /\nSitemap: {host0}/map.xml\nSitemap: {host0}/index.xml\n"
    routes = {
        "/robots.txt": text(robots),
        "/": page(""),
        "/map.xml": text(pictured, content_type="application/xml"),
        "/index.xml": text(index, content_type="text/xml"),
        "/listed": page(""),
        "/packed": page('<img src="/p.jpg">'),
        "/p.jpg": image(50, 50),
    }
    first = site(routes, {})
    first.stop()
    packed = gzip.compress(packed.replace("{host0}", first.bases[0]).encode())
    routes["/packed.xml.gz"] = data(packed, content_type="application/gzip")
    running = site(routes, {"/listed.jpg": image(50, 50)}, ports=first.ports)
    run = crawl(running.url)
    assert (run.rc, run.summary["links_skipped"]) == (0, {"out-of-scope": 1})
    maps = {"/map.xml", "/index.xml", "/packed.xml.gz"}
    assert sorted(asked(running, host=0)) == sorted({"/", "/listed", "/packed", "/p.jpg"} | maps)
    assert stored(crawl.store) == {"/p.jpg", "/listed.jpg"}


def test_nofollow_and_canonical_are_heard(site: StartSite, crawl: Crawls) -> None:
    body = (
        '<a href="/kept">.</a><a rel="nofollow" href="/by-rel">.</a><a href="/meta">.</a>'
        '<a href="/header">.</a><a href="/goods?colour=red">.</a><a href="/frame.jpg">.</a>'
    )
    inner = '<a href="/never">.</a><img src="/{}.jpg">'
    meta = '<meta name="robots" content="noindex, nofollow">'
    canonical = '<link rel="canonical" href="/goods">'
    running = site(
        {
            "/": page(body),
            "/kept": page('<base href="/sub/"><a href="based">.</a>'),
            "/sub/based": page(""),
            "/meta": page(inner.format("m"), head=meta),
            "/header": page(inner.format("h"), headers={"X-Robots-Tag": "nofollow"}),
            "/goods?colour=red": page(
                '<a href="?colour=blue">.</a><a href="?colour=red&amp;page=2">.</a>', head=canonical
            ),
            "/goods": page('<a href="/deep">.</a>'),
            "/deep": page(""),
            **{f"/{name}.jpg": image(50, 50) for name in ("m", "h", "frame")},
        }
    )
    run = crawl(running.url)
    visited = {path for path in asked(running) if not path.endswith(".jpg")}
    assert visited == {
        *("/", "/kept", "/sub/based", "/meta", "/header", "/goods?colour=red", "/goods", "/deep")
    }
    assert stored(crawl.store) == {"/m.jpg", "/h.jpg", "/frame.jpg"}
    assert run.summary["links_skipped"] == {"nofollow": 3, "variant": 2}
    assert pages(crawl.store)["/goods?colour=red"]["canonical"] == f"{running.url}goods"


@pytest.mark.parametrize("first", ["/list?tag=x", "/list"])
def test_a_list_whose_pages_call_the_first_canonical_is_read_to_its_end(
    site: StartSite, crawl: Crawls, first: str
) -> None:
    def numbered(number: int) -> dict[str, Any]:
        onward = f'<a href="/list?tag=x&amp;page={number + 1}">.</a>' if number < 4 else ""
        body = f"<img src=/{number}.jpg>{onward}"
        return page(body, head=f'<link rel="canonical" href="{first}">')

    running = site(
        {
            "/": page('<a href="/list?tag=x">.</a><a href="/list?tag=x&amp;page=2">.</a>'),
            "/list?tag=x": numbered(1),
            "/list": page(""),
            **{f"/list?tag=x&page={number}": numbered(number) for number in (2, 3, 4)},
            **{f"/{number}.jpg": image(50, 50 + number) for number in (1, 2, 3, 4)},
        }
    )
    run = crawl(running.url)
    assert stored(crawl.store) == {"/1.jpg", "/2.jpg", "/3.jpg", "/4.jpg"}
    assert not run.summary["links_skipped"]


def test_a_start_that_is_an_image_or_no_page_at_all(site: StartSite, crawl: Crawls) -> None:
    running = site(
        {
            "/lone": image(50, 50),
            "/text": text('<a href="/x">.</a>', content_type="application/json"),
            "/empty": text(""),
        }
    )
    starts = ",".join(f"{running.url}{name}" for name in ("lone", "text", "empty"))
    run = crawl(starts)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == set(records(crawl.store)) == {"/lone"}
    assert "/x" not in asked(running)


def test_traps_end_by_themselves(crawl: Crawls) -> None:
    with endless() as trap:
        run = crawl(trap.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert trap.asked["calendar"] < 600
    assert trap.asked["chain"] < 600
    assert trap.asked["session"] < 1000
    assert trap.asked["grow"] < 1500
    assert trap.asked["shop"] < 600
    skipped = set(run.summary["links_skipped"])
    assert {"barren-pattern", "too-many-queries", "repeated-segments"} <= skipped


def test_a_chain_of_sitemap_indexes_ends(site: StartSite, crawl: Crawls) -> None:
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>{{host0}}/index-{0}</loc></sitemap>"
        "<sitemap><loc>{{host0}}/list-{0}</loc></sitemap></sitemapindex>"
    )
    listed = "{{host0}}/listed-{0}\n"
    chain = {f"/index-{n}": text(index.format(n + 1), content_type="text/xml") for n in range(12)}
    lists = {f"/list-{n}": text(listed.format(n)) for n in range(13)}
    running = site(
        {
            "/robots.txt": text("User-agent: *\nAllow: /\nSitemap: {host0}/index-0\n"),
            # The host is met deep in a crawl: how deep says nothing of the chain.
            **{f"/{n}": page(f'<a href="/{n + 1}">.</a>') for n in range(8)},
            "/8": page('<a href="{host1}/">.</a>'),
            **chain,
            **lists,
            **{f"/listed-{n}": page("") for n in range(13)},
        },
        {
            "/robots.txt": text("User-agent: *\nAllow: /\nSitemap: {host1}/map\n"),
            "/": page(""),
            "/map": text(index.replace("index-{0}", "part").format(0).replace("host0", "host1")),
            "/part": text("{host1}/deep\n"),
            "/deep": page(""),
        },
    )
    run = crawl(f"{running.url}0", scope="any")
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    found = set(asked(running, host=0))
    assert {path for path in found if path.startswith("/index-")} == {
        f"/index-{n}" for n in range(4)
    }
    assert {path for path in found if path.startswith("/listed-")} == {
        f"/listed-{n}" for n in range(1, 4)
    }
    assert {"/map", "/part", "/deep"} <= set(asked(running, host=1))


def test_a_record_has_what_pages_say_of_its_image(site: StartSite, crawl: Crawls) -> None:
    described = {
        "@type": "ImageObject",
        "contentUrl": "/boat.jpg",
        "creator": {"@type": "Person", "name": "Ann Ode"},
        "creditText": "Ode Photos",
        "acquireLicensePage": "/buy",
    }
    terms = "https://creativecommons.org/licenses/by-sa/4.0/"
    running = site(
        {
            "/": page(
                f'<script type="application/ld+json">{json.dumps(described)}</script>'
                '<meta name="date" content="2024-05-06"><h2>Boats</h2><p><img src="/hut.jpg"></p>'
                '<figure><img src="/boat.jpg" width="300" height="200">'
                f'<figcaption>A boat in the harbour. <a rel="license" href="{terms}">CC</a>'
                "</figcaption></figure>"
            ),
            "/boat.jpg": image(300, 200),
            "/hut.jpg": image(301, 200),
        }
    )
    assert crawl(running.url).rc == 0
    told = records(crawl.store)
    boat = told["/boat.jpg"]
    assert (boat["author"], boat["credit"]) == ("Ann Ode", "Ode Photos")
    assert boat["acquire_licence_page"] == f"{running.url}buy"
    assert (boat["licence_url"], boat["licence_name"]) == (terms, "CC-BY-SA-4.0")
    assert "licence_of_page" not in boat
    assert (boat["heading"], boat["text"]) == ("Boats", "A boat in the harbour. CC")
    assert (boat["position"], boat["claimed"]) == ([2, 2], [300, 200])
    assert set(boat["found_by"]) == {"img", "json-ld"}
    assert told["/hut.jpg"]["date"] == "2024-05-06"
    assert "author" not in told["/hut.jpg"]


def test_style_sheets_of_the_site_are_read_once(site: StartSite, crawl: Crawls) -> None:
    head = (
        '<link rel=stylesheet href="/css/site.css"><link rel=stylesheet href="{host1}/other.css">'
    )
    sheets = {
        "/css/site.css": '@import "more.css"; h1 { background: url(../top.jpg) }',
        "/css/more.css": '@import "site.css"; p { background: image-set("s.png" 1x, "l.png" 2x) }',
        "/css/inner.css": "p { background: url(/never.jpg) }",
    }
    running = site(
        {
            "/": page('<a href="/two">.</a>', head=head),
            "/two": page('<p style="background: url(own.jpg)">', head=head),
            **{path: text(css, content_type="text/css") for path, css in sheets.items()},
            **{path: image(50, 50) for path in ("/top.jpg", "/own.jpg")},
            "/css/l.png": image(50, 50, kind="PNG"),
        },
        {"/other.css": text("p { background: url(never.jpg) }", content_type="text/css")},
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    wanted = ["/", "/two", "/css/site.css", "/css/more.css", "/top.jpg", "/own.jpg", "/css/l.png"]
    assert sorted(asked(running)) == sorted(wanted)
    assert asked(running, host=1) == []
    found = records(crawl.store)
    assert found["/top.jpg"]["found_by"] == ["style-sheet"]
    assert found["/top.jpg"]["page"] == f"{running.url}css/site.css"
    assert found["/own.jpg"]["found_by"] == ["css"]

    none = crawl.store.with_name("none")
    crawl(running.url, store=none, settings={"STYLE_SHEETS_PER_HOST_LIMIT": "0"})
    assert stored(none) == {"/own.jpg"}


def test_a_feed_met_as_a_page_is_read(site: StartSite, crawl: Crawls) -> None:
    feed = (
        "<rss><channel><item><link>{host0}/post</link><enclosure type='image/jpeg' url='/a.jpg'/>"
        "<description>&lt;img src='/b.jpg'></description></item></channel></rss>"
    )
    running = site(
        {
            "/": page('<a href="/feed">.</a>'),
            "/feed": text(feed, content_type="application/rss+xml"),
            "/post": page('<img src="/c.jpg">'),
            **{f"/{name}.jpg": image(50, 50) for name in "abc"},
        }
    )
    assert crawl(running.url).rc == 0
    found = records(crawl.store)
    assert {path: record["found_by"] for path, record in found.items()} == {
        "/a.jpg": ["feed"],
        "/b.jpg": ["feed", "img"],
        "/c.jpg": ["img"],
    }
    assert found["/a.jpg"]["follow"] == f"{running.url}post"


def test_the_policy_of_a_page_has_other_hosts_asked_with_https(
    site: StartSite, crawl: Crawls
) -> None:
    body = '<img src="http://pictures.example/a.jpg"><img src="/own.jpg">'
    policy = {"Content-Security-Policy": "upgrade-insecure-requests"}
    running = site({"/": page(body, headers=policy)})
    assert crawl(running.url, max_images=0).rc == 0
    urls = {path: record["url"] for path, record in records(crawl.store).items()}
    assert urls == {
        "/a.jpg": "https://pictures.example/a.jpg",
        "/own.jpg": f"{running.url}own.jpg",
    }
