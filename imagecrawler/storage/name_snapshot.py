"""cache/<name>.names: a table of file names as it was, so that opening need not read folders.

Any doubt about such a file (torn, of another folder, another format) means that there is none:
it costs time only, and may be deleted at any time.
"""

from __future__ import annotations

import json
import logging
import os
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imagecrawler.storage import atomic
from imagecrawler.storage.key_table import Bytes, Keys

logger = logging.getLogger(__name__)

# To be raised when keys, labels or stamps are made in another way.
_FORMAT = 1
_DIGEST_BYTES = 16
_LENGTH_BYTES = 8


class NameSnapshot(NamedTuple):
    """The keys of all names, ascending, the code of each one's label, and what the codes mean.

    ``stamps`` has the folders that looked so when the table had just their names.
    """

    keys: Keys
    codes: Bytes
    labels: list[str]
    stamps: dict[str, int]


NO_NAMES = NameSnapshot(np.empty(0, np.uint64), np.empty(0, np.uint8), [], {})


def read_snapshot(path: str, root: str) -> NameSnapshot | None:
    """Return the snapshot of the folder ``root``, or None: there is none that can be used."""
    try:
        with open(path, "rb") as file:
            digest, data = file.read(_DIGEST_BYTES), memoryview(file.read())
        if digest != blake2b(data, digest_size=_DIGEST_BYTES).digest():
            return None
        length = int.from_bytes(data[:_LENGTH_BYTES], "little")
        head = json.loads(bytes(data[_LENGTH_BYTES : _LENGTH_BYTES + length]))
        if head["format"] != _FORMAT or head["root"] != os.path.basename(root):
            return None
        return _unpacked(head, data[_LENGTH_BYTES + length :])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def write_snapshot(path: str, root: str, snapshot: NameSnapshot, *, tmp_dir: str) -> None:
    """Write a snapshot, if that can be done: a crawl does not end for want of it."""
    head = {
        "format": _FORMAT,
        "root": os.path.basename(root),
        "labels": snapshot.labels,
        "folders": list(snapshot.stamps),
        "keys": len(snapshot.keys),
    }
    text = json.dumps(head).encode("ascii")
    stamps = np.fromiter(snapshot.stamps.values(), np.int64, len(snapshot.stamps))
    parts = [len(text).to_bytes(_LENGTH_BYTES, "little"), text]
    parts += [stamps.tobytes(), snapshot.keys.tobytes(), snapshot.codes.tobytes()]
    data = b"".join(parts)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        digest = blake2b(data, digest_size=_DIGEST_BYTES).digest()
        atomic.write_whole(path, digest + data, tmp_dir=tmp_dir)
    except OSError as error:
        logger.debug("The next opening will take longer: %s", error)


def _unpacked(head: dict[str, Any], data: memoryview) -> NameSnapshot:
    folders, count = head["folders"], head["keys"]
    stamps: NDArray[np.int64] = np.frombuffer(data, np.int64, len(folders))
    keys: Keys = np.frombuffer(data, np.uint64, count, 8 * len(folders))
    codes: Bytes = np.frombuffer(data, np.uint8, count, 8 * (len(folders) + count))
    return NameSnapshot(
        keys, codes, head["labels"], dict(zip(folders, stamps.tolist(), strict=True))
    )
