"""Redirects keep to the scope, the addresses and the lease of what led to them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, failures, lines, pages, reasons, records, stored
from tests.crawls import Crawls
from tests.site.spec import image, page, redirect


def test_pages_follow_redirects_within_their_scope(site: StartSite, crawl: Crawls) -> None:
    names = ("moved", "found", "refreshed", "away", "away-refreshed", "loop", "known", "cookie")
    refresh = '<meta http-equiv="refresh" content="0; url=%s">'
    running = site(
        {
            "/": page("".join(f'<a href="/{name}">.</a>' for name in names)),
            "/moved": redirect("/moved-here", status=301),
            "/moved-here": page('<a href="below">.</a>'),
            "/below": page(""),
            "/found": redirect("/found-2"),
            "/found-2": redirect("/found-3", status=307),
            "/found-3": page(""),
            "/refreshed": page("", head=refresh % "/refreshed-here"),
            "/refreshed-here": page(""),
            "/away": redirect("{host1}/no"),
            "/away-refreshed": page("", head=refresh % "{host1}/no"),
            "/loop": redirect("/loop-2"),
            "/loop-2": redirect("/loop"),
            "/known": redirect("/below"),
            # It answers only the second time, as a page does that wants its cookie back.
            "/cookie": page(
                "",
                fail={
                    "times": 1,
                    "status": 302,
                    "headers": {"Location": "/cookie", "Set-Cookie": "a=b"},
                },
            ),
        },
        {"/no": page("")},
    )
    run = crawl(running.url, settings={"REDIRECT_MAX_TIMES": 4})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert running.requests(host=1) == []
    times = {path: asked(running).count(path) for path in asked(running)}
    assert times.pop("/loop") + times.pop("/loop-2") == 5  # the first, and four redirects
    assert times.pop("/cookie") == 2
    assert running.requests("/cookie")[1].headers["cookie"] == "a=b"
    followed = ("/moved-here", "/found-2", "/found-3", "/refreshed-here", "/below")
    gone = ("/moved", "/found", "/refreshed", "/away", "/away-refreshed", "/known")
    assert times == dict.fromkeys(("/", *followed, *gone), 1)
    ended = pages(crawl.store)
    assert ended["/moved"]["status"] == 301
    assert ended["/moved"]["redirect"].endswith("/moved-here")
    assert ended["/away"]["redirect"].endswith("/no")
    assert (ended["/cookie"]["status"], ended["/found-3"]["hops"]) == (200, 2)
    assert run.summary["links_skipped"]["redirect-out-of-scope"] == 2
    assert [line["error"] for line in ended.values() if "error" in line] == ["redirect-loop"]
    # Hops are kept on disk and a second run has nothing to do.
    before = len(running.requests())
    assert crawl().rc == 0
    assert asked(running, since=before) == []


@pytest.mark.parametrize("how", ["element", "header"])
def test_a_page_that_shows_itself_again_is_read(site: StartSite, crawl: Crawls, how: str) -> None:
    def going_on(to: str, name: str) -> dict[str, Any]:
        route = page(f"<img src=/{name}.jpg>")
        if how == "header":
            return {**route, "headers": {"Refresh": to}}
        return page(f"<img src=/{name}.jpg>", head=f'<meta http-equiv="refresh" content="{to}">')

    running = site(
        {
            "/": page('<a href="/live">.</a><a href="/quick">.</a><a href="/gone">.</a>'),
            "/live": going_on("60; url=/live", "live"),
            "/quick": going_on("0; url=/quick", "quick"),
            "/gone": going_on("1; url=/there", "gone"),
            "/there": page("<img src=/there.jpg>"),
            **{f"/{name}.jpg": image(50, 50) for name in ("live", "quick", "gone", "there")},
        }
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {"/live.jpg", "/quick.jpg", "/there.jpg"}
    paths = asked(running)
    assert [paths.count(f"/{name}") for name in ("live", "quick", "gone", "there")] == [1, 2, 1, 1]
    assert not [line for line in pages(crawl.store).values() if "error" in line]


def test_a_location_may_spell_a_page_in_its_own_way(site: StartSite, crawl: Crawls) -> None:
    gone = site({})
    gone.stop()
    odd = f"HTTP://127.1:{gone.ports[0]}"
    running = site(
        {
            "/": page('<a href="/known">.</a><a href="/to-known">.</a><a href="/to-new">.</a>'),
            "/to-known": redirect(f"{odd}/known#x"),
            "/to-new": redirect(f"{odd}/new?b=1&a=2#x"),
            "/known": page('<a href="/new?a=2&b=1">.</a>', delay_seconds=0.2),
            "/new": page(""),
        },
        ports=gone.ports,
    )
    run = crawl(running.url)
    assert (run.rc, run.summary["links_skipped"]) == (0, {})
    paths = [path.partition("?")[0] for path in asked(running)]
    assert sorted(paths) == ["/", "/known", "/new", "/to-known", "/to-new"]


def test_a_start_takes_its_scope_along(site: StartSite, crawl: Crawls) -> None:
    running = site(
        {"/": redirect("{host1}/home", status=301), "/old": page("")},
        {
            "/home": page('<a href="/in">.</a><a href="{host0}/old">.</a><a href="/back">.</a>'),
            "/in": page(""),
            "/back": redirect("{host0}/old"),
        },
    )
    run = crawl(running.url)
    assert run.summary["links_skipped"] == {"out-of-scope": 1, "redirect-out-of-scope": 1}
    assert asked(running) == ["/", "/home", "/in", "/back"]


def test_nothing_leads_to_an_address_that_is_not_allowed(site: StartSite, crawl: Crawls) -> None:
    """The start's own origin is allowed, and nothing else on this machine."""
    body = (
        '<a href="{host1}/linked">.</a><a href="/page">.</a><img src="{host1}/direct.jpg">'
        '<img src="/image.jpg"><img src="http://localhost:{port}/name.jpg"><img src="/good.jpg">'
        '<img src="http://2130706434:{port}/number.jpg"><a href="/meta">.</a>'
    )
    running = site(
        {
            "/page": redirect("{host1}/page"),
            "/meta": page("", head='<meta http-equiv="refresh" content="0;url={host1}/meta">'),
            "/image.jpg": redirect("{host1}/image.jpg"),
            "/good.jpg": image(50, 50),
        },
        {},
    )
    ports = running.ports
    running.stop()
    running = site(
        {
            "/": page(body.replace("{port}", str(ports[1]))),
            "/page": redirect("{host1}/page"),
            "/meta": page("", head='<meta http-equiv="refresh" content="0;url={host1}/meta">'),
            "/image.jpg": redirect("{host1}/image.jpg"),
            "/good.jpg": image(50, 50),
        },
        {},
        ports=ports,
    )
    for number, networks in enumerate(("", "127.0.0.1/32")):
        store = crawl.store.with_name(f"data-{number}")
        run = crawl(running.url, scope="any", store=store, settings={"ALLOWED_NETWORKS": networks})
        assert (run.rc, run.summary["outcome"]) == (0, "finished")
        assert running.requests(host=1) == []
        assert stored(store) == {"/good.jpg"}
        blocked = {path for path, reason in reasons(store).items() if reason == "blocked-address"}
        assert {"/direct.jpg", "/number.jpg"} <= blocked
        assert len(reasons(store)) == 4
        # An image's redirects are its own: the ledger names what the page shows.
        assert "/image.jpg" in blocked
        ended = pages(store)
        assert {ended[f"/{name}"]["error"] for name in ("linked", "page", "meta")} == {
            "blocked-address"
        }
        assert all(line["next_try"] is None for line in lines(store) if "error" in line)


