"""``cache/``: what costs time to learn anew, and nothing else. May be deleted at any time.

A file is the SHA-256 of its JSON, a line end, and the JSON, or large arrays (see ``array_file``):
one that was cut, or changed by another hand, is as good as none.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from imagecrawler.storage import atomic
from imagecrawler.storage.array_file import ArrayFile, Arrays, read_arrays, write_arrays

_MAX_BYTES = 16_000_000


class CacheFolder:
    """Values by name, each of them whole as it was written, or None."""

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._folder = os.path.join(root, "cache")
        self._tmp_dir = tmp_dir

    def read(self, name: str) -> Any:
        """Return the value last written under ``name``; None when there is none, or no longer."""
        path = Path(self._folder, name)
        try:
            if path.stat().st_size > _MAX_BYTES:
                return None
            digest, _, data = path.read_bytes().partition(b"\n")
            return json.loads(data) if digest == _digest(data) else None
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, name: str, value: object) -> None:
        """Keep a value that JSON can tell. Where it cannot be written, the next run learns anew."""
        data = json.dumps(value, separators=(",", ":")).encode("ascii")
        with suppress(OSError):
            path = os.path.join(self._folder, name)
            atomic.write_whole(path, _digest(data) + b"\n" + data, tmp_dir=self._tmp_dir)

    def read_arrays(self, name: str, version: int) -> ArrayFile | None:
        """Return the arrays last written under ``name`` in this version, or None as `read`."""
        return read_arrays(os.path.join(self._folder, name), about=[name, version])

    def write_arrays(self, name: str, head: dict[str, Any], arrays: Arrays, version: int) -> None:
        """Keep arrays and what JSON can tell, as `write` does."""
        path, about = os.path.join(self._folder, name), [name, version]
        write_arrays(path, head, arrays, about=about, tmp_dir=self._tmp_dir)


def _digest(data: bytes) -> bytes:
    return sha256(data).hexdigest().encode("ascii")
