"""The names of all files in folders of folders, in memory as 64-bit keys with a label each.

``visited/``, ``failed/`` and each ``downloaded/<width>/`` have one folder for the first four
characters of an id. What their files are called is looked up here; what is in them is not.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.stamps import ABSENT, UNKNOWN, folder_stamp, stamped_folders

# A label (``.v6+dt``) is a byte; a store with more of them than that has the rest in a dict.
_RARE = 255

# Reads a file's name as (id, label), or None: it is not ours.
ReadName = Callable[[str], tuple[str, str] | None]
# Of two labels of one id in a folder, returns the one that counts.
Choose = Callable[[str, str, str, str], str]


class ShardTable:
    """Which ids have a file under ``root``, and the label in the file's name.

    ``strangers`` has the paths of what is not ours. One thread changes it; others may look ids
    up at any time.
    """

    def __init__(self, root: str, read: ReadName, choose: Choose | None = None) -> None:
        self.root = root
        self.strangers: list[str] = []
        self.table = KeyTable()
        self.labels: list[str] = []
        self.stamps: dict[str, int] = {}  # of the folders whose names the table has
        self._codes: dict[str, int] = {}
        self._rare: dict[int, str] = {}
        self._read = read
        self._choose = choose

    def load(self) -> None:
        """Read all names. Raises OSError."""
        self.labels, self._codes, self._rare = [], {}, {}
        self.stamps = stamped_folders(self.root, self.strangers)
        keys, values = array("Q"), array("B")
        for folder in self.stamps:
            self._read_folder(folder, keys, values)
        self.table = KeyTable.of(np.frombuffer(keys, np.uint64), np.frombuffer(values, np.uint8))

    def __len__(self) -> int:
        return len(self.table)

    def __contains__(self, image_id: str) -> bool:
        return id_key(image_id) in self.table

    def get(self, image_id: str) -> str | None:
        """Return the label of an id, or None."""
        key = id_key(image_id)
        code = self.table.get(key)
        if code is None:
            return None
        return self._rare.get(key) if code == _RARE else self.labels[code]

    def put(self, image_id: str, label: str) -> None:
        """Note that an id has a file with this label."""
        key = id_key(image_id)
        self._rare.pop(key, None)
        self.table[key] = self._code(key, label)

    def pop(self, image_id: str) -> None:
        """Note that an id has no file."""
        key = id_key(image_id)
        self.table.pop(key)
        self._rare.pop(key, None)

    def ids(self) -> Iterator[str]:
        """Yield all ids, read from the folders again, each once; a folder's together."""
        for folder in sorted(stamped_folders(self.root, [])):
            yield from self.ids_in(folder)

    def ids_in(self, folder: str) -> list[str]:
        """Return the ids of one folder that the table knows and that are there, ascending."""
        try:
            found = (self._read(name) for name in os.listdir(os.path.join(self.root, folder)))
            ids = {name[0] for name in found if name is not None and name[0][:4] == folder}
            return sorted(image_id for image_id in ids if image_id in self)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def counts(self) -> dict[str, int]:
        """Return how many ids there are of each label, ascending by label."""
        numbers = np.bincount(self.table.arrays()[1], minlength=_RARE)
        found = {label: int(numbers[code]) for code, label in enumerate(self.labels)}
        for label in self._rare.values():
            found[label] = found.get(label, 0) + 1
        return {label: count for label, count in sorted(found.items()) if count}

    @contextmanager
    def changing(self, image_id: str) -> Iterator[None]:
        """Change the files of an id, and the table with them, in here.

        Then the folder's stamp still says that the table has its names, unless another hand has
        changed the folder too. What that does within the same tick of the system's clock (4 ms)
        is not seen.
        """
        folder = image_id[:4]
        path = os.path.join(self.root, folder)
        agreed = self.stamps.get(folder, ABSENT) == folder_stamp(path)
        self.stamps[folder] = UNKNOWN
        yield
        if agreed:
            self.stamps[folder] = folder_stamp(path)

    def _read_folder(self, folder: str, keys: array[int], values: array[int]) -> None:
        root = os.path.join(self.root, folder)
        found: dict[str, str] = {}
        strangers = len(self.strangers)
        for file in os.listdir(root):
            name = self._read(file)
            if name is None or name[0][:4] != folder:
                self.strangers.append(os.path.join(root, file))
                continue
            image_id, label = name
            if self._choose is not None and image_id in found:
                label = self._choose(root, image_id, found[image_id], label)
                self.stamps[folder] = UNKNOWN
            found[image_id] = label
        if len(self.strangers) > strangers:
            self.stamps[folder] = UNKNOWN  # so that they are found again
        for image_id, label in found.items():
            key = id_key(image_id)
            keys.append(key)
            values.append(self._code(key, label))

    def _code(self, key: int, label: str) -> int:
        code = self._codes.get(label)
        if code is None:
            if len(self.labels) >= _RARE:
                self._rare[key] = label
                return _RARE
            code = self._codes[label] = len(self.labels)
            self.labels.append(label)
        return code
