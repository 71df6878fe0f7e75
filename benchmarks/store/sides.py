"""Each side's own way of opening a store and of writing to one, run in a process of its own.

``python -m benchmarks.store.sides SIDE WORK FOLDER COUNT`` prints one JSON object.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from scrapy import Request
from scrapy.dupefilters import RFPDupeFilter
from scrapy.squeues import PickleFifoDiskQueue  # type: ignore[attr-defined]
from scrapy.utils.test import get_crawler

from imagecrawler.storage.store import Store

SEED = "SEED_STORAGE"
_LINKS_A_GROUP = 1000


def image_ids(count: int) -> Iterator[str]:
    """Yield ids as stores have them, spread over 10,000 folders."""
    for n in range(count):
        mixed = n * 0x9E3779B97F4A7C15 % (1 << 64)
        yield f"{n * 7919 % 10_000:04d}{mixed % 10**9:09d}-{mixed >> 16:012x}"


def seed_module() -> ModuleType:
    """Return the module storage.py of the first seed's program."""
    spec = importlib.util.spec_from_file_location("seed_storage", os.environ[SEED])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _open_seed(folder: str) -> Callable[[str], bool]:
    is_visited: Callable[[str], bool] = seed_module().Storage.open(folder, (600,)).is_visited
    return is_visited


def _open_ours(folder: str) -> Callable[[str], bool]:
    store = Store.open(folder)
    store.visited.load(repair=True)
    store.failed.load()
    store.downloaded.follow("600")
    store.save_names()
    return store.visited.extensions.__contains__


def _opening(open_: Callable[[str], Callable[[str], bool]], folder: str, count: int) -> Any:
    if open_ is _open_seed:
        seed_module()
    before, started = resident_bytes(), time.perf_counter()
    is_known = open_(folder)
    seconds, held = time.perf_counter() - started, resident_bytes() - before
    asked = list(islice(image_ids(2 * count), count // 2, count // 2 + 100_000))
    started = time.perf_counter()
    known = sum(map(is_known, asked))
    lookup = (time.perf_counter() - started) / len(asked)
    return {"seconds": seconds, "bytes": held, "lookup": lookup, "known": known / len(asked)}


def resident_bytes() -> int:
    """Return the resident size of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _visit_seed(folder: str, count: int) -> None:
    storage = seed_module().Storage.open(folder, (600,))
    for image_id in image_ids(count):
        storage.set_visited(image_id, _record(image_id)["url"], "", _record(image_id), _merged)


def _visit_ours(folder: str, count: int) -> None:
    store = Store.open(folder)
    store.visited.load(repair=True)
    for image_id in image_ids(count):
        store.visited.write(image_id, _record(image_id))


def _queue_ours(folder: str, count: int) -> None:
    store = Store.open(folder)
    links = ((f"{n:016x}", {"url": f"http://a.example/{n}", "depth": 1}) for n in range(count))
    while group := dict(islice(links, _LINKS_A_GROUP)):
        store.queue.write_hosts({"a.example": group}, store.clock, fsync=True)


def _queue_scrapy(folder: str, count: int) -> None:
    crawler = get_crawler()
    queue = PickleFifoDiskQueue.from_crawler(crawler, os.path.join(folder, "queue"))
    seen = RFPDupeFilter.from_crawler(crawler)
    for n in range(count):
        request = Request(f"http://a.example/{n}", meta={"depth": 1})
        if not seen.request_seen(request):
            queue.push(request)
    queue.close()


def _record(image_id: str) -> dict[str, Any]:
    return {
        "url": f"http://images.example/photo-{image_id}?w=1200",
        "follow": f"http://images.example/photos/{image_id[-6:]}",
        "description": "A harbour in the evening, with boats",
    }


def _merged(previous: dict[str, Any], data: dict[str, Any]) -> tuple[dict[str, Any], str]:
    return {**previous, **data}, ""


OPENINGS = {"seed": _open_seed, "ours": _open_ours}
WRITINGS: dict[tuple[str, str], Callable[[str, int], None]] = {
    ("seed", "visit"): _visit_seed,
    ("ours", "visit"): _visit_ours,
    ("ours", "queue"): _queue_ours,
    ("scrapy", "queue"): _queue_scrapy,
}


def main(side: str, work: str, folder: str, count: int) -> dict[str, Any]:
    """Do one piece of work and return what it took."""
    if work == "open":
        found: dict[str, Any] = _opening(OPENINGS[side], folder, count)
        return found
    Path(folder).mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    WRITINGS[side, work](folder, count)
    return {"rate": count / (time.perf_counter() - started)}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:4], int(sys.argv[4]))))
