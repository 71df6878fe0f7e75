"""Pages that a browser shows: what scripts add is found, and nothing forbidden is reached."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from imagecrawler.rendering.finding import NO_BROWSER, find_browser
from imagecrawler.storage.cache import CacheFolder
from tests.conftest import StartSite
from tests.crawl.folders import pages, records, stored
from tests.crawls import Crawls
from tests.site.journal import most_at_once
from tests.site.spec import Routes, image, page, redirect, text

SCRIPT = "text/javascript"
ATTEMPTS = Path(__file__).with_name("attempts.js")


def test_images_and_links_that_scripts_add_are_found(site: StartSite, crawl: Crawls) -> None:
    running = site(
        {
            "/": page("<main></main><script src=/gallery.js></script>"),
            "/gallery.js": text(
                """fetch('/images.json').then(answer => answer.json()).then(names => {
                     for (const name of names)
                       document.querySelector('main').innerHTML +=
                         `<a href="/page-${name}.html"><img src="/${name}.jpg"></a>`
                   })""",
                content_type=SCRIPT,
            ),
            "/images.json": text('["a", "b"]', content_type="application/json"),
            "/page-a.html": page("<img src=/plain.jpg>"),
            "/page-b.html": page(""),
            "/a.jpg": image(),
            "/b.jpg": image(),
            "/plain.jpg": image(),
        }
    )
    run = crawl(running.url, render="always")
    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {"/a.jpg", "/b.jpg", "/plain.jpg"}
    lines = pages(crawl.store)
    assert set(lines) == {"/", "/page-a.html", "/page-b.html"}
    assert all(line["rendered"]["why"] == "always" for line in lines.values())
    # The document was fetched once, and each image once, by the download worker.
    for path in ("/", "/a.jpg", "/page-a.html", "/gallery.js", "/images.json"):
        (asked,) = running.requests(path)
        assert asked.headers["user-agent"] == "imagecrawler/0.1"


def test_the_browser_and_the_download_worker_are_one_visitor(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/": page(
                "<a href=/next.html>x</a><a href=/told>x</a>",
                headers={"Set-Cookie": "server=1; HttpOnly"},
            ),
            "/next.html": page(
                """<script>
                     document.cookie = 'script=' + (document.referrer ? 1 : 0)
                     document.body.innerHTML += '<img src=/a.jpg>'
                     fetch('/data')
                   </script>"""
            ),
            "/data": text("x"),
            "/a.jpg": image(64, 48),
        }
    )
    run = crawl(
        running.url,
        render="always",
        deny="told",
        settings={"USER_AGENT": "Mozilla/5.0 (me)", "CONCURRENT_REQUESTS": 1},
    )
    assert run.rc == 0
    said = {path: running.requests(path)[0].headers for path in ("/next.html", "/data", "/a.jpg")}
    assert {headers["user-agent"] for headers in said.values()} == {"Mozilla/5.0 (me)"}
    assert {headers["accept-language"] for headers in said.values()} == {"en"}
    assert "text/html" in said["/next.html"]["accept"]
    assert "text/html" not in said["/a.jpg"]["accept"]
    assert said["/next.html"]["cookie"] == "server=1"
    for path in ("/data", "/a.jpg"):
        assert set(said[path]["cookie"].split("; ")) == {"server=1", "script=0"}
        assert said[path]["referer"] == f"{running.url}next.html"


@dataclass(frozen=True)
class Forbidden:
    """A server on this machine: every TCP connection and every datagram that reaches it stays."""

    tcp: socket.socket
    udp: socket.socket

    @property
    def port(self) -> int:
        return int(self.tcp.getsockname()[1])

    def visitors(self) -> list[str]:
        found = []
        for kind, ask in (("tcp", self.tcp.accept), ("udp", lambda: self.udp.recvfrom(100))):
            try:
                ask()
                found.append(kind)
            except BlockingIOError:
                continue
        return found


@pytest.fixture
def forbidden() -> Iterator[Forbidden]:
    with (
        listening(socket.SOCK_STREAM, 0) as tcp,
        listening(socket.SOCK_DGRAM, tcp.getsockname()[1]) as udp,
    ):
        tcp.listen(100)
        yield Forbidden(tcp, udp)


@contextmanager
def listening(kind: socket.SocketKind, port: int) -> Iterator[socket.socket]:
    """A socket on every address of this machine, IPv4 and IPv6."""
    with socket.socket(socket.AF_INET6, kind) as found:
        found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        found.bind(("::", port))
        found.setblocking(False)
        yield found


HOSTS = (
    "127.0.0.1",
    "localhost",
    "[::1]",
    "0.0.0.0",
    "2130706433",
    "[::ffff:127.0.0.1]",
    "a.localhost",
)


def attempts(forbidden: Forbidden) -> Routes:
    """A page that tries to get at a server in every way there is."""
    away = f"http://127.0.0.1:{forbidden.port}/away"
    names = f"const HOSTS = {list(HOSTS)}, PORT = {forbidden.port}\n"
    return {
        "/": page("<script src=/attempts.js></script>"),
        "/attempts.js": text(names + ATTEMPTS.read_text(), content_type=SCRIPT),
        "/told": text("", headers={"Cache-Control": "no-store"}),
        "/away": redirect(away),
        "/refreshing.html": page("", head=f'<meta http-equiv=refresh content="0;url={away}">'),
        "/worker.js": text(f"fetch('{away}')", content_type=SCRIPT),
    }


def test_no_request_of_a_page_reaches_a_forbidden_address(
    site: StartSite, crawl: Crawls, forbidden: Forbidden
) -> None:
    running = site(attempts(forbidden))
    run = crawl(running.url, render="always", max_images=0, settings={"ALLOWED_NETWORKS": ""})
    assert run.rc == 0, run.stderr
    assert forbidden.visitors() == []
    told = {request.path for request in running.requests("/told")}
    tried = {path.partition("?")[2].partition("=")[0] for path in told}
    assert {"fetch", "no-cors", "websocket", "wss", "https", "redirect", "worker"} <= tried
    assert {"redirected-frame", "frame-refresh", "service-worker", "webrtc"} <= tried
    for name in ("fetch", "websocket", "wss", "https", "redirect", "worker"):
        assert f"/told?{name}=done" not in told
    assert "'render/refused': " in run.stderr


def test_a_browser_without_the_boundary_does_reach_it(
    site: StartSite, forbidden: Forbidden
) -> None:
    """The refusals above mean something only if the attempts are real ones."""
    running = site(attempts(forbidden))
    found = find_browser(None, environment=os.environ, home=Path.home())
    assert found is not None, NO_BROWSER
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, chromium_sandbox=False)
        context = browser.new_context()
        context.new_page().goto(running.url, wait_until="commit")
        running.journal.wait_for(lambda asked: len(asked) > 3)
        reached = set()
        while reached != {"tcp", "udp"}:
            reached.update(forbidden.visitors())
        browser.close()


HOSTILE = {
    "hang": "setTimeout(() => { for (;;) {} }, 100)",
    "crash": "const all = []; for (;;) all.push(new Array(1e6).fill(Math.random()))",
    "dialogs": "alert(1); confirm(2); prompt(3); print(); onbeforeunload = () => 'stay'",
    "endless-dialogs": "setInterval(() => { for (;;) alert('x') }, 50)",
    "popups": "setInterval(() => { for (const n of 'abc') open(`/popup-${n}`) }, 50)",
    "download": """const link = document.createElement('a')
                   Object.assign(link, {href: '/zip', download: 'x'}).click()""",
    "reload": "setInterval(() => location.reload(), 50)",
    "leave": "location.href = '/elsewhere.html'",
    "waiting": "fetch('/hang')",
}
FAILURES = {"/hang.html": "render-hang", "/crash.html": "render-crash"}


def test_a_page_that_misbehaves_costs_only_itself(site: StartSite, crawl: Crawls) -> None:
    links = "".join(f"<a href=/{name}.html>x</a>" for name in HOSTILE)
    routes: Routes = {"/": page(links), "/elsewhere.html": page("")}
    for name, code in HOSTILE.items():
        late = f"document.body.innerHTML += '<img src=/late-{name}.jpg>'"
        body = f"<img src=/{name}.jpg><script>{late};{code}</script>"
        routes[f"/{name}.html"] = page(body)
    routes["/hang"] = text("", hang=True)
    attachment = {"Content-Disposition": "attachment"}
    routes["/zip"] = text("x", content_type="application/zip", headers=attachment)
    running = site(routes)
    small_heap = {"args": ["--js-flags=--max-old-space-size=64"]}
    run = crawl(
        running.url,
        render="always",
        max_images=0,
        settings={"RENDER_MAX_SECONDS": "6", "PLAYWRIGHT_LAUNCH_OPTIONS": json.dumps(small_heap)},
    )
    assert run.rc == 0, run.stderr
    lines = pages(crawl.store)
    assert set(lines) >= {"/", "/elsewhere.html", *(f"/{name}.html" for name in HOSTILE)}
    assert {line["status"] for line in lines.values()} == {200}
    errors = {path: line["rendered"].get("error") for path, line in lines.items()}
    assert errors.items() >= FAILURES.items()
    # What the server sent counts whatever the page does; what scripts added, if it answers.
    found = set(records(crawl.store))
    assert {f"/{name}.jpg" for name in HOSTILE} <= found
    well = {name for name in HOSTILE if errors[f"/{name}.html"] is None}
    assert well >= {"dialogs", "popups", "download", "leave", "waiting"}
    assert {f"/late-{name}.jpg" for name in well} <= found
    # Pop-ups load nothing.
    assert [asked.path for asked in running.requests() if "popup-" in asked.path] == []


GALLERY = """<div id="gallery"></div><script>
  fetch('/images.json').then(answer => answer.json()).then(names => {
    for (const name of names) {
      const picture = document.createElement('img')
      picture.src = `/${name}.jpg`
      document.querySelector('#gallery').append(picture)
    }
  })</script>"""


def cache(store: Path) -> CacheFolder:
    (store / "tmp").mkdir(parents=True, exist_ok=True)
    return CacheFolder(str(store), str(store / "tmp"))


def test_auto_renders_what_shows_that_it_needs_it(site: StartSite, crawl: Crawls) -> None:
    names = [f"{number}" for number in range(8)]
    running = site(
        {
            "/": page("<a href=/made.html>x</a><a href=/plain.html>x</a><img src=/plain-0.jpg>"),
            "/made.html": page(GALLERY),
            "/plain.html": page("<p>x</p><img src=/plain-1.jpg>"),
            "/images.json": text(json.dumps(names), content_type="application/json"),
            **{f"/{name}.jpg": image(64, 48) for name in (*names, "plain-0", "plain-1")},
        }
    )
    run = crawl(running.url, render="auto")
    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {f"/{name}.jpg" for name in (*names, "plain-0", "plain-1")}
    lines = pages(crawl.store)
    assert "rendered" not in lines["/"]
    assert "rendered" not in lines["/plain.html"]
    assert "#gallery is empty" in lines["/made.html"]["rendered"]["why"]
    assert run.summary["pages"]["rendered"] == 1
    kind = f"{urlsplit(running.url).netloc}/made.html"
    assert cache(crawl.store).read("rendering")[kind] == [1, "1", 0]


def test_what_rendering_gave_is_known_to_the_next_run(site: StartSite, crawl: Crawls) -> None:
    running = site({"/photo/3.html": page(GALLERY), "/images.json": text("[]")})
    kind = f"{urlsplit(running.url).netloc}/photo/*.html"
    cache(crawl.store).write("rendering", {kind: [3, "000", 0]})
    run = crawl(f"{running.url}photo/3.html", render="auto")
    assert run.rc == 0
    assert "gave nothing" in pages(crawl.store)["/photo/3.html"]["rendered"]["passed_by"]
    assert cache(crawl.store).read("rendering") == {kind: [3, "000", 1]}


def test_auto_without_a_browser_reads_pages_as_they_come_and_says_so(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {"/": page(GALLERY + "<img src=/a.jpg><a href=/b.html>x</a>"), "/b.html": page(GALLERY)}
    )
    nowhere = dict.fromkeys(("PATH", "PLAYWRIGHT_BROWSERS_PATH", "HOME"), "/nowhere")
    run = crawl(running.url, render="auto", max_images=0, env=nowhere)
    assert run.rc == 0, run.stderr
    assert run.stderr.count("Pages are read without a browser: no browser was found") == 1
    assert set(records(crawl.store)) == {"/a.jpg"}
    errors = {line["rendered"]["error"] for line in pages(crawl.store).values()}
    assert errors == {"no-browser"}
    assert "2 no-browser (install one: playwright install chromium)" in run.stdout
    run = crawl(running.url, render="always", env=nowhere)
    assert run.rc == 2
    assert run.stderr.startswith("imagecrawler: render=always: no browser was found")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(("pages_per_context", "fewest", "most"), [(2, 3, 5), (50, 2, 4)])
def test_pages_at_once_are_limited_and_robots_hold_for_frames(
    site: StartSite, crawl: Crawls, pages_per_context: int, fewest: int, most: int
) -> None:
    numbers = range(4)
    frames = "<iframe src=/frame.html></iframe><iframe src=/private/frame.html></iframe>"
    running = site(
        {
            "/robots.txt": text("User-agent: *\nDisallow: /private/\n"),
            "/": page("".join(f"<a href=/{number}.html>x</a>" for number in numbers)),
            **{f"/{n}.html": page(f"{frames}<script>fetch('/slow?{n}')</script>") for n in numbers},
            "/slow": text("x", delay_seconds=0.3, headers={"Cache-Control": "no-store"}),
            "/frame.html": page("<script>document.body.innerHTML = '<img src=/a.jpg>'</script>"),
            "/private/frame.html": page("<img src=/b.jpg>"),
        }
    )
    run = crawl(
        running.url,
        render="always",
        max_images=0,
        settings={
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
            "RENDER_PAGES_PER_CONTEXT": pages_per_context,
        },
    )
    assert run.rc == 0, run.stderr
    slow = running.requests("/slow")
    assert len(slow) == len(numbers) and most_at_once(slow) <= 2
    # Two that share one are drawn once a second. One whose page is slow to close is given up.
    (contexts,) = re.findall(r"'playwright/context_count': (\d+)", run.stderr)
    assert fewest <= int(contexts) <= most
    assert set(records(crawl.store)) == {"/a.jpg"}
    assert running.requests("/private/frame.html") == []
