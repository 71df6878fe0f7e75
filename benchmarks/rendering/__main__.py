"""What rendered pages cost, and what the others pay for the browser that they do not need.

Three parts: ``rendered`` crawls galleries that scripts build, in a browser, with so many pages
at once; ``static`` crawls a site that needs none, with ``render=never`` and ``auto`` in turns;
``reading`` times discovery alone. Another checkout (``--base``) is measured beside this one in
the last two. Nothing is fetched from elsewhere; images are recorded and not fetched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.rendering.plain import measure_plain
from benchmarks.rendering.reading import measure_reading
from benchmarks.rendering.rendered import measure_rendered
from benchmarks.tables import Checks

PARTS = ("rendered", "static", "reading")


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check failed."""
    options = _options()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="benchmark-rendering-") as temporary:
        folder = Path(temporary)
        if "static" in options.parts:
            measure_plain(folder, options, checks)
            _print_load()
        if "reading" in options.parts:
            measure_reading(folder, options)
            _print_load()
        if "rendered" in options.parts:
            measure_rendered(folder, options, checks)
            _print_load()
    return checks.exit_code


def _print_load() -> None:
    print("load over the last 1, 5 and 15 minutes: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rendering", description=__doc__)
    add = parser.add_argument
    add("--parts", type=lambda text: text.split(","), default=list(PARTS), metavar=",".join(PARTS))
    add("--pages", type=int, default=1000, help="pages to be rendered (default 1000)")
    add("--per-page", type=int, default=12, help="pictures on each of them (default 12)")
    add("--at-once", type=_numbers, default=[1, 2, 4], metavar="1,2,4", help="pages at once")
    add("--per-context", type=int, default=50, help="RENDER_PAGES_PER_CONTEXT (default 50)")
    add(
        "--after",
        type=_numbers,
        default=[100, 500, 1000],
        metavar="100,500,1000",
        help="after how many pages sizes are told",
    )
    add("--static-pages", type=int, default=1000, help="pages of the static site (default 1000)")
    add("--repetitions", type=int, default=5, help="turns of each side (default 5)")
    add("--base", type=Path, help="a checkout of another version, to be measured beside this one")
    add("--saved", type=Path, nargs="*", default=[], help="folders of saved pages, to be read")
    add("--timeout", type=float, default=7200, help="seconds until a crawl is killed (7200)")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
