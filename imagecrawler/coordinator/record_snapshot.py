"""What lies inside the records of visited/, kept in cache/: a start reads those that have changed.

That is: by which other URLs a picture is known, whose bytes are whose, and how pictures look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imagecrawler.coordinator.images import ImageFrontier
from imagecrawler.coordinator.near_index import NearIndex
from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.storage.array_file import Arrays
from imagecrawler.storage.id_keys import GROUP_BITS, REST_BITS
from imagecrawler.storage.key_table import Keys, KeyTable
from imagecrawler.storage.shard_table import stale_groups
from imagecrawler.storage.stamps import UNKNOWN
from imagecrawler.storage.store import Store

# To be raised when anything is read from a record in another way.
_FORMAT = 1
_SNAPSHOT = "records.index"

Groups = NDArray[np.bool_]  # of keys of ids, see `id_keys`


class Unread(NamedTuple):
    """What has to be read: the groups, and what their records said before.

    What is not said again was perhaps said by another record too, that is not read.
    """

    groups: Groups
    said: Keys


def all_unread() -> Unread:
    """Return what has to be read without a snapshot."""
    return Unread(np.ones(1 << GROUP_BITS, np.bool_), np.empty(0, np.uint64))


class RecordSnapshots:
    """The snapshot of one store; ``about`` says what else it depends on, as JSON."""

    def __init__(
        self, store: Store, images: ImageFrontier, cache: RecordCache, about: object
    ) -> None:
        self._store = store
        self._images = images
        self._cache = cache
        self._about = about
        self._was_read = False
        self._changes = 0

    def load(self) -> Unread:
        """Take what is known of records that nobody has changed; return what is to be read."""
        found = self._store.cache.read_arrays(_SNAPSHOT, _FORMAT)
        if found is None or found.head["about"] != self._about:
            return all_unread()
        stale = np.zeros(1 << GROUP_BITS, np.bool_)
        for name, stamps in self._stamps().items():
            stale |= stale_groups(found.head["stamps"][name], stamps)
        there = self._store.visited.extensions.table.arrays()[0]
        said = [_taken(found.arrays, name, stale, there) for name in ("aliases", "contents")]
        (self._images.aliases, lost), (self._cache.contents.table, lost_contents) = said
        for name in self._cache.near.indexes:
            words, owners = found.arrays[f"{name} words"], found.arrays[f"{name} owners"]
            fresh = ~stale[owners >> np.uint64(REST_BITS)]
            self._cache.near.indexes[name] = NearIndex.of(words[fresh], owners[fresh])
        self._was_read = not stale.any()
        return Unread(stale, np.concatenate([lost, lost_contents]))

    def take(self, unreadable: Iterable[str]) -> Callable[[], None] | None:
        """Return what writes all that is known now, or None: it is written already.

        To be called once the store is read, and while nothing is being written.
        """
        changes = sum(shards.changes for shards in self._shards().values())
        if self._was_read and changes == self._changes:
            return None
        self._was_read, self._changes = True, changes
        stamps = {name: shards.settled_stamps() for name, shards in self._shards().items()}
        for image_id in unreadable:
            stamps["visited"][image_id[:4]] = UNKNOWN
        aliases, contents = self._images.aliases.frozen(), self._cache.contents.table.frozen()
        outdated = np.array(list(self._cache.contents.outdated), np.uint64)
        looks = {name: index.arrays() for name, index in self._cache.near.indexes.items()}
        head = {"about": self._about, "stamps": stamps}

        def write() -> None:
            arrays: Arrays = {}
            for name, table in (("aliases", aliases), ("contents", contents)):
                keys, owners = table.arrays()
                said = ~np.isin(keys, outdated) if table is contents else slice(None)
                arrays |= {f"{name} keys": keys[said], f"{name} owners": owners[said]}
            for name, (words, owners) in looks.items():
                arrays |= {f"{name} words": words, f"{name} owners": owners}
            self._store.cache.write_arrays(_SNAPSHOT, head, arrays, _FORMAT)

        return write

    def _shards(self) -> dict[str, Any]:
        visited = self._store.visited.extensions.shards
        return {"visited": visited, "stored": self._images.stored.shards}

    def _stamps(self) -> dict[str, dict[str, int]]:
        return {name: shards.stamps for name, shards in self._shards().items()}


def _taken(arrays: Arrays, name: str, stale: Groups, there: Keys) -> tuple[KeyTable, Keys]:
    """Return what still holds, and the keys of what may not."""
    keys, owners = arrays[f"{name} keys"], arrays[f"{name} owners"]
    # A kill may have kept a record from being written of which much was known already.
    fresh = ~stale[owners >> np.uint64(REST_BITS)] & np.isin(owners, there)
    return KeyTable.of(keys[fresh], owners[fresh]), keys[~fresh]
