"""robots.txt of page and image hosts: what it forbids, and what its absence means."""

from __future__ import annotations

from tests.crawl.folders import reasons, stored
from tests.site.spec import Routes, image, page, redirect, text

FORBIDS = "User-agent: *\nDisallow: /"


def hops(host: int, number: int) -> Routes:
    """Return redirects from ``/1`` on; the last leads to ``/rules``, which forbids all."""
    names = [f"/{n}" for n in range(1, number)]
    targets = [*names[1:], "/rules"]
    chain = {n: redirect(f"{{host{host}}}{to}") for n, to in zip(names, targets, strict=True)}
    return {**chain, "/rules": text(FORBIDS), "/robots.txt": redirect(f"{{host{host}}}/1")}


def test_what_hosts_that_only_serve_images_say_or_do_not(site, crawl) -> None:
    by_name = "User-agent: image\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
    said: dict[str, Routes] = {
        "no": {"/robots.txt": text(FORBIDS)},
        "no-bom": {"/robots.txt": text("\ufeff" + FORBIDS)},
        "no-five-hops": hops(3, 5),
        "no-endless": {"/robots.txt": text(FORBIDS + "\n", padding_bytes=20_000_000)},
        "yes-404": {},
        "yes-403": {"/robots.txt": text("", status=403)},
        "yes-empty": {"/robots.txt": text("")},
        "yes-others": {"/robots.txt": text(by_name)},
        "yes-six-hops": hops(9, 6),
        "yes-late": {"/robots.txt": text("", fail={"times": 1, "status": 503})},
    }
    pictures = "".join(f'<img src="{{host{n}}}/{name}.jpg">' for n, name in enumerate(said, 1))
    hosts = [{**routes, f"/{name}.jpg": image(50, 50)} for name, routes in said.items()]
    s = site({"/": page(pictures)}, *hosts)
    run = crawl(s.url, settings={"RETRY_DELAY_SECONDS": "0.2"})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert stored(crawl.store) == {f"/{name}.jpg" for name in said if name.startswith("yes")}
    assert set(reasons(crawl.store).values()) == {"robots"}
    asked = [(r.host, r.path) for r in s.requests()]
    assert not [path for _, path in asked if path.startswith("/no")]
    late = [path for host, path in asked if host == 10]
    assert late == ["/robots.txt", "/robots.txt", "/yes-late.jpg"]


def test_while_a_server_cannot_say_nothing_is_asked_for_and_nothing_lost(site, crawl) -> None:
    broken = text("", fail={"times": 2, "status": 500})
    routes = {f"/{n}.jpg": image(50, 50) for n in range(5)}
    pictures = "".join(f'<img src="{{host1}}{path}">' for path in routes)
    s = site({"/": page(pictures)}, {**routes, "/robots.txt": broken})
    settings = {"RETRY_DELAY_SECONDS": 1, "RETRY_WAIT_SECONDS": 2}
    run = crawl(s.url, settings=settings)
    # The second wait is four times the first: too long for this run.
    assert [r.path for r in s.requests(host=1)] == ["/robots.txt"] * 2
    assert (run.rc, run.summary["images"]["wanted"], run.summary["images"]["failed"]) == (0, 5, {})
    assert "Waiting  127.0.0.2 until " in run.stdout and " answered 500" in run.stdout
    # The next run asks at once: the user may have mended it.
    assert crawl(settings=settings).summary["images"]["stored"] == 5


def test_429_for_robots_is_a_wait_and_no_permission(site, crawl) -> None:
    asked_to_wait = {"times": 1, "status": 429, "headers": {"Retry-After": "1"}}
    s = site({"/": page(""), "/robots.txt": text(FORBIDS, fail=asked_to_wait)})
    run = crawl(s.url)
    first, second = s.requests()
    assert second.started - first.started >= 1
    assert run.summary["pages"]["failed"] == {"robots": 1}
