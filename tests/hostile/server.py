"""A server that breaks every rule of HTTP on purpose, byte by byte: no library would let it.

A site is a dictionary from path to a behaviour, which writes whatever it likes into the
connection and returns; the connection is closed then, so that a behaviour without an end lasts
until the client hangs up.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]

_FLOOD_BYTES = 64 * 1024


@dataclass
class HostileSite:
    """``url`` is its home page, ``asked`` counts the requests by path."""

    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)


@contextmanager
def serving(routes: Mapping[str, Behaviour], address: str = "127.0.0.1") -> Iterator[HostileSite]:
    """Serve in a thread of its own. What has no route is answered 404 and kept alive."""
    site = HostileSite()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(_handler(site, routes), address, 0)

    async def stop() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    site.url = f"http://{address}:{server.sockets[0].getsockname()[1]}/"
    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _handler(
    site: HostileSite, routes: Mapping[str, Behaviour]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                site.asked[path] += 1
                if path in routes:
                    break
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await routes[path](writer)
        writer.close()

    return handle


# -- behaviours -------------------------------------------------------------------------------


def answer(
    body: bytes, content_type: str = "image/jpeg", *headers: str, length: object = None
) -> Behaviour:
    """Answer with a body; ``length`` is what Content-Length says of it, whether true or not."""
    length = len(body) if length is None else length
    return raw(head(f"Content-Type: {content_type}", f"Content-Length: {length}", *headers) + body)


def redirect(to: str) -> Behaviour:
    """Send the client elsewhere."""
    return raw(b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % to.encode())


def raw(data: bytes) -> Behaviour:
    """Write these bytes."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return behave


def flood(start: bytes, again: bytes) -> Behaviour:
    """Write ``again`` and again, as fast as it is taken."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        piece = again * max(1, _FLOOD_BYTES // len(again))
        while True:
            writer.write(piece)
            await writer.drain()

    return behave


def drip(start: bytes, again: bytes, pause_seconds: float) -> Behaviour:
    """Write ``again`` and again, with pauses."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            await writer.drain()
            await asyncio.sleep(pause_seconds)
            writer.write(again)

    return behave


async def silence(writer: asyncio.StreamWriter) -> None:
    """Say nothing for ever."""
    await asyncio.Event().wait()


def head(*lines: str, status: str = "200 OK") -> bytes:
    """Return the head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()
