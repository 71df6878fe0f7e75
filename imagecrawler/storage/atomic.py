"""The one place where a file of a store changes.

Every function leaves its file whole or untouched when the process dies in the middle:
data goes to ``tmp/`` first and is renamed. Appended lines are the exception: a torn last
line is cut off when the file is opened again. Durable variants survive the loss of power
too; the others only the death of the process.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterable

_serial = itertools.count()


def write_whole(path: str, data: bytes, *, tmp_dir: str, fsync: bool = False) -> None:
    """Make ``path`` contain exactly ``data``, replacing what was there.

    With ``fsync`` the content is on the disk before the name is; call `sync_folder` for
    the name. Raises OSError, and then ``path`` is as it was.
    """
    write_parts(path, (data,), tmp_dir=tmp_dir, fsync=fsync)


def write_parts(
    path: str, parts: Iterable[bytes | memoryview], *, tmp_dir: str, fsync: bool = False
) -> None:
    """Make ``path`` contain exactly these parts, one after another, as `write_whole` does."""
    temporary = os.path.join(tmp_dir, f"w{os.getpid()}-{next(_serial)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        try:
            for part in parts:
                write_all(descriptor, part)
            if fsync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        adopt(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def adopt(temporary: str, path: str) -> None:
    """Give the finished file ``temporary`` (same file system) its name, making its folder."""
    try:
        os.replace(temporary, path)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.replace(temporary, path)


def is_made(folder: str) -> bool:
    """Make a folder whose parent exists; return whether that was possible, and it is new."""
    try:
        os.mkdir(folder)
    except OSError:
        return False
    return True


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of ``data``; os.write may take only a part when a disk is nearly full."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def append(descriptor: int, data: bytes, *, fsync: bool) -> int:
    """Append ``data`` to a file opened with O_APPEND, all or nothing; return its offset.

    When the disk is full the file is cut back to where it was, and OSError is raised.
    """
    offset = os.lseek(descriptor, 0, os.SEEK_END)
    try:
        write_all(descriptor, data)
        if fsync:
            os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, offset)
        raise
    return offset


def remove(path: str) -> None:
    """Remove a file; one that is gone already is no error."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def empty_folder(path: str) -> None:
    """Remove what is in a folder. A folder in it that cannot be removed stays.

    It is another program's, a browser's that died perhaps just now. Raises OSError for files.
    """
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                remove(entry.path)


def remove_folder_if_empty(path: str) -> None:
    """Remove a folder that has nothing left in it; otherwise do nothing."""
    try:
        os.rmdir(path)
    except OSError:
        return


def make_folder(path: str, *, fsync: bool) -> None:
    """Make a folder and those above it; with ``fsync`` their names survive a loss of power."""
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    if not os.path.exists(parent):  # a file in the way is told by makedirs
        make_folder(parent, fsync=fsync)
    os.makedirs(path, exist_ok=True)
    if fsync:
        sync_folder(parent)


def sync_folder(path: str) -> None:
    """Make the names in a folder survive a loss of power (POSIX; a no-op on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
