"""Millions of 64-bit keys with a byte each, in nine bytes and a little more.

A Python set costs 74 to 125 bytes a key, see reference/baselines.md. Most keys lie in a sorted
array that is looked up by bisection within its first 16 bits; new ones wait in a dict until
they are a thirty-second of it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_PREFIX_BITS = 16
_REST_BITS = 64 - _PREFIX_BITS
_LEAST_WAITING = 50_000
_SHARE_WAITING = 32
_GONE = -1

Keys = NDArray[np.uint64]
Bytes = NDArray[np.uint8]


class KeyTable:
    """A mapping from 64-bit keys to values of 0 to 255. Used from one thread.

    Not thread-safe for writing; a look-up beside a writer sees the old value or the new one.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, int] = {}
        self._sort_in(np.empty(0, np.uint64), np.empty(0, np.uint8))

    @classmethod
    def of(cls, keys: Keys, values: Bytes | None = None) -> KeyTable:
        """Return a table of keys in any order; of equal keys the last one counts."""
        table = cls()
        values = np.zeros(len(keys), np.uint8) if values is None else values
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], values[order]
        last = np.append(keys[1:] != keys[:-1], True)[: len(keys)]
        table._sort_in(keys[last], values[last])
        return table

    def get(self, key: int, default: int | None = None) -> int | None:
        """Return the value of a key, or ``default``."""
        value = self._waiting.get(key)
        if value is not None:
            return default if value == _GONE else value
        return self._sorted_value(key, default)

    def __contains__(self, key: int) -> bool:
        value = self._waiting.get(key)
        return value != _GONE if value is not None else self._sorted_value(key) is not None

    def __len__(self) -> int:
        return self._size

    def __setitem__(self, key: int, value: int) -> None:
        if key not in self:
            self._size += 1
        self._waiting[key] = value
        self._merge_if_many()

    def pop(self, key: int, default: int | None = None) -> int | None:
        """Take a key out and return its value, or ``default``."""
        value = self.get(key)
        if value is None:
            return default
        self._size -= 1
        self._waiting[key] = _GONE
        self._merge_if_many()
        return value

    def arrays(self) -> tuple[Keys, Bytes]:
        """Return all keys, ascending, and their values; not to be changed."""
        self._merge()
        keys, values, _ = self._sorted
        return np.frombuffer(keys, np.uint64), np.frombuffer(values, np.uint8)

    def frozen(self) -> KeyTable:
        """Return a table of what is in this one now; it takes no memory until one changes."""
        self._merge()
        table = KeyTable()
        table._sorted, table._size = self._sorted, self._size
        return table

    def keys(self) -> Iterator[int]:
        """Yield all keys, ascending."""
        yield from self.arrays()[0].tolist()

    @property
    def nbytes(self) -> int:
        """Return about how many bytes the table takes."""
        arrays = sum(len(part) * part.itemsize for part in self._sorted)
        return arrays + 100 * len(self._waiting)

    def _sorted_value(self, key: int, default: int | None = None) -> int | None:
        keys, values, starts = self._sorted
        prefix = key >> _REST_BITS
        end = starts[prefix + 1]
        place = bisect_left(keys, key, starts[prefix], end)
        return values[place] if place < end and keys[place] == key else default

    def _merge_if_many(self) -> None:
        if len(self._waiting) > max(_LEAST_WAITING, len(self._sorted[0]) // _SHARE_WAITING):
            self._merge()

    def _merge(self) -> None:
        if not self._waiting:
            return
        keys, values = (np.frombuffer(part, part.typecode) for part in self._sorted[:2])
        new = np.fromiter(self._waiting.keys(), np.uint64, len(self._waiting))
        new_values = np.fromiter(self._waiting.values(), np.int16, len(self._waiting))
        order = np.argsort(new)
        new, new_values = new[order], new_values[order]
        places = np.searchsorted(keys, new)
        if len(keys):
            known = places[keys[np.minimum(places, len(keys) - 1)] == new]
            keys, values = np.delete(keys, known), np.delete(values, known)
        stays = new_values != _GONE
        new, new_values = new[stays], new_values[stays].astype(np.uint8)
        places = np.searchsorted(keys, new)
        self._sort_in(np.insert(keys, places, new), np.insert(values, places, new_values))
        # Last: a look-up in another thread meets a key in one of the two at any time.
        self._waiting = {}

    def _sort_in(self, keys: Keys, values: Bytes) -> None:
        """Take sorted keys, each once."""
        counts = np.bincount(keys >> np.uint64(_REST_BITS), minlength=1 << _PREFIX_BITS)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
        # One assignment, for a look-up beside it.
        self._sorted = (
            array("Q", keys.tobytes()),
            array("B", values.tobytes()),
            array("Q", starts.tobytes()),
        )
        self._size = len(keys)
