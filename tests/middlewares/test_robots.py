"""robots.txt of page and image hosts: what it forbids, and what its absence means."""

from __future__ import annotations

import pytest

from tests.site.spec import image, page, text

PICTURE = page('<img src="{host1}/a.jpg">')


def test_an_image_host_forbids_its_images(site, crawl) -> None:
    rules = text("User-agent: *\nDisallow: /")
    s = site({"/": PICTURE}, {"/a.jpg": image(640, 480), "/robots.txt": rules})
    run = crawl(s.url)
    assert run.summary["images"]["failed"] == {"robots": 1}
    assert [r.path for r in s.requests() if r.path == "/a.jpg"] == []


@pytest.mark.parametrize("status", [404, 403, 200])
def test_without_rules_everything_is_allowed(site, crawl, status: int) -> None:
    rules = text("", status=status)
    s = site({"/": PICTURE}, {"/a.jpg": image(640, 480), "/robots.txt": rules})
    run = crawl(s.url)
    assert run.summary["images"]["stored"] == 1


def test_a_server_error_forbids_until_it_is_over(site, crawl) -> None:
    broken = text("", fail={"times": 1, "status": 503})
    s = site({"/": PICTURE}, {"/a.jpg": image(640, 480), "/robots.txt": broken})
    run = crawl(s.url, settings={"RETRY_DELAY_SECONDS": "0.2"})
    assert run.summary["images"]["stored"] == 1
    at_the_host = [r.path for r in s.requests() if r.path in ("/a.jpg", "/robots.txt")]
    assert at_the_host.count("/a.jpg") == 1
    assert at_the_host.index("/a.jpg") == len(at_the_host) - 1


def test_a_server_error_that_stays_is_the_reason(site, crawl) -> None:
    broken = text("", status=500)
    s = site({"/": PICTURE}, {"/a.jpg": image(640, 480), "/robots.txt": broken})
    run = crawl(s.url, settings={"RETRY_TIMES": "0"})
    assert run.summary["images"]["failed"] == {"robots-unavailable": 1}
