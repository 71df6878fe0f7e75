"""inflight/: what is handed out, so that a page or image that kills the crawler is known.

``inflight/leases`` has one line for each hand-out (``+page KEY``) and each end
(``-page KEY``); what it leaves open when a process dies was in flight.
``inflight/suspects.json`` counts, for each of those, the deaths it was present at, and names
the log that was counted last: a death while a store is opened counts nothing twice.
A line costs one write of a few dozen bytes. Nothing here is needed to resume a crawl.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from imagecrawler.storage import atomic

_ROTATE_BYTES = 1_000_000
_COUNTED = "log"


class InflightNotes:
    """The hand-outs of one store. Used from one thread."""

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._folder = os.path.join(root, "inflight")
        self._log = os.path.join(self._folder, "leases")
        self._suspects_path = os.path.join(self._folder, "suspects.json")
        self._tmp_dir = tmp_dir
        self._descriptor = -1
        self._size = 0
        self._open: set[str] = set()
        self._counted = ""
        self.suspects: dict[str, int] = {}

    def open(self) -> dict[str, int]:
        """Count the hand-outs that the last process left open; start a new log.

        Returns how many crashes in a row each suspect was present at (``"page KEY"`` or
        ``"image ID"`` to a number). One that ended well since is no suspect.
        """
        os.makedirs(self._folder, exist_ok=True)
        left_open, ended, log = self._last_log()
        counts = {name: n for name, n in self._read_suspects().items() if name not in ended}
        for name in left_open if not log or log != self._counted else ():
            counts[name] = counts.get(name, 0) + 1
        self._counted = log
        self.suspects = counts
        self._save_suspects()
        self._start_log()
        return dict(counts)

    def begin(self, kind: str, key: str) -> None:
        """Note that a page or image is handed out."""
        name = f"{kind} {key}"
        self._open.add(name)
        self._write(f"+{name}\n")

    def end(self, kind: str, key: str) -> None:
        """Note that it ended, or was given back."""
        self.end_all([f"{kind} {key}"])

    def end_all(self, names: Sequence[str]) -> None:
        """Note that these (``"page KEY"``) ended: in one write, for a whole group ends at once."""
        if not names:
            return
        self._open.difference_update(names)
        self._write("".join(f"-{name}\n" for name in names))
        with suppress(OSError):
            self.forget(names)

    def forget(self, names: Iterable[str]) -> None:
        """Suspect these (``"page KEY"``) no longer: there is nothing left to do about them."""
        if [name for name in names if self.suspects.pop(name, None) is not None]:
            self._save_suspects()

    def close(self) -> None:
        """End the notes of this process; what is still open counts as given back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            atomic.remove(self._log)

    def _write(self, line: str) -> None:
        # A note that cannot be written (full disk) costs a suspect, never the crawl.
        with suppress(OSError):
            self._size += os.write(self._descriptor, line.encode("ascii", "replace"))
            if self._size > _ROTATE_BYTES:
                self._start_log()

    def _start_log(self) -> None:
        lines = [f"#{time.time_ns()}", *(f"+{name}" for name in sorted(self._open))]
        data = "".join(f"{line}\n" for line in lines).encode("ascii", "replace")
        atomic.write_whole(self._log, data, tmp_dir=self._tmp_dir)
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND)
        self._size = len(data)

    def _last_log(self) -> tuple[set[str], set[str], str]:
        left_open: set[str] = set()
        ended: set[str] = set()
        try:
            with open(self._log, encoding="ascii", errors="replace") as file:
                lines = file.read().split("\n")[:-1]
        except FileNotFoundError:
            return left_open, ended, ""
        for line in lines:
            if line.startswith("+"):
                left_open.add(line[1:])
            elif line.startswith("-"):
                left_open.discard(line[1:])
                ended.add(line[1:])
        name = lines[0] if lines and lines[0].startswith("#") else ""
        return left_open, ended - left_open, name

    def _read_suspects(self) -> dict[str, int]:
        try:
            with open(self._suspects_path, encoding="ascii") as file:
                found = json.load(file)
        except (OSError, ValueError, RecursionError):  # the last: nested without end
            return {}
        if not isinstance(found, dict):
            return {}
        self._counted = str(found.get(_COUNTED))
        return {str(name): n for name, n in found.items() if isinstance(n, int)}

    def _save_suspects(self) -> None:
        if not self.suspects:
            atomic.remove(self._suspects_path)
            return
        content = {_COUNTED: self._counted, **self.suspects}
        data = json.dumps(content, indent=1).encode("ascii")
        atomic.write_whole(self._suspects_path, data, tmp_dir=self._tmp_dir)
