"""What it costs to read a page without a browser: CPU time of ``parse_page`` alone.

Also a program: ``python reading.py FOLDER ROUNDS`` in the root of a checkout prints the
milliseconds a page that its discovery takes for a folder of pages, so that a version is
measured by its own code, in a process of its own.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

_ROUNDS = 3


def measure_reading(folder: Path, options: argparse.Namespace) -> None:
    """Print what discovery takes for a page, here and in the other checkout, in turns."""
    from benchmarks.crawls import CHECKOUT
    from benchmarks.sites import write_linked_pages
    from benchmarks.tables import markdown_table

    write_linked_pages(folder / "read", origin="http://a.test", pages=300, images=1000)
    folders = {"the page of benchmarks.pages": folder / "read"}
    folders |= {f"saved pages of {path}": path for path in options.saved}
    checkouts = {"here": CHECKOUT} | ({"the other checkout": options.base} if options.base else {})
    rows = []
    for title, pages in folders.items():
        taken: dict[str, list[float]] = {name: [] for name in checkouts}
        for _ in range(options.repetitions):
            for name, checkout in checkouts.items():
                taken[name].append(_milliseconds(checkout, pages))
        rows.append([title, *_row(taken)])
    header = ["pages", *(f"ms a page {name}" for name in checkouts)]
    header += ["ratio"] if options.base else []
    print(f"\nparse_page alone, CPU\n\n{markdown_table(header, rows)}\n", flush=True)


def _row(taken: Mapping[str, list[float]]) -> list[object]:
    medians = [statistics.median(found) for found in taken.values()]
    ratios = [mine / its for mine, its in zip(*taken.values(), strict=True)] if medians[1:] else []
    return [*medians, *([statistics.median(ratios)] if ratios else [])]


def _milliseconds(checkout: Path, pages: Path) -> float:
    command = [sys.executable, str(Path(__file__).resolve()), str(pages.resolve()), str(_ROUNDS)]
    environment = {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run(
        command, cwd=checkout, env=environment, check=True, capture_output=True, text=True
    )
    return float(json.loads(answer.stdout))


def _pages(folder: Path) -> list[str]:
    paths = [path for path in sorted(folder.rglob("*")) if path.name.endswith((".html", ".gz"))]
    raw = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in paths]
    return [body.decode("utf-8", "replace") for body in raw]


def main() -> None:
    """Print the milliseconds a page: the least of some rounds over all pages."""
    from imagecrawler.discovery.page import parse_page

    pages = _pages(Path(sys.argv[1]))
    taken = []
    for _ in range(int(sys.argv[2])):
        begun = time.process_time()
        for number, html in enumerate(pages):
            parse_page(html, url=f"http://a.test/{number}.html")
        taken.append(time.process_time() - begun)
    print(json.dumps(min(taken) / len(pages) * 1000))


if __name__ == "__main__":
    main()
