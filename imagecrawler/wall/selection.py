"""Which images of the index a request is about: filters, order, and where a page of them ends."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from imagecrawler.exceptions import ArgumentError
from imagecrawler.wall.entries import folded
from imagecrawler.wall.searching import query_of

# Of more matches a list costs more than asking each image in turn whether it matches.
_FEW = 5_000
_CHUNK = 64

_TEXT_MOST = 500
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_WIDTH_MOST = 1 << 30


class Row(NamedTuple):
    """An image of the index. See `imagecrawler.wall.database`."""

    n: int
    id: str
    at: int
    mixed: int
    key: int
    pic: int
    buckets: str


# Those of a `Row`, in SQL where the images are ``i``.
COLUMNS = "i.n, i.id, i.at, i.mixed, i.key, i.pic, i.buckets"
_NOT_HIDDEN = "NOT EXISTS (SELECT 1 FROM hidden h WHERE h.id = i.id AND h.done IS NULL)"


@dataclass(frozen=True, slots=True)
class Selection:
    """Images of one source and tag, at least so wide, with these words. "" and 0: all."""

    source: str = ""
    tag: str = ""
    kind: str = ""
    text: str = ""
    min_width: int = 0

    @classmethod
    def of(cls, given: dict[str, str]) -> Selection:
        """Read a query string. Raises ArgumentError."""
        kind = given.get("class", "")[:_TEXT_MOST]
        return cls(
            source=given.get("source", "")[:_TEXT_MOST],
            tag=folded(given.get("tag", "")[:_TEXT_MOST]),
            kind="" if kind == "all" else kind,
            text=given.get("text", "")[:_TEXT_MOST],
            min_width=whole_number(given, "min_width", 0, most=_WIDTH_MOST),
        )

    def conditions(
        self, connection: sqlite3.Connection, by: str = "at"
    ) -> tuple[list[str], list[object]]:
        """Return SQL conditions on ``i`` and their values, for images in the order of ``by``.

        SQLite cannot know whether few images match, so that it should begin with these, or many,
        so that it should go from image to image in order: a ``+`` keeps it from the first.
        Raises sqlite3.Error.
        """
        parts, values = [_NOT_HIDDEN], list[object]()

        def add(sql: str, value: object) -> None:
            parts.append(sql)
            values.append(value)

        if self.source:
            source = _label(connection, "source", self.source)
            matching = "SELECT 1 FROM idx.images WHERE source = ?"
            is_few = by == "at" or _are_few(connection, matching, source)
            add("i.source = ?" if is_few else "+i.source = ?", source)
        if self.kind:
            add("i.class = ?", self.kind)
        if self.min_width:
            add("i.width >= ?", self.min_width)
        if self.tag:
            tag = _label(connection, "tag", self.tag)
            matching = "SELECT n FROM idx.tagged WHERE tag = ?"
            if _are_few(connection, matching, tag):
                add(f"i.n IN ({matching})", tag)
            else:
                add(f"EXISTS ({matching} AND n = i.n)", tag)
        if query := query_of(self.text):
            matching = "SELECT rowid FROM idx.words WHERE words MATCH ?"
            # FTS5 gathers all that begins so before it gives the first: whole words tell sooner.
            words = (query.removesuffix("*"), query)
            if all(_are_few(connection, matching, asked) for asked in words):
                add(f"i.n IN ({matching})", query)
            else:
                add("has_words((SELECT text FROM idx.words WHERE rowid = i.n), ?)", self.text)
        return parts, values


@dataclass(frozen=True, slots=True)
class Walk:
    """All images of a selection in one order, from a place on, a few at a time.

    ``by`` is the column that orders, downwards or upwards; ``n`` decides between equals.
    """

    selection: Selection
    by: str
    downwards: bool
    extra: tuple[tuple[str, tuple[object, ...]], ...] = ()

    def rows(self, connection: sqlite3.Connection, after: tuple[int, int] | None) -> Iterator[Row]:
        """Yield the rows after a place, or all. Raises sqlite3.Error."""
        parts, values = self.selection.conditions(connection, self.by)
        for sql, more in self.extra:
            parts.append(sql)
            values += more
        sign, order = ("<", "DESC") if self.downwards else (">", "ASC")
        while True:
            place = [] if after is None else [f"(i.{self.by}, i.n) {sign} (?, ?)"]
            found = connection.execute(
                f"SELECT {COLUMNS} FROM idx.images i WHERE {' AND '.join(place + parts)} "
                f"ORDER BY i.{self.by} {order}, i.n {order} LIMIT {_CHUNK}",
                (*(after or ()), *values),
            ).fetchall()
            yield from map(Row._make, found)
            if len(found) < _CHUNK:
                return
            last = Row._make(found[-1])
            after = (getattr(last, self.by), last.n)


def place_of(given: dict[str, str], name: str) -> tuple[int, int] | None:
    """Read a cursor that `cursor` has written; None: there is none. Raises ArgumentError."""
    text = given.get(name, "")
    if not text:
        return None
    at, _, n = text.partition("_")
    if not _NUMBER.fullmatch(at) or not _NUMBER.fullmatch(n):
        raise ArgumentError(f"{name}={text[:50]!r} is no cursor of ours")
    return int(at), int(n)


def cursor(at: int, n: int) -> str:
    """Return a place in a walk as text."""
    return f"{at}_{n}"


def whole_number(given: dict[str, str], name: str, default: int, *, most: int) -> int:
    """Return a number of a query string, from 0 to ``most``. Raises ArgumentError."""
    text = given.get(name, "")
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or not 0 <= int(text) <= most:
        raise ArgumentError(f"{name}={text[:50]!r}: give a number from 0 to {most}")
    return int(text)


def _label(connection: sqlite3.Connection, kind: str, name: str) -> int:
    row = connection.execute(
        "SELECT l FROM idx.labels WHERE kind = ? AND name = ?", (kind, name)
    ).fetchone()
    return int(row[0]) if row else -1


def _are_few(connection: sqlite3.Connection, matching: str, value: object) -> bool:
    sql = f"SELECT COUNT(*) FROM ({matching} LIMIT {_FEW})"
    (count,) = connection.execute(sql, (value,)).fetchone()
    return int(count) < _FEW
