"""What viewers hide is dropped: at once where no crawl owns the store, else when it is free."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from imagecrawler.coordinator.hidden import drop_hidden
from imagecrawler.exceptions import StoreInUseError
from imagecrawler.imaging.widths import Bucket, smallest_bucket
from imagecrawler.storage import wall_notes
from imagecrawler.storage.lock import is_held
from imagecrawler.storage.store import Store


class Hider:
    """Drops what is hidden. A crawl that is opened does the same (see ``coordinator.hidden``)."""

    def __init__(self, root: str, widths: Sequence[Bucket]) -> None:
        self._root = root
        self._smallest = str(smallest_bucket(widths))
        self._lock = threading.Lock()

    def drop_now(self) -> bool:
        """Drop what is hidden, if no crawl owns the store; return whether nothing is left.

        Holds the store's lock for some milliseconds. Raises OSError, StoreError, sqlite3.Error.
        """
        with self._lock:
            if not wall_notes.to_be_dropped(self._root):
                return True
            if is_held(self._root):
                return False
            try:
                store = Store.open(self._root, fsync=False)
            except StoreInUseError:
                return False
            try:
                drop_hidden(store, smallest=self._smallest)
            finally:
                store.close()
            return True
