"""Serves the wall until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import anyio.to_thread
import uvicorn

from imagecrawler.exceptions import ArgumentError
from imagecrawler.imaging.widths import Bucket
from imagecrawler.wall.api import application
from imagecrawler.wall.guard import host_of
from imagecrawler.wall.room import Room

# Each thread has its connection to the index, and its cache of it.
_THREADS = 12
_BACKLOG = 128


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. A port of 0 takes any free one.

    Raises ArgumentError: that address is not this machine's, or is taken.
    """
    try:
        [(family, kind, _, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        found = socket.socket(family, kind)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(_BACKLOG)
        except BaseException:
            found.close()
            raise
    except (OSError, UnicodeError, OverflowError) as error:
        raise ArgumentError(
            f"{host} port {port} cannot be listened on ({error}): choose others with --host and "
            "--port, or --port 0 for any free one"
        ) from None
    return found


def address_of(listener: socket.socket, host: str) -> str:
    """Return the address to open in a browser."""
    port = listener.getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host) or host
    return f"http://{f'[{name}]' if ':' in name and not name.startswith('[') else name}:{port}/"


def serve(
    root: str,
    widths: Sequence[Bucket],
    listener: socket.socket,
    *,
    names: Sequence[str] = (),
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve a store until SIGINT or SIGTERM, from the main thread.

    ``names`` are hosts by which it may be called besides localhost and IP addresses.
    Raises StoreError.
    """
    room = Room(root, widths)
    app = application(room, tuple(host_of(name) for name in names))
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, room)
    room.start()
    try:
        with _quiet_signals(), asyncio.Runner() as runner:
            runner.run(_run(server, listener, on_ready))
    finally:
        room.close()


async def _run(server: _Server, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    on_ready()
    await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, room: Room) -> None:
        super().__init__(config)
        self._room = room

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End: streams first, which would never end by themselves."""
        super().handle_exit(sig, frame)
        self._room.news.close()


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Let the signals that end the server end nothing else: uvicorn raises them again."""
    before = {sig: signal.signal(sig, _ignore) for sig in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)


def _ignore(sig: int, frame: FrameType | None) -> None:
    """Do nothing; not SIG_IGN, which what is started from here would inherit."""
