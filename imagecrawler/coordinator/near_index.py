"""Which of millions of 64-bit hashes differ from one in a few bits only, in memory.

Multi-index hashing (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with Multi-Index
Hashing, CVPR 2012): hashes that differ in at most 7 bits agree in one of four 16-bit bands but
for one bit at most, so that few have to be compared. Kept in arrays, 32 bytes a hash and its
owner's key: ``python -m benchmarks.near`` measures time and memory.
"""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

_BANDS = 4
_BAND_BITS = 16
_KEYS = 1 << _BAND_BITS

# Beyond this a look-up of all is quicker than one in the bands.
_BANDED_MOST = 2 * _BANDS - 1

# So many new hashes, or this part of the sorted ones, are simply compared one by one before the
# bands are sorted anew: that keeps the sum of all sorting linear.
_UNSORTED_LEAST = 4096
_UNSORTED_PART = 16

# What a band's value is XORed with to reach itself and all that differ in one bit.
_FLIPS = np.array([0, *(1 << bit for bit in range(_BAND_BITS))], np.uint32)

Words = NDArray[np.uint64]
Places = NDArray[np.uint32]


class NearIndex:
    """Hashes and whose they are (64 bits), in the order of adding. Nothing is taken out.

    Not for two threads at once.
    """

    def __init__(self) -> None:
        self._owners = array("Q")
        self._words: Words = np.zeros(_UNSORTED_LEAST, np.uint64)
        self._sorted = 0  # so many of the first hashes are in the bands
        self._bands: list[tuple[Places, Places]] = []  # places by band value, where each starts

    def __len__(self) -> int:
        return len(self._owners)

    @property
    def nbytes(self) -> int:
        """Return the bytes of the arrays."""
        bands = sum(places.nbytes + starts.nbytes for places, starts in self._bands)
        return self._words.nbytes + bands + 8 * len(self._owners)

    @classmethod
    def of(cls, words: Words, owners: Words) -> NearIndex:
        """Return an index of hashes and whose each one is."""
        index = cls()
        index._words = np.append(words, np.zeros(_UNSORTED_LEAST, np.uint64))
        index._owners.frombytes(np.ascontiguousarray(owners).view(np.uint8).data)
        return index

    def arrays(self) -> tuple[Words, Words]:
        """Return copies of all hashes, and of whose they are."""
        return self._words[: len(self._owners)].copy(), np.array(self._owners, np.uint64)

    def add(self, word: int, owner: int) -> None:
        """Add one hash (64 bits) and whose it is; one owner may have several."""
        count = len(self._owners)
        if count == len(self._words):
            grown = np.zeros(count + count // 4 + 1, np.uint64)
            grown[:count] = self._words
            self._words = grown
        self._words[count] = word
        self._owners.append(owner)

    def near(self, word: int, within: int) -> list[tuple[int, int]]:
        """Return the distance and owner of each hash that differs in at most ``within`` bits.

        The nearest first, and of equally near ones the one that was added first.
        """
        unsorted = len(self._owners) - self._sorted
        if unsorted > max(_UNSORTED_LEAST, self._sorted // _UNSORTED_PART):
            self._sort()
        found: set[tuple[int, int]] = set()  # one may be in several bands
        compared = 0
        if within <= _BANDED_MOST:
            places, compared = self._candidates(word, within), self._sorted
            distances, close = _close(self._words[places], word, within)
            found.update(zip(distances, places[close].tolist(), strict=True))
        distances, close = _close(self._words[compared : len(self._owners)], word, within)
        found.update(zip(distances, (close + compared).tolist(), strict=True))
        return [(distance, self._owners[place]) for distance, place in sorted(found)]

    def _candidates(self, word: int, within: int) -> Places:
        flips = _FLIPS if within >= _BANDS else _FLIPS[:1]
        parts = [np.zeros(0, np.uint32)]
        for band, (places, starts) in enumerate(self._bands):
            keys = flips ^ np.uint32(word >> _BAND_BITS * band & (_KEYS - 1))
            begins, ends = starts[keys].tolist(), starts[keys + 1].tolist()
            parts += [places[a:b] for a, b in zip(begins, ends, strict=True) if a != b]
        return np.concatenate(parts)

    def _sort(self) -> None:
        self._sorted = len(self._owners)
        words = self._words[: self._sorted]
        self._bands = []
        for band in range(_BANDS):
            keys = (words >> np.uint64(_BAND_BITS * band)).astype(np.uint16)
            places = np.argsort(keys, kind="stable").astype(np.uint32)  # a radix sort
            starts = np.zeros(_KEYS + 1, np.uint32)
            np.cumsum(np.bincount(keys, minlength=_KEYS), out=starts[1:])
            self._bands.append((places, starts))


def _close(words: Words, word: int, within: int) -> tuple[list[int], NDArray[np.intp]]:
    """Return the distances that are at most ``within``, and whose they are."""
    distances = np.bitwise_count(words ^ np.uint64(word))
    (close,) = np.nonzero(distances <= within)
    return distances[close].tolist(), close
