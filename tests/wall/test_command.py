"""``scrapy wall`` as people start it: arguments, a real server, what comes by itself, the end."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from imagecrawler.exceptions import ArgumentError
from imagecrawler.wall.server import listening
from tests.commands.stores import Folders
from tests.crawls import Crawls, Running
from tests.wall.conftest import Images

DEADLINE_SECONDS = 30.0


def _address(wall: Running) -> str:
    until = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < until:
        if found := re.search(r"http://\S+", wall.stdout):
            return found[0]
        assert wall.process.poll() is None, wall.stderr
        time.sleep(0.05)
    raise AssertionError(wall.stderr)


def _events(address: str) -> Iterator[tuple[str, dict]]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=DEADLINE_SECONDS
    )
    connection.request("GET", "/api/fresh")
    name = ""
    for line in connection.getresponse():
        field, _, value = line.decode().strip().partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def _get(address: str, path: str) -> dict:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=DEADLINE_SECONDS
    )
    connection.request("GET", path)
    found: dict = json.loads(connection.getresponse().read())
    connection.close()
    return found


@pytest.mark.parametrize("end", ["interrupt", "terminate"])
def test_it_serves_beside_a_crawl_tells_what_comes_and_ends_at_once(
    folders: Folders, images: Images, crawl: Crawls, end: str
) -> None:
    made = images(3)
    wall = crawl.start_command("wall", "--port", "0")
    address = _address(wall)
    assert address.startswith("http://127.0.0.1:")
    events = _events(address)
    name, state = next(events)
    while name == "state" and state["indexing"]:
        name, state = next(events)
    assert state == {"seq": 3, "indexing": False, "total": 3}
    new = images(1, 3)
    assert next(events) == ("fresh", {"seq": 4, "came": 1})
    fresh = _get(address, "/api/images?viewer=a&since=3")["images"]
    assert [image["id"] for image in fresh] == new
    assert [i["id"] for i in _get(address, "/api/images?viewer=a")["images"]] == made[::-1]
    asked = time.monotonic()
    getattr(wall, end)()
    ended = wall.wait()
    assert (ended.rc, ended.stderr) == (0, "")
    assert time.monotonic() < asked + 5  # with a stream open, for which a server would wait


def test_wrong_arguments_are_one_line(folders: Folders, crawl: Crawls) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for port in ("70000", str(taken.getsockname()[1])):
            run = crawl.command("wall", "--port", port)
            assert (run.rc, run.stdout, run.stderr.count("\n")) == (2, "", 1), run.stderr
            assert run.stderr.startswith("imagecrawler: ")
            assert port in run.stderr


@pytest.mark.parametrize("host", ["256.1.1.1", "192.0.2.1", "a..b", ""])
def test_an_address_that_is_not_this_machines_is_refused(host: str) -> None:
    with pytest.raises(ArgumentError, match="--host"):
        listening(host, 0)


def test_without_a_store_it_says_how_to_make_one(crawl: Crawls) -> None:
    run = crawl.command("wall")
    assert (run.rc, run.stderr.count("\n")) == (1, 1)
    assert "There is no store" in run.stderr
    assert not crawl.store.exists()
