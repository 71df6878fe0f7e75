"""Many pages rendered in a row: rate, cost, sizes over time, and what was lost."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawls import SPEED_SETTINGS, Crawl, CrawlEnd, last_lines, our_crawl
from benchmarks.nginx import Journal, JournalLine, free_port, serving
from benchmarks.rendering.galleries import BuiltSite, write_built_galleries
from benchmarks.rendering.watching import BrowserSizes, Sizes
from benchmarks.stores import StoreReading, urls_of
from benchmarks.tables import Checks, markdown_table

_INTERVAL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Course:
    """One crawl of all galleries. ``after`` has the sizes after so many pages."""

    at_once: int
    rate: float
    crawl_cpu_ms: float
    browser_cpu_ms: float
    contexts: int
    after: dict[int, Sizes]


def measure_rendered(folder: Path, options: argparse.Namespace, checks: Checks) -> None:
    """Crawl script-built galleries with ``render=always``, and print what it took."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    root = folder / "galleries"
    site = write_built_galleries(
        root, origin=origin, pages=options.pages, per_page=options.per_page
    )
    print(f"\n{len(site.pages)} galleries of {options.per_page} pictures, render=always\n")
    courses = []
    with serving(folder / "nginx-galleries", {"127.0.0.1": root}, port) as journal:
        for at_once in options.at_once:
            run = folder / f"rendered-{at_once}"
            run.mkdir()
            courses.append(_course(at_once, run, site, journal, options, checks))
    print(f"\n{_rates(courses)}\n\n{_sizes(courses)}\n", flush=True)


def _course(
    at_once: int,
    run: Path,
    site: BuiltSite,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
) -> Course:
    mark = journal.mark()
    crawl = _start(at_once, run, site, options.per_context)
    watching = BrowserSizes(crawl.process_id, interval_seconds=_INTERVAL_SECONDS)
    end = crawl.wait(options.timeout) or crawl.kill()
    watching.stop()
    # A gallery's data is asked for by its script, so once for each page that is rendered.
    lines = journal.since(mark)
    data = [line for line in lines if line.path.startswith("/data/")]
    if end.exit_code != 0 or len(data) < 2 or not watching.samples:
        sys.exit(f"{at_once} at once ended with {end.exit_code}:\n{last_lines(run / 'log')}")
    _check(f"{at_once} at once", lines, StoreReading(run / "store"), site, checks)
    contexts = _stat(run / "log", "playwright/context_count")
    least = -(-len(site.pages) // options.per_context)
    checks.that(contexts >= least, f"  {contexts} contexts, at least {least} wanted")
    # The same look at the processes says of a static site that it starts none.
    checks.that(bool(watching.browsers), "  the browser was seen to run")
    checks.that(not (left := crawl.processes_left()), "  no process is left", left)
    return _measured(at_once, end, data, watching, contexts, options.after)


def _start(at_once: int, run: Path, site: BuiltSite, per_context: int) -> Crawl:
    settings = {
        **SPEED_SETTINGS,
        # Pages that wait for their turn in the browser take a place of their host.
        "CONCURRENT_REQUESTS": 2 * at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2 * at_once,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": at_once,
        "RENDER_PAGES_PER_CONTEXT": per_context,
    }
    command = ["crawl", "site", "-a", f"start={site.start}", "-a", "render=always"]
    command += ["-a", "max_images=0"]
    return our_crawl(command, store=run / "store", log=run / "log", settings=settings)


def _check(
    what: str, lines: list[JournalLine], store: StoreReading, site: BuiltSite, checks: Checks
) -> None:
    counts = Counter(line.path for line in lines)
    wrong = [f"{path}: {counts[path]} times" for path in site.pages if counts[path] != 1]
    wrong += [
        f"{path}: {times} times" for path, times in counts.items() if "/data/" in path and times > 1
    ]
    pages = len(site.pages)
    checks.that(not wrong, f"{what}: each of {pages} pages and its data fetched once", wrong)
    done = [line for line in store.pages().values() if "gallery-" in str(line.get("url"))]
    # An answer without "rounds" is a page that was read as the server sent it.
    failed = [line for line in done if not _is_rendered(line)]
    checks.that(
        len(done) == pages and not failed, f"  {len(done)} pages done, all of them rendered", failed
    )
    known = {url for record in store.records().values() for url in urls_of(record)}
    missing = sorted(site.images - known)
    checks.that(not missing, f"  all {len(site.images)} pictures found", missing)


def _is_rendered(line: dict[str, object]) -> bool:
    facts = line.get("rendered")
    return isinstance(facts, dict) and "rounds" in facts and "error" not in facts


def _measured(
    at_once: int,
    end: CrawlEnd,
    data: list[JournalLine],
    watching: BrowserSizes,
    contexts: int,
    marks: list[int],
) -> Course:
    wanted = sorted({mark for mark in marks if mark <= len(data)} | {len(data)})
    last = watching.samples[-1]
    return Course(
        at_once=at_once,
        rate=(len(data) - 1) / (data[-1].when - data[0].when),
        crawl_cpu_ms=last.crawl_cpu_seconds / len(data) * 1000,
        browser_cpu_ms=last.browser_cpu_seconds / len(data) * 1000,
        contexts=contexts,
        after={mark: watching.around(data[mark - 1].when) for mark in wanted},
    )


def _rates(courses: list[Course]) -> str:
    rows = [
        [c.at_once, c.rate, c.rate / courses[0].rate, c.crawl_cpu_ms, c.browser_cpu_ms, c.contexts]
        for c in courses
    ]
    header = ["pages at once", "pages/s", "times the first", "CPU ms a page: crawl", "browser"]
    return markdown_table([*header, "contexts"], rows)


def _sizes(courses: list[Course]) -> str:
    rows = [
        [c.at_once, f"{pages:,}", s.crawl_mib, s.browser_mib, s.processes, s.driver_mib]
        for c in courses
        for pages, s in c.after.items()
    ]
    header = ["pages at once", "after pages", "crawl MiB", "browser MiB", "its processes"]
    return markdown_table([*header, "driver MiB"], rows)


def _stat(log: Path, name: str) -> int:
    found = re.findall(rf"'{re.escape(name)}': (\d+)", log.read_text(errors="replace"))
    return int(found[-1]) if found else 0
