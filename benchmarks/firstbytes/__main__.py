"""``python -m benchmarks.firstbytes``: what looking at first bytes costs an image that is wanted.

The same bodies arrive in chunks three ways, in turn: as they would without anybody looking, past
our watch, and past a receiver of Scrapy's ``bytes_received`` that takes the same look. Beside
it the time that the image takes to render.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from scrapy import signals
from scrapy.signalmanager import SignalManager

from benchmarks.tables import markdown_table
from imagecrawler.handlers.body_end import _WatchedReader
from imagecrawler.imaging.first_bytes import BodyWatch
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.policies.content_filter import ContentFilter
from tests.site.pictures import draw

WANTED = ContentFilter(min_width=200, min_height=200, max_aspect=3.0)
RULES = ImageRules((600, 1200))


class Sink:
    """Takes bytes like Scrapy's protocol that reads a body, which sends a signal for each chunk."""

    def __init__(self) -> None:
        self._finished = SimpleNamespace(called=False)
        self.makeConnection = self.connectionLost = lambda _: None
        self.signals = SignalManager()
        self.chunks: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:  # noqa: N802, D102 - Twisted's name
        self.chunks.append(data)
        self.signals.send_catch_log(signals.bytes_received, data=data, request=None, spider=None)


def unwatched(chunks: list[bytes], length: int) -> None:
    sink = Sink()
    for chunk in chunks:
        sink.dataReceived(chunk)


def watched(chunks: list[bytes], length: int) -> None:
    watch = BodyWatch(WANTED, length)
    assert watch.claim() is None
    reader = _WatchedReader(Sink(), watch, lambda rejection: None)
    for chunk in chunks:
        reader.dataReceived(chunk)
    assert watch.is_over


def signalled(chunks: list[bytes], length: int) -> None:
    sink, watch = Sink(), BodyWatch(WANTED, length)

    def received(data: bytes) -> None:
        if not watch.is_over:
            watch.see(data)

    # In a crawl that is done once; here it is a part of the first chunk's cost.
    sink.signals.connect(received, signals.bytes_received)
    for chunk in chunks:
        sink.dataReceived(chunk)


def seconds(work: Callable[[], Any], times: int) -> float:
    """Return the seconds of one call, of ``times`` in a row."""
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times


def row(kind: str, chunk_bytes: int, repetitions: int, times: int) -> list[object]:
    body = draw(1600, 1200, seed=kind, kind=kind)
    chunks = [body[at : at + chunk_bytes] for at in range(0, len(body), chunk_bytes)]
    sides: dict[Callable[..., None], list[float]] = {unwatched: [], watched: [], signalled: []}
    for _ in range(repetitions):
        for side, found in sides.items():
            found.append(seconds(lambda side=side: side(chunks, len(body)), times))  # type: ignore[misc]
    bare, ours, theirs = (statistics.median(found) * 1e6 for found in sides.values())
    rendering = seconds(lambda: render(body, RULES), 3) * 1e6
    look, by_signal = ours - bare, theirs - bare
    share = f"{look / rendering:.2%}"
    return [kind, len(body) // 1024, len(chunks), look, by_signal, by_signal / look, share]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunk", type=int, default=16 * 1024, help="bytes that arrive at once")
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--times", type=int, default=100, help="images in each repetition")
    options = parser.parse_args()
    header = ("kind", "KiB", "chunks", "look µs", "by signal µs", "ratio", "look / rendering")
    kinds = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
    rows = [row(kind, options.chunk, options.repetitions, options.times) for kind in kinds]
    print(markdown_table(header, rows))


if __name__ == "__main__":
    main()
