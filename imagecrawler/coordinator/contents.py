"""Which stored image has which bytes: sixteen bytes an image, by 64 bits of their sha256.

That two of a million different files share them has a chance of one in 37 million.
"""

from __future__ import annotations

from collections.abc import Callable

from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.records import Record


class Contents:
    """The first stored image that had some bytes. ``id_of`` returns the id of a key, or None.

    Used by the event loop until the store is read, and then by the committer's thread.
    """

    def __init__(self, id_of: Callable[[int], str | None]) -> None:
        self.table = KeyTable(wide=True)
        # What records do not say any more: an image was fetched again, and had other bytes.
        self.outdated: set[int] = set()
        self._id_of = id_of

    def take(self, key: int, owner: int) -> None:
        """Note what a record says. Of several that say the same the least owner counts."""
        if owner < self.table.setdefault(key, owner):
            self.table[key] = owner

    def first(self, sha256: str, image_id: str) -> str:
        """Return the first image that had these bytes: this one, unless another has."""
        key, own = content_key(sha256), id_key(image_id)
        owner = self.table.setdefault(key, own)
        first = self._id_of(owner) if owner != own else None
        if first is not None:
            return first
        self.table[key] = own
        self.outdated.discard(key)
        return image_id

    def has_now(self, previous: Record, sha256: str) -> None:
        """Note that an image has other bytes than its record said."""
        before = previous.get("sha256")
        if isinstance(before, str) and before != sha256:
            self.outdated.add(content_key(before))

    def forget(self, sha256: object, image_id: str) -> None:
        """Note that an image has its files no more."""
        if isinstance(sha256, str) and self.table.get(content_key(sha256)) == id_key(image_id):
            self.table.pop(content_key(sha256))


def content_key(sha256: str) -> int:
    """Return the 64 bits under which fetched bytes are remembered."""
    return int(sha256[:16], 16)
