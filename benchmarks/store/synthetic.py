"""A store as a long crawl leaves it, made without crawling: its pages, records and files.

Every record has what ours have: candidates (one of which only the record knows to be of its
picture), a content hash, how it looks. Its file is one small JPEG for all, a name of it each.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from PIL import Image

from benchmarks.store.sides import image_ids
from imagecrawler.identity.urls import page_key
from imagecrawler.imaging.likeness import STILL
from imagecrawler.storage import instants, names

WIDTHS = (600,)
_SIZE = (120, 90)
_HOSTS = 1_000
_BEGUN = 1_750_000_000_000_000
_MICROS_A_PAGE = 20_000  # 50 pages a second
_PAGES_A_FILE = 1_000_000_000 // _MICROS_A_PAGE
# ext4 gives a file 65,000 names.
_NAMES_A_FILE = 60_000


def fill(root: Path, *, pages: int, images: int) -> None:
    """Make a store of visited pages, one in a hundred of which failed, and of settled images."""
    root.mkdir(parents=True)
    about = {"format": 1, "widths": list(WIDTHS), "arguments": {}}
    (root / "store.json").write_text(json.dumps(about))
    _fill_pages(root / "pages", pages)
    _fill_images(root, images)


def page_url(n: int) -> str:
    """Return the URL of a page, in the canonical form."""
    return f"http://www{n % _HOSTS}.example/gallery/{n // _HOSTS}.html"


def _fill_pages(folder: Path, count: int) -> None:
    folder.mkdir()
    for first in range(0, count, _PAGES_A_FILE):
        name = f"{str(_BEGUN + first * _MICROS_A_PAGE)[:7]}.jsonl"
        with (folder / name).open("a", encoding="ascii") as file:
            file.writelines(_lines(range(first, min(count, first + _PAGES_A_FILE))))


def _lines(pages: range) -> Iterator[str]:
    for n in pages:
        when, url = instants.to_text(_BEGUN + n * _MICROS_A_PAGE), page_url(n)
        told = (
            '"status":404,"error":"http-404","message":"","attempts":1,"next_try":null'
            if n % 100 == 99
            else '"status":200,"images":[],"links_new":1,"links_known":9'
        )
        yield (
            f'{{"key":"{page_key(url)}","url":"{url}","depth":3,"scope":"any",{told},'
            f'"when":"{when}"}}\n'
        )


def _fill_images(root: Path, count: int) -> None:
    body = _jpeg()
    model = ""
    for n, key in enumerate(image_ids(count)):
        visited, bucket = root / "visited" / key[:4], root / "downloaded" / "600" / key[:4]
        if n < 10_000:
            visited.mkdir(parents=True, exist_ok=True)
            bucket.mkdir(parents=True, exist_ok=True)
        path = f"{bucket}/{key}.jpg"
        if n % _NAMES_A_FILE == 0:
            Path(path).write_bytes(body)
            model = path
        else:
            os.link(model, path)
        record = _record(key, body)
        name = f"{key}{names.RECORD_VERSION}+{names.flags_of(record)}"
        Path(visited, name).write_text(json.dumps(record))


def _record(key: str, body: bytes) -> dict[str, object]:
    digest, page = sha256(key.encode()).hexdigest(), page_url(int(key[4:10]))
    own = f"http://images.example/photo-{key}?w=1200"
    urls = [own, f"http://cdn.example/{key[-12:]}/large.jpg"]
    return {
        "url": own,
        "follow": page,
        "description": "A harbour in the evening, with boats",
        "page": page,
        "title": "Harbours",
        "pages": [page],
        "page_count": 1,
        "candidates": [{"url": url, "width": 1200} for url in urls],
        "class": "content",
        "fetched": instants.to_text(_BEGUN),
        "fetched_url": own,
        "status": 200,
        "sha256": digest,
        "bytes": len(body),
        "format": "jpeg",
        "width": _SIZE[0],
        "height": _SIZE[1],
        "phash": f"{STILL}:{digest}",
        "phash_quality": 90,
        "phash_colours": digest,
        "files": {"600": f"downloaded/600/{key[:4]}/{key}.jpg"},
        "widths": list(WIDTHS),
    }


def _jpeg() -> bytes:
    body = io.BytesIO()
    Image.new("RGB", _SIZE, (90, 120, 160)).save(body, "JPEG")
    return body.getvalue()
