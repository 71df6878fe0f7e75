"""wall/wall.sqlite: what the wall tells a crawl, and what it may do beside one.

``demand(at, unseen)``: so many images were left for the viewer who had the fewest, at an instant
(seconds since the epoch); the last row counts. ``hidden(id, at, done)``: to be dropped; ``done``
is when that was done, null before. The wall keeps its other tables in this file too. Nothing in
it can be derived from the rest of the store.
"""

from __future__ import annotations

import os
import sqlite3
import time
from typing import NamedTuple

FILE = os.path.join("wall", "wall.sqlite")

_BUSY_MILLISECONDS = 5_000
_KEPT_SECONDS = 86_400.0
_TABLES = """
CREATE TABLE IF NOT EXISTS demand(at REAL NOT NULL, unseen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS hidden(id TEXT PRIMARY KEY, at REAL NOT NULL, done REAL) WITHOUT ROWID;
"""


class Demand(NamedTuple):
    """How many images the neediest viewer had left, and when that was (epoch seconds)."""

    at: float
    unseen: int


def connect(root: str) -> sqlite3.Connection:
    """Open wall.sqlite, making it and its tables. Raises OSError and sqlite3.Error.

    The connection commits each statement by itself, and waits for other writers.
    """
    path = os.path.join(root, FILE)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLES)
    return connection


def last_demand(root: str) -> Demand | None:
    """Return what the wall last asked for; None: it never did, or its file cannot be read."""
    if not os.path.exists(os.path.join(root, FILE)):
        return None
    try:
        connection = connect(root)
        try:
            row = connection.execute("SELECT at, unseen FROM demand ORDER BY at DESC LIMIT 1")
            found = row.fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, OSError):
        return None
    return Demand(*found) if found else None


def note_demand(connection: sqlite3.Connection, unseen: int, *, now: float) -> None:
    """Say how many images are left for the neediest viewer. Raises sqlite3.Error."""
    connection.execute("DELETE FROM demand WHERE at < ? OR at > ?", (now - _KEPT_SECONDS, now))
    connection.execute("INSERT INTO demand VALUES (?, ?)", (now, unseen))


def hide(connection: sqlite3.Connection, image_id: str, *, now: float) -> None:
    """Ask for an image to be dropped. Raises sqlite3.Error."""
    connection.execute("INSERT OR REPLACE INTO hidden VALUES (?, ?, NULL)", (image_id, now))


def to_be_dropped(root: str) -> list[str]:
    """Return the ids that were hidden and are not dropped yet, the first asked for first."""
    if not os.path.exists(os.path.join(root, FILE)):
        return []
    connection = connect(root)
    try:
        rows = connection.execute("SELECT id FROM hidden WHERE done IS NULL ORDER BY at")
        return [row[0] for row in rows]
    finally:
        connection.close()


def note_dropped(root: str, ids: list[str]) -> None:
    """Say that hidden images are dropped. Raises sqlite3.Error."""
    connection = connect(root)
    try:
        now = time.time()
        connection.executemany("UPDATE hidden SET done = ? WHERE id = ?", [(now, i) for i in ids])
    finally:
        connection.close()
