"""Large arrays of numbers in one file of cache/, whole or not there at all.

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

logger = logging.getLogger(__name__)

_DIGEST_BYTES = 16
_LENGTH_BYTES = 8

Arrays = dict[str, NDArray[Any]]


class ArrayFile(NamedTuple):
    """Values that JSON can tell, and arrays by name; not to be changed."""

    head: dict[str, Any]
    arrays: Arrays


def read_arrays(path: str, *, about: object) -> ArrayFile | None:
    """Return what was written last, or None: nothing that can be used.

    ``about`` says what a file has to be of: the format and whatever else it was made for.
    """
    try:
        with open(path, "rb") as file:
            digest, data = file.read(_DIGEST_BYTES), memoryview(file.read())
        if digest != blake2b(data, digest_size=_DIGEST_BYTES).digest():
            return None
        start = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
        head = json.loads(bytes(data[_LENGTH_BYTES:start]))
        if head["about"] != about:
            return None
        arrays = {}
        for name, (kind, count) in head["arrays"].items():
            arrays[name] = np.frombuffer(data, np.dtype(kind), count, start)
            start += arrays[name].nbytes
        return ArrayFile(head["head"], arrays)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def write_arrays(
    path: str, head: dict[str, Any], arrays: Arrays, *, about: object, tmp_dir: str
) -> None:
    """Write a file, if that can be done: a crawl does not end for want of it."""
    kinds = {name: (values.dtype.str, len(values)) for name, values in arrays.items()}
    text = json.dumps({"about": about, "arrays": kinds, "head": head}).encode("ascii")
    text += b" " * (-len(text) % 8)  # numbers of 8 bytes are read fastest where 8 divides
    parts: list[bytes | memoryview] = [len(text).to_bytes(_LENGTH_BYTES, "little"), text]
    parts += [np.ascontiguousarray(values).view(np.uint8).data for values in arrays.values()]
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        digest.update(part)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        atomic.write_parts(path, [digest.digest(), *parts], tmp_dir=tmp_dir)
    except OSError as error:
        logger.debug("The next opening will take longer: %s", error)
