"""Kill one crawl with SIGKILL again and again, resume it each time, and count what is lost.

The site has several hosts (loopback addresses) and real JPEG images; nginx keeps a journal. A
kill comes after a random number of answers, now and then while the crawl still starts, and
takes the whole process group or the parent alone with its workers running. At the end the
store is compared with what the generator knows. Stock Scrapy with JOBDIR and its
ImagesPipeline goes through the same, for comparison.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from itertools import accumulate
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.crawls import SPEED_SETTINGS, Crawl, last_lines, our_crawl, rival_crawl
from benchmarks.kills.killing import KilledCrawl, Round
from benchmarks.nginx import Journal, free_port, serving
from benchmarks.sites import GeneratedSite, write_galleries
from benchmarks.stores import StoreReading, urls_of
from benchmarks.tables import Checks, markdown_table


def main() -> int:
    """Run the benchmark and return the exit code: 1 when a check of ours failed."""
    options = _options()
    print(f"seed {options.seed}: the same seed gives the same site and the same kind of kills")
    checks = Checks()
    rows = []
    with tempfile.TemporaryDirectory(prefix="benchmark-kills-") as temporary:
        folder = Path(temporary)
        port = free_port()
        addresses = [f"127.0.0.{number + 1}" for number in range(options.hosts)]
        roots = {address: folder / "site" / address for address in addresses}
        site = write_galleries(
            [(f"http://{address}:{port}", root) for address, root in roots.items()],
            pages=options.pages,
            images=options.images,
            size_px=(640, 480),
            seed=options.seed,
        )
        print(f"site: {len(site.pages)} pages and {len(site.images)} images on {len(roots)} hosts")
        with serving(folder / "nginx", roots, port) as journal:
            for side in options.sides:
                print(f"\n{side}:")
                rows.append(_side(side, folder / side, site, port, journal, options, checks))
    header = ["", "kills", "pages", "images", "pages again, most", "images again, most"]
    print("\n" + markdown_table([*header, "torn", "left behind", "last end"], rows))
    return checks.exit_code


def _side(
    side: str,
    folder: Path,
    site: GeneratedSite,
    port: int,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
) -> list[object]:
    folder.mkdir()
    store = StoreReading(folder / "store")
    killed = KilledCrawl(
        site,
        port=port,
        journal=journal,
        start=lambda number, resumed: _start(side, folder, site, number, resumed, options),
        store=store if side == "ours" else None,
        timeout_seconds=options.timeout,
        randomness=random.Random(options.seed),
    )
    rounds = killed.rounds(options.kills)
    if rounds[-1].exit_code != 0:
        print(last_lines(_log(folder, len(rounds))))
    if side == "ours":
        _check_kills(rounds, killed, options, checks)
        _check_end(store, site, rounds, killed, checks)
        _check_commands(folder, store, len(rounds), journal, options, checks)
        images = len(_settled(store, site))
    else:
        images = _whole_files(folder / "images")
        print(f"      {sum(1 for _ in (folder / 'images').glob('thumbs/*/*'))} thumbnails")
    last = rounds[-1]
    return [
        "our crawl" if side == "ours" else "stock Scrapy, JOBDIR, ImagesPipeline",
        sum(done.ended_by in ("group", "parent") for done in rounds),
        f"{sum(url in killed.seen for url in site.pages)} of {len(site.pages)}",
        f"{images} of {len(site.images)}",
        max(done.pages_again for done in rounds),
        max(done.images_again for done in rounds),
        sum(len(done.torn) for done in rounds) if side == "ours" else "not looked at",
        sum(killed.left_behind.values()),
        "did not end" if last.ended_by == "timeout" else f"exit code {last.exit_code}",
    ]


def _start(
    side: str,
    folder: Path,
    site: GeneratedSite,
    number: int,
    resumed: bool,
    options: argparse.Namespace,
) -> Crawl:
    start = ["-a", "start=" + ",".join(site.starts)]
    log = _log(folder, number)
    if side == "ours":
        # Resumed without arguments: the store knows what it is to do.
        command = ["crawl", "site", *([] if resumed else start)]
        return our_crawl(command, store=folder / "store", log=log, settings=_settings(options))
    settings: dict[str, Any] = {
        **_settings(options),
        "JOBDIR": folder / "job",
        "IMAGES_STORE": folder / "images",
    }
    command = ["crawl", "stock_thumbnails", *start]
    return rival_crawl(command, folder=folder, log=log, settings=settings)


def _settings(options: argparse.Namespace) -> dict[str, object]:
    return {
        **SPEED_SETTINGS,
        "CONCURRENT_REQUESTS": options.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": options.concurrency,
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "IMAGES_WIDTHS": "600",
    }


def _log(folder: Path, number: int) -> Path:
    return folder / f"crawl-{number:02}.log"


def _check_kills(
    rounds: list[Round], killed: KilledCrawl, options: argparse.Namespace, checks: Checks
) -> None:
    kills = [done for done in rounds if done.ended_by in ("group", "parent")]
    alone = sum(done.ended_by == "parent" for done in kills)
    checks.that(
        len(kills) == options.kills, f"{len(kills)} kills, {alone} of them of the parent alone"
    )
    most = options.concurrency
    for what, again in (
        ("pages", [done.pages_again for done in rounds]),
        ("images", [done.images_again for done in rounds]),
    ):
        # What one kill costs may be paid in two rounds, when the next kill comes soon.
        paid = accumulate(again)
        checks.that(
            all(so_far <= most * kills_before for kills_before, so_far in enumerate(paid)),
            f"at most {most} {what} again for each kill: {sum(again)} for {len(kills)} kills, "
            f"{max(again)} in one round",
        )
    checks.that(not any(done.twice for done in rounds), "no address asked twice within a round")
    torn = [file for done in rounds for file in done.torn]
    checks.that(not torn, "no file torn after any kill", torn)
    checks.that(not killed.left_behind, "no worker left behind", killed.left_behind.items())


def _check_end(
    store: StoreReading,
    site: GeneratedSite,
    rounds: list[Round],
    killed: KilledCrawl,
    checks: Checks,
) -> None:
    checks.that(
        (rounds[-1].ended_by, rounds[-1].exit_code) == ("itself", 0), "the last run finished"
    )
    lost = [url for url in site.pages if url not in killed.seen]
    checks.that(not lost, f"all {len(site.pages)} pages fetched", lost)
    noted = {line.get("url") for line in store.pages().values()}
    lost = [url for url in site.pages if url not in noted]
    checks.that(not lost, f"pages/ has all {len(site.pages)} pages", lost)
    settled = _settled(store, site)
    lost = [url for url in site.images if url not in settled]
    checks.that(not lost, f"all {len(site.images)} images have a file", lost)
    wrong = [path for path in settled.values() if _width_px(path) != 600]
    checks.that(not wrong, "every file is 600 wide", wrong)
    records, files = store.records(), store.files()
    checks.that(
        len(records) == len(files) == len(site.images),
        f"one record and one file for each image ({len(records)}, {len(files)})",
    )
    checks.that(store.queued() == 0, f"queue/ has nothing left ({store.queued()})")


def _check_commands(
    folder: Path,
    store: StoreReading,
    rounds: int,
    journal: Journal,
    options: argparse.Namespace,
    checks: Checks,
) -> None:
    log = folder / "verify.log"
    end = our_crawl(["verify"], store=store.root, log=log, settings={}).wait(options.timeout)
    good = end is not None and end.exit_code == 0
    checks.that(good, "scrapy verify ends with 0", [] if good else [last_lines(log)])
    mark = journal.mark()
    log = _log(folder, rounds + 1)
    settings = _settings(options)
    crawl = our_crawl(["crawl", "site"], store=store.root, log=log, settings=settings)
    end = crawl.wait(options.timeout)
    asked = [line for line in journal.since(mark) if line.path != "/robots.txt"]
    checks.that(
        end is not None and end.exit_code == 0 and not asked,
        "one more run ends at once without a request",
        asked,
    )


def _settled(store: StoreReading, site: GeneratedSite) -> dict[str, Path]:
    """Return the file of each image of the site that has one in the smallest width."""
    files = store.files("600")
    wanted = set(site.images)
    return {
        url: files[image_id][0]
        for image_id, record in store.records().items()
        if image_id in files
        for url in urls_of(record) & wanted
    }


def _width_px(path: Path) -> int:
    with Image.open(path) as image:
        return image.width


def _whole_files(folder: Path) -> int:
    return sum(_is_whole(path) for path in folder.glob("full/*"))


def _is_whole(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError):
        return False
    return True


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    add = parser.add_argument
    add("--kills", type=int, default=20, help="kills before the crawl may finish (default 20)")
    add("--pages", type=int, default=320, help="pages of the site (default 320)")
    add("--images", type=int, default=1200, help="images of the site (default 1200)")
    add("--hosts", type=int, default=4, help="loopback addresses that serve it (default 4)")
    add("--concurrency", type=int, default=8, help="CONCURRENT_REQUESTS (default 8)")
    add("--seed", type=int, default=random.randrange(10_000), help="default: another each time")
    add("--timeout", type=float, default=180, help="seconds until a round is given up (180)")
    add("--sides", type=lambda t: t.split(","), default=["ours", "stock"], metavar="ours,stock")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
