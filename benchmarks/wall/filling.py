"""Stores of many images with whole records, whose files share the bytes of a few pictures."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.store.sides import image_ids
from imagecrawler.storage.instants import to_text

# So many files may be one on the disk (ext4: 65,000 names each).
_NAMES_OF_ONE = 40_000
_BEGIN_MICROS = 1_600_000_000_000_000
_APART_MICROS = 60_000_000
_WORDS = 5_000
_HOSTS = 200


def fill(root: Path, first: int, count: int) -> Iterator[str]:
    """Make the images from one number on, each a minute younger than the one before."""
    made: set[str] = set()
    for number, image_id in enumerate(_ids(first, count), first):
        record = json.dumps(record_of(number, image_id)).encode("ascii")
        _write(root, f"visited/{image_id[:4]}/{image_id}.v6+dft", record, made)
        picture = _picture(root, number // _NAMES_OF_ONE)
        _link(picture, root, f"downloaded/600/{image_id[:4]}/{image_id}.jpg", made)
        yield image_id


def record_of(number: int, image_id: str) -> dict[str, Any]:
    """Return a record like those of a crawl, about a kilobyte; the same for the same number.

    Each word is on its share of images by Zipf's law, one tag is on one image in ten.
    """
    chance = random.Random(number)
    host = f"host{int(chance.paretovariate(0.7)) % _HOSTS}.example"
    words = [f"word{int(chance.paretovariate(0.5)) % _WORDS}" for _ in range(30)]
    url = f"https://images.{host}/photos/{image_id}.jpg"
    return {
        "url": url,
        "follow": f"https://{host}/photo/{number}",
        "page": f"https://{host}/gallery/{number // 40}",
        "pages": [f"https://{host}/gallery/{number // 40}"],
        "page_count": 1,
        "title": " ".join(words[:6]),
        "description": " ".join(words[6:20]),
        "text": " ".join(words[20:]),
        "tags": ["often"] * (number % 10 == 0) + [f"tag{chance.randrange(2000)}" for _ in range(3)],
        "candidates": [{"url": f"{url}?w={width}", "width": width} for width in (600, 1200)],
        "found_by": ["img", "srcset"],
        "class": "content",
        "time": to_text(_BEGIN_MICROS + number * _APART_MICROS),
        "sha256": f"{number:064x}",
        "phash": f"pdq:{chance.getrandbits(256):064x}",
        "format": "jpeg",
        "width": chance.randrange(600, 4000),
        "height": 400,
        "files": {"600": f"downloaded/600/{image_id[:4]}/{image_id}.jpg"},
    }


def _ids(first: int, count: int) -> Iterator[str]:
    ids = image_ids(first + count)
    for _ in range(first):
        next(ids)
    return ids


def _picture(root: Path, number: int) -> Path:
    path = root / f"picture-{number}.jpg"
    if not path.exists():
        data = BytesIO()
        noise = Image.effect_noise((75, 50), 90).resize((600, 400)).convert("RGB")
        noise.save(data, "jpeg", quality=85)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.getvalue())
    return path


def _write(root: Path, name: str, data: bytes, made: set[str]) -> None:
    path = _place(root, name, made)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)
    os.write(descriptor, data)
    os.close(descriptor)


def _link(picture: Path, root: Path, name: str, made: set[str]) -> None:
    os.link(picture, _place(root, name, made))


def _place(root: Path, name: str, made: set[str]) -> str:
    folder = name.rpartition("/")[0]
    if folder not in made:
        os.makedirs(root / folder, exist_ok=True)
        made.add(folder)
    return f"{root}/{name}"
