"""The sides of the comparison: how each is started, and where it puts a rendition."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawls import SPEED_SETTINGS, Crawl, our_crawl, rival_crawl
from benchmarks.stores import StoreReading

# In an environment of its own: it needs other versions of half of everything.
IMG2DATASET = Path(os.environ.get("IMG2DATASET", "/tmp/img2dataset/bin/img2dataset"))


@dataclass(frozen=True, slots=True)
class Task:
    """What every side is to do, and the folder in which it may."""

    run: Path
    start: str
    urls: Path
    images: int
    concurrency: int
    threads: int

    @property
    def settings(self) -> dict[str, object]:
        """Settings for Scrapy, ours and stock."""
        return {
            **SPEED_SETTINGS,
            "CONCURRENT_REQUESTS": self.concurrency,
            "CONCURRENT_REQUESTS_PER_DOMAIN": self.concurrency,
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One crawler. ``written`` returns the files of one width by URL, from a run's folder."""

    title: str
    start: Callable[[Task], Crawl]
    written: Callable[[Path], dict[str, Path]]
    files_per_image: int = 1


def _ours(widths: str) -> Callable[[Task], Crawl]:
    def start(task: Task) -> Crawl:
        settings = {**task.settings, "ALLOWED_NETWORKS": "127.0.0.0/8", "IMAGES_WIDTHS": widths}
        return our_crawl(
            ["crawl", "site", "-a", f"start={task.start}"],
            store=task.run / "store",
            log=task.run / "crawl.log",
            settings=settings,
        )

    return start


def _our_files(run: Path) -> dict[str, Path]:
    records = StoreReading(run / "store").records().values()
    files = {r["url"]: r["files"]["600"] for r in records if "600" in r.get("files", {})}
    return {url: run / "store" / path for url, path in files.items()}


def _stock(task: Task) -> Crawl:
    return rival_crawl(
        ["crawl", "stock_thumbnails", "-a", f"start={task.start}"],
        folder=task.run,
        log=task.run / "crawl.log",
        settings={**task.settings, "IMAGES_STORE": task.run / "images"},
    )


def _img2dataset(task: Task) -> Crawl:
    options = {
        "url_list": task.urls,
        "output_folder": task.run / "images",
        "output_format": "files",
        "image_size": 600,
        "resize_mode": "keep_ratio_largest",
        "resize_only_if_bigger": True,
        "encode_quality": 85,
        "processes_count": 2,
        "thread_count": task.threads,
        # Four shards for each process: one at the end that is still busy idles the other.
        "number_sample_per_shard": -(-task.images // 8),
        "enable_wandb": False,
    }
    return Crawl(
        [f"--{name}={value}" for name, value in options.items()],
        log=task.run / "crawl.log",
        folder=task.run,
        environment={"NO_ALBUMENTATIONS_UPDATE": "1"},
        program=[str(IMG2DATASET)],
    )


def _img2dataset_files(run: Path) -> dict[str, Path]:
    notes = (run / "images").glob("*/*.json")
    return {json.loads(note.read_text())["url"]: note.with_suffix(".jpg") for note in notes}


def _stock_files(run: Path) -> dict[str, Path]:
    urls = (run.parent / "urls.txt").read_text().split()
    folder = run / "images" / "thumbs" / "w600"
    paths = {url: folder / f"{hashlib.sha1(url.encode()).hexdigest()}.jpg" for url in urls}
    return {url: path for url, path in paths.items() if path.exists()}


SIDES = {
    "ours": Side("our crawl: 600 px", _ours("600"), _our_files),
    "ours-two": Side("our crawl: 600 and 1200 px", _ours("600,1200"), _our_files, 2),
    "stock": Side("stock Scrapy: ImagesPipeline, 600 px thumbnail", _stock, _stock_files),
    "img2dataset": Side("img2dataset: 2 processes, files", _img2dataset, _img2dataset_files),
}
