"""Near duplicates: precision and recall on a described set, and what hashing and looking cost.

python -m benchmarks.near
python -m benchmarks.near --distance 4 6 8 10 --index 1000000
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from itertools import pairwise

import numpy as np

from benchmarks.near.measuring import Measured, looks, measured
from benchmarks.near.specimens import noise
from benchmarks.tables import Checks, markdown_table
from imagecrawler.coordinator.near_index import NearIndex
from imagecrawler.imaging.likeness import likeness
from imagecrawler.policies.near import NearRules

DEFAULT = NearRules().distance
_QUERIES = 500


def main() -> int:
    options = _options()
    checks = Checks()
    print("What a hash costs (the best of 5 runs, one core):\n")
    print(_hashing(), "\n", flush=True)
    print("What a look-up costs, hashes being random and every second one near a stored one:\n")
    print(_looking(options.index), "\n", flush=True)
    found = looks(options.bases)
    for distance in options.distance:
        result = measured(found, distance)
        print(f"Distance {distance}{' (the default)' if distance == DEFAULT else ''}:\n")
        print(_precision(result), "\n")
        for example in result.examples[:10]:
            print(f"    {example}")
        if distance == DEFAULT:
            checks.that(result.precision >= 0.99, f"precision {result.precision:.4f} >= 0.99")
            checks.that(result.recall >= 0.8, f"recall {result.recall:.4f} >= 0.8")
    return checks.exit_code


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.near", description=__doc__)
    parser.add_argument("--distance", type=int, nargs="+", default=[DEFAULT])
    parser.add_argument("--bases", type=int, help="painted pictures, and as many of noise")
    parser.add_argument("--index", type=int, nargs="*", default=[1_000_000, 10_000_000])
    return parser.parse_args()


def _hashing() -> str:
    rows = []
    for size in ((600, 400), (600, 900), (1200, 800)):
        for mode in ("RGB", "RGBA"):
            picture = noise(1, size).convert(mode)
            times = [time.process_time()]
            for _ in range(5):
                for _ in range(20):
                    likeness(picture)
                times.append(time.process_time())
            best = min(after - before for before, after in pairwise(times)) / 20
            rows.append((f"{size[0]} x {size[1]}", mode, best * 1e3))
    return markdown_table(("pixels", "mode", "ms"), rows)


def _looking(sizes: list[int]) -> str:
    rows = []
    for size in sizes:
        index, adding, sorting = _index(size)
        each = (index.nbytes / size, adding / size * 1e6, sorting)
        distances = (3, DEFAULT, 12)
        sorted_ms = [_query_ms(index, within, size) for within in distances]
        for word in _words(size // 16):  # so many come before all are sorted anew
            index.add(word, 1)
        unsorted_ms = [_query_ms(index, within, size) for within in distances]
        rows += [
            (f"{size:,}", *row, *each)
            for row in zip(distances, sorted_ms, unsorted_ms, strict=True)
        ]
    header = (
        *("hashes", "distance", "ms a look-up", "with 1/16 more"),
        *("bytes a hash", "µs to add", "s to sort all"),
    )
    return markdown_table(header, rows)


def _index(size: int) -> tuple[NearIndex, float, float]:
    index = NearIndex()
    words = _words(size)
    begun = time.process_time()
    for word in words:
        index.add(word, 1)
    added = time.process_time()
    index.near(0, 0)
    return index, added - begun, time.process_time() - added


def _words(size: int) -> list[int]:
    found: list[int] = np.random.default_rng(size).integers(0, 1 << 64, size, np.uint64).tolist()
    return found


def _query_ms(index: NearIndex, within: int, size: int) -> float:
    rng = random.Random(within)
    stored = _words(size)
    asked = [rng.getrandbits(64) for _ in range(_QUERIES)]
    for number in range(0, _QUERIES, 2):
        flips = sum(1 << bit for bit in rng.sample(range(64), min(within, 6)))
        asked[number] = rng.choice(stored) ^ flips
    del stored
    begun = time.process_time()
    hits = sum(bool(index.near(word, within)) for word in asked)
    took = (time.process_time() - begun) / _QUERIES * 1e3
    assert hits >= _QUERIES // 2
    return took


def _precision(result: Measured) -> str:
    rows: list[tuple[object, ...]] = [
        (kind, r.count, f"{r.right / r.count:.0%}", r.wrong, r.flat)
        for kind, r in result.variants.items()
        if r.count
    ]
    rows += [(f"*{kind}*", r.count, "", r.wrong, r.flat) for kind, r in result.negatives.items()]
    counted = sum(r.count for r in (*result.variants.values(), *result.negatives.values()))
    wrong = sum(r.wrong for r in (*result.variants.values(), *result.negatives.values()))
    rows.append(
        (f"**all: precision {result.precision:.2%}**", counted, f"{result.recall:.1%}", wrong, "")
    )
    header = (
        "what was done (*different pictures*)",
        "pictures",
        "found",
        "taken for another",
        "flat",
    )
    return markdown_table(header, rows)


if __name__ == "__main__":
    sys.exit(main())
