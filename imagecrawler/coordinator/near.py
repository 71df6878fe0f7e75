"""Pictures that look like one that is stored: which one, and what becomes of the two.

A picture is held against the first ones alone, those that are no near duplicate themselves:
the distance in a record is always that to the picture it names, and likeness is not handed
on from one to the next until two are "alike" that are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imagecrawler.coordinator.near_index import NearIndex
from imagecrawler.imaging.likeness import FIRST_FRAME, STILL, Likeness
from imagecrawler.policies.near import NearRules, pixels
from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.records import Record

_MARKS = ("near_duplicate_of", "near_distance")


@dataclass(frozen=True, slots=True)
class Near:
    """A stored picture that a new one looks like: its id, its record, in how many bits of 64.

    ``outcome`` says who keeps the files: ``both``, the ``first``, or the ``new`` one.
    """

    first: str
    record: Record
    distance: int
    outcome: str

    def marks(self) -> dict[str, Any]:
        """Return what the record of the new picture says of it."""
        return {"near_duplicate_of": self.first, "near_distance": self.distance}


class NearDuplicates:
    """The first pictures of one store, looked up by how they look.

    ``id_of`` returns the id of a key that a record has, ``read`` a record as it is now. `add` is
    called on the event loop until the store is read, and only then the committer's thread begins
    to call it and `of`.
    """

    def __init__(
        self,
        rules: NearRules,
        id_of: Callable[[int], str | None],
        read: Callable[[str], Record | None],
    ) -> None:
        self._rules = rules
        self._id_of = id_of
        self._read = read
        self.indexes = {STILL: NearIndex(), FIRST_FRAME: NearIndex()}

    def add(self, owner: int, algorithm: str, core: int) -> None:
        """Let a stored picture be found, if `first_look` says that it is a first one."""
        self.indexes[algorithm].add(core, owner)

    def of(self, key: str, previous: Record, facts: dict[str, Any]) -> Near | None:
        """Return the first picture that an image looks like, the nearest one, or None.

        ``previous`` is its record if it is stored, else empty; ``facts`` are those of the bytes
        just fetched. One that others may name stays a first one as long as it looks as before.
        """
        look = Likeness.recorded(facts)
        if self._rules.mode == "off" or look is None or not look.is_telling:
            return None
        before = first_look(previous)
        if before is not None and self._are_near(before, look):
            return None
        for _, owner in self.indexes[look.algorithm].near(look.core, self._rules.distance):
            other = self._id_of(owner)
            record = self._read(other) if other is not None and other != key else None
            first = first_look(record) if record is not None else None
            if (
                other is not None
                and record is not None
                and first is not None
                and self._are_near(first, look)
            ):
                distance = look.distance(first)
                assert distance is not None
                return Near(other, record, distance, self._outcome(look, facts, record))
        return None

    def settled(self, key: str, previous: Record, record: Record) -> None:
        """Take up a picture that has its files now, as ``record`` says."""
        look, before = first_look(record), first_look(previous)
        if look is not None and (before is None or before.core != look.core):
            self.add(id_key(key), look.algorithm, look.core)

    def _are_near(self, one: Likeness, other: Likeness) -> bool:
        distance = one.distance(other)
        return distance is not None and distance <= self._rules.distance

    def _outcome(self, look: Likeness, facts: dict[str, Any], first: Record) -> str:
        # Of animations the first frame says too little to take one out.
        if self._rules.mode != "keep-largest" or look.algorithm == FIRST_FRAME:
            return "both"
        return "new" if pixels(facts) > pixels(first) else "first"


def first_look(record: Record) -> Likeness | None:
    """Return how a first picture looks: one that has files, and is marked as nobody's."""
    if not record.get("files") or record.get("near_duplicate_of"):
        return None
    look = Likeness.recorded(record)
    return look if look is not None and look.is_telling else None


def unmarked(record: Record) -> Record:
    """Return a record that names no first picture."""
    return {name: value for name, value in record.items() if name not in _MARKS}
