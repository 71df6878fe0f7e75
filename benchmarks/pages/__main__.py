"""Crawl one site with our crawl, a stock CrawlSpider and the bare engine; print the ratios.

All three crawl the same site on the same nginx, taking turns, with the same settings. Ours is
persistent and extracts images and their metadata, with every middleware of the project on;
images are recorded, not fetched. Rates are from the first to the last page that nginx
answered, so start-up and shutdown do not count; CPU and memory are of the whole process.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.crawls import SPEED_SETTINGS, Crawl, last_lines, our_crawl, rival_crawl
from benchmarks.nginx import Journal, JournalLine, free_port, serving
from benchmarks.sites import GeneratedSite, write_linked_pages
from benchmarks.stores import StoreReading, urls_of
from benchmarks.tables import Checks, markdown_table

SIDES = {
    "ours": "our crawl: persistent, images and metadata",
    "stock": "stock Scrapy: CrawlSpider, LinkExtractor, JOBDIR, image items",
    "bare": "bare engine: URL list, nothing extracted",
}
# What the project promises (issue 2): at least this many times the rival's rate.
TARGETS = {"stock": "2.5 (aim 4)", "bare": "0.5"}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One crawl of one side. The rate is in pages per second."""

    rate: float
    cpu_seconds: float
    peak_rss_mb: float
    wall_seconds: float


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check failed."""
    options = _options()
    checks = Checks()
    measured: dict[str, list[Measurement]] = {side: [] for side in options.sides}
    with tempfile.TemporaryDirectory(prefix="benchmark-pages-") as temporary:
        folder = Path(temporary)
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        site = write_linked_pages(
            folder / "site", origin=origin, pages=options.pages, images=options.images
        )
        sizes = [path.stat().st_size for path in (folder / "site" / "articles").iterdir()]
        print(
            f"site: {len(site.pages)} pages, mean {statistics.mean(sizes) / 1000:.1f} kB, "
            f"{len(site.images)} images named"
        )
        (folder / "urls.txt").write_text("\n".join(site.pages))
        with serving(folder / "nginx", {"127.0.0.1": folder / "site"}, port) as journal:
            for repetition in range(options.repetitions):
                # Turns change so that no side always runs on the machine that another warmed.
                turn = repetition % len(options.sides)
                for side in options.sides[turn:] + options.sides[:turn]:
                    run = folder / f"{side}-{repetition}"
                    measured[side].append(_measure(side, run, site, journal, options, checks))
    print("\n" + _table(measured))
    return checks.exit_code


def _measure(
    side: str,
    run: Path,
    site: GeneratedSite,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
) -> Measurement:
    run.mkdir()
    mark = journal.mark()
    crawl = _start(side, run, site, options)
    end = crawl.wait(options.timeout)
    if end is None:
        end = crawl.kill()
    if end.exit_code != 0:
        print(last_lines(crawl.log))
    lines = [line for line in journal.since(mark) if line.path.startswith("/articles/")]
    if not lines:
        sys.exit(f"{side}: no page was fetched (exit code {end.exit_code})")
    rate = (len(lines) - 1) / (lines[-1].when - lines[0].when)
    what = f"{run.name}: {rate:.0f} pages/s"
    _check_fetches(what, end.exit_code, lines, site, checks, ours=side == "ours")
    if side == "ours":
        _check_store(StoreReading(run / "store"), site, checks)
    return Measurement(rate, end.cpu_seconds, end.peak_rss_mb, end.wall_seconds)


def _start(side: str, run: Path, site: GeneratedSite, options: argparse.Namespace) -> Crawl:
    settings = {
        **SPEED_SETTINGS,
        "CONCURRENT_REQUESTS": options.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": options.concurrency,
    }
    log = run / "crawl.log"
    start = f"start={site.starts[0]}"
    if side == "ours":
        command = ["crawl", "site", "-a", start, "-a", "max_images=0"]
        return our_crawl(command, store=run / "store", log=log, settings=settings)
    if side == "stock":
        command = ["crawl", "stock", "-a", start]
        settings["JOBDIR"] = run / "job"
    else:
        command = ["crawl", "url_list", "-a", f"urls={run.parent / 'urls.txt'}"]
    return rival_crawl(command, folder=run, log=log, settings=settings)


def _check_fetches(
    what: str,
    exit_code: int,
    lines: list[JournalLine],
    site: GeneratedSite,
    checks: Checks,
    *,
    ours: bool,
) -> None:
    counts = Counter(line.path for line in lines)
    if not ours:
        # Stock spiders ask for their start URLs past the filter: met again, one is asked twice.
        counts.subtract(path for path in _paths(site.starts) if counts[path] == 2)
    wrong = [
        f"{path}: {counts[path]} times"
        for path in _paths(site.pages) | set(counts)
        if counts[path] != 1
    ]
    statement = f"{what}; exit code {exit_code}, each of {len(site.pages)} pages fetched once"
    checks.that(exit_code == 0 and not wrong, statement, wrong)


def _paths(urls: list[str]) -> set[str]:
    return {urlsplit(url).path for url in urls}


def _check_store(store: StoreReading, site: GeneratedSite, checks: Checks) -> None:
    pages = {line.get("url") for line in store.pages().values()}
    missing = [url for url in site.pages if url not in pages]
    checks.that(not missing, f"  pages/ has all {len(site.pages)} pages", missing)
    records = store.records()
    known = {url for record in records.values() for url in urls_of(record)}
    missing = [url for url in site.images if url not in known]
    checks.that(
        not missing and len(records) == len(site.images),
        f"  visited/ has all {len(site.images)} images, and {len(records)} records",
        missing,
    )
    without = [i for i, record in records.items() if len(urls_of(record)) != 3]
    checks.that(not without, "  every record has its three renditions", without)
    without = [i for i, record in records.items() if not record.get("description")]
    checks.that(not without, "  every record has its alt text", without)
    checks.that(store.queued() == 0, f"  queue/ has nothing left ({store.queued()})")


def _table(measured: dict[str, list[Measurement]]) -> str:
    rows = []
    for side, found in measured.items():
        cpu = statistics.median(m.cpu_seconds for m in found)
        rows.append([
            SIDES[side],
            statistics.median(m.rate for m in found),
            f"{min(m.rate for m in found):.0f}-{max(m.rate for m in found):.0f}",
            cpu,
            statistics.median(m.peak_rss_mb for m in found),
            statistics.median(m.wall_seconds for m in found),
            _ratio(measured.get("ours", []), found) if side != "ours" else "",
            TARGETS.get(side, ""),
        ])  # fmt: skip
    header = ["side (medians)", "pages/s", "range", "CPU s", "peak RSS MB", "wall s"]
    return markdown_table([*header, "ours / this", "target"], rows)


def _ratio(ours: list[Measurement], theirs: list[Measurement]) -> str:
    """Return the median of the ratios within each repetition, and their range.

    In pairs, because the machine drifts more from one repetition to the next than within one.
    """
    ratios = [mine.rate / its.rate for mine, its in zip(ours, theirs, strict=False)]
    if not ratios:
        return ""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    add = parser.add_argument
    add("--pages", type=int, default=3000, help="pages of the site (default 3000)")
    add("--images", type=int, default=2400, help="images named on them (default 2400)")
    add("--repetitions", type=int, default=5, help="crawls of each side (default 5)")
    add("--concurrency", type=int, default=32, help="CONCURRENT_REQUESTS (default 32)")
    add("--timeout", type=float, default=600, help="seconds until a crawl is killed (600)")
    sides = ",".join(SIDES)
    add("--sides", type=lambda text: text.split(","), default=list(SIDES), metavar=sides)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
