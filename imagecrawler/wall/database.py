"""The wall's two SQLite files: what it knows itself, and the index that it derives from the store.

``wall.sqlite`` (see `imagecrawler.storage.wall_notes`) has besides the demand and what is hidden:

- ``viewers``: a small number for each viewer;
- ``seen``: when a viewer was last shown a picture. A picture is the 64-bit key of an image's id;
  of near duplicates that of the first.

``index.sqlite`` is attached as ``idx``. It may be deleted at any time, also while it is in use:
the next pass over the store makes it anew. Its tables:

- ``images``: ``n`` counts them as they came; ``at`` (microseconds) is what newest first goes by;
- ``labels``: sources and tags, as numbers; ``tagged``: the images of a tag;
- ``words``: the text that is searched;
- ``folders``: the stamps of the folders whose images it has;
- ``facts``: ``complete`` is there when it once had all of them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imagecrawler.exceptions import StoreError
from imagecrawler.storage import wall_notes
from imagecrawler.storage.id_keys import id_key
from imagecrawler.wall.searching import has_words

# To be raised with every change of the tables below, or of what is written to them.
_INDEX_VERSION = 1

_OWN = """
CREATE TABLE IF NOT EXISTS viewers(v INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS seen(
    viewer INTEGER NOT NULL, pic INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY(viewer, pic)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_at ON seen(viewer, at);
"""
_INDEX = """
CREATE TABLE images(
    n INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL UNIQUE, pic INTEGER NOT NULL,
    id TEXT NOT NULL, at INTEGER NOT NULL, mixed INTEGER NOT NULL, source INTEGER NOT NULL,
    class TEXT NOT NULL, width INTEGER NOT NULL, buckets TEXT NOT NULL, stamp INTEGER NOT NULL
);
CREATE INDEX images_at ON images(at);
CREATE INDEX images_mixed ON images(mixed);
CREATE INDEX images_pic ON images(pic);
CREATE INDEX images_source ON images(source, at);
CREATE TABLE labels(l INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
    UNIQUE(kind, name));
CREATE TABLE tagged(tag INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(tag, n)) WITHOUT ROWID;
CREATE INDEX tagged_n ON tagged(n);
CREATE TABLE folders(name TEXT PRIMARY KEY, stamp INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE facts(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(text, tokenize = "unicode61 remove_diacritics 2");
"""


class Database:
    """Connections to both files, one for each thread that asks."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.index_path = Path(root, "wall", "index.sqlite")
        self._local = threading.local()
        self.generation = 0
        self._making = threading.Lock()
        try:
            wall_notes.connect(root).close()
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"The wall keeps what it knows in {Path(root, 'wall')}, which cannot be written "
                f"({error}): give this user the right to, or some space on the disk"
            ) from None
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{Path(root, wall_notes.FILE)} cannot be used ({error}). Move it away to "
                "go on without what it knows: what was shown to whom, and what was hidden"
            ) from None
        self.open_index()

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection. Raises sqlite3.Error."""
        if getattr(self._local, "generation", None) != self.generation:
            self._local.connection = self._connect()
            self._local.generation = self.generation
        found: sqlite3.Connection = self._local.connection
        return found

    @contextmanager
    def writing_index(self) -> Iterator[sqlite3.Connection]:
        """Write to the index in here, all or nothing. Raises sqlite3.Error.

        It has a connection of its own: on the one to both files it would hold up all marks.
        """
        connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            self._attach(connection)
            with _transaction(connection):
                yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write what is the wall's own in here, all or nothing. Raises sqlite3.Error.

        The first statement has to be one that writes.
        """
        with _transaction(self.connection()) as connection:
            yield connection

    def index_bytes(self) -> int:
        """Return the size of the index; 0 when there is none."""
        with suppress(OSError):
            return self.index_path.stat().st_size
        return 0

    def is_index_there(self) -> bool:
        """Whether the index that is open is still the file of its name."""
        with suppress(OSError):
            return self.index_path.stat().st_ino == self._inode
        return False

    def open_index(self) -> None:
        """Use the index that is there now, in all threads; make an empty one if there is none."""
        with self._making:
            if not self.index_path.exists():
                # What is left of the old one belongs to connections that have it open still.
                _remove(self.index_path)
            try:
                _make_index(self.index_path)
            except sqlite3.DatabaseError:  # another version, torn, or no database at all
                _remove(self.index_path)
                _make_index(self.index_path)
            self._inode = self.index_path.stat().st_ino
            self.generation += 1

    def remake_index(self) -> None:
        """Begin with an empty index, in all threads."""
        with self._making:
            _remove(self.index_path)
        self.open_index()

    def _connect(self) -> sqlite3.Connection:
        connection = wall_notes.connect(self._root)
        connection.executescript(_OWN)
        connection.create_function("has_words", 2, has_words, deterministic=True)
        self._attach(connection)
        return connection

    def _attach(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("ATTACH ? AS idx", (str(self.index_path),))
        connection.execute("PRAGMA idx.synchronous = NORMAL")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def picture_key(image_id: str) -> int:
    """Return the key of an id as SQLite holds it: 64 bits, signed."""
    key = id_key(image_id)
    return key - (1 << 64) if key >> 63 else key


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _make_index(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            for statement in _INDEX.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_INDEX_VERSION}")
        elif version != _INDEX_VERSION:
            raise sqlite3.DatabaseError(f"version {version}")
        connection.execute("COMMIT")
    finally:
        connection.close()
