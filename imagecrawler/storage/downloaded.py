"""downloaded/<width>/: the image files, named by id, in folders of its first four characters."""

from __future__ import annotations

import os
from collections.abc import Iterator

from imagecrawler.storage import atomic, names
from imagecrawler.storage.shards import sharded_files


class DownloadedFolder:
    """The image files of one store, bucket by bucket (``"600"``, ``"original"``)."""

    def __init__(self, root: str) -> None:
        self._root = os.path.join(root, "downloaded")
        self.strangers: list[str] = []

    def buckets(self) -> list[str]:
        """Return the buckets that exist, narrowest first, ``original`` last."""
        try:
            found = [entry.name for entry in os.scandir(self._root) if entry.is_dir()]
        except FileNotFoundError:
            return []
        ours = [name for name in found if name == "original" or name.isdigit()]
        return sorted(ours, key=lambda name: int(name) if name.isdigit() else 1 << 62)

    def files(self, bucket: str) -> Iterator[tuple[str, str]]:
        """Return (id, path) of every image file in a bucket; others go to ``strangers``."""
        root = os.path.join(self._root, bucket)
        return sharded_files(root, names.image_file_id, str, self.strangers)

    def ids(self, bucket: str) -> set[str]:
        """Return the ids that have a file in a bucket."""
        return {image_id for image_id, _ in self.files(bucket)}

    def relative_path(self, bucket: str, image_id: str, suffix: str) -> str:
        """Return where a file goes, relative to the store, with forward slashes."""
        return f"downloaded/{bucket}/{image_id[:4]}/{image_id}{suffix}"

    def adopt(
        self, temporary: str, bucket: str, image_id: str, suffix: str, *, is_first: bool = False
    ) -> str:
        """Move a finished temporary file to its place; return its path in the store.

        A file of the same image with another suffix is removed: the picture has changed its
        kind. With ``is_first`` none is looked for. Raises OSError.
        """
        relative = self.relative_path(bucket, image_id, suffix)
        path = self._absolute(relative)
        atomic.adopt(temporary, path)
        for other in () if is_first else self.of_image(bucket, image_id):
            if other != path:
                atomic.remove(other)
        return relative

    def of_image(self, bucket: str, image_id: str) -> list[str]:
        """Return the paths of an image's files in a bucket: one, but for a torn change."""
        stem = os.path.join(self._root, bucket, image_id[:4], image_id)
        return [stem + suffix for suffix in _SUFFIXES if os.path.lexists(stem + suffix)]

    def remove(self, image_id: str, *, smallest: str) -> int:
        """Remove an image's files, the one in the smallest bucket first; return how many."""
        removed = 0
        for bucket in sorted(self.buckets(), key=lambda name: name != smallest):
            for path in self.of_image(bucket, image_id):
                atomic.remove(path)
                removed += 1
        return removed

    def _absolute(self, relative: str) -> str:
        return os.path.join(os.path.dirname(self._root), *relative.split("/"))


_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".tiff", ".tif", ".svg")
