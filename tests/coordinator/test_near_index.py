"""The index of hashes finds what comparing with each of them finds, however it has grown."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagecrawler.coordinator import near_index
from imagecrawler.coordinator.near_index import NearIndex

# Few different bits, so that many are near each other.
WORDS = st.integers(0, 2**64 - 1) | st.sets(st.integers(0, 63), max_size=9).map(
    lambda bits: sum(1 << bit for bit in bits)
)


def by_comparing(words: list[int], word: int, within: int) -> list[tuple[int, int]]:
    distances = [((other ^ word).bit_count(), n) for n, other in enumerate(words)]
    return [(distance, n) for distance, n in sorted(distances) if distance <= within]


@pytest.mark.parametrize("unsorted", [1, 5, 4096])
def test_it_finds_what_comparing_finds(unsorted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_index, "_UNSORTED_LEAST", unsorted)

    @settings(max_examples=60)
    @given(
        st.lists(WORDS, max_size=40), st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 12)
    )
    def check(words: list[int], asked: list[int], within: int) -> None:
        index = NearIndex()
        for number, word in enumerate(words):
            index.add(word, number)
            assert index.near(word, within)[0][0] == 0
        for word in [*asked, *words[:3]]:
            assert index.near(word, within) == by_comparing(words, word, within)
        assert len(index) == len(words)

    check()


def test_thousands_that_came_one_by_one_are_found_within_seven_bits() -> None:
    rng = random.Random(1)
    words = [rng.getrandbits(64) for _ in range(30_000)]
    index = NearIndex()
    for number, word in enumerate(words):
        index.add(word, number)
        if number % 1000 == 0:
            index.near(word, 6)
    for _ in range(200):
        number = rng.randrange(len(words))
        flips = sum(1 << bit for bit in rng.sample(range(64), 7))
        assert (7, number) in index.near(words[number] ^ flips, 7)
        assert (7, number) not in index.near(words[number] ^ flips, 6)
    assert index.nbytes < 50 * len(words) + 4 * 4 * 65_537
