"""Stores built by hand, with the storage classes as a crawl would use them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from PIL import Image

from imagecrawler.identity.pictures import image_id
from imagecrawler.identity.urls import page_key
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.store import Store

SITE = "http://example.com"
WIDTHS = (600, 1200)


def picture(width: int, height: int = 40, kind: str = "jpeg") -> bytes:
    """Return the bytes of an image."""
    output = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(output, kind)
    return output.getvalue()


class Folders:
    """A store that grows as a crawl would make it; call `close` before a command runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store.open(str(root), fsync=False)
        self.store.visited.load(repair=True)
        self.store.failed.load()
        self.store.write_about(widths=list(WIDTHS))

    def close(self) -> None:
        """Give the lock back."""
        self.store.close()

    def record(self, path: str, **fields: Any) -> str:
        """Record an image that was seen; return its id."""
        url = path if "://" in path else SITE + path
        key = image_id(url)
        record = {"url": url, "follow": f"{SITE}/", "candidates": [{"url": url}], **fields}
        self.store.visited.write(key, record)
        return key

    def image(self, path: str, body: bytes, widths: tuple[Any, ...] = WIDTHS, **fields: Any) -> str:
        """Record an image and store its files as the download worker does; return its id."""
        result = render(body, ImageRules(widths=widths))
        files = {}
        key = image_id(path if "://" in path else SITE + path)
        for file in result.files:
            temporary = Path(self.store.tmp_dir, "t")
            temporary.write_bytes(file.data)
            files[file.bucket] = self.store.downloaded.adopt(
                str(temporary), file.bucket, key, file.suffix
            )
        facts = {"format": result.format, "width": result.width, "height": result.height}
        facts |= {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
        return self.record(path, **facts, files=files, widths=list(widths), **fields)

    def fail(self, path: str, reason: str, next_try: str | None = None, **fields: Any) -> str:
        """Record an image that failed; return its id."""
        key = self.record(path)
        failure = {"url": SITE + path, "reason": reason, "attempts": 3, "message": "m"}
        failure |= {"last_try": to_text(1), "next_try": next_try, **fields}
        self.store.failed.write(key, failure)
        return key

    def page(self, path: str, **fields: Any) -> str:
        """Write the line of a page that ended; return its key."""
        now = self.store.clock.now()
        line = {"key": page_key(SITE + path), "url": SITE + path, "depth": 1, "scope": "host:x"}
        line |= {"status": 200, "images": [], "when": to_text(now), **fields}
        self.store.pages.append([line], instant=now, fsync=False)
        return str(line["key"])

    def fail_page(self, path: str, reason: str, next_try: str | None = None) -> str:
        """Write the line of a page that failed; return its key."""
        return self.page(path, status=None, error=reason, attempts=3, next_try=next_try)

    def queue(self, *urls: str) -> Path:
        """Queue pages in one file, whatever their hosts; return it."""
        entries = [(page_key(url), {"url": url, "depth": 2, "scope": "host:x"}) for url in urls]
        [(batch, _)] = self.store.queue.write(entries, self.store.clock, fsync=False)
        return Path(batch.path)


def contents(root: Path) -> dict[str, bytes]:
    """Return every file of a store but its lock, store.json and summary."""
    skipped = {"lock", "store.json", "summary.json"}
    files = (file for file in root.rglob("*") if file.is_file() and file.name not in skipped)
    return {str(file.relative_to(root)): file.read_bytes() for file in files}
