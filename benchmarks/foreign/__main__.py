"""Crawl the documentation of a Debian package and compare the store with its files.

The package is downloaded with apt-get, unpacked into a temporary folder and served by nginx on
loopback. What its pages reference is found by code of its own (`truth`), so that our discovery
is not its own judge. Prints what was found, and every miss with its reason.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.crawls import SPEED_SETTINGS, last_lines, our_crawl
from benchmarks.foreign.comparison import Verdicts, WidthRules, compare
from benchmarks.foreign.truth import Truth, read_truth
from benchmarks.nginx import JournalLine, free_port, serving
from benchmarks.stores import StoreReading
from benchmarks.tables import Checks, markdown_table

# Packages with many images, and where their pages begin.
PACKAGES = {
    "gimp-help-en": "usr/share/gimp/2.0/help/en/index.html",
    "python-skimage-doc": "usr/share/doc/python-skimage-doc/html/index.html",
}


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check failed."""
    options = _options()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="benchmark-foreign-") as temporary:
        folder = Path(temporary)
        archive = options.deb or _downloaded(options.package, folder)
        subprocess.run(["dpkg", "-x", archive, folder / "package"], check=True)
        first = folder / "package" / PACKAGES[options.package]
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        truth = read_truth(first.parent, origin=origin, start=f"{origin}/{first.name}")
        print(
            f"{archive.name}: {len(truth.pages)} pages reached, "
            f"{truth.unlinked_pages} not linked, {len(truth.dead_pages)} links to no file"
        )
        if options.truth:
            _print_truth(truth)
            return 0
        with serving(folder / "nginx", {"127.0.0.1": first.parent}, port) as journal:
            _crawl(f"{origin}/{first.name}", origin, folder, options, checks)
            lines = journal.since()
        store = StoreReading(folder / "store")
        rules = WidthRules(options.widths, options.min_width, options.min_height)
        verdicts = compare(truth, store, rules)
        _check(truth, store, verdicts, lines, origin, checks)
        print("\n" + _table(truth, verdicts))
    return checks.exit_code


def _downloaded(package: str, folder: Path) -> Path:
    # apt's own user may not write here; it then says so and downloads all the same.
    subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True)
    return next(folder.glob("*.deb"))


def _crawl(
    start: str, origin: str, folder: Path, options: argparse.Namespace, checks: Checks
) -> None:
    settings = {
        **SPEED_SETTINGS,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "IMAGES_WIDTHS": ",".join(map(str, options.widths)),
        "IMAGES_MIN_WIDTH": options.min_width,
        "IMAGES_MIN_HEIGHT": options.min_height,
    }
    log = folder / "crawl.log"
    # Images on other hosts are left out: the documentation links to a few on the internet.
    arguments = [
        "-a",
        f"start={start}",
        "-a",
        "scope=host",
        "-a",
        f"image_allow=^{re.escape(origin)}/",
    ]
    started = time.monotonic()
    crawl = our_crawl(
        ["crawl", "site", *arguments], store=folder / "store", log=log, settings=settings
    )
    end = crawl.wait(options.timeout) or crawl.kill()
    good = end.exit_code == 0
    checks.that(
        good,
        f"the crawl ended with {end.exit_code} after {time.monotonic() - started:.1f} s",
        [] if good else [last_lines(log)],
    )


def _check(
    truth: Truth,
    store: StoreReading,
    verdicts: Verdicts,
    lines: list[JournalLine],
    origin: str,
    checks: Checks,
) -> None:
    noted = {line.get("url") for line in store.pages().values() if line.get("status") == 200}
    lost = [url for url in truth.pages if url not in noted]
    checks.that(not lost, f"pages/ has all {len(truth.pages)} pages", lost)
    asked = Counter(origin + line.path for line in lines if line.path != "/robots.txt")
    again = [f"{url}: {count} times" for url, count in asked.items() if count > 1]
    checks.that(not again, "no address was asked for twice", again)
    checks.that(not verdicts.missed, "no image missed", verdicts.missed)
    checks.that(not verdicts.extra, "no image that no page references", verdicts.extra)
    checks.that(not verdicts.wrong, "every file in the right folders, once", verdicts.wrong)
    torn = store.torn()
    checks.that(not torn, "no torn file", torn)


def _table(truth: Truth, verdicts: Verdicts) -> str:
    rows: list[tuple[str, object]] = [("image addresses referenced", len(truth.references))]
    rows += [(f"not to be kept: {why}", n) for why, n in sorted(verdicts.not_wanted.items())]
    rows += [
        ("found, and a file kept", len(verdicts.found)),
        ("found, too small, and failed/ says so", len(verdicts.too_small)),
        ("found, same bytes as another, and failed/ says so", len(verdicts.duplicate)),
        ("missed", len(verdicts.missed)),
        ("wrong (folder, bytes, twice)", len(verdicts.wrong)),
        ("extra", len(verdicts.extra)),
        ("files stored byte for byte", verdicts.untouched),
        ("image files that no reached page references", len(truth.never_referenced)),
    ]
    return markdown_table(["what", "count"], rows)


def _print_truth(truth: Truth) -> None:
    kept = [r for r in truth.references.values() if r.reason is None]
    rows: list[tuple[str, object]] = [("image addresses referenced", len(truth.references))]
    rows += Counter(str(r.reason) for r in truth.references.values() if r.reason).items()
    rows += Counter("found by " + "+".join(sorted(r.kinds)) for r in kept).items()
    rows.append(("distinct contents", len({r.sha256 for r in kept})))
    print(markdown_table(["what", "count"], rows))
    for path in truth.never_referenced:
        print(f"never referenced: {path.name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.foreign", description=__doc__)
    add = parser.add_argument
    add("--package", choices=PACKAGES, default="gimp-help-en", help="default gimp-help-en")
    add("--deb", type=Path, help="its file, when it is here already (else apt-get download)")
    widths = "IMAGES_WIDTHS (default 600,1200)"
    add("--widths", type=_widths, default=(600, 1200), metavar="W,W", help=widths)
    add("--min-width", type=int, default=64, help="IMAGES_MIN_WIDTH (default 64)")
    add("--min-height", type=int, default=64, help="IMAGES_MIN_HEIGHT (default 64)")
    add("--timeout", type=float, default=900, help="seconds until the crawl is killed (900)")
    add("--truth", action="store_true", help="only print what the pages reference")
    return parser.parse_args()


def _widths(text: str) -> tuple[int, ...]:
    return tuple(int(width) for width in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