def test_what_an_earlier_start_left_is_still_allowed(site: StartSite, crawl: Crawls) -> None:
    """Private addresses are, when they are a start's; the store remembers whose start it was."""
    first = site(
        {
            "/": page('<a href="/1">.</a><img src="/a.jpg">'),
            "/1": page(""),
            "/a.jpg": image(50, 50),
        }
    )
    second = site({"/": page("")})
    settings = {"ALLOWED_NETWORKS": ""}
    assert crawl(first.url, max_pages=1, max_images=0, settings=settings).rc == 0
    assert crawl(second.url, max_images=0, settings=settings).rc == 0
    assert asked(first) == ["/", "/1"]
    run = crawl(spider="download", settings=settings)
    assert (run.rc, stored(crawl.store), reasons(crawl.store)) == (0, {"/a.jpg"}, {})
    assert "error" not in pages(crawl.store)["/1"]


def test_images_follow_redirects_under_their_own_lease(site: StartSite, crawl: Crawls) -> None:
    names = ("moved", "far", "loop", "file", "data", "dead")
    running = site(
        {
            "/": page("".join(f'<img src="/{name}.jpg">' for name in names)),
            "/moved.jpg": redirect("/real.jpg", status=301),
            "/real.jpg": image(50, 50),
            "/far.jpg": redirect("{host1}/1.jpg"),
            "/loop.jpg": redirect("/loop-2.jpg"),
            "/loop-2.jpg": redirect("/loop.jpg"),
            "/file.jpg": redirect("file:///etc/hostname"),
            "/data.jpg": redirect("data:image/gif;base64,R0lGODlhAQABAAAAACw="),
            "/dead.jpg": redirect("/nothing.jpg"),
        },
        {"/1.jpg": redirect("/2.jpg"), "/2.jpg": image(60, 50)},
    )
    run = crawl(running.url, settings={"REDIRECT_MAX_TIMES": 3})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {"/moved.jpg", "/far.jpg"}
    found = records(crawl.store)
    assert set(found) == {f"/{name}.jpg" for name in names}
    assert found["/far.jpg"]["fetched_url"] == f"{running.bases[1]}/2.jpg"
    ledger = {path.partition(".")[0]: f["reason"] for path, f in failures(crawl.store).items()}
    assert ledger["/dead"] == "http-404"
    assert len(ledger) == 4
    assert ledger["/file"] in ("http-302", "bad-url")
    assert ledger["/data"] in ("http-302", "bad-url")
    assert asked(running).count("/file.jpg") == asked(running).count("/data.jpg") == 1


