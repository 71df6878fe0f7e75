"""The proxy that is the browser's only way out: what passes it, and what does not."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.handlers.proxy_messages import (
    BadMessageError,
    parse_request,
    rewrite_response,
    split_head,
)
from tests.forward_proxy import forward_proxy
from tests.handlers.conftest import _environment
from tests.handlers.test_blocked_addresses import LOOPBACK_SPELLINGS, NAMES

PROXYING = Path(__file__).with_name("proxying.py")


@pytest.fixture
def proxy():
    """Start a proxy, and return a function that says something to it and reads to the end."""
    started = []

    def start(**job):
        process = subprocess.Popen(
            [sys.executable, str(PROXYING), json.dumps(job)],
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(),
        )
        started.append(process)
        port = int(process.stdout.readline())

        def say(text: str | bytes) -> bytes:
            words = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(words)
                return b"".join(iter(lambda: connection.recv(65536), b""))

        return say

    yield start
    for process in started:
        process.terminate()
        process.communicate()


def test_a_request_goes_where_it_says_and_answers_once(proxy, site):
    start = f"http://127.0.0.1:{site.port}"
    say = proxy(pins={start: ["127.0.0.1"]})
    get = "GET {}/a?b=1 HTTP/1.1\nHost: 127.0.0.1\nProxy-Connection: keep-alive\n\n".format

    answer = say(get(start) + get("http://127.0.0.1:1"))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"here</body></html>")
    assert b"\r\nConnection: close\r\n" in answer
    # What came after it was for another host, and went nowhere.
    assert site.paths() == ["/a?b=1"]


def test_a_tunnel_carries_whatever_it_is_given(proxy, site):
    say = proxy(pins={f"http://127.0.0.1:{site.port}": ["127.0.0.1"]})

    answer = say(
        f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\nHost: x\n\n"
        "GET /inside HTTP/1.1\nHost: y\nConnection: close\n\n"
    )

    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert site.paths() == ["/inside"]


def test_another_proxy_is_asked_for_what_is_not_seen_to_be_private(proxy, site):
    with forward_proxy({"a.test": f"127.0.0.1:{site.port}"}, "me:secret") as other:
        host, _, port = other.address.partition(":")
        say = proxy(upstream=[host, int(port), other.expected])
        plain = say("GET http://a.test/x?y HTTP/1.1\nHost: a.test\n\n")
        tunnel = say(
            "CONNECT a.test:80 HTTP/1.1\nHost: a.test:80\n\n"
            "GET /inside HTTP/1.1\nHost: a.test\nConnection: close\n\n"
        )
        refused = [
            say(f"{ask} HTTP/1.1\nHost: x\n\n").partition(b"\r\n")[0]
            for ask in ("GET http://0x7f.1/", "CONNECT 10.0.0.1:443", "GET http://localhost/")
        ]

    assert plain.startswith(b"HTTP/1.1 200 OK\r\n") and plain.endswith(b"here</body></html>")
    assert tunnel.startswith(b"HTTP/1.1 200") and tunnel.endswith(b"here</body></html>")
    assert set(refused) == {b"HTTP/1.1 403 Forbidden"}
    assert site.paths() == ["/x?y", "/inside"]
    assert other.asked == [("GET", "http://a.test:80/x?y"), ("CONNECT", "a.test:80")]


def test_pages_and_images_over_https_pass_a_tunnel(crawl, secure_site):
    name = f"secure.example:{secure_site.port}"
    with forward_proxy({"secure.example": f"127.0.0.1:{secure_site.port}"}, "me:secret") as other:
        done = crawl(
            urls=[f"https://{name}/x"],
            settings={"HTTPPROXY_ENABLED": True},
            env={"https_proxy": f"http://me:secret@{other.address}"},
        )

    assert done.results[f"https://{name}/x"]["status"] == 200
    assert other.asked == [("CONNECT", name)]
    assert secure_site.server_names == ["secure.example"] and secure_site.paths() == ["/x"]


def test_no_spelling_of_a_private_address_opens_a_socket(proxy, site):
    say = proxy(names=NAMES, pins={"http://127.0.0.1:1": ["127.0.0.1"]})
    refused = {b"HTTP/1.1 403 Forbidden", b"HTTP/1.1 400 Bad Request", b"HTTP/1.1 502 Bad Gateway"}

    for host in LOOPBACK_SPELLINGS:
        for ask in (
            f"GET http://{host}:{site.port}/ HTTP/1.1",
            f"CONNECT {host}:{site.port} HTTP/1.1",
        ):
            assert say(f"{ask}\nHost: x\n\n".encode()).partition(b"\r\n")[0] in refused, ask

    assert site.connections == []


WRONG = [
    ("GET http://127.0.0.1:1/ HTTP/1.1\n\n", "502"),
    ("GET http://no-such-name.invalid/ HTTP/1.1\n\n", "502"),
    ("GET / HTTP/1.1\nHost: 127.0.0.1\n\n", "400"),
    ("GET https://127.0.0.1/ HTTP/1.1\n\n", "400"),
    ("GET ftp://127.0.0.1/ HTTP/1.1\n\n", "400"),
    ("CONNECT 127.0.0.1 HTTP/1.1\n\n", "400"),
    ("CONNECT http://127.0.0.1:80 HTTP/1.1\n\n", "400"),
    ("POST http://127.0.0.1:1/ HTTP/1.1\nTransfer-Encoding: chunked\n\n", "400"),
    ("POST http://127.0.0.1:1/ HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\n", "400"),
    ("\x16\x03\x01\n\n", "400"),
    ("GET http://127.0.0.1:1/ HTTP/1.1\nX: " + "x" * 300_000 + "\n\n", "400"),
]


def test_what_cannot_be_is_answered_and_ended(proxy):
    say = proxy(allowed=["127.0.0.0/8"])
    for said, status in WRONG:
        assert say(said).startswith(f"HTTP/1.1 {status} ".encode()), said[:100]


TOKEN = st.text("abcXYZ019-", min_size=1, max_size=12).filter(lambda name: name.strip("-"))
VALUE = st.text('abc =;,"/?&%:', max_size=20).map(str.strip)


@given(st.lists(st.tuples(TOKEN, VALUE), max_size=8), st.binary(max_size=50))
def test_what_is_said_to_the_server_is_what_the_browser_said(headers, body):
    kept = [(name, value) for name, value in headers if "connection" not in name.lower()]
    lines = "".join(f"{name}: {value}\r\n" for name, value in kept)
    said = f"GET http://a.example:81/x?y HTTP/1.1\r\n{lines}\r\n".encode() + body

    head, rest = split_head(said)
    try:
        request = parse_request(head)
    except BadMessageError:  # a Content-Length of rubbish
        assert {name.lower() for name, _ in kept} & {"content-length", "transfer-encoding"}
        return

    assert rest == body
    assert str(request.origin) == "http://a.example:81"
    hidden = {"te", "upgrade", "keep-alive"}
    said_on = "".join(f"{n}: {v}\r\n" for n, v in kept if n.lower() not in hidden)
    assert request.to_server == f"GET /x?y HTTP/1.1\r\n{said_on}Connection: close\r\n\r\n".encode()


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error_of_ours(data):
    for read in (parse_request, rewrite_response):
        try:
            head, _ = split_head(data + b"\r\n\r\n")
            read(head)
        except BadMessageError:
            continue


def test_an_answer_loses_what_belongs_to_its_connection():
    head = b"HTTP/1.1 200 OK\nConnection: keep-alive, X-Hop\nX-Hop: 1\nETag: 2\nnonsense\nA B: 3"
    assert rewrite_response(head) == (
        b"HTTP/1.1 200 OK\r\nETag: 2\r\nConnection: close\r\n\r\n",
        True,
    )
    assert rewrite_response(b"HTTP/1.1 103 Early Hints\r\nLink: x") == (
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
        False,
    )
