"""What a store of many images costs: opening, look-ups, writes, and bytes for each key.

Beside the first seed's own Storage class, if SEED_STORAGE names its file storage.py
(github.com/amacal/learning-python, branch crawling-for-images), and Scrapy's disk queue with its
dupefilter. Each piece of work is done by a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.store.sides import SEED, image_ids
from benchmarks.tables import Checks, markdown_table
from imagecrawler.storage.key_table import KeyTable

_CACHES = Path("/proc/sys/vm/drop_caches")


def _run(side: str, work: str, folder: Path, count: int) -> Any:
    command = [sys.executable, "-m", "benchmarks.store.sides", side, work, str(folder), str(count)]
    return json.loads(subprocess.check_output(command))


def _fill(folder: Path, count: int) -> None:
    """Make a store of records, as names alone: opening reads no more."""
    made: set[str] = set()
    for image_id in image_ids(count):
        shard = f"{folder}/visited/{image_id[:4]}"
        if shard not in made:
            os.makedirs(shard)
            made.add(shard)
        os.close(os.open(f"{shard}/{image_id}.v5+t", os.O_CREAT | os.O_WRONLY, 0o644))
    time.sleep(2)  # what was written a moment ago is read again


def _forget_files() -> bool:
    """Let the system forget all files that it has in memory; return whether that can be done."""
    os.sync()
    with suppress(OSError):
        _CACHES.write_text("3")
        return True
    return False


def _opening(folder: Path, count: int, sides: list[str], checks: Checks) -> list[list[object]]:
    rows = []
    cases = [("seed", "seed's Storage.open")] if "seed" in sides else []
    cases += [("ours", "ours, without snapshot"), ("ours", "ours, with snapshot")]
    seconds: dict[str, float] = {}
    for side, title in cases:
        cold: object = "-"
        if title.endswith("without snapshot"):
            _without_snapshot(folder)
        if _forget_files():
            cold = _run(side, "open", folder, count)["seconds"]
        if title.endswith("without snapshot"):
            _without_snapshot(folder)
        warm = _run(side, "open", folder, count)
        seconds[title] = warm["seconds"]
        checks.that(warm["known"] > 0, f"{title}: {count:,} images, known are told from unknown")
        mib, micros = warm["bytes"] / 2**20, warm["lookup"] * 1e6
        rows.append([f"{count:,}", title, warm["seconds"], cold, mib, micros])
    return rows


def _without_snapshot(folder: Path) -> None:
    (folder / "cache" / "visited.names").unlink(missing_ok=True)


def _key_bytes(count: int) -> list[object]:
    keys = np.random.default_rng(1).integers(0, 1 << 63, count, np.uint64) * np.uint64(2)
    table = KeyTable.of(keys)
    asked = keys[:: max(1, count // 200_000)].tolist()
    started = time.perf_counter()
    known = sum(key in table for key in asked)
    micros = (time.perf_counter() - started) / len(asked) * 1e6
    assert known == len(asked)
    return [f"{len(table):,}", table.nbytes / len(table), micros]


def main() -> int:
    """Print the tables; return 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[100_000])
    parser.add_argument("--writes", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=10_000_000)
    given = parser.parse_args()
    checks, sides = Checks(), ["ours", *(["seed"] if os.environ.get(SEED) else [])]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        rows = []
        for count in given.images:
            _fill(root / f"{count}", count)
            rows += _opening(root / f"{count}", count, sides, checks)
        header = ["images", "opening", "s warm", "s cold", "MiB more", "µs a look-up"]
        print(markdown_table(header, rows), flush=True)
        works = [(s, "visit") for s in sorted(sides)] + [("ours", "queue"), ("scrapy", "queue")]
        rates = [
            [side, work, _run(side, work, root / f"{side}-{work}", given.writes)["rate"]]
            for side, work in works
        ]
        print(markdown_table(["side", "writes", "per second"], rates), flush=True)
    print(markdown_table(["keys", "bytes a key", "µs a look-up"], [_key_bytes(given.keys)]))
    return checks.exit_code


if __name__ == "__main__":
    sys.exit(main())
