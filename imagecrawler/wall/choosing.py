"""What a viewer is shown next: unseen pictures first, then the least recently shown."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from imagecrawler.storage import wall_notes
from imagecrawler.wall.database import Database
from imagecrawler.wall.selection import COLUMNS, Row, Selection, Walk
from imagecrawler.wall.viewers import UNSEEN, Marks, Present

_MIXED_MOST = 1 << 48
# So many more than asked for are shuffled: neighbours would come together for every viewer.
_SHUFFLED = 4
_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``page`` tells the tabs of one viewer apart; ``since``: what came after.

    ``after`` is the place in the newest-first order where the last answer ended.
    """

    viewer: int
    page: str
    selection: Selection
    limit: int
    is_random: bool = False
    after: tuple[int, int] | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """``shown`` is when a row was last shown (epoch seconds), None: never.

    ``after`` is where the next request goes on, None from the top.
    """

    rows: list[tuple[Row, float | None]]
    after: tuple[int, int] | None


class Chooser:
    """Chooses for all viewers; any thread may ask. Raises sqlite3.Error."""

    def __init__(self, database: Database, marks: Marks, present: Present) -> None:
        self._database = database
        self._marks = marks
        self._present = present
        self._lock = threading.Lock()
        # Where a viewer has seen all of a selection: only what comes after that number is new.
        self._exhausted: dict[tuple[int, int, Selection], int] = {}

    def next(
        self, asked: Asked, is_there: Callable[[Row], bool], *, may_repeat: bool = True
    ) -> Chosen:
        """Return what to show, held for the page that asks.

        Fewer than asked for only where there are no more at all that this page does not hold.
        ``is_there`` says whether an image still has its file, ``may_repeat`` that no unseen one
        is missing from the index.
        """
        seq = self.last_number()
        take = self._taker(asked, is_there)
        rows = take(self._unseen(asked))
        if asked.since is not None:
            return Chosen([(row, None) for row in rows], None)
        if len(rows) < asked.limit:
            unseen = self._unseen(replace(asked, after=None))
            first = next(unseen, None)
            if first is None:
                self._note_exhausted(asked, seq)
            else:
                rows += take(chain([first], unseen))
        after = rows[-1] if rows and not asked.is_random else None
        shown = dict[int, float]()
        if len(rows) < asked.limit and may_repeat:
            rows += take(self._least_recent(asked, shown))
        if not rows:
            self._present.let_go_of_others(asked.viewer, asked.page)
            rows += take(self._unseen(replace(asked, after=None), all_of_them=True))
            rows += take(self._least_recent(asked, shown) if may_repeat else iter(()))
        place = None if after is None else (after.at, after.n)
        return Chosen([(row, shown.get(row.n)) for row in rows], place)

    def last_number(self) -> int:
        """Return the number of the image that came last; 0: there is none."""
        row = self._database.connection().execute("SELECT MAX(n) FROM idx.images").fetchone()
        return int(row[0] or 0)

    def _taker(
        self, asked: Asked, is_there: Callable[[Row], bool]
    ) -> Callable[[Iterator[Row]], list[Row]]:
        taken = 0

        def take(rows: Iterator[Row]) -> list[Row]:
            nonlocal taken
            most = asked.limit - taken
            found = self._present.hold(asked.viewer, asked.page, rows, most, is_there)
            taken += len(found)
            return found

        return take

    def _unseen(self, asked: Asked, *, all_of_them: bool = False) -> Iterator[Row]:
        extra: list[tuple[str, tuple[object, ...]]] = [(UNSEEN, (asked.viewer, asked.viewer))]
        since = asked.since
        if since is None and not all_of_them:
            since = self._exhausted.get(self._what(asked))
        if since is not None:
            extra.append(("i.n > ?", (since,)))
        connection = self._database.connection()
        if not asked.is_random:
            walk = Walk(asked.selection, "at", downwards=True, extra=tuple(extra))
            return walk.rows(connection, asked.after)
        walk = Walk(asked.selection, "mixed", downwards=False, extra=tuple(extra))
        return self._shuffled(walk, connection, asked.limit)

    def _shuffled(self, walk: Walk, connection: sqlite3.Connection, limit: int) -> Iterator[Row]:
        start = random.randrange(_MIXED_MOST)
        before = replace(walk, extra=(*walk.extra, ("i.mixed <= ?", (start,))))
        rows = chain(walk.rows(connection, (start, _MIXED_MOST)), before.rows(connection, None))
        while some := list(islice(rows, limit * _SHUFFLED)):
            random.shuffle(some)
            yield from some

    def _least_recent(self, asked: Asked, shown: dict[int, float]) -> Iterator[Row]:
        connection = self._database.connection()
        conditions, values = asked.selection.conditions(connection, "seen")
        rows = connection.execute(
            f"SELECT {COLUMNS}, s.at FROM seen s "
            "CROSS JOIN idx.images i ON i.pic = s.pic "
            f"WHERE s.viewer = ? AND {' AND '.join(conditions)} ORDER BY s.at, s.pic",
            (asked.viewer, *values),
        )
        for *row, at in rows:
            found = Row._make(row)
            shown[found.n] = at
            yield found

    def _note_exhausted(self, asked: Asked, seq: int) -> None:
        with self._lock:
            if len(self._exhausted) >= _REMEMBERED:
                self._exhausted.clear()
            self._exhausted[self._what(asked)] = seq

    def _what(self, asked: Asked) -> tuple[int, int, Selection]:
        return self._database.generation, asked.viewer, asked.selection


class Demands:
    """Counts now and then how many pictures are left for the neediest viewer of now."""

    # Above it nobody needs to know how many more there are.
    MOST = 2_000

    def __init__(self, database: Database, marks: Marks, present: Present) -> None:
        self._database = database
        self._marks = marks
        self._present = present

    def note(self) -> int | None:
        """Write how many are left, if somebody looks; return it. Raises sqlite3.Error."""
        viewers = self._present.numbers()
        if not viewers:
            return None
        unseen = min(self._marks.unseen(viewer, most=self.MOST) for viewer in viewers)
        wall_notes.note_demand(self._database.connection(), unseen, now=time.time())
        return unseen
