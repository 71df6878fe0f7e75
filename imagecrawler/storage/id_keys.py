"""Image ids as 64-bit keys: what a table holds instead of the text of a million ids."""

from __future__ import annotations

from hashlib import blake2b
from zlib import crc32

GROUP_BITS = 16
REST_BITS = 64 - GROUP_BITS
NUMBERED = 10_000


def id_key(image_id: str) -> int:
    """Return the key of an id: the group of its folder, then 48 bits of its hash.

    Two ids of one folder share a key once in 280 million million pairs: among a million ids
    that is less than one chance in a million.
    """
    digest = blake2b(image_id.encode(), digest_size=REST_BITS // 8).digest()
    return group_of(image_id[:4]) << REST_BITS | int.from_bytes(digest)


def group_of(folder: str) -> int:
    """Return the 16 bits that the keys of one folder begin with.

    The folders of our own ids (``1413``) have a group each, whatever others lie beside them
    share the rest.
    """
    if len(folder) == 4 and folder.isdecimal() and folder.isascii():
        return int(folder)
    return NUMBERED + crc32(folder.encode()) % ((1 << GROUP_BITS) - NUMBERED)
