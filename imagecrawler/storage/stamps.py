"""What tells that nothing was added to a folder, renamed in it or taken out of it."""

from __future__ import annotations

import os
import time

ABSENT = 0
UNKNOWN = -1

# A change that comes so soon after another may leave the same times: file systems count them in
# ticks of 4 ms, older ones of up to a second. See "racy git" in git's own documentation.
RACY_SECONDS = 1.0


def folder_stamp(path: str) -> int:
    """Return a number that changes with the names in a folder; ABSENT when there is none.

    It is made of the times of its last change and its inode: unlike the one, the other cannot
    be set back by hand, so that a copy or a restored folder is another one.
    """
    try:
        return _stamp(os.stat(path, follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT


def file_stamp(path: str) -> int:
    """Return a number that changes with what is in a file. Raises OSError."""
    return _stamp(os.stat(path, follow_symlinks=False))


def stamped_folders(root: str, strangers: list[str]) -> dict[str, int]:
    """Return the stamp of each folder in ``root``; what is no folder goes to ``strangers``.

    A folder that was changed a moment ago has UNKNOWN: its stamp need not tell its next change.
    A missing ``root`` is an empty one.
    """
    stamps = {}
    now = time.time_ns()
    try:
        entries = os.scandir(root)
    except FileNotFoundError:
        return {}
    with entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                strangers.append(entry.path)
                continue
            stat = entry.stat(follow_symlinks=False)
            settled = max(stat.st_mtime_ns, stat.st_ctime_ns) + RACY_SECONDS * 1e9 < now
            stamps[entry.name] = _stamp(stat) if settled else UNKNOWN
    return stamps


def _stamp(stat: os.stat_result) -> int:
    mixed = stat.st_mtime_ns * 0x9E3779B97F4A7C15 + stat.st_ctime_ns * 0xC2B2AE3D27D4EB4F
    return (mixed + stat.st_ino * 0x165667B19E3779F9) % ((1 << 63) - 1) + 1
