"""One crawl of many small images: does memory stay flat, and does the rate?

``--pages 20000 --images 100000 --sides ours`` is a crawl as long as a night's, on loopback.

All images are different, and are fetched from one nginx without a delay and without a browser.
Resident sizes are those of the crawl's process and the sum of its workers', from /proc.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.crawls import SPEED_SETTINGS, Crawl, last_lines, our_crawl, rival_crawl
from benchmarks.memory import Resident, ResidentSizes
from benchmarks.nginx import Journal, JournalLine, free_port, serving
from benchmarks.sites import GeneratedSite, write_galleries
from benchmarks.tables import Checks, markdown_table

_PER_PAGE = 100
_SIZE_PX = (120, 90)
_MIB = 1024 * 1024


def _ours(start: str, run: Path, settings: dict[str, object]) -> Crawl:
    own = {
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "EXTENSIONS": json.dumps({"benchmarks.residence.keysets.KeySets": 1}),
        "RESIDENCE_REPORT": run / "keysets.json",
    }
    command = ["crawl", "site", "-a", f"start={start}"]
    return our_crawl(command, store=run / "store", log=run / "log", settings={**settings, **own})


def _stock(start: str, run: Path, settings: dict[str, object]) -> Crawl:
    own = {
        "IMAGES_STORE": run / "images",
        "ITEM_PIPELINES": json.dumps({"scrapy.pipelines.images.ImagesPipeline": 1}),
    }
    command = ["crawl", "stock_images", "-a", f"start={start}"]
    return rival_crawl(command, folder=run, log=run / "log", settings={**settings, **own})


@dataclass(frozen=True, slots=True)
class Side:
    """One crawler. ``images`` is the folder of the files that it keeps."""

    title: str
    start: Callable[[str, Path, dict[str, object]], Crawl]
    images: str


SIDES = {
    "ours": Side("our crawl", _ours, "store/downloaded"),
    "stock": Side("stock Scrapy: ImagesPipeline", _stock, "images/full"),
}


@dataclass(frozen=True, slots=True)
class Tenth:
    """What one tenth of the images took; ``end`` has the sizes when its last was answered."""

    images_per_second: float
    pages_per_second: float
    cpu_ms_per_image: float
    end: Resident


@dataclass(frozen=True, slots=True)
class Course:
    """What one side's crawl was like: sizes after so many images, and what each tenth took."""

    after: dict[int, tuple[int, Resident]]  # images answered: images on the pages so far, sizes
    tenths: list[Tenth]

    @property
    def bytes_per_image(self) -> float:
        """What the crawl's own process gained with each image, from the second mark on."""
        marks = sorted(self.after)
        first, last = marks[-2 if len(marks) > 1 else 0], marks[-1]
        grown = self.after[last][1].own_mib - self.after[first][1].own_mib
        return grown * _MIB / max(1, last - first)


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check failed."""
    options = _options()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="benchmark-residence-") as temporary:
        folder, port = Path(temporary), free_port()
        pages = options.pages or -(-options.images // _PER_PAGE)
        roots = [(f"http://127.0.0.1:{port}", folder / "site")]
        site = write_galleries(roots, pages=pages, images=options.images, size_px=_SIZE_PX)
        print(f"{len(site.images)} images of {_SIZE_PX[0]} px on {pages} pages", flush=True)
        with serving(folder / "nginx", {"127.0.0.1": folder / "site"}, port) as journal:
            for name in options.sides:
                run = folder / name
                run.mkdir()
                course = _course(SIDES[name], run, site, journal, options, checks)
                print(f"\n{SIDES[name].title}\n\n{_table(course)}\n", flush=True)
                if (report := run / "keysets.json").exists():
                    print(_key_set_table(report, len(site.images)) + "\n", flush=True)
    return checks.exit_code


def _course(
    side: Side,
    run: Path,
    site: GeneratedSite,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
) -> Course:
    settings = {
        **SPEED_SETTINGS,
        "CONCURRENT_REQUESTS": options.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": options.concurrency,
    }
    mark = journal.mark()
    crawl = side.start(site.starts[0], run, settings)
    sizes = ResidentSizes(crawl.process_id)
    end = crawl.wait(options.timeout) or crawl.kill()
    sizes.stop()
    lines = journal.since(mark)
    images = [line for line in lines if line.path.startswith("/images/")]
    if end.exit_code != 0 or not images:
        sys.exit(f"{side.title} ended with {end.exit_code}:\n{last_lines(run / 'log')}")
    files = sum(1 for path in (run / side.images).rglob("*.jpg"))
    pages = [line for line in lines if line.path.startswith("/gallery-")]
    again = [path for path, times in Counter(line.path for line in lines).items() if times > 1]
    is_whole = files == len(site.images) == len(images) and len(pages) == len(site.pages)
    statement = (
        f"{side.title}: {len(pages)} pages of {len(site.pages)} and {len(images)} images fetched, "
        f"{files} files of {len(site.images)}, {len(again)} fetched twice"
    )
    checks.that(is_whole and not again, statement, again)
    per_page = -(-len(site.images) // len(site.pages))
    after = _sizes_after(options.after, pages, images, sizes, per_page)
    return Course(after, _tenths(pages, images, sizes))


def _sizes_after(
    marks: list[int],
    pages: list[JournalLine],
    images: list[JournalLine],
    sizes: ResidentSizes,
    per_page: int,
) -> dict[int, tuple[int, Resident]]:
    first = {line.path: line.when for line in reversed(pages)}
    whens = {mark: images[mark - 1].when for mark in marks if mark <= len(images)}
    return {
        mark: (sum(page <= when for page in first.values()) * per_page, sizes.around(when))
        for mark, when in whens.items()
    }


def _tenths(
    pages: list[JournalLine], images: list[JournalLine], sizes: ResidentSizes
) -> list[Tenth]:
    count = len(images) // 10
    ends = [sizes.around(images[max(0, n * count - 1)].when) for n in range(11)]
    return [
        Tenth(
            count / (seconds := max(end.when - begin.when, 1e-3)),
            sum(begin.when < page.when <= end.when for page in pages) / seconds,
            (end.cpu_seconds - begin.cpu_seconds) / count * 1000,
            end,
        )
        for begin, end in pairwise(ends)
    ]


def _table(course: Course) -> str:
    rows = [
        [f"{images:,}", f"{known:,}", size.own_mib, size.workers_mib]
        for images, (known, size) in course.after.items()
    ]
    header = ["images fetched", "on pages fetched", "resident MiB", "all workers MiB"]
    return (
        f"{markdown_table(header, rows)}\n\n{_tenths_table(course.tenths)}\n\n"
        f"bytes an image between the last two: {course.bytes_per_image:.0f}"
    )


def _tenths_table(tenths: list[Tenth]) -> str:
    header = ["tenth", "images/s", "pages/s", "CPU ms an image", "resident MiB", "all workers MiB"]
    rows = [
        [
            number,
            t.images_per_second,
            t.pages_per_second,
            t.cpu_ms_per_image,
            t.end.own_mib,
            t.end.workers_mib,
        ]
        for number, t in enumerate(tenths, 1)
    ]
    return markdown_table(header, rows)


def _key_set_table(report: Path, images: int) -> str:
    rows = [
        [name, f"{entries:,}", size / _MIB, size / images]
        for name, entries, size in json.loads(report.read_text())
    ]
    total = sum(float(row[2]) for row in rows)
    rows.append(["**all**", "", total, total * _MIB / images])
    return markdown_table(["held at the end", "entries", "MiB", "bytes an image"], rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.residence", description=__doc__)
    add = parser.add_argument
    add("--images", type=int, default=50_000, help="images of the site (default 50000)")
    add("--pages", type=int, help=f"pages of the site (default one for {_PER_PAGE} images)")
    add(
        "--after",
        type=lambda text: [int(number) for number in text.split(",")],
        default=[1_000, 10_000, 50_000],
        metavar="1000,10000,50000",
        help="after how many images sizes are told",
    )
    add("--concurrency", type=int, default=32, help="CONCURRENT_REQUESTS (default 32)")
    add("--timeout", type=float, default=1800, help="seconds until a crawl is killed (1800)")
    add("--sides", type=lambda text: text.split(","), default=list(SIDES), metavar="ours,stock")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
