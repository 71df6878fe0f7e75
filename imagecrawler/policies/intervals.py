"""What is known of a paged source: stretches of its list without a hole, newest first.

A stretch is held by its ends, not by its items: whether an item lies in the middle of one is the
store's to say (it has the images), and decides nothing but where to look. An end is so many marks
of item ids that not all of them will be deleted at once. So the size of the state does not grow
with the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2s
from typing import Any

from imagecrawler.items import Addressing, Place

END_MARKS = 128
_SURE_RUN = 32


@dataclass(frozen=True, slots=True)
class Interval:
    """Items that follow one another in the list: ``count`` of them.

    ``top`` has the marks of the newest, ``bottom`` those of the oldest, both newest first; of a
    short one they overlap. ``at`` is the page that the oldest was last seen on, ``index`` its
    place there, ``size`` how many that page had. ``below`` is the page after that one, as it said
    ``when``. ``shift`` is how many items were found since that lie above. ``ended``: when the list
    was seen to end below it. ``leapt``: its ``count`` when its lower end was last taken to lie
    beyond the page that was read.
    """

    top: tuple[str, ...] = ()
    bottom: tuple[str, ...] = ()
    count: int = 0
    at: Place | None = None
    below: Place | None = None
    addressing: Addressing = "next-link"
    index: int = 0
    size: int = 0
    shift: int = 0
    when: float = 0.0
    ended: float | None = None
    leapt: int = 0

    @property
    def marks(self) -> frozenset[str]:
        """The marks of both ends."""
        return frozenset(self.top) | frozenset(self.bottom)

    def longer(self, marks: Sequence[str]) -> Interval:
        """Return the interval with items below it."""
        known = self.marks
        new = tuple(mark for mark in marks if mark not in known)
        top = (self.top + new)[:END_MARKS] if self.count <= END_MARKS else self.top
        bottom = (self.bottom + new)[-END_MARKS:]
        return replace(self, top=top, bottom=bottom, count=self.count + len(new))

    def joined(self, older: Interval) -> Interval:
        """Return this interval and the next older one as one: they have met."""
        shared = self.marks & older.marks
        top, bottom = self.top, older.bottom
        if self.count < END_MARKS:
            top = (top + tuple(m for m in older.top if m not in shared))[:END_MARKS]
        if older.count < END_MARKS:
            above = tuple(m for m in self.bottom if m not in shared)
            bottom = (above + bottom)[-END_MARKS:]
        count = self.count + older.count - len(shared)
        return replace(older, top=top, bottom=bottom, count=count)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            **asdict(self),
            "top": list(self.top),
            "bottom": list(self.bottom),
            "at": to_pair(self.at),
            "below": to_pair(self.below),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Interval:
        """Return what `to_json` gave."""
        places = {name: of_pair(kept[name]) for name in ("at", "below")}
        return cls(**{**kept, **places, "top": tuple(kept["top"]), "bottom": tuple(kept["bottom"])})


def mark_of(item_id: str) -> str:
    """Return what is kept of an item's id: 12 letters, whatever its length."""
    return blake2s(item_id.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def met(interval: Interval, marks: Sequence[str], *, overlap: int) -> int | None:
    """Return how many of ``marks`` lie above the end of ``interval`` or in it; None: it is not met.

    ``marks`` are items in the order of the list. Met is known ground: the marks end in ``overlap``
    items of it, or they pass over its lower end. A few known items above unknown ones are no
    ground: somebody has pinned them, or they were put up once more.
    """
    if marks and tuple(marks) == interval.top[: len(marks)]:
        return len(marks)  # as before, be the page ever so short
    known = interval.marks
    hits = [index for index, mark in enumerate(marks) if mark in known]
    need = min(overlap, interval.count)
    if len(hits) < need or not hits:
        return None
    if hits[-need:] == list(range(len(marks) - need, len(marks))):
        return len(marks)
    lowest = set(interval.bottom[-need:])
    if all(marks[index] in lowest for index in hits[-need:]):
        return hits[-1] + 1
    # A page that is longer than what is kept of an end goes on in the middle of the interval.
    return len(marks) if _has_run(hits, _SURE_RUN) else None


def _has_run(indexes: Sequence[int], length: int) -> bool:
    ends = zip(indexes, indexes[length - 1 :], strict=False)
    return any(last - first == length - 1 for first, last in ends)


def below_bottom(interval: Interval, marks: Sequence[str], *, overlap: int) -> int | None:
    """Return the number of marks down to the lowest item of ``interval``; None: it is not there.

    What stands above it on the page, as far as ``overlap`` items go, has to be of the interval
    too, in that order: an item that was moved or pinned is not where the interval ends. Where the
    page has nothing above it, it has to be one of the very lowest.
    """
    ranks = {mark: rank for rank, mark in enumerate(interval.bottom)}
    lowest = len(interval.bottom) - max(overlap, interval.size)
    for index in range(len(marks) - 1, -1, -1):
        found = [ranks.get(mark, -1) for mark in marks[max(0, index - overlap + 1) : index + 1]]
        if -1 in found or found != sorted(found):
            continue
        if len(found) == overlap or found[0] >= lowest:
            return index + 1
    return None


def to_pair(place: Place | None) -> list[Any] | None:
    """Return a place as JSON has it."""
    return [place.url, place.number] if place else None


def of_pair(kept: Sequence[Any] | None) -> Place | None:
    """Return the place that `to_pair` gave."""
    return Place(kept[0], kept[1]) if kept else None
