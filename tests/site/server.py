"""The test site over HTTP: one loopback address per host, a journal line per start and end.

A journal line is JSON with ``event`` "start" or "end" and the request's ``number``; the line
of a start is written before anything is answered, so that a test can wait for it.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import itertools
import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, TextIO

from aiohttp import web

from tests.site import pictures
from tests.site.generated import Generated
from tests.site.spec import Answer, Routes

_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass
class TestSite:
    """All hosts of one site. ``bases`` are their base URLs, known once they listen."""

    __test__ = False

    hosts: list[Routes]
    journal: TextIO
    generated: Generated | None = None
    ports: list[int] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    _asked: Counter[tuple[int, str]] = field(default_factory=Counter)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def start(self) -> None:
        """Listen on 127.0.0.1, 127.0.0.2 …, each on its port (0: any)."""
        ports = self.ports or [0] * len(self.hosts)
        for number, port in enumerate(ports):
            server = web.Server(_handler(self, number), handler_cancellation=True)
            runner = web.ServerRunner(server)
            await runner.setup()
            address = f"127.0.0.{number + 1}"
            await web.TCPSite(runner, address, port, backlog=512).start()
            self.bases.append(f"http://{address}:{runner.addresses[0][1]}")

    async def handle(self, host: int, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request and write it down, whether or not its client stays."""
        number = next(self._numbers)
        self._write(
            event="start",
            number=number,
            time=time.time(),
            host=host,
            base=self.bases[host],
            method=request.method,
            path=request.raw_path,
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        status: int | None = None
        try:
            response = await self._answer(host, request)
            status = response.status
            if not response.prepared:
                await response.prepare(request)
            await response.write_eof()
            return response
        finally:
            sent = request.get("sent")
            self._write(event="end", number=number, time=time.time(), status=status, sent=sent)

    def _write(self, **line: Any) -> None:
        self.journal.write(json.dumps(line) + "\n")
        self.journal.flush()

    async def _answer(self, host: int, request: web.BaseRequest) -> web.StreamResponse:
        found = self._find(host, request)
        if found is None:
            return web.Response(status=404, text="Not here.\n")
        for name, value in found.get("needs", {}).items():
            if value not in request.headers.get(name, ""):
                return web.Response(status=401, text="Not for you.\n")
        if found.get("delay_seconds"):
            await asyncio.sleep(found["delay_seconds"])
        if found.get("hang"):
            await asyncio.Event().wait()
        failing = found.get("fail")
        if failing:
            self._asked[host, request.raw_path] += 1
            if self._asked[host, request.raw_path] <= failing.get("times", 1):
                return self._failure(failing, request)
        return await self._give(host, found, request)

    def _find(self, host: int, request: web.BaseRequest) -> Answer | None:
        routes = self.hosts[host]
        found = routes.get(request.raw_path) or routes.get(request.path)
        if found is None and self.generated:
            found = self.generated.answer(host, request.path)
        return found

    def _failure(self, failing: dict[str, Any], request: web.BaseRequest) -> web.Response:
        if failing.get("close") and request.transport is not None:
            request.transport.abort()
        headers = {name: _dated(value) for name, value in (failing.get("headers") or {}).items()}
        return web.Response(status=failing.get("status", 503), headers=headers)

    async def _give(
        self, host: int, answer: Answer, request: web.BaseRequest
    ) -> web.StreamResponse:
        body = self._body(host, answer, request) + bytes(answer.get("padding_bytes", 0))
        headers = {"Content-Type": _content_type(answer)}
        for name, value in answer.get("headers", {}).items():
            headers[name] = self._filled(value)
        status = answer.get("status", 200)
        if answer.get("gzip"):
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        if answer.get("chunked"):
            chunked = web.Response(status=status, headers=headers, body=body)
            chunked.enable_chunked_encoding()
            return chunked
        if request.method == "HEAD" or not {"cut_at", "drip_bytes"} & answer.keys():
            return web.Response(status=status, headers=headers, body=body)
        response = web.StreamResponse(status=status, headers=headers)
        response.content_length = len(body)
        await response.prepare(request)
        size = answer.get("drip_bytes", len(body) or 1)
        cut_at = answer.get("cut_at", len(body))
        for place in range(0, cut_at, size):
            await response.write(body[place : min(place + size, cut_at)])
            request["sent"] = min(place + size, cut_at)
            await asyncio.sleep(answer.get("drip_pause_seconds", 0))
        if cut_at < len(body) and request.transport is not None:
            request.transport.close()
        return response

    def _body(self, host: int, answer: Answer, request: web.BaseRequest) -> bytes:
        if "image" in answer:
            picture = dict(answer["image"])
            if picture["seed"] is None:
                picture["seed"] = f"{host}{request.raw_path}"
            return pictures.draw(**picture)
        if "base64" in answer:
            return base64.b64decode(answer["base64"])
        return self._filled(answer.get("text", "")).encode()

    def _filled(self, text: str) -> str:
        for number, base in enumerate(self.bases):
            text = text.replace(f"{{host{number}}}", base)
        return text


def _handler(site: TestSite, host: int) -> Any:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return await site.handle(host, request)

    return handle


def _dated(value: str) -> str:
    """Return a header in which ``{in 3 s}`` is an HTTP date so many seconds from now."""
    found = re.fullmatch(r"\{in (\d+) s\}", value)
    return formatdate(time.time() + int(found[1]), usegmt=True) if found else value


def _content_type(answer: Answer) -> str:
    if "image" in answer:
        return _FORMATS.get(answer["image"]["kind"], "application/octet-stream")
    return str(answer.get("type", "text/html; charset=utf-8"))
