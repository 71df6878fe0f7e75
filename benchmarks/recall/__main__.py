"""Recall of discovery on saved pages of the web, with Chromium as the judge.

Takes folders of saved pages (``*.html``, ``*.html.gz``), such as the folder ``html`` of
github.com/scrapinghub/article-extraction-benchmark and the ``source.html`` files of
github.com/mozilla/readability. Each is served on loopback. The truth is every image URL that
Chromium requests for it at three widths, with and without scripts; ours is a real crawl with
``max_images=0``. Prints recall by kind of source, precision by where we found it, all misses.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from benchmarks.crawls import SPEED_SETTINGS, last_lines, our_crawl
from benchmarks.nginx import free_port, serving
from benchmarks.recall.browser import Judgement, judge, judging
from benchmarks.stores import Json, StoreReading, urls_of
from benchmarks.tables import Checks, markdown_table

_LEAST_OF_MARKUP = 0.99
_LEAST_OF_ALL = 0.95


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check failed."""
    options = _options()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="benchmark-recall-") as temporary:
        folder = Path(temporary)
        names = _write_pages(options.pages, folder / "site")
        port = options.port or free_port()
        urls = [f"http://127.0.0.1:{port}/{name}" for name in names]
        with serving(folder / "nginx", {"127.0.0.1": folder / "site"}, port):
            truth = _truth(urls, options.truth)
            found = {
                render: _crawled(urls, render, folder, options.timeout, checks)
                for render in options.render
            }
        for render, store in found.items():
            _report(truth, store, render, checks, options.misses)
    return checks.exit_code


def _write_pages(folders: Iterable[Path], root: Path) -> list[str]:
    root.mkdir()
    names = []
    paths = [p for f in folders for p in sorted(f.rglob("*")) if p.name.endswith((".html", ".gz"))]
    for number, path in enumerate(paths):
        raw = path.read_bytes()
        names.append(f"{number:04d}/{path.name.split('.')[0][:40]}.html")
        (root / names[-1]).parent.mkdir()
        (root / names[-1]).write_bytes(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    return names


def _truth(urls: list[str], kept: Path | None) -> dict[str, Judgement]:
    """Return the judgements by URL; those of an earlier run with the same pages are taken."""
    if kept is not None and kept.exists():
        return {url: Judgement(**facts) for url, facts in json.loads(kept.read_text()).items()}
    truth = {}
    with judging() as browser:
        for number, url in enumerate(urls, 1):
            truth[url] = judge(browser, url)
            if number % 20 == 0:
                print(f"judged {number} of {len(urls)} pages", file=sys.stderr, flush=True)
    if kept is not None:
        kept.write_text(json.dumps({url: asdict(one) for url, one in truth.items()}))
    return truth


def _crawled(
    urls: list[str], render: str, folder: Path, timeout_seconds: float, checks: Checks
) -> StoreReading:
    starts = folder / "starts.txt"
    starts.write_text("\n".join(urls))
    log, store = folder / f"crawl-{render}.log", folder / f"store-{render}"
    arguments = {"start": starts, "scope": "page", "max_images": 0, "render": render}
    command = [part for name, v in arguments.items() for part in ("-a", f"{name}={v}")]
    crawl = our_crawl(["crawl", "site", *command], store=store, log=log, settings=SPEED_SETTINGS)
    end = crawl.wait(timeout_seconds) or crawl.kill()
    checks.that(end.exit_code == 0, f"render={render}: the crawl ended with {end.exit_code}")
    if end.exit_code:
        print(last_lines(log))
    return StoreReading(store)


def _report(
    truth: dict[str, Judgement], store: StoreReading, render: str, checks: Checks, misses: int
) -> None:
    found = _found(store)
    asked: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    missed: list[str] = []
    for url, judgement in truth.items():
        ours = {address for record in found.get(url, ()) for address in urls_of(record)}
        for image, kind in judgement.all.items():
            asked[kind] += 1
            hit[kind] += image in ours
            if image not in ours:
                missed.append(f"{kind}: {image[:150]} on {url}")
    print(f"\nrender={render}, {len(truth)} pages\n")
    rows = [(kind, n, hit[kind], f"{hit[kind] / n:.2%}") for kind, n in asked.most_common()]
    markup = sum(n for kind, n in asked.items() if kind != "script")
    markup_hit = sum(n for kind, n in hit.items() if kind != "script")
    rows.append(("in the markup", markup, markup_hit, f"{markup_hit / max(1, markup):.2%}"))
    total, total_hit = asked.total(), hit.total()
    rows.append(("all", total, total_hit, f"{total_hit / max(1, total):.2%}"))
    print(markdown_table(["asked for by", "URLs", "found", "recall"], rows))
    print("\n" + _precision(truth, found))
    print("\nmissed:", *missed[:misses], sep="\n  ")
    least = f"at least {_LEAST_OF_MARKUP:.0%} of what is in the markup"
    checks.that(markup_hit >= _LEAST_OF_MARKUP * markup, f"render={render}: {least}")
    if render != "never":
        least = f"at least {_LEAST_OF_ALL:.0%} of all"
        checks.that(total_hit >= _LEAST_OF_ALL * total, f"render={render}: {least}")


def _found(store: StoreReading) -> dict[str, list[Json]]:
    """Return the records of each page, by the ids that its line in pages/ has."""
    records = store.records()
    return {
        line["url"]: [records[key] for key in line.get("images") or () if key in records]
        for line in store.pages().values()
    }


def _precision(truth: dict[str, Judgement], found: dict[str, list[Json]]) -> str:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for url, records in found.items():
        asked = truth[url].all if url in truth else {}
        for record in records:
            is_asked = not asked.keys().isdisjoint(urls_of(record))
            for kind in record.get("found_by") or ["not said"]:
                counts[kind][0] += 1
                counts[kind][1] += is_asked
    rows = [
        (kind, n, shown, f"{shown / n:.2%}")
        for kind, (n, shown) in sorted(counts.items(), key=lambda item: -item[1][0])
    ]
    return markdown_table(["found by", "images", "of which the browser asks for", "share"], rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recall", description=__doc__)
    add = parser.add_argument
    add("pages", type=Path, nargs="+", metavar="FOLDER", help="folders of saved pages")
    add("--render", default=["never"], type=lambda text: text.split(","), help="default never")
    add("--truth", type=Path, help="keep the browser's requests here, or take them from here")
    add("--port", type=int, help="where the pages are served (with --truth: the same again)")
    add("--misses", type=int, default=200, help="how many misses to list (default 200)")
    add("--timeout", type=float, default=1800, help="seconds until a crawl is killed (1800)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
