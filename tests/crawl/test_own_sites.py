"""Sites behind a login: what their pages, images and scripts are told, and nobody else is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from imagecrawler.commands.crawl import check
from imagecrawler.coordinator.site_files import login_state
from imagecrawler.exceptions import SettingError
from imagecrawler.middlewares.cookies import LoginCookiesMiddleware
from tests.conftest import StartSite
from tests.crawl.folders import failures, pages, stored
from tests.crawls import Crawls, Run
from tests.site.journal import Request as Asked
from tests.site.spec import image, page, redirect, text

COOKIE, TOKEN, LOCAL = "c00kie-5ecret", "t0ken-5ecret", "10cal-5ecret"
LOGGED_IN = {"cookie": COOKIE, "authorization": TOKEN, "x-api-key": TOKEN}


def headers_file(folder: Path, base: str) -> Path:
    file = folder / "headers.txt"
    said = f"Authorization: Bearer {TOKEN}\nX-API-Key: {TOKEN}\nUser-Agent: me at home\n"
    file.write_text(f"[{base}]\n{said}")
    return file


def secrets_in(run: Run) -> list[str]:
    """Return the files and outputs of a run in which a secret can be read."""
    found = {str(file): file.read_bytes() for file in run.store.rglob("*") if file.is_file()}
    found |= {"stdout": run.stdout.encode(), "stderr": run.stderr.encode()}
    return [name for name, data in found.items() if b"5ecret" in data]


def told(requests: Iterable[Asked]) -> set[tuple[str, str]]:
    """Return what requests said of themselves: user agent, and all that is secret."""
    return {
        (request.headers["user-agent"], str("5ecret" in json.dumps(request.headers)))
        for request in requests
    }


def test_pages_and_images_behind_a_login_are_crawled_and_nobody_else_is_told(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    names = ("/in.jpg", "/moved.jpg", "{host1}/b.jpg")
    body = "".join(f"<img src={name}>" for name in names) + "<a href=/on>."
    running = site(
        {
            "/robots.txt": text("User-agent: *\nDisallow: /no\n", needs=LOGGED_IN),
            "/": page(body, needs=LOGGED_IN),
            "/on": redirect("{host1}/on"),
            "/in.jpg": image(64, 48, needs=LOGGED_IN),
            "/moved.jpg": redirect("{host1}/away.jpg"),
        },
        {"/away.jpg": image(64, 49), "/b.jpg": image(64, 50), "/on": page("")},
    )
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(
        "# Netscape HTTP Cookie File\n"
        f"#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\t{COOKIE}\n"
        "127.0.0.1\tFALSE\t/\tFALSE\t1600000000\tformer\tx5ecret\n"
    )
    files = {"COOKIES_FILE": cookies, "HEADERS_FILE": headers_file(tmp_path, running.bases[0])}
    run = crawl(running.url, scope="any", settings={**files, "LOG_LEVEL": "DEBUG"})

    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {"/in.jpg", "/moved.jpg", "/b.jpg"}
    assert set(pages(crawl.store)) == {"/", "/on"} and failures(crawl.store) == {}
    assert told(running.requests(host=0)) == {("me at home", "True")}
    assert told(running.requests(host=1)) == {("imagecrawler/0.1", "False")}
    assert "1 of 2 cookies of COOKIES_FILE have expired and are not sent: former" in run.stderr
    assert secrets_in(run) == []


def test_a_rendered_page_is_logged_in_too(site: StartSite, crawl: Crawls, tmp_path: Path) -> None:
    shared = {"Access-Control-Allow-Origin": "{host0}"}
    script = """
        const add = path => document.body.insertAdjacentHTML('beforeend', `<img src=${path}>`)
        fetch('/data').then(answer => answer.text()).then(add)
        fetch('/moved').then(answer => answer.text()).then(add)
        if (localStorage.getItem('token')) fetch('/local?' + localStorage.getItem('token').length)
    """
    running = site(
        {
            "/": page("<main></main><script src=/show.js></script>", needs=LOGGED_IN),
            "/show.js": text(script, content_type="text/javascript", needs=LOGGED_IN),
            "/data": text("/in.jpg", needs=LOGGED_IN),
            "/moved": redirect("{host1}/data"),
            "/local": text("x", needs=LOGGED_IN),
            "/in.jpg": image(64, 48, needs=LOGGED_IN),
            "/other.jpg": image(64, 49, needs=LOGGED_IN),
        },
        {"/data": text("/other.jpg", headers=shared)},
    )
    fields = {"name": "session", "value": COOKIE, "domain": "127.0.0.1", "path": "/"}
    origin = {"origin": running.bases[0], "localStorage": [{"name": "token", "value": LOCAL}]}
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"cookies": [fields], "origins": [origin]}))
    files = {"COOKIES_FILE": state, "HEADERS_FILE": headers_file(tmp_path, running.bases[0])}
    run = crawl(running.url, render="always", settings={**files, "LOG_LEVEL": "DEBUG"})

    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {"/in.jpg", "/other.jpg"}
    assert [asked.path for asked in running.requests("/local")] == [f"/local?{len(LOCAL)}"]
    assert told(running.requests(host=0)) == {("me at home", "True")}
    (away,) = running.requests("/data", host=1)
    assert "5ecret" not in json.dumps(away.headers)
    assert secrets_in(run) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/", {"own", "all"}),
        ("http://a.example/deep/x", {"own", "all", "deep"}),
        ("http://a.example/deeper", {"own", "all"}),
        ("https://a.example/", {"own", "all", "safe"}),
        ("http://www.a.example/", {"all"}),
        ("http://b-a.example/", set()),
        ("http://a.example.evil.example/", set()),
        ("http://localhost:8000/", {"local"}),
        ("http://127.0.0.1:8000/", {"number"}),
        ("http://1.127.0.0.1:8000/", set()),
    ],
)
def test_a_cookie_goes_where_its_attributes_let_it(
    url: str, expected: set[str], tmp_path: Path
) -> None:
    lines = [
        "a.example FALSE / FALSE 0 own 1",
        ".a.example TRUE / FALSE 0 all 1",
        "a.example FALSE /deep FALSE 0 deep 1",
        "a.example FALSE / TRUE 0 safe 1",
        "localhost FALSE / FALSE 0 local 1",
        "127.0.0.1 FALSE / FALSE 0 number 1",
    ]
    file = tmp_path / "cookies.txt"
    file.write_text("# HTTP Cookie File\n" + "\n".join(lines).replace(" ", "\t") + "\n")
    middleware = LoginCookiesMiddleware.from_crawler(get_crawler(None, {"COOKIES_FILE": file}))
    request = Request(url)
    middleware.process_request(request)
    sent = (request.headers.get("Cookie") or b"").decode()
    assert {pair.partition("=")[0] for pair in sent.split("; ")} - {""} == expected


@pytest.mark.parametrize("name", ["COOKIES_FILE", "HEADERS_FILE"])
def test_a_file_that_cannot_be_used_is_one_line_before_any_request(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / "login"
    file.write_text("5ecret")
    wrong = Settings({"IMAGES_STORE": tmp_path / "data", name: file})
    wrong.setmodule("imagecrawler.settings", priority="default")
    with pytest.raises(SettingError, match=f"^{name}={file}: ") as caught:
        check(wrong, "site", {"start": "http://127.0.0.1/"})
    assert "5ecret" not in str(caught.value)
    with pytest.raises(SettingError, match="COOKIES_ENABLED is False"):
        login_state(Settings({"COOKIES_FILE": file, "COOKIES_ENABLED": False}))
