"""queue/: pages still to visit, in small batches of one host, oldest first."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imagecrawler.storage import atomic, instants

# A batch file stays under about 10 kB, so that a person can open it.
BATCH_BYTES = 9_000

Entry = dict[str, Any]


@dataclass(slots=True, eq=False)
class Batch:
    """One file of queue/: its instant in microseconds and how many of its pages are left."""

    path: str
    instant: int
    left: int = 0


class QueueFolder:
    """The batch files of one store. Not thread-safe; see `Store` for who may call what."""

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._root = os.path.join(root, "queue")
        self._tmp_dir = tmp_dir
        self.strangers: list[str] = []

    def batches(self) -> list[Batch]:
        """Return all batch files, oldest first; anything else goes to ``strangers``.

        The first seed's files (nine digits, no suffix) are batches too.
        """
        found = []
        for path in _files_below(self._root):
            name = os.path.basename(path).removesuffix(".json")
            instant = instants.from_name(name)
            if instant is None:
                self.strangers.append(path)
            else:
                found.append(Batch(path, instant))
        return sorted(found, key=lambda batch: (batch.instant, batch.path))

    def read(self, batch: Batch) -> list[tuple[str, Entry]] | None:
        """Return the (key, entry) pairs of a batch in file order, or None: it is torn.

        An entry is a dict with at least ``url``. Values that are neither are left out.
        """
        try:
            with open(batch.path, "rb") as file:
                content = json.load(file)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError):  # the last: nested without end
            return None
        if not isinstance(content, dict):
            return None
        return [(key, entry) for key, value in content.items() if (entry := _entry(value))]

    def write(
        self, entries: Iterable[tuple[str, Entry]], clock: instants.Clock, *, fsync: bool
    ) -> list[tuple[Batch, list[tuple[str, Entry]]]]:
        """Write pages of one host as one or more batches, in order; return them.

        Each file is whole or absent. Raises OSError.
        """
        written = self._write(entries, clock, fsync=fsync)
        if fsync:
            _sync_names(batch for batch, _ in written)
        return written

    def write_hosts(
        self, by_host: Mapping[str, Mapping[str, Entry]], clock: instants.Clock, *, fsync: bool
    ) -> list[tuple[str, Batch]]:
        """Write pages (key to entry) of several hosts; return (host, batch) of each file.

        As `write`, but the names of all of them become durable at once. Raises OSError.
        """
        written = [
            (host, batch)
            for host, pages in by_host.items()
            for batch, _ in self._write(pages.items(), clock, fsync=fsync)
        ]
        if fsync:
            _sync_names(batch for _, batch in written)
        return written

    def _write(
        self, entries: Iterable[tuple[str, Entry]], clock: instants.Clock, *, fsync: bool
    ) -> list[tuple[Batch, list[tuple[str, Entry]]]]:
        written = []
        for chunk in _chunks(entries):
            instant = clock.now()
            digits = str(instant)
            path = os.path.join(self._root, digits[:7], f"{digits}.json")
            body = {key: _compact(entry) for key, entry in chunk}
            data = json.dumps(body, separators=(",", ":")).encode("ascii")
            atomic.make_folder(os.path.dirname(path), fsync=fsync)
            atomic.write_whole(path, data, tmp_dir=self._tmp_dir, fsync=fsync)
            written.append((Batch(path, instant, len(chunk)), chunk))
        return written

    def remove(self, batch: Batch) -> None:
        """Remove a batch whose pages are all done."""
        atomic.remove(batch.path)
        atomic.remove_folder_if_empty(os.path.dirname(batch.path))


def _entry(value: Any) -> Entry | None:
    if isinstance(value, str):
        return {"url": value}
    if isinstance(value, dict) and isinstance(value.get("url"), str):
        return value
    return None


def _sync_names(batches: Iterable[Batch]) -> None:
    for folder in {os.path.dirname(batch.path) for batch in batches}:
        atomic.sync_folder(folder)


def _compact(entry: Entry) -> Entry | str:
    return entry["url"] if len(entry) == 1 else entry


def _chunks(entries: Iterable[tuple[str, Entry]]) -> Iterator[list[tuple[str, Entry]]]:
    chunk: list[tuple[str, Entry]] = []
    size = 0
    for key, entry in entries:
        cost = len(key) + sum(len(str(value)) + len(name) + 8 for name, value in entry.items())
        if chunk and size + cost > BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append((key, entry))
        size += cost
    if chunk:
        yield chunk


def _files_below(root: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(entry.path)
        else:
            yield entry.path
