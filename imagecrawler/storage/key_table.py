"""Millions of 64-bit keys with a value each: a byte in nine bytes a key, 64 bits in sixteen.

A Python set costs 74 to 125 bytes a key, see reference/baselines.md. Most keys lie in a sorted
array that is looked up by bisection within its first 16 bits; new ones wait in a dict until
they are a thirty-second of it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PREFIX_BITS = 16
_REST_BITS = 64 - _PREFIX_BITS
_LEAST_WAITING = 50_000
_SHARE_WAITING = 32
_GONE = -1
_FEW = 4096  # are looked up by bisection among all: their prefixes would be more than they are
_PREFIXES = np.arange(1 << _PREFIX_BITS, dtype=np.uint64) << np.uint64(_REST_BITS)

Keys = NDArray[np.uint64]
Values = NDArray[Any]  # numbers of 8 or of 64 bits


class KeyTable:
    """A mapping from 64-bit keys to values of 0 to 255, if ``wide`` to values of 64 bits.

    Not thread-safe for writing; a look-up beside a writer sees the old value or the new one.
    """

    def __init__(self, *, wide: bool = False) -> None:
        self._waiting: dict[int, int] = {}
        self._sort_in(np.empty(0, np.uint64), np.empty(0, np.uint64 if wide else np.uint8))

    @classmethod
    def of(cls, keys: Keys, values: Values | None = None) -> KeyTable:
        """Return a table of keys in any order; of equal keys the last one counts."""
        table = cls()
        values = np.zeros(len(keys), np.uint8) if values is None else values
        if not np.all(keys[1:] > keys[:-1]):  # what comes from a snapshot is in order already
            order = np.argsort(keys, kind="stable")
            keys, values = keys[order], values[order]
            last = np.append(keys[1:] != keys[:-1], True)[: len(keys)]
            keys, values = keys[last], values[last]
        table._sort_in(keys, values)
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

    def setdefault(self, key: int, value: int) -> int:
        """Return the value of a key, which is ``value`` if it had none."""
        known = self.get(key)
        if known is None:
            self[key] = known = value
        return known

    def arrays(self) -> tuple[Keys, Values]:
        """Return all keys, ascending, and their values; not to be changed."""
        self._merge()
        return self._as_sorted()

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
        arrays = sum(len(part) * part.itemsize for part in self._sorted[:3])
        return arrays + 100 * len(self._waiting)

    def _sorted_value(self, key: int, default: int | None = None) -> int | None:
        keys, values, starts, rest_bits = self._sorted
        prefix = key >> rest_bits
        end = starts[prefix + 1]
        place = bisect_left(keys, key, starts[prefix], end)
        return values[place] if place < end and keys[place] == key else default

    def _merge_if_many(self) -> None:
        if len(self._waiting) > max(_LEAST_WAITING, len(self._sorted[0]) // _SHARE_WAITING):
            self._merge()

    def _as_sorted(self) -> tuple[Keys, Values]:
        keys, values, *_ = self._sorted
        return np.frombuffer(keys, np.uint64), np.frombuffer(values, values.typecode)

    def _merge(self) -> None:
        if not self._waiting:
            return
        keys, values = self._as_sorted()
        count = len(self._waiting)
        new = np.fromiter(self._waiting.keys(), np.uint64, count)
        stays = np.fromiter((v != _GONE for v in self._waiting.values()), np.bool_, count)
        new_values = np.fromiter((max(v, 0) for v in self._waiting.values()), values.dtype, count)
        places = np.searchsorted(keys, new)
        if len(keys):
            known = places[keys[np.minimum(places, len(keys) - 1)] == new]
            keys, values = np.delete(keys, known), np.delete(values, known)
        new, new_values = new[stays], new_values[stays]
        order = np.argsort(new)
        new, new_values = new[order], new_values[order]
        places = np.searchsorted(keys, new)
        self._sort_in(np.insert(keys, places, new), np.insert(values, places, new_values))
        # Last: a look-up in another thread meets a key in one of the two at any time.
        self._waiting = {}

    def _sort_in(self, keys: Keys, values: Values) -> None:
        """Take sorted keys, each once."""
        prefixes = _PREFIXES if len(keys) > _FEW else _PREFIXES[:1]
        starts = np.searchsorted(keys, prefixes).astype(np.uint64)
        # One assignment, for a look-up beside it.
        self._sorted = (
            _as_array("Q", keys),
            _as_array("B" if values.dtype == np.uint8 else "Q", values),
            _as_array("Q", np.append(starts, np.uint64(len(keys)))),
            64 if len(prefixes) == 1 else _REST_BITS,
        )
        self._size = len(keys)


def _as_array(typecode: str, values: Values) -> array[int]:
    """Return the same values in a form of which single ones are taken three times as fast."""
    taken = array(typecode)
    taken.frombytes(np.ascontiguousarray(values).view(np.uint8).data)
    return taken
