"""Folders of folders: files that lie in a folder named by the first four characters of an id."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeVar

Name = TypeVar("Name")


def sharded_files(
    root: str,
    read: Callable[[str], Name | None],
    id_of: Callable[[Name], str],
    strangers: list[str],
) -> Iterator[tuple[Name, str]]:
    """Yield what ``read`` makes of each file's name, and the file's path.

    What is no file of ours (``read`` gives None), or lies in the wrong folder, goes to
    ``strangers``. A missing ``root`` is an empty one. Order is that of the file system.
    """
    try:
        folders = list(os.scandir(root))
    except FileNotFoundError:
        return
    for folder in folders:
        if not folder.is_dir(follow_symlinks=False):
            strangers.append(folder.path)
            continue
        with os.scandir(folder.path) as files:
            for file in files:
                name = read(file.name)
                if name is None or id_of(name)[:4] != folder.name:
                    strangers.append(file.path)
                else:
                    yield name, file.path
