"""The names of all files in folders of folders, in memory as 64-bit keys with a label each.

``visited/``, ``failed/`` and each ``downloaded/<width>/`` have one folder for the first four
characters of an id. What their files are called is looked up here; what is in them is not.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from imagecrawler.storage import atomic
from imagecrawler.storage import stamps as racy
from imagecrawler.storage.id_keys import GROUP_BITS, NUMBERED, REST_BITS, group_of, id_key
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.name_snapshot import NO_NAMES, NameSnapshot, read_snapshot, write_snapshot
from imagecrawler.storage.stamps import ABSENT, UNKNOWN, folder_stamp, stamped_folders

# A label (``.v6+dt``) is a byte; a store with more of them than that has the rest in a dict.
RARE = 255

# A snapshot is written anew when more than this part of all folders had to be read.
_FOLDERS_A_READ_FOLDER_IS_WORTH = 20

_IDS_MOST = 16_384

# Reads a file's name as (id, label), or None: it is not ours.
ReadName = Callable[[str], tuple[str, str] | None]
# Of two labels of one id in a folder, returns the one that counts.
Choose = Callable[[str, str, str, str], str]


class ShardTable:
    """Which ids have a file under ``root``, and the label in the file's name.

    ``strangers`` has the paths of what is not ours. One thread changes it; others may look ids
    up at any time.
    """

    def __init__(
        self,
        root: str,
        read: ReadName,
        choose: Choose | None = None,
        *,
        snapshot: str | None = None,
    ) -> None:
        self.root = root
        self.strangers: list[str] = []
        self.table = KeyTable()
        self.labels: list[str] = []
        self.stamps: dict[str, int] = {}  # of the folders whose names the table has
        self.folders_read = 0
        self.changes = 0
        self._changed_at: dict[str, float] = {}  # when this process last changed a folder
        self._is_saved = False
        self._codes: dict[str, int] = {}
        self._rare: dict[int, str] = {}
        self._ids: dict[int, str] = {}  # those last asked for
        self._read = read
        self._choose = choose
        self._snapshot = snapshot

    def load(self) -> None:
        """Take the names of folders that nobody has changed from the snapshot; read the others.

        The snapshot is a file that `save` has written; without a usable one all are read.
        Raises OSError.
        """
        self.strangers.clear()
        self.stamps = stamped_folders(self.root, self.strangers)
        known = read_snapshot(self._snapshot, self.root) if self._snapshot else None
        known = known or NO_NAMES
        self.labels, self._rare = list(known.labels), {}
        self._codes = {label: code for code, label in enumerate(self.labels)}
        stale = stale_groups(known.stamps, self.stamps)
        keys, values = array("Q"), array("B")
        self.folders_read = 0
        for folder in self.stamps:
            if stale[group_of(folder)]:
                self._read_folder(folder, keys, values)
        fresh = ~stale[known.keys >> np.uint64(REST_BITS)]
        self.table = KeyTable.of(
            np.concatenate([known.keys[fresh], np.frombuffer(keys, np.uint64)]),
            np.concatenate([known.codes[fresh], np.frombuffer(values, np.uint8)]),
        )
        self._is_saved = self.folders_read * _FOLDERS_A_READ_FOLDER_IS_WORTH <= len(self.stamps)

    def save(self, *, tmp_dir: str) -> None:
        """Write the snapshot, if much has changed. Called by the thread that changes names.

        A folder with a label beyond those that a byte tells is read again each time.
        """
        if self._snapshot is None or self._is_saved:
            return
        keys, codes = self.table.arrays()
        rare = {key >> REST_BITS for key in self._rare}
        stamps = {
            folder: UNKNOWN if group_of(folder) in rare else stamp
            for folder, stamp in self.settled_stamps().items()
        }
        known = NameSnapshot(keys, codes, self.labels, stamps)
        write_snapshot(self._snapshot, self.root, known, tmp_dir=tmp_dir)
        self._is_saved = True

    def settled_stamps(self) -> dict[str, int]:
        """Return the stamps of all folders as they are to be kept; UNKNOWN for what may change.

        What changes a moment from now may leave the same stamp as what changed a moment ago.
        """
        settled = time.monotonic() - racy.RACY_SECONDS
        return {
            folder: UNKNOWN if self._changed_at.get(folder, settled) > settled else stamp
            for folder, stamp in self.stamps.items()
        }

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
        return self._rare.get(key) if code == RARE else self.labels[code]

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

    def id_of(self, key: int) -> str | None:
        """Return the id of a key, looked for in its folder, or None: it has no file."""
        if key not in self.table:
            return None
        if (known := self._ids.get(key)) is not None:
            return known
        group = key >> REST_BITS
        for folder in _folders_of(group, self.stamps):
            for image_id in self.ids_in(folder):
                if id_key(image_id) == key:
                    if len(self._ids) >= _IDS_MOST:
                        self._ids.clear()
                    self._ids[key] = image_id
                    return image_id
        return None

    def counts(self) -> dict[str, int]:
        """Return how many ids there are of each label, ascending by label."""
        numbers = np.bincount(self.table.arrays()[1], minlength=RARE)
        found = {label: int(numbers[code]) for code, label in enumerate(self.labels)}
        for label in self._rare.values():
            found[label] = found.get(label, 0) + 1
        return {label: count for label, count in sorted(found.items()) if count}

    @contextmanager
    def changing(self, image_id: str, *, adds: bool = False) -> Iterator[None]:
        """Change the files of an id, and the table with them, in here.

        Then the folder's stamp still says that the table has its names, unless another hand has
        changed the folder too. What that does within the same tick of the system's clock (4 ms)
        is not seen. With ``adds`` the id's folder is made if there was none.
        """
        folder = image_id[:4]
        path = os.path.join(self.root, folder)
        self._is_saved = False
        self.changes += 1
        known = self.stamps.get(folder, ABSENT)
        # Until there are 10,000 folders nearly every image needs a new one.
        is_new = adds and known == ABSENT and atomic.is_made(path)
        agreed = is_new or known == folder_stamp(path)
        self.stamps[folder] = UNKNOWN
        yield
        self._changed_at[folder] = time.monotonic()
        if agreed:
            self.stamps[folder] = folder_stamp(path)

    def _read_folder(self, folder: str, keys: array[int], values: array[int]) -> None:
        self.folders_read += 1
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
            if len(self.labels) >= RARE:
                self._rare[key] = label
                return RARE
            code = self._codes[label] = len(self.labels)
            self.labels.append(label)
        return code


def stale_groups(known: dict[str, int], stamps: dict[str, int]) -> NDArray[np.bool_]:
    """Return for each group of keys whether one of its folders has changed, gone or come."""
    stale = np.zeros(1 << GROUP_BITS, np.bool_)
    for folder in known.keys() | stamps.keys():
        if stamps.get(folder, UNKNOWN) == UNKNOWN or stamps[folder] != known.get(folder):
            stale[group_of(folder)] = True
    return stale


def _folders_of(group: int, folders: Iterable[str]) -> list[str]:
    if group < NUMBERED:
        return [f"{group:04d}"]
    return [folder for folder in list(folders) if group_of(folder) == group]
