"""Stores for the wall: many records over one small file, so that making them takes no time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagecrawler.storage.instants import to_text
from tests.commands.stores import Folders, picture

# Of a gallery: the first is the oldest.
BEGIN = 1_760_000_000_000_000
SHAPES = ((1200, 800), (800, 1200), (1000, 1000), (1600, 700))
SOURCES = ("gallery.example.com", "photos.example.org")
TAGS = ("sea", "city", "night")

_FILE = picture(90, 60)


def add(root: Path, numbers: range, **fields: Any) -> list[str]:
    """Put images into a store; each has a title by its number, and other facts in turn."""
    folders = Folders(root)
    try:
        return [_add(folders, number, fields) for number in numbers]
    finally:
        folders.close()


def _add(folders: Folders, number: int, fields: dict[str, Any]) -> str:
    width, height = SHAPES[number % len(SHAPES)]
    source = SOURCES[number % len(SOURCES)]
    facts = {
        "description": f"Picture number {number}",
        "page": f"https://{source}/works/{number}",
        "tags": [TAGS[number % len(TAGS)]],
        "width": width,
        "height": height,
        "format": "jpeg",
        "time": to_text(BEGIN + number * 1_000_000),
        "licence": "CC BY 4.0",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    }
    key = folders.record(f"https://{source}/{number}.jpg", **facts | fields)
    file = Path(folders.store.tmp_dir, "file")
    file.write_bytes(_FILE)
    folders.store.downloaded.adopt(str(file), "600", key, ".jpg")
    return key
