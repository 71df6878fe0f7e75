"""A table of file names, used as a set of ids, or as a mapping from ids to labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from typing import Any

from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.shard_table import ShardTable


class IdSet(MutableSet[str]):
    """The ids that have a file. Going through them reads the folders again, one by one."""

    def __init__(self, shards: ShardTable) -> None:
        self.shards = shards

    @classmethod
    def _from_iterable(cls, it: Iterable[Any]) -> set[Any]:
        return set(it)

    def __contains__(self, image_id: object) -> bool:
        return isinstance(image_id, str) and image_id in self.shards

    def __iter__(self) -> Iterator[str]:
        return self.shards.ids()

    def __len__(self) -> int:
        return len(self.shards)

    def add(self, image_id: str) -> None:
        """Note that an id has a file."""
        self.shards.put(image_id, "")

    def discard(self, image_id: str) -> None:
        """Note that an id has no file."""
        self.shards.pop(image_id)

    @property
    def table(self) -> KeyTable:
        """The keys of the ids."""
        return self.shards.table


class LabelOfId(MutableMapping[str, str]):
    """What follows each id in its file's name. Going through the ids reads the folders again."""

    def __init__(self, shards: ShardTable) -> None:
        self.shards = shards

    def __contains__(self, image_id: object) -> bool:
        return isinstance(image_id, str) and image_id in self.shards

    def __getitem__(self, image_id: str) -> str:
        label = self.shards.get(image_id)
        if label is None:
            raise KeyError(image_id)
        return label

    def __setitem__(self, image_id: str, label: str) -> None:
        self.shards.put(image_id, label)

    def __delitem__(self, image_id: str) -> None:
        self.shards.pop(image_id)

    def __iter__(self) -> Iterator[str]:
        return self.shards.ids()

    def __len__(self) -> int:
        return len(self.shards)

    @property
    def table(self) -> KeyTable:
        """The keys of the ids."""
        return self.shards.table


class StoredIds(IdSet):
    """The ids that have a file in one bucket, and whose having it was acknowledged.

    The committer gives an image its file before the event loop hears of it. Until `add` says
    that it did, the image counts as not stored.
    """

    def __init__(self, shards: ShardTable) -> None:
        super().__init__(shards)
        self._unheard: set[str] = set()

    def __contains__(self, image_id: object) -> bool:
        return super().__contains__(image_id) and image_id not in self._unheard

    def __len__(self) -> int:
        return len(self.shards) - len(self._unheard)

    def adopted(self, image_id: str) -> None:
        """Note that an image has its file now. Called while the file is given its name."""
        if image_id not in self.shards:
            self._unheard.add(image_id)
            self.shards.put(image_id, "")

    def removed(self, image_id: str) -> None:
        """Note that an image has its file no more."""
        self.shards.pop(image_id)
        self._unheard.discard(image_id)

    def add(self, image_id: str) -> None:
        """Let an image that has its file count as stored from now on."""
        self._unheard.discard(image_id)

    def discard(self, image_id: str) -> None:
        """Do nothing: an image that has lost its file counts as not stored already."""
