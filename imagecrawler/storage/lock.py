"""Whether a process holds the lock of a store, without touching the lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def is_held(root: str) -> bool | None:
    """Return whether a process owns the store; None where the system does not tell.

    Reads Linux's table of locks (proc(5), ``/proc/locks``). Trying the lock would be simpler,
    and would make a crawl fail that starts in that very moment. The lock of a process in
    another container is not seen.
    """
    try:
        lock = os.stat(os.path.join(root, "lock"))
    except OSError:
        return False
    try:
        table = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    device = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}"
    for pid, where in _locks(table):
        # Some file systems (btrfs, overlayfs) call their device otherwise in this table.
        if where == f"{device}:{lock.st_ino}":
            return True
        if where.endswith(f":{lock.st_ino}") and _has_open(pid, lock):
            return True
    return False


def _locks(table: str) -> Iterator[tuple[str, str]]:
    """Yield (process id, device and inode) of each lock that is held, not waited for."""
    for line in table.splitlines():
        fields = line.split()
        if len(fields) == 8 and fields[1] == "FLOCK":
            yield fields[4], fields[5]


def _has_open(pid: str, lock: os.stat_result) -> bool:
    try:
        descriptors = list(Path("/proc", pid, "fd").iterdir())
    except OSError:
        return False
    for descriptor in descriptors:
        try:
            if os.path.samestat(os.stat(descriptor), lock):
                return True
        except OSError:
            continue
    return False
