"""The mock site: the sources of ``truth`` as a web server shows them, each in a form of its own.

It has a clock of its own, ``factor`` times as fast as the wall's. It states no instants: they
would be those of its own calendar, and the crawl's clock is the wall's.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import time
from collections.abc import Sequence

from PIL import Image

from benchmarks.freshness.figures import Journal
from benchmarks.freshness.truth import PAGE_SIZE, Stream

_LIST = re.compile(r"/(s[0-9]+)(?:\?([a-z]+)=([0-9]*))?")
_IMAGE = re.compile(r"/i/(s[0-9]+)/([0-9]+)\.jpg")
FORMS = ("html", "json-cursor", "html-pages", "json-offsets", "atom")
_QUERIES = {"html-pages": "?page={page}", "json-offsets": "?offset={offset}"}
_TYPES = {"json": "application/json", "atom": "application/atom+xml", "html": "text/html"}


class MockSite:
    """Serves on loopback while it is entered (`async with`), and writes the journal."""

    def __init__(self, streams: Sequence[Stream], *, factor: float) -> None:
        self.streams = {stream.name: stream for stream in streams}
        self.numbers = {stream.name: number for number, stream in enumerate(streams)}
        self.factor = factor
        self.journal = Journal()
        self._began = 0.0

    async def __aenter__(self) -> MockSite:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**16)
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def begin(self) -> None:
        """Let time begin."""
        self._began = time.monotonic()

    @property
    def now(self) -> float:
        """The site's seconds since it began."""
        return (time.monotonic() - self._began) * self.factor if self._began else 0.0

    def source_urls(self) -> dict[str, str]:
        """Return the URL of each source, as a user would write it."""
        return {name: f"{self.origin}/{name}{_query(name)}" for name in self.streams}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode("latin-1")
                tag = re.search(rb"(?im)^if-none-match:\s*(\S+)", head)
                writer.write(self.answer(target, tag[1].decode("latin-1") if tag else ""))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, target: str, tag: str = "") -> bytes:
        """Return the answer to a request, and note it."""
        if found := _IMAGE.fullmatch(target):
            number, item = self.numbers[found[1]], int(found[2])
            self.journal.ready.setdefault((number, item), self.now)
            return _response(200, "image/jpeg", painted(number, item))
        found = _LIST.fullmatch(target)
        stream = self.streams.get(found[1]) if found else None
        if found is None or stream is None:
            return _response(404, "text/plain", b"not here")
        return self._list(stream, found[2], found[3], tag)

    def _list(self, stream: Stream, name: str | None, value: str | None, tag: str) -> bytes:
        now = self.now
        count, skipped = stream.count(now), _skipped(stream, now, name, value)
        etag = f'"{count}-{skipped}"'
        if etag == tag:
            self.journal.lists.append((now, 0))
            return _response(304, "", b"", etag)
        newest = count - 1 - skipped
        items = range(newest, max(-1, newest - PAGE_SIZE), -1)
        number = self.numbers[stream.name]
        new = [(number, item) for item in items if (number, item) not in self.journal.found]
        self.journal.found.update(dict.fromkeys(new, now))
        self.journal.lists.append((now, len(new)))
        form = form_of(stream.name)
        body = _WRITERS[form.partition("-")[0]](stream.name, form, items, skipped)
        return _response(200, _TYPES[form.partition("-")[0]], body.encode(), etag)


def form_of(name: str) -> str:
    """Return the form of a source's list."""
    return FORMS[int(name[1:]) % len(FORMS)]


def painted(number: int, item: int) -> bytes:
    """Return the JPEG of an item, unlike any other one."""
    randomness = random.Random(f"{number}/{item}")
    small = Image.frombytes("RGB", (8, 6), randomness.randbytes(8 * 6 * 3))
    file = io.BytesIO()
    small.resize((96, 72), Image.Resampling.BILINEAR).save(file, "JPEG", quality=60)
    return file.getvalue()


def _skipped(stream: Stream, now: float, name: str | None, value: str | None) -> int:
    if name is None or not value:
        return 0
    if name == "after":
        return max(0, stream.count(now) - int(value))
    return int(value) if name == "offset" else max(0, int(value) - 1) * PAGE_SIZE


def _html(name: str, form: str, items: Sequence[int], skipped: int) -> str:
    entries = "".join(
        f'<article class="post"><h2><a href="/{name}/{item}">{name} {item}</a></h2>'
        f'<img src="/i/{name}/{item}.jpg" alt="Picture {item}"></article>\n'
        for item in items
    )
    older = f'<a class="next" href="/{name}?page={skipped // PAGE_SIZE + 2}">Older posts</a>'
    more = older if form == "html" and items and items[-1] else ""
    return f"<!DOCTYPE html><title>{name}</title><main>{entries}</main>{more}"


def _json(name: str, form: str, items: Sequence[int], skipped: int) -> str:
    entries = [{"id": f"{name}-{item}", "image_url": f"/i/{name}/{item}.jpg"} for item in items]
    after = items[-1] if form == "json-cursor" and items and items[-1] else None
    return json.dumps({"posts": entries, "after": after})


def _atom(name: str, form: str, items: Sequence[int], skipped: int) -> str:
    entries = "".join(
        f'<entry><id>{name}-{item}</id><link href="/{name}/{item}"/>'
        f'<link rel="enclosure" type="image/jpeg" href="/i/{name}/{item}.jpg"/></entry>'
        for item in items
    )
    page = skipped // PAGE_SIZE + 2
    older = f'<link rel="next" href="/{name}?page={page}"/>' if items and items[-1] else ""
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{name}</id>{older}{entries}</feed>'


_WRITERS = {"html": _html, "json": _json, "atom": _atom}


def _query(name: str) -> str:
    return _QUERIES.get(form_of(name), "")


def _response(status: int, kind: str, body: bytes, etag: str = "") -> bytes:
    reason = {200: "OK", 304: "Not Modified", 404: "Not Found"}[status]
    fields = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}"]
    fields += [f"Content-Type: {kind}"] if kind else []
    fields += [f"ETag: {etag}"] if etag else []
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + body
