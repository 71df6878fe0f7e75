"""Spider ``feed`` and WebSub hubs: what it asks of them, and what it takes from them."""

from __future__ import annotations

import hmac
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from imagecrawler.exceptions import SettingError
from imagecrawler.spiders.hub_callbacks import CallbackPlace, callback_place
from tests.conftest import StartSite
from tests.crawl.test_feed import listed, lists, named, until
from tests.crawls import Crawls
from tests.site.spec import Routes


class Hub(ThreadingHTTPServer):
    """Takes subscriptions, and asks for their intent on its own time as the standard has it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.url = f"http://127.0.0.1:{self.server_port}/hub"
        self.forms: list[dict[str, str]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def verify(self, form: dict[str, str]) -> None:
        query = {name: form[name] for name in ("hub.mode", "hub.topic", "hub.lease_seconds")}
        send(f"{form['hub.callback']}?{urlencode({**query, 'hub.challenge': 'echo me'})}")

    def notify(self, topic: str, *, secret: str = "") -> int:
        """Send a notice, and return the status of the answer."""
        form = next(form for form in self.forms if form["hub.topic"] == topic)
        body = b"<p>not to be believed</p>"
        digest = hmac.new((secret or form["hub.secret"]).encode(), body, "sha256").hexdigest()
        return send(form["hub.callback"], body, {"X-Hub-Signature": f"sha256={digest}"})[0]


class _Asked(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        moved = self.path == "/hub"
        self.send_response(308 if moved else 202)
        if moved:
            self.send_header("Location", "/moved")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        if not moved:
            self.server.forms.append(dict(parse_qsl(body)))
            threading.Thread(target=self.server.verify, args=[self.server.forms[-1]]).start()

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


def send(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    """Return status and body of the answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {})) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub
        hub.shutdown()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def announced(hub: str, host: int) -> Routes:
    routes = listed(named(1, 4))
    link = f'<{hub}>; rel="hub", <{{host{host}}}/topic>; rel="self"'
    return {**routes, "/new": {**routes["/new"], "headers": {"ETag": '"1"', "Link": link}}}


def states(store: Path) -> dict[Path, dict[str, Any]]:
    return {file: json.loads(file.read_text()) for file in store.glob("sources/*.json")}


def test_a_notice_has_its_source_read_at_once_and_a_restart_goes_on_with_the_lease(
    site: StartSite, crawl: Crawls, hub: Hub
) -> None:
    there = site(announced(hub.url, 0), announced(hub.url, 1))
    start = ",".join(f"{base}/new" for base in there.bases)
    port = free_port()
    settings = {
        "WEBSUB_CALLBACK": f"http://127.0.0.1:{port}/below",
        "WEBSUB_LISTEN": f"127.0.0.1:{port}",
        "SOURCE_REQUESTS_PER_HOUR": 2,
    }
    options = {"spider": "feed", "render": "never", "watch": 1, "settings": settings}
    first = crawl.start(start, **options)
    until(lambda: len(states(crawl.store)) == 2)
    until(
        lambda: all(s["websub"] and s["websub"]["lease_ends"] for s in states(crawl.store).values())
    )
    first.kill_all()
    assert len(hub.forms) == 2
    status = json.loads(crawl.command("status", "--json").stdout)
    assert [source["announced"] for source in status["sources"]] == [True, True]
    assert crawl.command("status").stdout.count("announced by a hub") == 2

    # As if the last poll were a minute and a half ago: still not due, but no longer just now.
    for file, state in states(crawl.store).items():
        state["poll"]["polled"] -= 90
        file.write_text(json.dumps(state))
    second = crawl.start(start, **options)
    callback = hub.forms[0]["hub.callback"]
    until(lambda: _listens(port))
    intent = {"hub.mode": "subscribe", "hub.challenge": "c", "hub.lease_seconds": "9"}
    for topic in ("https://example.com/", ""):
        assert send(f"{callback}?{urlencode({**intent, 'hub.topic': topic})}")[0] == 404
    assert send(f"{callback}x", b"")[0] == 404
    assert send(callback, bytes(5 * 1024 * 1024))[0] == 413
    one, other = (f"{base}/topic" for base in there.bases)
    assert hub.notify(one, secret="guessed") == 202
    assert hub.notify(other) == 202
    until(lambda: len(lists(there, host=1)) == 2)
    assert len(lists(there, host=0)) == 1
    assert hub.notify(one) == 202
    until(lambda: len(lists(there, host=0)) == 2)
    assert there.requests("/new", host=0)[-1].headers["if-none-match"] == '"1"'
    second.terminate()
    run = second.wait()
    assert run.rc == 0, run.stderr
    assert "'websub/ignored': 1" in run.stderr and "'websub/notices': 2" in run.stderr
    assert ("websub/asked" in run.stderr, len(hub.forms)) == (False, 2)


def test_a_hub_that_cannot_be_asked_costs_nothing(site: StartSite, crawl: Crawls) -> None:
    there = site(announced(f"http://127.0.0.1:{free_port()}/", 0))
    settings = {
        "WEBSUB_CALLBACK": "https://example.org/",
        "WEBSUB_LISTEN": f"127.0.0.1:{free_port()}",
    }
    start = f"{there.url}new"
    watching = crawl.start(start, spider="feed", render="never", watch=1, settings=settings)
    until(lambda: "cannot be asked (refused): polled as before" in watching.stderr)
    watching.terminate()
    assert watching.wait().rc == 0
    (state,) = states(crawl.store).values()
    assert (state["poll"]["failing"], state["websub"]["lease_ends"]) == (None, 0)
    assert state["websub"]["next_try"] > time.time() + 200


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"WEBSUB_CALLBACK": "example.org/websub"},
        {"WEBSUB_CALLBACK": "https://example.org/?websub"},
        {"WEBSUB_CALLBACK": "https://me:secret@example.org/"},
        {"WEBSUB_CALLBACK": "https://example.org/", "WEBSUB_LISTEN": "example.org:80"},
        {"WEBSUB_LISTEN": "127.0.0.1"},
        {"WEBSUB_LISTEN": "127.0.0.1:65536"},
    ],
)
def test_where_hubs_cannot_reach_is_said(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=f"{list(wrong)[-1]}=.*for example"):
        callback_place({"WEBSUB_LISTEN": "127.0.0.1:8765", **wrong})


def test_where_hubs_reach() -> None:
    place = callback_place({"WEBSUB_CALLBACK": "https://e.org/a", "WEBSUB_LISTEN": "[::1]:80"})
    assert place == CallbackPlace("https://e.org/a/", "::1", 80)
    assert callback_place({"WEBSUB_LISTEN": "127.0.0.1:8765"}) is None


def test_a_setting_of_the_feed_that_is_wrong_is_one_line_and_exit_2(crawl: Crawls) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = {"WEBSUB_CALLBACK": "https://example.org/", "LOG_LEVEL": "ERROR"}
        for wrong in ({"WEBSUB_CALLBACK": "x"}, {"WEBSUB_LISTEN": listen}):
            run = crawl(
                "http://127.0.0.1:1/", spider="feed", watch=1, settings={**settings, **wrong}
            )
            (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
            assert (run.rc, next(iter(wrong)) in line) == (2, True), run.stderr
