"""Renditions that no page offers: asked for by rule, proven by what comes, once and not again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, records, stored
from tests.crawls import Crawls
from tests.site.running import Site
from tests.site.spec import image, page, text

ONE_AT_A_TIME = {"CONCURRENT_REQUESTS": 1}


def show(*images: str) -> dict[str, Any]:
    return page("".join(images))


def images_asked(running: Site, **options: Any) -> list[str]:
    return [path for path in asked(running, **options) if path != "/"]


def facts(store: Path, path: str, *names: str) -> dict[str, Any]:
    record = records(store)[path]
    return {name: record[name] for name in names if name in record}


def test_one_request_for_what_no_page_offers_and_none_where_its_word_suffices(
    site: StartSite, crawl: Crawls
) -> None:
    body = """
    <img id=derived src="/cdn/shop/a_300x.jpg?v=1">
    <img id=claims-suffice src="/cdn/shop/b_300x.jpg"
         srcset="/cdn/shop/b_900x.jpg 900w, /cdn/shop/b_1300x.jpg 1300w">
    <img id=url-suffices src="/cdn/shop/c.jpg?width=1400">
    <img id=just-wide-enough src="/cdn/shop/d_300x.jpg" srcset="/cdn/shop/d_600x.jpg 600w">
    <img id=small-original src="/cdn/shop/e_300x.jpg">
    <img id=upload src="/wp-content/uploads/f-300x200.jpg">
    <a href="/wp-content/uploads/g.jpg"><img src="/wp-content/uploads/g-300x200.jpg"></a>
    <img id=next src="/_next/image?url=%2Fh.jpg&w=384&q=60">
    <img id=thumb src="/thumb/a/ab/I.jpg/300px-I.jpg">
    <img id=cloudflare src="/cdn-cgi/image/width=300/j.jpg">
    <img id=cloudinary src="/image/upload/w_300,c_fill/v1/k.jpg">
    <img id=signed src="/image/upload/s--aBcDeFgH--/w_300/v1/l.jpg">
    <img id=original src="/wp-content/uploads/m.jpg"
         srcset="/wp-content/uploads/m-300x200.jpg 300w, /wp-content/uploads/m-768x512.jpg 768w">
    """
    wanted = {
        "/cdn/shop/a.jpg?v=1&width=1200": 1200,
        "/cdn/shop/b_1300x.jpg": 1300,
        "/cdn/shop/c.jpg?width=1400": 1400,
        "/cdn/shop/d.jpg?width=1200": 1200,
        "/cdn/shop/e.jpg?width=1200": 800,  # never enlarged: that is all there is
        "/wp-content/uploads/f.jpg": 1500,
        "/wp-content/uploads/g.jpg": 900,
        "/_next/image?url=%2Fh.jpg&q=60&w=1200": 1200,
        "/thumb/../a/ab/I.jpg": 1250,
        "/cdn-cgi/image/width=1200,fit=scale-down/j.jpg": 1200,
        "/image/upload/c_limit,w_1200/v1/k.jpg": 1200,
        "/image/upload/s--aBcDeFgH--/w_300/v1/l.jpg": 300,
        "/wp-content/uploads/m.jpg": 1000,
    }
    wanted["/a/ab/I.jpg"] = wanted.pop("/thumb/../a/ab/I.jpg")
    running = site(
        {"/": page(body), **{path: image(width, 90) for path, width in wanted.items()}},
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["images"]["failed"]) == (0, {})
    assert sorted(images_asked(running)) == sorted(wanted)
    assert run.summary["images"]["stored"] == len(wanted)
    # A record keeps what pages said, and nothing that we made up.
    record = records(crawl.store)["/cdn/shop/a_300x.jpg?v=1"]
    assert [c["url"] for c in record["candidates"]] == [f"{running.url}cdn/shop/a_300x.jpg?v=1"]
    assert record["fetched_url"] == f"{running.url}cdn/shop/a.jpg?v=1&width=1200"
    assert "tried" not in record and "upgrade" not in record
    before = len(running.requests())
    assert crawl().rc == crawl(spider="download").rc == 0
    assert asked(running, since=before) == []


def test_a_guess_that_proves_wrong_leads_back_to_what_the_page_offers(
    site: StartSite, crawl: Crawls
) -> None:
    ports: dict[str, dict[str, Any]] = {
        "gone": {"/cdn/shop/a_300x.jpg": image(300, 90)},
        "no image": {
            "/cdn/shop/a_300x.jpg": image(300, 90),
            "/cdn/shop/a.jpg": text("<p>What?</p>", content_type="text/html"),
        },
        "narrower": {
            "/cdn/shop/a_900x.jpg": image(900, 90),
            "/cdn/shop/a.jpg": image(200, 90),
        },
        "forbidden": {
            "/robots.txt": text("User-agent: *\nDisallow: /cdn/shop/a.jpg"),
            "/cdn/shop/a_300x.jpg": image(300, 90),
        },
    }
    body = "".join(
        f'<img src="{{host{number}}}/cdn/shop/a_300x.jpg"'
        f' srcset="{{host{number}}}/cdn/shop/a_{900 if name == "narrower" else 300}x.jpg'
        f' {900 if name == "narrower" else 300}w">'
        for number, name in enumerate(ports, 1)
    )
    running = site({"/": page(body)}, *ports.values())
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    derived, own = "/cdn/shop/a.jpg?width=1200", "/cdn/shop/a_300x.jpg"
    assert [images_asked(running, host=number) for number in range(1, 5)] == [
        [derived, own],
        [derived, own],
        [derived, "/cdn/shop/a_900x.jpg"],
        [own],
    ]
    assert failures(crawl.store) == {}
    found = {record["url"]: record for record in all_records(crawl.store)}
    ends = [found[f"{running.bases[number]}{own}"] for number in range(1, 5)]
    assert [record["width"] for record in ends] == [300, 300, 900, 300]
    assert [record["tried"] for record in ends] == [
        [f"{running.bases[number]}{derived}"] for number in range(1, 5)
    ]
    assert not any("upgrade" in record for record in ends)
    before = len(running.requests())
    assert crawl().rc == crawl(spider="download").rc == 0
    assert asked(running, since=before) == []


def all_records(store: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in (store / "visited").glob("*/*")]


def test_a_host_where_a_rule_keeps_failing_is_not_asked_that_way_again(
    site: StartSite, crawl: Crawls
) -> None:
    shop = {f"/cdn/shop/{n}_300x.jpg": image(300, 90) for n in range(8)}
    uploads = {f"/wp-content/uploads/{n}-300x200.jpg": image(300, 90) for n in range(6)}
    good = {f"/wp-content/uploads/{n}.jpg": image(1300, 90) for n in (2, 5)}
    other = {f"/cdn/shop/{n}.jpg": image(1200, 90) for n in range(2)}
    body = [f'<img src="{path}">' for path in (*shop, *uploads)]
    body += [f'<img src="{{host1}}/cdn/shop/{n}_300x.jpg">' for n in range(2)]
    running = site({"/": show(*body), **shop, **uploads, **good}, other)
    run = crawl(running.url, settings=ONE_AT_A_TIME)
    assert (run.rc, run.summary["images"]["stored"]) == (0, 16)
    made_up = [p for p in images_asked(running, host=0) if p not in shop and p not in uploads]
    assert len([p for p in made_up if p.startswith("/cdn/shop/")]) == 3
    # A success in between is a reason to go on, and another host has its own count.
    assert len([p for p in made_up if p.startswith("/wp-content/")]) == 6
    assert sorted(images_asked(running, host=1)) == [f"{path}?width=1200" for path in other]


def test_a_claim_that_comes_to_nothing_leads_to_the_widest_that_is_left(
    site: StartSite, crawl: Crawls
) -> None:
    body = """
    <img id=kept-word src="/a.jpg" srcset="/a-1.jpg 1300w, /a-2.jpg 2000w, /a-3.jpg 3000w">
    <img id=all-lies src="/b.jpg" srcset="/b-1.jpg 1300w, /b-2.jpg 2000w, /b-3.jpg 3000w">
    <img id=the-only-claim src="/c.jpg" srcset="/c-1.jpg 1300w">
    <a href="/d-full.jpg"><img src="/d.jpg" srcset="/d-1.jpg 900w"></a>
    <img id=one-shop src="/cdn/shop/e.jpg?width=300"
         srcset="/cdn/shop/e.jpg?width=1300 1300w, /cdn/shop/e.jpg?width=3000 3000w">
    """
    wanted = {
        "/a-1.jpg": 640,
        "/a-3.jpg": 1600,
        "/b-1.jpg": 640,
        "/b-3.jpg": 600,
        "/c-1.jpg": 640,
        "/d-full.jpg": 500,
        "/d-1.jpg": 900,
        "/cdn/shop/e.jpg?width=1300": 700,
    }
    answers = {path: image(width, 90) for path, width in wanted.items()}
    running = site({"/": page(body), **answers})
    run = crawl(running.url)
    assert (run.rc, run.summary["images"]["failed"]) == (0, {})
    assert sorted(images_asked(running)) == sorted(wanted)
    widths = {path: record["width"] for path, record in records(crawl.store).items()}
    shop = "/cdn/shop/e.jpg?width=300"
    assert widths == {"/a.jpg": 1600, "/b.jpg": 640, "/c.jpg": 640, "/d.jpg": 900, shop: 700}
    assert stored(crawl.store, "1200") == {"/a.jpg"}
    assert facts(crawl.store, "/a.jpg", "refuted", "upgrade") == {"refuted": 3000}
    assert facts(crawl.store, "/b.jpg", "refuted", "upgrade") == {"refuted": 3000}
    before = len(running.requests())
    assert crawl().rc == crawl(spider="download").rc == 0
    assert asked(running, since=before) == []


@pytest.mark.parametrize("near", ["mark", "keep-largest"])
def test_a_placeholder_for_the_large_file_costs_no_picture(
    site: StartSite, crawl: Crawls, near: str
) -> None:
    uploads = "/wp-content/uploads/"
    own = {f"{uploads}{name}-800x533.jpg": image(800, 533) for name in "abc"}
    own |= {f"/{name}-700.jpg": image(700, 90) for name in "def"}
    # Of whatever size is asked for; for a and f one each, for the others the same.
    none = image(100, 90, seed="none")
    large = {f"{uploads}a.jpg": image(100, 90), "/f-1300.jpg": image(320, 90)}
    large |= dict.fromkeys((f"{uploads}b.jpg", f"{uploads}c.jpg", "/d-1300.jpg"), none)
    large |= {"/e-1300.jpg": none}
    body = [f'<img src="{path}">' for path in own if path.startswith(uploads)]
    body += [
        f'<img src="/{n}-700.jpg" srcset="/{n}-700.jpg 700w, /{n}-1300.jpg 1300w">' for n in "def"
    ]
    running = site({"/": page("".join(body)), **own, **large})
    run = crawl(running.url, settings={"IMAGES_NEAR_DUPLICATES": near})
    assert (run.rc, run.summary["images"]["failed"]) == (0, {})
    assert sorted(images_asked(running)) == sorted([*own, *large])
    assert {path: r["width"] for path, r in records(crawl.store).items()} == {
        path: 800 if path.startswith(uploads) else 700 for path in own
    }
    assert stored(crawl.store, "600") == set(own)


def test_the_original_is_asked_for_first_where_it_is_wanted(site: StartSite, crawl: Crawls) -> None:
    body = """
    <img src="/cdn/shop/a_300x.jpg" srcset="/cdn/shop/a_2000x.jpg 2000w">
    <a href="/wp-content/uploads/b.jpg"><img src="/wp-content/uploads/b-300x200.jpg"></a>
    <img src="/_next/image?url=%2Fc.jpg&w=384&q=75">
    <img src="/cdn/shop/d_300x.jpg" srcset="/cdn/shop/d_900x.jpg 900w">
    """
    wanted = {
        "/cdn/shop/a.jpg": 2500,
        "/wp-content/uploads/b.jpg": 700,
        "/c.jpg": 1500,
        "/cdn/shop/d_900x.jpg": 900,
    }
    running = site({"/": page(body), **{path: image(px, 90) for path, px in wanted.items()}})
    run = crawl(running.url, settings={"IMAGES_WIDTHS": "600,original"})
    assert (run.rc, run.summary["images"]["failed"]) == (0, {})
    assert sorted(images_asked(running)) == sorted([*wanted, "/cdn/shop/d.jpg"])
    assert run.summary["totals"]["downloaded"] == {"600": 4, "original": 4}


def test_a_width_that_is_added_later_is_asked_for_though_no_page_offers_it(
    site: StartSite, crawl: Crawls
) -> None:
    """The table is read when a rendition is chosen: old records gain from a better one."""
    running = site(
        {
            "/": page('<img src="/cdn/shop/a_640x.jpg">'),
            "/cdn/shop/a_640x.jpg": image(640, 90),
            "/cdn/shop/a.jpg": image(1200, 90),
        }
    )
    assert crawl(running.url, settings={"IMAGES_WIDTHS": "600"}).rc == 0
    assert images_asked(running) == ["/cdn/shop/a_640x.jpg"]
    before = len(running.requests())
    assert crawl(spider="download", settings={"IMAGES_WIDTHS": "600,1200"}).rc == 0
    assert images_asked(running, since=before) == ["/cdn/shop/a.jpg?width=1200"]
    assert stored(crawl.store, "1200") == {"/cdn/shop/a_640x.jpg"}
    # A smaller one is made from what is known to be good.
    before = len(running.requests())
    assert crawl(spider="download", settings={"IMAGES_WIDTHS": "300,600,1200"}).rc == 0
    assert images_asked(running, since=before) == ["/cdn/shop/a.jpg?width=1200"]
    assert stored(crawl.store, "300") == {"/cdn/shop/a_640x.jpg"}