def test_what_deny_keeps_out_stays_out_behind_a_redirect_but_for_a_start(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/": redirect("/private/home"),
            "/private/home": page('<a href="/in">.</a><a href="/out">.</a><a href="/meta">.</a>'),
            "/in": redirect("/public"),
            "/public": page(""),
            "/out": redirect("/private/secret"),
            "/meta": page("", head='<meta http-equiv="refresh" content="0; url=/private/meta">'),
            "/private/secret": page(""),
            "/private/meta": page(""),
        }
    )
    run = crawl(running.url, deny="/private/")
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert asked(running)[:2] == ["/", "/private/home"]
    assert sorted(asked(running)[2:]) == ["/in", "/meta", "/out", "/public"]
    assert run.summary["links_skipped"] == {"redirect-filtered": 2}
    assert pages(crawl.store)["/out"]["redirect"].endswith("/private/secret")


def test_a_redirected_image_counts_for_the_host_that_is_asked(
    site: StartSite, crawl: Crawls
) -> None:
    own = [f"/own-{n}.jpg" for n in range(3)]
    moved = [f"/moved-{n}.jpg" for n in range(3)]
    shown = "".join(f'<img src="{{host1}}{path}">' for path in own)
    shown += "".join(f'<img src="{path}">' for path in moved)
    running = site(
        {"/": page(shown), **{path: redirect(f"{{host1}}{path}") for path in moved}},
        {path: image(60, 50, delay_seconds=0.3) for path in (*own, *moved)},
    )
    run = crawl(running.url, settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 1})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {*own, *moved}
    times = [r.started for r in running.requests(host=1) if r.path.endswith(".jpg")]
    assert len(times) == 6
    # One after another: the next is asked for after an answer, which takes its time.
    assert all(later - earlier > 0.29 for earlier, later in pairwise(times))


def test_a_redirected_image_leaves_room_at_the_host_it_came_from(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/": page('<img src="/moved.jpg"><img src="/next.jpg">'),
            "/moved.jpg": redirect("{host1}/hang.jpg"),
            "/next.jpg": image(60, 50),
        },
        {"/hang.jpg": image(60, 50, hang=True)},
    )
    settings = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_TIMEOUT": 600}
    at_work = crawl.start(running.url, settings=settings)
    running.journal.wait_for(lambda found: {"/hang.jpg", "/next.jpg"} <= {r.path for r in found})
    at_work.terminate()
    assert at_work.wait().rc == 0
