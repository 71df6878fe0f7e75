"""cache/<name>.names: a table of file names as it was, so that opening need not read folders."""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np

from imagecrawler.storage.array_file import Arrays, read_arrays, write_arrays
from imagecrawler.storage.key_table import Keys, Values

# To be raised when keys, labels or stamps are made in another way.
_FORMAT = 2


class NameSnapshot(NamedTuple):
    """The keys of all names, ascending, the code of each one's label, and what the codes mean.

    ``stamps`` has the folders that looked so when the table had just their names.
    """

    keys: Keys
    codes: Values
    labels: list[str]
    stamps: dict[str, int]


NO_NAMES = NameSnapshot(np.empty(0, np.uint64), np.empty(0, np.uint8), [], {})


def read_snapshot(path: str, root: str) -> NameSnapshot | None:
    """Return the snapshot of the folder ``root``, or None: there is none that can be used."""
    found = read_arrays(path, about=_about(root))
    if found is None:
        return None
    head, arrays = found
    stamps = dict(zip(head["folders"], arrays["stamps"].tolist(), strict=True))
    return NameSnapshot(arrays["keys"], arrays["codes"], head["labels"], stamps)


def write_snapshot(path: str, root: str, snapshot: NameSnapshot, *, tmp_dir: str) -> None:
    """Write a snapshot, if that can be done: a crawl does not end for want of it."""
    stamps = np.fromiter(snapshot.stamps.values(), np.int64, len(snapshot.stamps))
    arrays: Arrays = {"stamps": stamps, "keys": snapshot.keys, "codes": snapshot.codes}
    head = {"labels": snapshot.labels, "folders": list(snapshot.stamps)}
    write_arrays(path, head, arrays, about=_about(root), tmp_dir=tmp_dir)


def _about(root: str) -> list[object]:
    return ["names", _FORMAT, os.path.basename(root)]
