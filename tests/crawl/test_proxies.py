"""Crawls through a proxy of the user's: who asks whom, and what is checked still."""

from __future__ import annotations

import json

import pytest
from scrapy.settings import Settings

from imagecrawler.coordinator.options import proxy_url
from imagecrawler.exceptions import SettingError
from tests.conftest import StartSite
from tests.crawl.folders import pages, queued, reasons, stored
from tests.crawl.test_own_sites import secrets_in
from tests.crawls import Crawls
from tests.forward_proxy import forward_proxy
from tests.site.spec import image, page, text

# The proxy is at a private address, and the only one who knows the names.
NAMES = ("gallery.test", "pictures.test")
PASSWORD = "me:5ecret"


def test_pages_images_and_the_browser_go_through_it(site: StartSite, crawl: Crawls) -> None:
    script = """fetch('/data').then(answer => answer.text()).then(path =>
                  document.body.insertAdjacentHTML('beforeend', `<img src=${path}>`))"""
    running = site(
        {
            "/": page(
                f"<img src=http://pictures.test/a.jpg><img src={{host0}}/private.jpg>"
                f"<img src=http://localhost/private.jpg><img src=/407.jpg><script>{script}</script>"
            ),
            "/data": text("/b.jpg"),
            "/a.jpg": image(64, 48),
            "/b.jpg": image(64, 49),
            "/private.jpg": image(64, 50),
            "/407.jpg": image(64, 51, status=407),
        }
    )
    place = running.bases[0].removeprefix("http://")
    with forward_proxy(dict.fromkeys(NAMES, place), PASSWORD) as proxy:
        run = crawl(
            "http://gallery.test/",
            render="always",
            settings={
                "HTTPPROXY_URL": f"http://{PASSWORD}@{proxy.address}",
                "ALLOWED_NETWORKS": "",
                "LOG_LEVEL": "DEBUG",
            },
        )
    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {"/a.jpg", "/b.jpg"}
    assert reasons(crawl.store) == {"/private.jpg": "blocked-address", "/407.jpg": "http-407"}
    assert "error" not in pages(crawl.store)["/"]["rendered"]
    asked = {f"http://gallery.test{path}" for path in ("/", "/data", "/b.jpg", "/407.jpg")}
    asked |= {f"http://{name}/robots.txt" for name in NAMES} | {"http://pictures.test/a.jpg"}
    # The browser writes the port out. It has nothing to say to its maker.
    assert sorted(url.replace(":80/", "/") for _, url in proxy.asked) == sorted(asked)
    assert len(running.requests()) == len(asked)
    assert "proxy-authorization" not in json.dumps([r.headers for r in running.requests()])
    assert secrets_in(run) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_asks_for_a_password_ends_the_run_and_no_page_fails(
    crawl: Crawls, scheme: str
) -> None:
    with forward_proxy({}, PASSWORD) as proxy:
        environment = {f"{scheme}_proxy": f"http://me:wr0ng-5ecret@{proxy.address}"}
        run = crawl(f"{scheme}://gallery.test/", env=environment)
    assert run.rc == 2 and proxy.asked == []
    assert f"The proxy http://{proxy.address} does not accept" in run.stderr.splitlines()[-1]
    assert queued(crawl.store) == {"/"} and pages(crawl.store) == {}
    assert secrets_in(run) == []


@pytest.mark.parametrize(
    ("settings", "env", "said"),
    [
        ({"HTTPPROXY_URL": "socks5://me:5ecret@host:1"}, {}, "HTTPPROXY_URL=host:1 (without"),
        ({"HTTPPROXY_URL": "5ecret@proxy.example:3128"}, {}, "HTTPPROXY_URL=proxy.example:3128"),
        ({}, {"https_proxy": "https://me:5ecret@host"}, "https_proxy=host (without"),
        ({"HTTPPROXY_URL": "http://host:1", "HTTPPROXY_ENABLED": "0"}, {}, "choose one"),
    ],
)
def test_what_is_no_proxy_is_one_line(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], env: dict[str, str], said: str
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_url(Settings()) is None
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        proxy_url(Settings(settings))
    assert said in str(caught.value) and "5ecret" not in str(caught.value)
