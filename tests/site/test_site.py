"""The test site does what its spec says, and its journal tells what it was asked."""

import io
import threading
import urllib.error
import urllib.request

import pytest
from PIL import Image

from tests.conftest import StartSite
from tests.site.generated import Generated
from tests.site.journal import most_at_once
from tests.site.spec import data, image, page, redirect, text


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
        return body


def test_hosts_are_addresses_and_know_each_other(site: StartSite) -> None:
    running = site({"/": page('<img src="{host1}/a.jpg">')}, {"/a.jpg": image(40, 30)})
    one, two = running.bases
    assert one.startswith("http://127.0.0.1:") and two.startswith("http://127.0.0.2:")
    assert f'<img src="{two}/a.jpg">'.encode() in get(running.url)
    assert Image.open(io.BytesIO(get(f"{two}/a.jpg"))).size == (40, 30)


def test_journal_has_every_request_with_its_status(site: StartSite) -> None:
    running = site({"/": page("hello"), "/a": text("x", status=500)})
    get(f"{running.url}?q=1")
    with pytest.raises(urllib.error.HTTPError):
        get(f"{running.url}a")
    requests = running.journal.wait_for(lambda found: all(r.finished for r in found))
    assert [(r.path, r.status, r.method) for r in requests] == [
        ("/?q=1", 200, "GET"),
        ("/a", 500, "GET"),
    ]
    assert requests[0].headers["host"] in running.url
    assert running.requests("/") == running.requests("/?q=1") == requests[:1]
    assert requests[0].started <= requests[0].finished


def test_pictures_differ_by_seed_and_follow_their_description(site: StartSite) -> None:
    running = site(
        {
            "/a.jpg": image(64, 48),
            "/b.jpg": image(64, 48),
            "/c.jpg": image(64, 48, seed="same", orientation=6),
            "/d.jpg": image(64, 48, seed="same", orientation=6),
            "/e.png": image(64, 48, kind="PNG", mode="RGBA"),
        }
    )
    a, b, c, d, e = (
        get(f"{running.url}{name}") for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.png")
    )
    assert a != b and c == d
    assert Image.open(io.BytesIO(c)).getexif()[0x0112] == 6
    alpha = Image.open(io.BytesIO(e)).getchannel("A").getextrema()
    assert alpha == (0, 255)


def test_failures_end_after_their_number(site: StartSite) -> None:
    failing = {"times": 2, "status": 503, "headers": {"Retry-After": "1"}}
    running = site({"/a": text("at last", fail=failing)})
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(f"{running.url}a")
        assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "1")
    assert get(f"{running.url}a") == b"at last"


def test_bodies_may_be_cut_or_dripped_and_connections_closed(site: StartSite) -> None:
    running = site(
        {
            "/cut": data(b"0123456789", cut_at=4),
            "/drip": text("slowly", drip_bytes=1, drip_pause_seconds=0.001),
            "/gone": text("x", fail={"times": 1, "close": True}),
            "/moved": redirect("{host0}/drip"),
        }
    )
    with pytest.raises(Exception, match="IncompleteRead"):
        get(f"{running.url}cut")
    assert get(f"{running.url}moved") == b"slowly"
    with pytest.raises(OSError):
        get(f"{running.url}gone")
    assert get(f"{running.url}gone") == b"x"


def test_a_hanging_answer_is_in_the_journal_while_it_hangs(site: StartSite) -> None:
    running = site({"/hang": text("", hang=True)})
    asking = [
        threading.Thread(target=pytest.raises, args=(Exception, get, f"{running.url}hang"))
        for _ in range(2)
    ]
    for thread in asking:
        thread.start()
    requests = running.journal.wait_for(lambda found: len(found) == 2)
    assert [request.finished for request in requests] == [None, None]
    assert most_at_once(requests) == 2
    running.stop()
    for thread in asking:
        thread.join()


def test_a_site_can_come_back_at_its_place(site: StartSite) -> None:
    first = site({"/": page("one")}, {})
    first.stop()
    again = site({"/": page("two")}, {}, ports=first.ports)
    assert again.bases == first.bases
    assert b"two" in get(first.url)


def test_generated_site_answers_every_url_it_names(site: StartSite) -> None:
    plan = Generated(pages=25, hosts=3, images_per_page=2, width_px=32, height_px=24, dead_every=10)
    running = site(plan)
    pages, images = plan.page_urls(running.bases), plan.image_urls(running.bases)
    dead = plan.image_urls(running.bases, dead=True)
    assert (len(pages), len(images), len(dead)) == (25, 45, 5)
    assert len({get(url) for url in images}) == 45
    for url in dead:
        with pytest.raises(urllib.error.HTTPError):
            get(url)
    assert _reachable(running.url, pages) == set(pages)


def _reachable(start: str, pages: list[str]) -> set[str]:
    todo, seen = [start], set()
    while todo:
        html = get(todo.pop()).decode()
        new = {url for url in pages if f'"{url}"' in html} - seen
        seen |= new
        todo += new
    return seen
