"""A store: one folder that is the whole state of a crawl. See DESIGN, "The store".

`Store.open` gives the one writer, `Store.read` a reader that needs no lock. The parts
(``queue``, ``pages``, ``visited``, ``downloaded``, ``failed``, ``inflight``) know how
their files look; which is written when is the coordinator's business. After the opening
all writes are made by one thread, the committer, but for ``inflight`` and ``spending``.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from imagecrawler.exceptions import StoreError, StoreInUseError, StoreVersionError
from imagecrawler.identity.urls import authority, host_name
from imagecrawler.storage import atomic
from imagecrawler.storage.cache import CacheFolder
from imagecrawler.storage.downloaded import DownloadedFolder
from imagecrawler.storage.failed import FailedFolder
from imagecrawler.storage.inflight import InflightNotes
from imagecrawler.storage.instants import Clock
from imagecrawler.storage.pages import PagesFolder
from imagecrawler.storage.queue import QueueFolder
from imagecrawler.storage.sources import SourcesFolder
from imagecrawler.storage.spending import HostSpending
from imagecrawler.storage.visited import VisitedFolder

FORMAT_VERSION = 1

_LOCK_SECONDS = 0.3


class Store:
    """The folders of one store, opened.

    ``about`` is the content of store.json: ``format``, ``widths`` (the setting the store is
    settled for), ``arguments`` (of the last run), ``dropped_hosts``.
    """

    def __init__(self, root: str, *, lock: FileLock | None, fsync: bool) -> None:
        self.root = root
        self.fsync = fsync
        self._lock = lock
        self.tmp_dir = os.path.join(root, "tmp")
        self.clock = Clock()
        self.queue = QueueFolder(root, self.tmp_dir)
        self.pages = PagesFolder(root)
        self.visited = VisitedFolder(root, self.tmp_dir)
        self.downloaded = DownloadedFolder(root)
        self.failed = FailedFolder(root, self.tmp_dir)
        self.inflight = InflightNotes(root, self.tmp_dir)
        self.spending = HostSpending(root, self.tmp_dir)
        self.cache = CacheFolder(root, self.tmp_dir)
        self.sources = SourcesFolder(root, self.tmp_dir)
        self.about: dict[str, Any] = _read_about(root)

    @classmethod
    def open(cls, root: str, *, fsync: bool = True) -> Self:
        """Open a store for writing, making it when there is none.

        Raises:
            StoreInUseError: another process writes to it.
            StoreVersionError: it was made by a newer version of this program.
            StoreError: it cannot be read or written; the message says what to do.
        """
        root = os.path.abspath(root)
        lock: FileLock | None = None
        try:
            atomic.make_folder(os.path.join(root, "tmp"), fsync=fsync)
            lock = _locked(root)
            store = cls(root, lock=lock, fsync=fsync)
            atomic.empty_folder(store.tmp_dir)
            store.write_about()
        except BaseException as error:
            if lock is not None:
                lock.release()
            if isinstance(error, OSError):
                raise unwritable(root, error) from error
            raise
        return store

    @classmethod
    def read(cls, root: str) -> Self:
        """Open a store for reading, beside its writer if there is one.

        Raises StoreError when there is no store, StoreVersionError when it is too new.
        """
        if not os.path.isdir(root):
            raise StoreError(
                f"There is no store at {root}. Set IMAGES_STORE (-s IMAGES_STORE=FOLDER), or "
                "start one: scrapy crawl site -a start=URL"
            )
        return cls(os.path.abspath(root), lock=None, fsync=False)

    def write_about(self, **changes: Any) -> None:
        """Change store.json. Raises OSError."""
        self.about = {**self.about, **changes, "format": FORMAT_VERSION}
        data = json.dumps(self.about, indent=1).encode("ascii")
        atomic.write_whole(os.path.join(self.root, "store.json"), data, tmp_dir=self.tmp_dir)

    def dropped_hosts(self) -> list[str]:
        """Return the hosts that were taken out by hand, with or without a port."""
        hosts = self.about.get("dropped_hosts")
        return [h for h in hosts if isinstance(h, str)] if isinstance(hosts, list) else []

    def is_dropped(self, url: str) -> bool:
        """Whether a URL is of a host that was taken out by hand."""
        return not {host_name(url), authority(url)}.isdisjoint(self.dropped_hosts())

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Write summary.json. Raises OSError."""
        data = json.dumps(summary, indent=1).encode("ascii")
        atomic.write_whole(os.path.join(self.root, "summary.json"), data, tmp_dir=self.tmp_dir)

    def save_names(self) -> None:
        """Let the next opening read only folders that another hand has changed.

        Called by the thread that writes. Nothing depends on it: what it writes to cache/ may be
        lost, old or deleted.
        """
        self.visited.save_names()
        self.failed.save_names()
        self.downloaded.save_names(tmp_dir=self.tmp_dir)

    def close(self) -> None:
        """Release the lock. There is nothing to save: all state is on the disk already."""
        self.pages.close()
        self.inflight.close()
        self.spending.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def read_summary(root: str) -> dict[str, Any]:
    """Return the summary of the last run on a store; empty when there is none."""
    try:
        found = json.loads(Path(root, "summary.json").read_bytes())
    except (OSError, ValueError, RecursionError):  # the last: nested without end
        return {}
    return found if isinstance(found, dict) else {}


def preflight(root: str) -> None:
    """Raise what opening a store for writing would raise, without keeping it open."""
    Store.open(root).close()


_ADVICE = "Mend that, or choose another folder with IMAGES_STORE."


def unwritable(root: str, error: OSError) -> StoreError:
    """Turn an error of the file system into one that says what to do."""
    advice = {
        "ENOSPC": "The disk is full: free some space and start again; nothing found is lost.",
        "EDQUOT": "The disk quota is used up: free some space and start again.",
        "EROFS": "It is on a read-only file system: choose another with IMAGES_STORE.",
        "EACCES": "Give this user the right to write there, or choose another with IMAGES_STORE.",
        "ENOTDIR": "A part of that path is a file: choose another with IMAGES_STORE.",
    }
    if error.errno is None:
        return StoreError(
            f"The run ended early by a mistake of this program ({error}). What was found until "
            f"then is in the store {root}; please report it with the log above."
        )
    name = errno.errorcode.get(error.errno or 0, "")
    reason = error.strerror or str(error)
    return StoreError(f"The store {root} cannot be written ({reason}). {advice.get(name, _ADVICE)}")


def _locked(root: str) -> FileLock:
    lock = FileLock(os.path.join(root, "lock"))
    try:
        # The wall holds it for some milliseconds when a viewer hides an image.
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        raise StoreInUseError(
            f"The store {root} is in use by another crawl. Wait for it to end, stop it, or "
            "choose another store: -s IMAGES_STORE=FOLDER"
        ) from None
    return lock


def _read_about(root: str) -> dict[str, Any]:
    path = Path(root, "store.json")
    try:
        about = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):  # the latter: nested without end
        return {}
    if not isinstance(about, dict):
        return {}
    version = about.get("format")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StoreVersionError(
            f"The store {root} has format {version}; this program knows format "
            f"{FORMAT_VERSION}. Use a newer imagecrawler for it, or choose another store: "
            "-s IMAGES_STORE=FOLDER"
        )
    return about
