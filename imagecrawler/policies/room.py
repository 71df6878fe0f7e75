"""How much room a disk has to have for a crawl to go on: pure decisions."""

from __future__ import annotations

# A small disk is not all floor: a memory card, a tmpfs, a container's volume.
_SHARE = 20


def floor_bytes(wished_bytes: int, disk_bytes: int) -> int:
    """Return the free bytes below which a crawl pauses, at most a 20th of the disk."""
    return min(wished_bytes, disk_bytes // _SHARE)


def is_short(free_bytes: int, floor: int, *, paused: bool) -> bool:
    """Whether there is too little room; a tenth more ends a pause, so that it does not flicker."""
    return free_bytes < (floor + floor // 10 if paused else floor)
