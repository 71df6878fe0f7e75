"""sources/: one JSON file for each paged source, what is known of it. Whole, or as it was.

A file that cannot be read is as good as none: the source is then read from its beginning, and
what the store has is not fetched again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from imagecrawler.storage import atomic


class SourcesFolder:
    """The states of the paged sources of one store, by key: 16 hex digits (`page_key`)."""

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._folder = os.path.join(root, "sources")
        self._tmp_dir = tmp_dir

    def read(self, key: str) -> dict[str, Any]:
        """Return the state of a source; {} when there is none that can be read."""
        try:
            state = json.loads(Path(self._folder, f"{key}.json").read_bytes())
        except (OSError, ValueError, RecursionError):  # the last: nested without end
            return {}
        return state if isinstance(state, dict) else {}

    def read_all(self) -> list[dict[str, Any]]:
        """Return the states of all sources, by name."""
        try:
            names = [name for name in os.listdir(self._folder) if name.endswith(".json")]
        except OSError:
            return []
        states = [self.read(name.removesuffix(".json")) for name in names]
        return sorted((state for state in states if state), key=lambda s: str(s.get("name")))

    def write(self, key: str, state: dict[str, Any]) -> None:
        """Replace the state of a source. Raises OSError."""
        data = json.dumps(state, separators=(",", ":")).encode("ascii")
        path = os.path.join(self._folder, f"{key}.json")
        atomic.write_whole(path, data, tmp_dir=self._tmp_dir)
