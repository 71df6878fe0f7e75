"""Who was shown what: marks on the disk, and what pages have been given and not shown yet.

A picture and all that look like it are one: `pic` is the key of the first of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from imagecrawler.wall.database import Database, picture_key
from imagecrawler.wall.selection import Row

# A page that was closed shows no more of what it was given: others of its viewer get it then.
_HELD_SECONDS = 120.0
# A viewer who asked for nothing for so long has gone.
_GONE_SECONDS = 120.0
_VIEWERS_MOST = 1_000
# What is told at once was shown one after the other.
_APART_SECONDS = 1e-6


class Marks:
    """When each viewer was last shown each picture. Raises sqlite3.Error throughout."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def viewer(self, name: str) -> int:
        """Return the number of a viewer; a new one gets one."""
        connection = self._database.connection()
        sql = "SELECT v FROM viewers WHERE name = ?"
        row = connection.execute(sql, (name,)).fetchone()
        if row is None:
            connection.execute("INSERT OR IGNORE INTO viewers(name) VALUES (?)", (name,))
            row = connection.execute(sql, (name,)).fetchone()
        return int(row[0])

    def mark(self, viewer: int, ids: Iterable[str], *, now: float) -> tuple[set[int], int]:
        """Say that images were shown, in this order; return the keys of what is marked.

        With an image goes the first picture that it looks like. The second number is how many
        of the images are there; others are marked too: an index that is being made may lack them.
        """
        connection = self._database.connection()
        marks, there = dict[int, float](), set[int]()
        for place, image_id in enumerate(ids):
            key = picture_key(image_id)
            sql = "SELECT pic FROM idx.images WHERE key = ?"
            row = connection.execute(sql, (key,)).fetchone()
            marks |= dict.fromkeys((key, *(row or ())), now + place * _APART_SECONDS)
            if row is not None:
                there.add(key)
        with self._database.writing() as writing:
            writing.executemany(
                "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)",
                [(viewer, key, at) for key, at in marks.items()],
            )
        return set(marks), len(there)

    def unseen(self, viewer: int, *, most: int) -> int:
        """Return how many pictures a viewer has not been shown; it is counted up to ``most``."""
        sql = (
            f"SELECT COUNT(*) FROM (SELECT DISTINCT i.pic FROM idx.images i WHERE {UNSEEN} LIMIT ?)"
        )
        row = self._database.connection().execute(sql, (viewer, viewer, most)).fetchone()
        return int(row[0])


# Conditions on an image ``i``; each takes the viewer's number twice.
UNSEEN = (
    "NOT EXISTS (SELECT 1 FROM seen s WHERE s.viewer = ? AND s.pic = i.pic) AND "
    "NOT EXISTS (SELECT 1 FROM seen s WHERE s.viewer = ? AND s.pic = i.key)"
)


@dataclass(slots=True)
class _Viewer:
    asked: float
    held: dict[int, tuple[str, float]] = field(default_factory=dict)  # picture: page, until


class Present:
    """The viewers of now: which pictures their pages hold. In memory: a page asks again."""

    def __init__(self) -> None:
        self._viewers: dict[int, _Viewer] = {}
        self._lock = threading.Lock()

    def hold(
        self,
        viewer: int,
        page: str,
        rows: Iterable[Row],
        most: int,
        is_there: Callable[[Row], bool],
    ) -> list[Row]:
        """Return the first rows that are there and no page of this viewer holds.

        Now this page holds them. Of pictures that look alike one is taken.
        """
        until = time.monotonic() + _HELD_SECONDS
        taken: list[Row] = []
        with self._lock:
            held = self._of(viewer, time.monotonic()).held
        for row in rows:
            if len(taken) >= most:
                break
            if row.pic in held or row.key in held or not is_there(row):
                continue
            with self._lock:
                if held.setdefault(row.pic, mine := (page, until)) is mine:
                    taken.append(row)
        return taken

    def let_go_of(self, viewer: int, page: str) -> None:
        """Take from a page of a viewer what it holds."""
        self._let_go(viewer, lambda holder: holder == page)

    def let_go_of_others(self, viewer: int, page: str) -> None:
        """Take from a viewer's other pages what they hold: this one would stay empty else."""
        self._let_go(viewer, lambda holder: holder != page)

    def _let_go(self, viewer: int, is_meant: Callable[[str], bool]) -> None:
        with self._lock:
            held = self._of(viewer, time.monotonic()).held
            for pic in [pic for pic, (holder, _) in held.items() if is_meant(holder)]:
                del held[pic]

    def shown(self, viewer: int, pictures: Iterable[int]) -> None:
        """Note that pictures are held no longer: they are marked."""
        with self._lock:
            held = self._of(viewer, time.monotonic()).held
            for picture in pictures:
                held.pop(picture, None)

    def numbers(self) -> list[int]:
        """Return the viewers who asked for something of late."""
        since = time.monotonic() - _GONE_SECONDS
        with self._lock:
            return [number for number, viewer in self._viewers.items() if viewer.asked > since]

    def _of(self, number: int, now: float) -> _Viewer:
        viewer = self._viewers.setdefault(number, _Viewer(now))
        viewer.asked = now
        for pic in [pic for pic, (_, until) in viewer.held.items() if until < now]:
            del viewer.held[pic]
        if len(self._viewers) > _VIEWERS_MOST:
            del self._viewers[min(self._viewers, key=lambda n: self._viewers[n].asked)]
        return viewer
