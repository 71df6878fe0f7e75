"""A store of ten million pages and a million images: opening, standing open, status, verify.

``python -m benchmarks.store.scale`` makes it (10 GB and 1,100,000 files, in ten minutes) and
removes it at the end; with ``--store FOLDER`` one that is there is taken, or made there and kept.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.memory import high_water_mib, resident_mib
from benchmarks.store.synthetic import WIDTHS, fill, page_url
from benchmarks.tables import Checks, markdown_table
from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.run import RunRules
from imagecrawler.storage.store import Store

_LOOKUPS = 200_000
_PROJECT = ("-s", "IMAGES_WIDTHS=600", "-s")


def _stand_open(folder: str, pages: int) -> dict[str, Any]:
    """Open a store as a crawl does, and tell of this process when all of it is read."""
    gc.collect()
    before = resident_mib(os.getpid())
    told = asyncio.run(_opened(folder, pages))
    return {"before": before, **told, "peak": high_water_mib(os.getpid())}


async def _opened(folder: str, pages: int) -> dict[str, Any]:
    started = time.perf_counter()
    store = Store.open(folder)
    coordinator = Coordinator.open(store, RunRules(widths=WIDTHS, smallest="600"))
    opened = time.perf_counter() - started
    coordinator.start(lambda: None, lambda error: sys.exit(str(error)))
    while coordinator.has_work():
        await asyncio.sleep(0.01)
    read = time.perf_counter() - started
    gc.collect()
    standing = resident_mib(os.getpid())
    asked = range(0, 2 * pages, max(1, 2 * pages // _LOOKUPS))
    urls = [page_url(n) for n in asked]
    begun = time.perf_counter()
    known = sum(map(coordinator.knows_page, urls))
    micros = (time.perf_counter() - begun) / len(urls) * 1e6
    begun = time.perf_counter()
    await coordinator.close()
    coordinator.release()
    return {
        "opened": opened,
        "read": read,
        "standing": standing,
        "micros": micros,
        "right": known == sum(n < pages for n in asked),
        "closing": time.perf_counter() - begun,
        "bytes": coordinator.pages.known.nbytes / max(1, pages),
    }


def _open_apart(folder: Path, pages: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.store.scale", "--stand-open", str(folder)]
    told: dict[str, Any] = json.loads(
        subprocess.check_output([*command, "--pages", str(pages)]).splitlines()[-1]
    )
    return told


def _command(name: str, folder: Path) -> tuple[float, float, int]:
    """Return the seconds a command takes, the most MiB that it has, and its exit code."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "scrapy", name, *_PROJECT, f"IMAGES_STORE={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - started, used.ru_maxrss / 1024, code


def _measure(folder: Path, given: argparse.Namespace, checks: Checks) -> None:
    rows = []
    for title, keeps_cache in (("without cache/", False), ("with it", True), ("and again", True)):
        if not keeps_cache:
            shutil.rmtree(folder / "cache", ignore_errors=True)
        told = _open_apart(folder, given.pages)
        checks.that(told["right"], f"{title}: known pages are told from unknown ones")
        names = ("opened", "read", "before", "standing", "peak", "bytes", "micros", "closing")
        rows.append([title, *(told[name] for name in names)])
    header = ["opening", "s opened", "s all read", "MiB before", "MiB standing open", "MiB most"]
    header += ["bytes a page key", "µs a look-up", "s closing"]
    print(markdown_table(header, rows), flush=True)
    rows = []
    for name in given.commands:
        seconds, most_mib, code = _command(name, folder)
        checks.that(code == 0, f"scrapy {name} ends with 0")
        rows.append([f"scrapy {name}", seconds, most_mib])
        print(markdown_table(["command", "s", "MiB most"], rows[-1:]), flush=True)


def main() -> int:
    """Print the tables; return 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store.scale", description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000_000)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--commands", nargs="*", default=["status", "verify"])
    parser.add_argument("--stand-open", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stand_open:
        print(json.dumps(_stand_open(given.stand_open, given.pages)))
        return 0
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = given.store or Path(name, "store")
        if not folder.exists():
            fill(folder, pages=given.pages, images=given.images)
        _measure(folder, given, checks)
    return checks.exit_code


if __name__ == "__main__":
    sys.exit(main())
