"""The wall on a store of many images: the first answer, all pages, filters, memory.

The store is made first, with whole records and files (a million take 5 GB and some minutes); with
--store FOLDER it is kept and used again, and so is its index unless --anew is given.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.tables import Checks, markdown_table
from benchmarks.wall.client import ServedWall
from benchmarks.wall.filling import fill

_PAGE = 40
_BROWSED_PAGE = 200
# What a viewer sees in an hour of an image each second.
_HOUR = 3_600
_FILTERS: dict[str, dict[str, object]] = {
    "none": {},
    "a source with half of all": {"source": "host1.example"},
    "a source with few": {"source": "host150.example"},
    "a tag on one in ten": {"tag": "often"},
    "a tag on one in 700": {"tag": "tag7"},
    "a word on most": {"text": "word1"},
    "a word on few": {"text": "word4321"},
    "two words and a tag": {"text": "word3 word20", "tag": "often"},
    "the widest": {"min_width": 3990},
}


def main() -> int:
    """Print the tables; return 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wall", description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--anew", action="store_true", help="without the index that is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = given.store or Path(name, "store")
        if not store.exists():
            _tell("made", time.perf_counter(), sum(1 for _ in fill(store, 0, given.images)))
            time.sleep(2)  # what was written a moment ago is read again
        if given.anew:
            shutil.rmtree(store / "wall", ignore_errors=True)
        return _measured(store, given.images)


def _measured(store: Path, images: int) -> int:
    checks = Checks()
    index = store / "wall" / "index.sqlite"
    rows = []
    if not index.exists():
        with ServedWall(store) as wall:
            rows.append(_first(wall, "without an index", checks))
            _while_indexing(wall, images, checks)
            wall.stop()
        print(f"{index.stat().st_size / 2**20:.0f} MiB of index", flush=True)
    with ServedWall(store) as wall:
        rows.append(_first(wall, "with an index", checks))
        print(markdown_table(["opened", "s to its address", "s to 40 images", "s to a file"], rows))
        _viewing(wall, checks)
        _filtering(wall)
        _browsing(wall, images, checks)
        _arriving(wall, store, images, checks)
        print(f"memory at the end: {wall.resident_mib:.0f} MiB", flush=True)
        ended = wall.stop()
    checks.that(ended < 2, f"it ends {ended:.1f} s after a signal")
    return checks.exit_code


def _first(wall: ServedWall, title: str, checks: Checks) -> list[object]:
    seconds, answer = wall.get("/api/images", viewer="first", limit=_PAGE)
    checks.that(len(answer["images"]) == _PAGE, f"{title}: {_PAGE} images in the first answer")
    file_seconds = wall.fetch(answer["images"][0]["src"]) if answer["images"] else 0.0
    total = seconds + file_seconds
    checks.that(total < 1, f"{title}: the first picture {total:.2f} s after it is asked for")
    return [title, wall.started_seconds, seconds, file_seconds]


def _while_indexing(wall: ServedWall, images: int, checks: Checks) -> None:
    begun, times, state = time.perf_counter(), list[float](), dict[str, Any](indexing=True)
    while state["indexing"]:
        seconds, state = wall.get("/api/images", viewer=f"v{len(times)}", limit=_PAGE)
        times.append(seconds)
        time.sleep(0.2)
    took = time.perf_counter() - begun
    checks.that(state["total"] == images, f"the index has all {images:,} images")
    print(f"{took:.0f} s for the index, {images / took:.0f} images/s, {wall.resident_mib:.0f} MiB")
    print(f"meanwhile 40 images took {_spread(times)}", flush=True)


def _viewing(wall: ServedWall, checks: Checks) -> None:
    rows = []
    for order in ("newest", "random"):
        seen, times, after = set[str](), list[float](), ""
        while len(seen) < _HOUR:
            query = {"viewer": order, "tab": "t", "order": order, "limit": _PAGE, "after": after}
            seconds, answer = wall.get("/api/images", **query)
            ids = [image["id"] for image in answer["images"]]
            if seen & set(ids):
                checks.that(False, f"{order}: no image twice", seen & set(ids))
            seen.update(ids)
            times.append(seconds)
            after = answer["after"] or ""
            wall.shown(order, ids)
        anew, _ = wall.get("/api/images", viewer=order, tab="u", order=order, limit=_PAGE)
        rows.append([order, len(seen), _spread(times), anew * 1000, wall.resident_mib])
    print(
        markdown_table(["order", "shown", "40 images", "ms from the top", "MiB"], rows), flush=True
    )


def _filtering(wall: ServedWall) -> None:
    rows = []
    for number, (title, query) in enumerate(_FILTERS.items()):
        newest, answer = wall.get("/api/images", viewer="f", tab=number, limit=_PAGE, **query)
        shuffled, _ = wall.get("/api/images", viewer="g", order="random", limit=_PAGE, **query)
        browsed, _ = wall.get("/api/browse", limit=_PAGE, **query)
        times = [seconds * 1000 for seconds in (newest, shuffled, browsed)]
        rows.append([title, len(answer["images"]), *times])
    header = ["filter", "images", "newest, ms", "random, ms", "browse, ms"]
    print(markdown_table(header, rows), flush=True)


def _browsing(wall: ServedWall, images: int, checks: Checks) -> None:
    times, place, seen = list[float](), "", 0
    while place is not None:
        seconds, answer = wall.get("/api/browse", limit=_BROWSED_PAGE, cursor=place)
        times.append(seconds)
        seen += len(answer["images"])
        place = answer["next"]
    checks.that(seen == images, f"{len(times):,} pages of {_BROWSED_PAGE} have all {seen:,} images")
    tenth = max(1, len(times) // 10)
    print(f"a page of {_BROWSED_PAGE} took {_spread(times[:tenth])} at the top,", end=" ")
    print(f"{_spread(times[-tenth:])} at the bottom; {wall.resident_mib:.0f} MiB", flush=True)


def _arriving(wall: ServedWall, store: Path, images: int, checks: Checks) -> None:
    _, before = wall.get("/api/images", viewer="n", limit=1)
    begun = time.perf_counter()
    [new] = fill(store, images, 1)
    seconds, found = 0.0, list[str]()
    while not found and seconds < 60:
        time.sleep(0.05)
        _, answer = wall.get("/api/images", viewer="n", since=before["seq"])
        found, seconds = [i["id"] for i in answer["images"]], time.perf_counter() - begun
    checks.that(found == [new], f"a new image is there after {seconds:.1f} s")


def _spread(times: list[float]) -> str:
    ordered = sorted(seconds * 1000 for seconds in times)
    late = ordered[int(len(ordered) * 0.95)]
    return f"{statistics.median(ordered):.0f} ms (95 %: {late:.0f}, all: {ordered[-1]:.0f})"


def _tell(what: str, begun: float, count: int) -> None:
    print(f"{count:,} images {what} in {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
