"""Keeps the index true to the store: only folders that have changed are read.

The folders to which files came last are read first, and what is read is shown at once, so that
the first page need not wait for the millionth image.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable

from imagecrawler.storage import image_folders
from imagecrawler.storage.downloaded import DownloadedFolder
from imagecrawler.storage.id_keys import REST_BITS, group_of
from imagecrawler.storage.image_folders import StoredImage
from imagecrawler.storage.stamps import UNKNOWN
from imagecrawler.wall.database import Database
from imagecrawler.wall.entries import Entry, entry_of

logger = logging.getLogger(__name__)

# What is read is shown after this time; each commit costs some milliseconds.
_COMMIT_SECONDS = 0.5
_FIRST_COMMIT_SECONDS = 0.05
_PAUSE_SECONDS = 1.0
# Of 200 folders the three youngest: of 10,000 they are among the youngest few hundred.
_LOOKED_AT_FIRST = 200
_READ_FIRST = 3
# A pass over a million images asks the system for 30,000 folders: so it takes a small part of
# one core at most.
_PAUSE_PER_PASS = 20.0


class Indexer:
    """Goes over the store again and again, in a thread of its own.

    ``is_complete`` says that the index once had all images: until then what is added is not new.
    ``has_begun`` is set when there is something to show, or known to be nothing.
    ``version`` grows, and ``on_change`` is called in that thread, whenever something was added or
    taken out.
    """

    def __init__(self, root: str, database: Database) -> None:
        self._root = root
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wall-index", daemon=True)
        self.has_begun = threading.Event()
        self.is_complete = False
        self.folders_left = 0
        self.version = 0
        self._told = (0, 0)
        self.on_change: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon, and wait for that."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                self.look()
            except (OSError, sqlite3.Error) as error:
                logger.warning("The index of the wall: %s; it is tried again", error)
                self._mend(error)
                self.has_begun.set()
            spent = time.monotonic() - started
            self._stop.wait(max(_PAUSE_SECONDS, spent * _PAUSE_PER_PASS))

    def _mend(self, error: Exception) -> None:
        # A busy or full disk passes; what is torn stays so.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        ):
            self.is_complete = False
            self._database.remake_index()

    def look(self) -> None:
        """Make one pass. Raises OSError and sqlite3.Error."""
        if not self._database.is_index_there():
            self._database.open_index()
        connection = self._database.connection()
        row = connection.execute("SELECT 1 FROM idx.facts WHERE name = 'complete'").fetchone()
        self.is_complete = row is not None
        buckets = tuple(DownloadedFolder(self._root).buckets())
        known = dict(connection.execute("SELECT name, stamp FROM idx.folders"))
        if known:
            self.has_begun.set()
        elif buckets:
            self._begin(buckets)
        found = image_folders.stamps(self._root, buckets)
        changed = [f for f, stamp in found.items() if stamp == UNKNOWN or known.get(f) != stamp]
        gone = [folder for folder in known if folder not in found]
        if len(changed) > 1 and buckets:
            changed = image_folders.newest_first(self._root, changed, buckets[0])
        if self._take(changed + gone, found, buckets) and not self.is_complete:
            with self._database.writing_index() as writing:
                writing.execute("INSERT OR REPLACE INTO idx.facts VALUES ('complete', 1)")
            self.is_complete = True
        self.has_begun.set()
        self._tell()

    def _begin(self, buckets: tuple[str, ...]) -> None:
        """Let there be some images at once: to look at all folders takes a while."""
        some = image_folders.some_folders(self._root, buckets[0], _LOOKED_AT_FIRST)
        newest = image_folders.newest_first(self._root, some, buckets[0])[:_READ_FIRST]
        self._take(newest, dict.fromkeys(newest, UNKNOWN), buckets)

    def _take(self, folders: list[str], stamps: dict[str, int], buckets: tuple[str, ...]) -> bool:
        """Bring folders up to date; return False when that was cut short."""
        left, most = list(reversed(folders)), _FIRST_COMMIT_SECONDS
        self.folders_left = len(left)
        while left:
            until = time.monotonic() + most
            with self._database.writing_index() as connection:
                writer = _Writer(connection)
                while left and time.monotonic() < until and not self._stop.is_set():
                    folder = left.pop()
                    images = image_folders.images_in(self._root, folder, buckets)
                    writer.take(folder, images, stamps.get(folder))
            self.folders_left, most = len(left), _COMMIT_SECONDS
            self.has_begun.set()
            self._tell()
            if self._stop.is_set():
                return False
        return True

    def _tell(self) -> None:
        """Tell of changes, be they ours or those of another wall on this store."""
        connection = self._database.connection()
        (version,) = connection.execute("PRAGMA idx.data_version").fetchone()
        now = (self._database.generation, version)
        if now != self._told:
            self._told = now
            self.version += 1
            self.on_change()


class _Writer:
    """Writes to the index within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._do = connection.execute
        self._labels: dict[tuple[str, str], int] = {}

    def take(self, folder: str, images: list[StoredImage], stamp: int | None) -> None:
        """Let the index have these images of a folder and no others."""
        known = self._known(folder)
        for image in images:
            n, *facts = known.pop(image.id, (None,))
            buckets = ",".join(image.buckets)
            if facts == [image.stamp, buckets]:
                continue
            record = image.record()
            if record is None:
                stamp = UNKNOWN  # it may be whole the next time
                continue
            self._put(n, entry_of(image, record), buckets, image.stamp)
        for n, *_ in known.values():
            self._remove(n)
        if stamp is None:
            self._do("DELETE FROM idx.folders WHERE name = ?", (folder,))
        else:
            self._do("INSERT OR REPLACE INTO idx.folders VALUES (?, ?)", (folder, stamp))

    def _known(self, folder: str) -> dict[str, tuple[int, int, str]]:
        low = group_of(folder) << REST_BITS
        low -= (1 << 64) if low >> 63 else 0
        rows = self._do(
            "SELECT id, n, stamp, buckets FROM idx.images WHERE key BETWEEN ? AND ?",
            (low, low + (1 << REST_BITS) - 1),
        )
        return {row[0]: row[1:] for row in rows if row[0][:4] == folder}

    def _put(self, n: int | None, entry: Entry, buckets: str, stamp: int) -> None:
        if n is not None:
            self._forget_words(n)
        source = self._label("source", entry.source)
        values = (n, entry.key, entry.pic, entry.id, entry.at, entry.mixed, source, entry.kind)
        n = self._do(
            "INSERT OR REPLACE INTO idx.images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, entry.width, buckets, stamp),
        ).lastrowid
        self._do("INSERT INTO idx.words(rowid, text) VALUES (?, ?)", (n, entry.text))
        for tag in entry.tags:
            self._do("INSERT OR IGNORE INTO idx.tagged VALUES (?, ?)", (self._label("tag", tag), n))

    def _remove(self, n: int) -> None:
        self._do("DELETE FROM idx.images WHERE n = ?", (n,))
        self._forget_words(n)

    def _forget_words(self, n: int) -> None:
        self._do("DELETE FROM idx.words WHERE rowid = ?", (n,))
        self._do("DELETE FROM idx.tagged WHERE n = ?", (n,))

    def _label(self, kind: str, name: str) -> int:
        found = self._labels.get((kind, name))
        if found is None:
            self._do("INSERT OR IGNORE INTO idx.labels(kind, name) VALUES (?, ?)", (kind, name))
            row = self._do("SELECT l FROM idx.labels WHERE kind = ? AND name = ?", (kind, name))
            found = self._labels[kind, name] = int(row.fetchone()[0])
        return found
