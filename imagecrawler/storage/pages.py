"""pages/: one JSON line for each page that ended, appended in order of time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

from imagecrawler.storage import atomic, instants
from imagecrawler.storage.stamps import file_stamp

PageLine = dict[str, Any]

_READ_BYTES = 1 << 20


class LineAt(NamedTuple):
    """Where a line is: the name of its file and its offset and length in bytes."""

    name: str
    offset: int
    length: int


class PagesFolder:
    """The page lines of one store. Not thread-safe; see `Store` for who may call what."""

    def __init__(self, root: str) -> None:
        self._root = os.path.join(root, "pages")
        self._open_name: str | None = None
        self._descriptor = -1
        self.strangers: list[str] = []
        self.torn: set[tuple[str, int]] = set()  # the file and offset of each
        self.cut: set[tuple[str, int]] = set()  # those of them that are there no more
        self.read_to: dict[str, int] = {}  # how much of each file `scan` has seen

    @property
    def torn_lines(self) -> int:
        """How many lines were left out by `scan`, each counted once."""
        return len(self.torn)

    def scan(
        self, *, repair: bool, after: Mapping[str, int] = MappingProxyType({})
    ) -> Iterator[tuple[LineAt, PageLine]]:
        """Yield every line, oldest first. The last line of a key counts.

        Lines that are no JSON object with a ``key`` are counted in ``torn_lines`` and left
        out. With ``repair`` (the writer's open) a last line without a newline is cut off.
        ``after`` has the sizes of files up to which their lines are left out.
        """
        for name in self.names():
            offset = self.read_to[name] = after.get(name, 0)
            if offset and offset == os.path.getsize(os.path.join(self._root, name)):
                continue
            with open(os.path.join(self._root, name), "rb") as file:
                file.seek(offset)
                for raw in file:
                    if not raw.endswith(b"\n"):
                        self.torn.add((name, offset))
                        break
                    line = _parsed(raw)
                    if line is None:
                        self.torn.add((name, offset))
                    else:
                        yield LineAt(name, offset, len(raw)), line
                    offset += len(raw)
            self.read_to[name] = offset
            if repair and offset != os.path.getsize(os.path.join(self._root, name)):
                self.cut.add((name, offset))
                os.truncate(os.path.join(self._root, name), offset)

    def read(self, where: LineAt) -> PageLine | None:
        """Return one line again, or None when it is not there any more."""
        try:
            with open(os.path.join(self._root, where.name), "rb") as file:
                file.seek(where.offset)
                return _parsed(file.read(where.length))
        except OSError:
            return None

    def stamps(self, sizes: Mapping[str, int]) -> list[tuple[str, int, str]] | None:
        """Return name, size and what else `goes_on_from` has to know of each file.

        None: they have not just these sizes. The last file may have more: of that the first
        bytes are told.
        """
        names = self.names()
        if names != sorted(sizes):
            return None
        try:
            paths = [(os.path.join(self._root, name), sizes[name]) for name in names]
            if any(os.path.getsize(path) != size for path, size in paths[:-1]):
                return None
            told = [str(file_stamp(path)) for path, _ in paths[:-1]]
            told += [_digest(path, size) for path, size in paths[-1:]]
        except OSError:
            return None
        return [(name, sizes[name], tells) for name, tells in zip(names, told, strict=True)]

    def goes_on_from(self, stamps: Sequence[tuple[str, int, str]]) -> bool:
        """Whether what `stamps` once told of is here, and nothing but what was appended since."""
        names = self.names()
        if [name for name, _, _ in stamps] != names[: len(stamps)]:
            return False
        try:
            return all(
                _digest(path, size) == tells
                if place == len(stamps)
                else os.path.getsize(path) == size and str(file_stamp(path)) == tells
                for place, (name, size, tells) in enumerate(stamps, 1)
                for path in (os.path.join(self._root, name),)
            )
        except OSError:
            return False

    def append(self, lines: Iterable[PageLine], *, instant: int, fsync: bool) -> list[LineAt]:
        """Append lines, all or none, and return where they are. Raises OSError."""
        raws = [json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n" for line in lines]
        if not raws:
            return []
        name = f"{str(instant)[:7]}.jsonl"
        created = self._select(name, fsync=fsync)
        offset = atomic.append(self._descriptor, b"".join(raws), fsync=fsync)
        if created and fsync:
            atomic.sync_folder(self._root)
        places = []
        for raw in raws:
            places.append(LineAt(name, offset, len(raw)))
            offset += len(raw)
        return places

    def close(self) -> None:
        """Close the file that is open for appending."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._open_name = -1, None

    def _select(self, name: str, *, fsync: bool) -> bool:
        if name == self._open_name:
            return False
        self.close()
        atomic.make_folder(self._root, fsync=fsync)
        path = os.path.join(self._root, name)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._open_name = name
        _cut_torn_line(self._descriptor)  # some write without having read all lines
        return True

    def split(self, name: str) -> tuple[list[bytes], list[bytes]]:
        """Return the raw lines of one file that can be used, and those that cannot."""
        try:
            with open(os.path.join(self._root, name), "rb") as file:
                raws = file.read().splitlines(keepends=True)
        except FileNotFoundError:
            return [], []
        good = [raw.endswith(b"\n") and _parsed(raw) is not None for raw in raws]
        return (
            [raw for raw, usable in zip(raws, good, strict=True) if usable],
            [raw for raw, usable in zip(raws, good, strict=True) if not usable],
        )

    def replace(self, name: str, raws: list[bytes], *, tmp_dir: str, fsync: bool) -> None:
        """Let a file have these lines and no others (repair). Raises OSError."""
        path = os.path.join(self._root, name)
        atomic.write_whole(path, b"".join(raws), tmp_dir=tmp_dir, fsync=fsync)

    def names(self) -> list[str]:
        """Return the names of all files, oldest first; anything else goes to ``strangers``."""
        try:
            names = sorted(os.listdir(self._root))
        except FileNotFoundError:
            return []
        ours = [n for n in names if n.endswith(".jsonl") and n.removesuffix(".jsonl").isdigit()]
        self.strangers = [os.path.join(self._root, n) for n in names if n not in set(ours)]
        return ours


def _cut_torn_line(descriptor: int) -> None:
    """Cut off a last line without a newline."""
    size = end = os.lseek(descriptor, 0, os.SEEK_END)
    while end:
        start = max(0, end - _READ_BYTES)
        if place := os.pread(descriptor, end - start, start).rfind(b"\n") + 1:
            end = start + place
            break
        end = start
    if end != size:
        os.ftruncate(descriptor, end)


def _digest(path: str, size: int) -> str:
    """Return what tells the first bytes of a file; empty when it has fewer."""
    digest = blake2b(digest_size=16)
    with open(path, "rb") as file:
        while size and (part := file.read(min(size, _READ_BYTES))):
            digest.update(part)
            size -= len(part)
    return "" if size else digest.hexdigest()


def _parsed(raw: bytes) -> PageLine | None:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):  # the latter: nested without end
        return None
    return line if isinstance(line, dict) and isinstance(line.get("key"), str) else None


def ended_at(line: PageLine) -> int:
    """Return when the page of a line ended, in microseconds; 0 when the line does not say.

    An instant that is still to come says nothing: the page would never be visited again.
    """
    ended = instants.from_text(line.get("when")) or 0
    return 0 if ended < 0 or instants.is_ahead(ended) else ended
