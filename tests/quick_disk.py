"""Where tests keep stores that die and are opened again hundreds of times: in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 32_000_000  # containers are given 64 MB


def quick_disk() -> str | None:
    """Return a folder for `tempfile` in which small files cost little; None: the usual one."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES:
        return str(_MEMORY)
    return None
