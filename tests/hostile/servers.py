"""Servers' ways to hold a crawler up, to fill its memory, or to have it believe what is not so."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from functools import reduce

import brotli

from tests.hostile.images import bombs, polyglots, rubbish
from tests.hostile.server import Behaviour, answer, drip, flood, head, raw, redirect, silence
from tests.site.pictures import draw

# What a body may have, here and in the settings of who crawls this: a flood ends soon.
MAX_BODY_BYTES = 2 * 1024 * 1024

# More than DOWNLOAD_MAXSIZE is by default, in 100 kB.
_ZEROS = bytes(100 << 20)

_NO_PATH = re.compile("[^a-z0-9]+", re.IGNORECASE)
_OK = b"HTTP/1.1 200 OK\r\n"
_JPEG = "Content-Type: image/jpeg"
_TEXT = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class HostileAnswer:
    """``reason`` is what failed/ or pages/ must say; None: it is good, and is kept."""

    name: str
    behaviour: Behaviour
    reason: str | None


def image_answers() -> dict[str, HostileAnswer]:
    """Return the answers to requests for images, by path."""
    every = [*_without_end(), *_false(), *_packed(), *_redirects(), *_contents()]
    return {f"/{_NO_PATH.sub('-', it.name)}.jpg": it for it in every}


def page_answers() -> dict[str, HostileAnswer]:
    """Return the answers to requests for pages, by path."""
    page = b"<html><body>" + b"<a href='/x'>" * 100
    bomb = gzip.compress(_ZEROS, 9)
    large = {
        "page without end": flood(head(f"Content-Type: {_TEXT}"), page),
        "page: gzip bomb": _coded(bomb, "gzip", _TEXT),
        "page: headers without end": flood(_OK, b"A: b\r\n"),
    }
    every = [
        *_ending("too-large", large),
        *_ending("bad-encoding", {"page: no gzip": _coded(page, "gzip", _TEXT)}),
        *_ending(None, {"page: a JPEG": answer(_good("page"), _TEXT)}),
    ]
    return {f"/{_NO_PATH.sub('-', it.name)}": it for it in every}


def redirected() -> dict[str, Behaviour]:
    """Return what the redirects among `image_answers` lead to."""
    found = {"/back": redirect("/redirect-and-back.jpg"), "/moved.jpg": answer(_good("moved"))}
    return found | {f"/on{n}.jpg": redirect(f"/on{n + 1}.jpg") for n in range(1, 60)}


def _ending(reason: str | None, answers: dict[str, Behaviour]) -> list[HostileAnswer]:
    return [HostileAnswer(name, behaviour, reason) for name, behaviour in answers.items()]


def _without_end() -> list[HostileAnswer]:
    good = _good("without end")
    chunked = head(_JPEG, "Transfer-Encoding: chunked")
    begun = chunked + b"%x\r\n%b\r\n" % (len(good), good)
    large = {
        "body without end": flood(head(_JPEG) + good, bytes(4096)),
        "chunks without end": flood(begun, b"400\r\n%b\r\n" % bytes(1024)),
        "headers without end": flood(_OK, b"X-Again: and again\r\n"),
        "a header line without end": flood(_OK + b"X: ", b"x"),
        "a folded header without end": flood(_OK + b"X: x\r\n", b" x\r\n"),
        "100 Continue without end": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    }
    broken = {
        "a chunk's name without end": flood(chunked, b"x"),
        "trailers without end": flood(chunked + b"1\r\nx\r\n0\r\n", b"X: x\r\n"),
    }
    begun = head(_JPEG, "Content-Length: 90000") + good[:2000]
    slow = {
        "a byte in two seconds": drip(begun, b"x", 2),
        "a header in two seconds": drip(_OK, b"X: x\r\n", 2),
        "silence": silence,
    }
    return _ending("too-large", large) + _ending("broken-off", broken) + _ending("timeout", slow)


def _false() -> list[HostileAnswer]:
    good = [_good(f"false {number}") for number in range(9)]
    no_headers = ("Access-Control-Allow-Origin : *", "Powered by: us", ": no name", "no colon")
    none = {
        "text for an image": answer(b"<html><body>Not found</body></html>" * 20),
        "length: none": raw(head("Content-Length: 0") + good[0]),
        "length: half": answer(good[1], length=len(good[1]) // 2),
    }
    broken = {
        "length: too long": answer(good[2], length=len(good[2]) + 500),
        "length: negative": answer(good[3], length=-5),
        "length: a word": answer(good[4], length="long"),
        "length: two of them": answer(good[5], "image/jpeg", "Content-Length: 7"),
        "rubbish for an answer": raw(bytes(range(256)) * 20),
        "no answer": raw(b""),
    }
    return [
        *_ending("not-an-image", none),
        *_ending("broken-off", broken),
        *_ending("too-large", {"length: a terabyte": answer(good[6], length=1 << 40)}),
        *_ending(None, {"an image called text": answer(good[7], _TEXT)}),
        *_ending(None, {"headers that are none": answer(good[8], "image/jpeg", *no_headers)}),
    ]


def _packed() -> list[HostileAnswer]:
    good = _good("packed")
    once = gzip.compress(good)
    twice, bomb = gzip.compress(once), gzip.compress(_ZEROS, 9)
    six_times = reduce(lambda body, _: gzip.compress(body, 1), range(6), good)
    large = {
        "gzip bomb": _coded(bomb, "gzip"),
        "gzip bomb in gzip": _coded(gzip.compress(bomb), "gzip, gzip"),
        "deflate bomb": _coded(zlib.compress(_ZEROS, 9), "deflate"),
        "brotli bomb": _coded(brotli.compress(_ZEROS, quality=2), "br"),
        "gzip six times": _coded(six_times, ", ".join(["gzip"] * 6)),
    }
    none = {
        "gzip of gzip, said once": _coded(twice, "gzip"),
        "half a gzip": _coded(once[: len(once) // 2], "gzip"),
        "an unknown coding": _coded(good[::-1], "rot13"),
    }
    wrong = {f"no {coding}": _coded(good, coding) for coding in ("gzip", "deflate", "br", "zstd")}
    return [
        *_ending("too-large", large),
        *_ending("not-an-image", none),
        *_ending("bad-encoding", wrong),
        *_ending(None, {"gzip of gzip, said twice": _coded(twice, "gzip, gzip")}),
    ]


def _redirects() -> list[HostileAnswer]:
    loops = {
        "redirect and back": redirect("/back"),
        "redirects without end": redirect("/on1.jpg"),
        "redirect to itself": redirect(""),
    }
    return [
        *_ending("redirect-loop", loops),
        *_ending("http-302", {"redirect to a file": redirect("file:///etc/passwd")}),
        *_ending(None, {"redirect to an image": redirect("/moved.jpg")}),
    ]


def _contents() -> list[HostileAnswer]:
    return [
        HostileAnswer(it.name, answer(it.body), it.reason)
        for it in [*bombs(), *polyglots(), *rubbish()]
    ]


def _coded(body: bytes, coding: str, content_type: str = "image/jpeg") -> Behaviour:
    return answer(body, content_type, f"Content-Encoding: {coding}")


def _good(seed: str) -> bytes:
    return draw(640, 480, seed=f"hostile: {seed}")
