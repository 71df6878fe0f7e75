"""downloaded/<width>/: the image files, named by id, in folders of its first four characters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from imagecrawler.storage import atomic, names
from imagecrawler.storage.id_sets import StoredIds
from imagecrawler.storage.shard_table import ShardTable
from imagecrawler.storage.shards import sharded_files


class DownloadedFolder:
    """The image files of one store, bucket by bucket (``"600"``, ``"original"``)."""

    def __init__(self, root: str) -> None:
        self._root = os.path.join(root, "downloaded")
        self.strangers: list[str] = []
        self._followed: dict[str, StoredIds] = {}

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

    def ids(self, bucket: str) -> StoredIds:
        """Return the ids that have a file in a bucket, by what the folders say now."""
        snapshot = os.path.join(os.path.dirname(self._root), "cache", f"downloaded-{bucket}.names")
        shards = ShardTable(os.path.join(self._root, bucket), _id_and_nothing, snapshot=snapshot)
        shards.load()
        self.strangers += shards.strangers
        return StoredIds(shards)

    def follow(self, bucket: str) -> StoredIds:
        """Return the ids that have a file in a bucket, kept true while files come and go."""
        ids = self._followed[bucket] = self.ids(bucket)
        return ids

    def save_names(self, *, tmp_dir: str) -> None:
        """Write the snapshots from which the next opening takes what nobody has changed."""
        for followed in self._followed.values():
            followed.shards.save(tmp_dir=tmp_dir)

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
        with self._changing(bucket, image_id, adds=True) as followed:
            atomic.adopt(temporary, path)
            for other in () if is_first else self.of_image(bucket, image_id):
                if other != path:
                    atomic.remove(other)
            if followed is not None:
                followed.adopted(image_id)
        return relative

    def of_image(self, bucket: str, image_id: str) -> list[str]:
        """Return the paths of an image's files in a bucket: one, but for a torn change."""
        stem = os.path.join(self._root, bucket, image_id[:4], image_id)
        return [stem + suffix for suffix in _SUFFIXES if os.path.lexists(stem + suffix)]

    def remove(self, image_id: str, *, smallest: str) -> int:
        """Remove an image's files, the one in the smallest bucket first; return how many."""
        removed = 0
        for bucket in sorted(self.buckets(), key=lambda name: name != smallest):
            with self._changing(bucket, image_id) as followed:
                for path in self.of_image(bucket, image_id):
                    atomic.remove(path)
                    removed += 1
                if followed is not None:
                    followed.removed(image_id)
        return removed

    @contextmanager
    def _changing(
        self, bucket: str, image_id: str, *, adds: bool = False
    ) -> Iterator[StoredIds | None]:
        followed = self._followed.get(bucket)
        shards = followed.shards if followed is not None else None
        with shards.changing(image_id, adds=adds) if shards is not None else nullcontext():
            yield followed

    def _absolute(self, relative: str) -> str:
        return os.path.join(os.path.dirname(self._root), *relative.split("/"))


def _id_and_nothing(name: str) -> tuple[str, str] | None:
    image_id = names.image_file_id(name)
    return None if image_id is None else (image_id, "")


_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".tiff", ".tif", ".svg")
