from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from imagecrawler.storage import key_table
from imagecrawler.storage.key_table import KeyTable

# Few of them in few prefixes, so that they meet; and the ends of the range.
KEYS = st.one_of(
    st.integers(0, 20),
    st.integers(0, 3).map(lambda n: (1 << 64) - 1 - n),
    st.integers(0, 20).map(lambda n: n << 48 | n),
)
BYTES = st.integers(0, 255)
# The bits beyond a byte are made from it, so that the same rules serve both kinds of table.
WIDEST = (1 << 64) // 255


class TableBesideDict(RuleBasedStateMachine):
    """A table and a dict under the same calls; the table merges whenever it likes."""

    wide = False

    def __init__(self) -> None:
        super().__init__()
        self.table = KeyTable(wide=self.wide)
        self.model: dict[int, int] = {}

    def of(self, value: int) -> int:
        return value * WIDEST if self.wide else value

    @rule(key=KEYS, value=BYTES)
    def put(self, key: int, value: int) -> None:
        self.table[key] = self.model[key] = self.of(value)

    @rule(key=KEYS, value=BYTES)
    def put_if_new(self, key: int, value: int) -> None:
        value = self.of(value)
        assert self.table.setdefault(key, value) == self.model.setdefault(key, value)

    @rule(key=KEYS)
    def pop(self, key: int) -> None:
        assert self.table.pop(key) == self.model.pop(key, None)

    @rule()
    def merge(self) -> None:
        keys, values = self.table.arrays()
        assert dict(zip(keys.tolist(), values.tolist(), strict=True)) == self.model
        assert keys.tolist() == sorted(self.model)

    @rule(pairs=st.lists(st.tuples(KEYS, BYTES)))
    def begin_anew(self, pairs: list[tuple[int, int]]) -> None:
        keys = np.array([key for key, _ in pairs], np.uint64)
        values = [self.of(value) for _, value in pairs]
        self.table = KeyTable.of(keys, np.array(values, np.uint64 if self.wide else np.uint8))
        self.model = dict(zip(keys.tolist(), values, strict=True))

    @rule()
    def freeze(self) -> None:
        frozen, self.table = self.table, self.table.frozen()
        frozen[1] = 1

    @rule(key=KEYS)
    def look_up(self, key: int) -> None:
        assert self.table.get(key) == self.model.get(key)
        assert (key in self.table) == (key in self.model)

    @invariant()
    def are_as_many(self) -> None:
        assert len(self.table) == len(self.model)


TestTableBesideDict = TableBesideDict.TestCase
TestTableBesideDict.settings = settings(max_examples=50, stateful_step_count=30)


class WideTableBesideDict(TableBesideDict):
    wide = True

    def __init__(self) -> None:
        self.few, key_table._FEW = key_table._FEW, 4  # some are looked up by prefixes here
        super().__init__()

    def teardown(self) -> None:
        key_table._FEW = self.few


TestWideTableBesideDict = WideTableBesideDict.TestCase
TestWideTableBesideDict.settings = TestTableBesideDict.settings


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=300))
@settings(max_examples=20)
def test_what_waits_is_merged_by_itself(keys: list[int]) -> None:
    least, key_table._LEAST_WAITING = key_table._LEAST_WAITING, 8
    try:
        table = KeyTable()
        for key in keys:
            table[key] = 1
    finally:
        key_table._LEAST_WAITING = least
    assert list(table.keys()) == sorted(set(keys))


@pytest.mark.parametrize(("values", "most"), [(np.uint8, 10), (np.uint64, 17)])
def test_a_million_keys_take_few_bytes(values: Any, most: int) -> None:
    keys = np.random.default_rng(1).integers(0, 1 << 63, 1_000_000, np.uint64)
    table = KeyTable.of(keys, np.ones(len(keys), values))
    assert table.nbytes / len(table) < most
    assert all(key in table for key in keys[:1000].tolist())
