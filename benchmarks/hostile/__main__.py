"""Crawl each hostile file and server by itself, with the default ceilings, beside a good image.

What failed/ or pages/ says must be right, the good image must arrive, and no process may take
more memory than the README states. Seconds are from the first request for it to its reason.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.crawls import SPEED_SETTINGS, Crawl, last_lines, our_crawl
from benchmarks.hostile.cases import Case, cases
from benchmarks.memory import HighWaterMarks
from benchmarks.stores import StoreReading
from benchmarks.tables import Checks, markdown_table
from imagecrawler import settings as ours
from tests.hostile.server import Behaviour, answer, serving
from tests.hostile.servers import redirected
from tests.site.pictures import draw

# As the README states them, in MB.
MAX_CRAWL_MB = (
    150
    + 2 * ours.CONCURRENT_REQUESTS * ours.DOWNLOAD_MAXSIZE / 1e6
    + ours.IMAGES_MAX_BYTES_IN_FLIGHT / 1e6
)
MAX_WORKER_MB = (1024**3 + 16 * ours.IMAGES_MAX_PIXELS) / 1e6

_GOOD = "/good.jpg"
_NOT_YET = "nothing"


@dataclass
class Measured:
    """How one case went; ``outcomes`` by path, None for what is kept."""

    exit_code: int | None = None
    outcomes: dict[str, str | None] = field(default_factory=dict)
    seconds: float = 0.0
    crawl_mb: float = 0.0
    worker_mb: float = 0.0


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check failed."""
    options = _options()
    checks = Checks()
    rows = []
    with tempfile.TemporaryDirectory(prefix="benchmark-hostile-") as temporary:
        for number, case in enumerate(cases()):
            if options.only not in case.name:
                continue
            it = measured(case, Path(temporary, str(number)), options)
            check(case, it, checks)
            rows.append([case.name, said(it), it.seconds, it.crawl_mb, it.worker_mb])
    header = ["", "becomes", "s", "crawl, peak MB", "a worker, peak MB"]
    print("\n" + markdown_table(header, rows))
    return checks.exit_code


def measured(case: Case, folder: Path, options: argparse.Namespace) -> Measured:
    """Crawl one case and return what became of it."""
    folder.mkdir()
    begun: list[float] = []
    answers = {path: _noted(begun, made) for path, made in case.answers().items()}
    routes = {
        **redirected(),
        **answers,
        "/": answer(_page(case).encode(), "text/html"),
        _GOOD: answer(draw(640, 480, seed="good")),
    }
    store, result = StoreReading(folder / "store"), Measured()
    wanted = {*case.expected, _GOOD}
    with serving(routes) as site:
        crawl = _started(site.url, folder, options)
        marks = HighWaterMarks(crawl.process_id)
        settled = None
        while (end := crawl.poll()) is None and crawl.seconds < options.timeout:
            if settled is None and not any(
                outcome == _NOT_YET for outcome in outcomes(store, wanted).values()
            ):
                settled = time.monotonic()
            time.sleep(0.05)
        end = end or crawl.kill()
    marks.stop()
    result.exit_code = end.exit_code
    result.outcomes = outcomes(store, wanted)
    result.seconds = (settled or time.monotonic()) - min(begun) if begun else 0.0
    result.crawl_mb, result.worker_mb = marks.crawl_mb, marks.worker_mb
    if end.exit_code != 0:
        print(last_lines(folder / "crawl.log"))
    return result


def outcomes(store: StoreReading, paths: set[str]) -> dict[str, str | None]:
    """Return what became of images and pages so far, by path."""
    found: dict[str, str | None] = dict.fromkeys(paths, _NOT_YET)
    failures, files = store.failures(), store.files("600")
    for image_id, record in store.records().items():
        path = urlsplit(record["url"]).path
        if image_id in failures or image_id in files:
            found[path] = None if image_id in files else str(failures[image_id]["reason"])
    for line in store.pages().values():
        found[urlsplit(line["url"]).path] = line.get("error")
    return {path: found[path] for path in sorted(paths)}


def check(case: Case, it: Measured, checks: Checks) -> None:
    """Print whether a case went as it must."""
    expected = {**case.expected, _GOOD: None}
    wrong = [
        f"{path}: {it.outcomes.get(path)} and not {reason}"
        for path, reason in expected.items()
        if it.outcomes.get(path, _NOT_YET) != reason
    ]
    wrong += [f"exit code {it.exit_code}"] if it.exit_code else []
    if it.crawl_mb > MAX_CRAWL_MB or it.worker_mb > MAX_WORKER_MB:
        wrong.append(f"{it.crawl_mb:.0f} MB and {it.worker_mb:.0f} MB in a worker")
    checks.that(not wrong, case.name, wrong)


def said(it: Measured) -> str:
    """Return the outcomes in words, the good image's left out."""
    counts = Counter(reason or "kept" for path, reason in it.outcomes.items() if path != _GOOD)
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{reason} {count}" for reason, count in counts.most_common())


def _page(case: Case) -> str:
    tag = '<a href="{}">.</a>' if case.are_pages else '<img src="{}">'
    return f'<img src="{_GOOD}">' + "".join(map(tag.format, case.expected))


def _noted(begun: list[float], behaviour: Behaviour) -> Behaviour:
    async def behave(writer):  # type: ignore[no-untyped-def]
        begun.append(time.monotonic())
        await behaviour(writer)

    return behave


def _started(url: str, folder: Path, options: argparse.Namespace) -> Crawl:
    settings = {
        **SPEED_SETTINGS,
        "CONCURRENT_REQUESTS_PER_DOMAIN": ours.CONCURRENT_REQUESTS,
        "DOWNLOAD_TIMEOUT": options.download_timeout,
        "RETRY_TIMES": 0,
        "ALLOWED_NETWORKS": "127.0.0.0/8",
    }
    command = ["crawl", "site", "-a", f"start={url}"]
    return our_crawl(command, store=folder / "store", log=folder / "crawl.log", settings=settings)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    add = parser.add_argument
    add("--only", default="", help="cases whose name has this in it")
    add("--download-timeout", type=float, default=20, help="DOWNLOAD_TIMEOUT in s (default 20)")
    add("--timeout", type=float, default=300, help="seconds until a crawl is killed (300)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
