"""A site that needs no browser: none is started, and what looking for signs of need costs."""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawls import CHECKOUT, SPEED_SETTINGS, last_lines, our_crawl
from benchmarks.nginx import Journal, free_port, serving
from benchmarks.rendering.watching import BrowserSizes
from benchmarks.sites import GeneratedSite, write_linked_pages
from benchmarks.tables import Checks, markdown_table

_INTERVAL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Side:
    """A way to crawl the site: ``arguments`` of the crawl of a ``checkout``."""

    title: str
    arguments: tuple[str, ...]
    checkout: Path = CHECKOUT


@dataclass(frozen=True, slots=True)
class Course:
    """One crawl: pages per second, and CPU a page without what the start-up takes."""

    rate: float
    cpu_ms: float
    peak_rss_mb: float


def measure_plain(folder: Path, options: argparse.Namespace, checks: Checks) -> None:
    """Crawl a static site with each side in turns, and print their rates and costs."""
    sides = {
        "never": Side("render=never", ("-a", "render=never")),
        "auto": Side("render=auto", ("-a", "render=auto")),
    }
    if options.base:
        sides["base"] = Side("the other checkout", (), options.base)
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    root = folder / "plain"
    site = write_linked_pages(root, origin=origin, pages=options.static_pages, images=1000)
    print(f"\na static site of {len(site.pages)} pages\n", flush=True)
    courses: dict[str, list[Course]] = {name: [] for name in sides}
    with serving(folder / "nginx-plain", {"127.0.0.1": root}, port) as journal:
        for repetition in range(options.repetitions):
            turn = repetition % len(sides)
            names = [*sides][turn:] + [*sides][:turn]
            for name in names:
                run = folder / f"plain-{name}-{repetition}"
                courses[name].append(_course(sides[name], run, site, journal, options, checks))
    rows = [[side.title, *_row(courses[name], courses["never"])] for name, side in sides.items()]
    header = ["side (medians)", "pages/s", "CPU ms a page", "peak RSS MB", "CPU: this / never"]
    print(f"\n{markdown_table(header, rows)}\n", flush=True)


def _course(
    side: Side,
    run: Path,
    site: GeneratedSite,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
) -> Course:
    _, _, start_up_seconds, _ = _crawled(side, run / "one", site, journal, options, checks, 1)
    pages, rate, cpu_seconds, peak = _crawled(side, run / "all", site, journal, options, checks)
    what = f"{run.name}: {rate:.0f} pages/s, {pages} of {len(site.pages)} pages"
    checks.that(pages == len(site.pages), what)
    return Course(rate, (cpu_seconds - start_up_seconds) / max(1, pages - 1) * 1000, peak)


def _crawled(
    side: Side,
    run: Path,
    site: GeneratedSite,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
    most: int | None = None,
) -> tuple[int, float, float, float]:
    """Return the number of pages, their rate, CPU seconds and the peak in MB of one crawl."""
    run.mkdir(parents=True)
    settings = {
        **SPEED_SETTINGS,
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
    }
    limit = ["-a", f"max_pages={most}"] if most else []
    command = ["crawl", "site", "-a", f"start={site.starts[0]}", "-a", "max_images=0"]
    command += [*limit, *side.arguments]
    mark = journal.mark()
    crawl = our_crawl(
        command,
        store=run / "store",
        log=run / "log",
        settings=settings,
        checkout=side.checkout,
    )
    watching = BrowserSizes(crawl.process_id, interval_seconds=_INTERVAL_SECONDS)
    end = crawl.wait(options.timeout) or crawl.kill()
    watching.stop()
    lines = [line for line in journal.since(mark) if line.path.startswith("/articles/")]
    if end.exit_code != 0 or not lines:
        sys.exit(f"{side.title} ended with {end.exit_code}:\n{last_lines(run / 'log')}")
    seen = sorted(watching.browsers)
    if seen or not most:
        looks = len(watching.samples)
        checks.that(not seen, f"{side.title}: no browser nor driver in {looks} looks", seen)
    seconds = max(lines[-1].when - lines[0].when, 1e-3)
    return len({x.path for x in lines}), len(lines) / seconds, end.cpu_seconds, end.peak_rss_mb


def _row(found: list[Course], never: list[Course]) -> list[object]:
    ratios = [mine.cpu_ms / its.cpu_ms for mine, its in zip(found, never, strict=True)]
    return [
        statistics.median(c.rate for c in found),
        statistics.median(c.cpu_ms for c in found),
        statistics.median(c.peak_rss_mb for c in found),
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})",
    ]
