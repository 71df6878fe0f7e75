"""The images of a store, a folder at a time, for readers that keep an index of their own.

`stamps` says which folders have changed since it was last asked; `images_in` what one of them
has. Nothing here is kept in memory, and nothing is written.
"""

from __future__ import annotations

import json
import os
import random
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b

from imagecrawler.storage import names
from imagecrawler.storage.records import Record, readable
from imagecrawler.storage.stamps import UNKNOWN, stamped_folders


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that has a record and a file.

    ``stamp`` changes with the record; ``buckets`` are those where it has a file, as given.
    ``modified`` is when the record was written, in microseconds.
    """

    id: str
    path: str
    stamp: int
    modified: int
    buckets: tuple[str, ...]

    def record(self) -> Record | None:
        """Return the record, or None: it is gone, or torn."""
        try:
            with open(self.path, "rb") as file:
                return readable(json.load(file))
        except (OSError, ValueError, RecursionError):  # the last: nested without end
            return None


def stamps(root: str, buckets: tuple[str, ...]) -> dict[str, int]:
    """Return for each folder of records or files a number that changes with what it has.

    UNKNOWN where something has changed a moment ago: what comes next may not show. Costs a
    system call for each folder, whatever is in them.
    """
    roots = [os.path.join(root, "visited")]
    roots += [os.path.join(root, "downloaded", bucket) for bucket in buckets]
    parts = [stamped_folders(path, []) for path in roots]
    return {folder: _mixed(folder, buckets, parts) for folder in set().union(*parts)}


def some_folders(root: str, bucket: str, most: int) -> list[str]:
    """Return the names of some folders that have files, by chance. Asks the system once."""
    found = [name for name in _listed(os.path.join(root, "downloaded", bucket)) if len(name) == 4]
    return random.sample(found, min(most, len(found)))


def newest_first(root: str, folders: list[str], bucket: str) -> list[str]:
    """Return folders in the order in which a file last came to them, the latest first."""

    def changed(folder: str) -> int:
        with suppress(OSError):
            return os.stat(os.path.join(root, "downloaded", bucket, folder)).st_mtime_ns
        return 0

    return sorted(folders, key=changed, reverse=True)


def images_in(root: str, folder: str, buckets: tuple[str, ...]) -> list[StoredImage]:
    """Return the images of one folder that have both a record and a file. Raises OSError."""
    files: dict[str, list[str]] = {}
    for bucket in buckets:
        for file in _listed(os.path.join(root, "downloaded", bucket, folder)):
            if (image_id := names.image_file_id(file)) is not None and image_id[:4] == folder:
                files.setdefault(image_id, []).append(bucket)
    found: dict[str, StoredImage] = {}
    for entry in _entries(os.path.join(root, "visited", folder)):
        name = names.record_name(entry.name)
        if name is None or name.id not in files:
            continue
        with suppress(FileNotFoundError):  # renamed since: the folder's stamp has changed too
            image = _stored(entry, name.id, files[name.id])
            found[name.id] = _newer(found.get(name.id), image)
    return list(found.values())


def read_record(root: str, image_id: str) -> Record | None:
    """Return the record of one image, found by its id alone; None: there is none, or it is torn."""
    folder = os.path.join(root, "visited", image_id[:4])
    for _ in range(2):  # the writer may rename it between the look-up and the opening
        found: StoredImage | None = None
        for entry in _entries(folder):
            if entry.name.startswith(image_id) and _id_of(entry.name) == image_id:
                with suppress(FileNotFoundError):
                    found = _newer(found, _stored(entry, image_id, []))
        if found is not None and (record := found.record()) is not None:
            return record
    return None


def _id_of(file: str) -> str | None:
    name = names.record_name(file)
    return None if name is None else name.id


def _stored(entry: os.DirEntry[str], image_id: str, buckets: list[str]) -> StoredImage:
    stat = entry.stat()
    stamp = (stat.st_mtime_ns * 31 + stat.st_ino) & ((1 << 63) - 1)
    modified = stat.st_mtime_ns // 1000
    return StoredImage(image_id, entry.path, stamp, modified, tuple(dict.fromkeys(buckets)))


def _newer(one: StoredImage | None, other: StoredImage) -> StoredImage:
    return other if one is None else max(one, other, key=lambda image: image.modified)


def _mixed(folder: str, buckets: tuple[str, ...], parts: list[dict[str, int]]) -> int:
    of_folder = [part.get(folder, 0) for part in parts]
    if UNKNOWN in of_folder:
        return UNKNOWN
    return int.from_bytes(blake2b(repr((buckets, of_folder)).encode(), digest_size=7).digest())


def _listed(path: str) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.listdir(path)
    return []


def _entries(path: str) -> list[os.DirEntry[str]]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(path) as entries:
        return list(entries)
    return []
