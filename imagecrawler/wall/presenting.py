"""What a page is told of an image, from its record and its files.

Texts are as they came from the web: hostile until shown as text. Links are http or https.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from imagecrawler.imaging.widths import height_at
from imagecrawler.storage import instants, names
from imagecrawler.storage.downloaded import DownloadedFolder
from imagecrawler.storage.failed import FailedFolder
from imagecrawler.storage.image_folders import read_record
from imagecrawler.storage.records import Record
from imagecrawler.wall.entries import source_of, tags_of
from imagecrawler.wall.selection import Row

_TEXT_MOST = 2_000
_MICROSECONDS = 1_000_000

Json = dict[str, Any]


class Presenter:
    """Reads what there is to say of images, anew each time."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._downloaded = DownloadedFolder(root)

    def is_there(self, row: Row) -> bool:
        """Whether an image still has a file."""
        return any(self._downloaded.of_image(name, row.id) for name in row.buckets.split(","))

    def file(self, bucket: str, image_id: str) -> str | None:
        """Return the path of a file, or None: there is none, or no such thing can be."""
        if not names.is_id(image_id) or bucket not in self._downloaded.buckets():
            return None
        return next(iter(self._downloaded.of_image(bucket, image_id)), None)

    def image(self, row: Row, *, shown: float | None = None) -> Json:
        """Return what a page shows of an image."""
        record = read_record(self._root, row.id) or {"url": ""}
        found = described(record)
        found["id"] = row.id
        found["picture"] = f"{row.pic & ((1 << 64) - 1):016x}"
        found["files"] = self._files(row, record)
        found["src"] = found["files"][0]["src"] if found["files"] else None
        found["age_seconds"] = max(0, round(time.time() - row.at / _MICROSECONDS))
        found["since"] = instants.to_text(row.at)
        found["repeat"] = shown is not None
        found["shown"] = None if shown is None else instants.to_text(int(shown * _MICROSECONDS))
        return found

    def whole(self, image_id: str) -> Json | None:
        """Return the record and the failure of an image; None: neither is there."""
        if not names.is_id(image_id):
            return None
        record = read_record(self._root, image_id)
        failure = FailedFolder(self._root, "").read(image_id)
        if record is None and failure is None:
            return None
        # Python reads and writes NaN, which no other reader of JSON does.
        found = json.dumps({"id": image_id, "record": record, "failure": failure})
        whole: Json = json.loads(found, parse_constant=lambda _: None)
        return whole

    def _files(self, row: Row, record: Record) -> list[Json]:
        files = []
        native = _size(record)
        for bucket in row.buckets.split(","):
            paths = self._downloaded.of_image(bucket, row.id)
            if paths:
                width, height = _shown_size(bucket, native)
                source = f"/image/{row.id}/{bucket}"
                kind = Path(paths[0]).suffix[1:]
                files.append({"src": source, "width": width, "height": height, "kind": kind})
        return files


def described(record: Record) -> Json:
    """Return what a record says of a picture, in the words of the API."""
    width, height = _size(record) or (None, None)
    found: Json = {
        name: _text(record.get(name))
        for name in ("title", "description", "heading", "text", "language")
    }
    found["class"] = _text(record.get("class")) or "content"
    found["tags"] = tags_of(record)
    found["source"] = source_of(record)
    found["page"] = _link(record.get("page")) or _link(record.get("follow"))
    found["follow"] = _link(record.get("follow"))
    found["url"] = _link(record.get("fetched_url")) or _link(record.get("url"))
    found["width"], found["height"] = width, height
    found["format"] = _text(record.get("format"))
    found["date"] = _text(record.get("date"))
    fetched = instants.from_text(record.get("time"))
    found["fetched"] = None if fetched is None else instants.to_text(fetched)
    for name in ("author", "credit", "copyright"):
        found[name] = _text(record.get(name))
    found["licence"] = _licence(record)
    return found


def _licence(record: Record) -> Json | None:
    text = _text(record.get("licence"))
    url = _link(record.get("licence_url"))
    name = _text(record.get("licence_name"))
    if not (text or url or name):
        return None
    of_page = bool(record.get("licence_of_page"))
    return {"name": name, "url": url, "text": text, "of_page": of_page}


def _size(record: Record) -> tuple[int, int] | None:
    width, height = record.get("width"), record.get("height")
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        return width, height
    return None


def _shown_size(bucket: str, native: tuple[int, int] | None) -> tuple[int | None, int | None]:
    if native is None:
        return None, None
    if bucket == "original" or int(bucket) >= native[0]:
        return native
    return int(bucket), height_at(int(bucket), native)


def _text(value: object) -> str | None:
    return value[:_TEXT_MOST] if isinstance(value, str) and value else None


def _link(value: object) -> str | None:
    is_web = isinstance(value, str) and value.lower().startswith(("http://", "https://"))
    return str(value) if is_web else None
