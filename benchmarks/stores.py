"""What lies in a store, read from its folders alone.

Deliberately without `imagecrawler.storage`: a check that uses the code it checks shares its
mistakes. The layout is that of DESIGN.md, section 2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TornFile:
    """A file that is there and is not whole."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class StoreReading:
    """The folders of one store, read anew by each call."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def records(self) -> dict[str, Json]:
        """Return the records of visited/ by image id. Raises ValueError for a torn one."""
        return {_record_id(path): json.loads(path.read_bytes()) for path in self._files("visited")}

    def failures(self) -> dict[str, Json]:
        """Return the entries of failed/ by image id. Raises ValueError for a torn one."""
        return {path.stem: json.loads(path.read_bytes()) for path in self._files("failed")}

    def files(self, width: str | None = None) -> dict[str, list[Path]]:
        """Return the files of downloaded/ by image id, of one width or of all."""
        found: dict[str, list[Path]] = {}
        for path in self._files(f"downloaded/{width}" if width else "downloaded"):
            found.setdefault(path.stem, []).append(path)
        return found

    def pages(self) -> dict[str, Json]:
        """Return the last line of each page key in pages/; a torn last line does not count."""
        lines: dict[str, Json] = {}
        for path in sorted(self._files("pages")):
            raw = path.read_bytes()
            for text in raw[: raw.rfind(b"\n") + 1].splitlines():
                line = json.loads(text)
                lines[line["key"]] = line
        return lines

    def queued(self) -> int:
        """Return how many entries the batch files of queue/ have."""
        return sum(len(json.loads(path.read_bytes())) for path in self._files("queue"))

    def torn(self, *, known: set[Path] | None = None) -> list[TornFile]:
        """Return every file that does not decode or parse, and every torn line but a last one.

        Images in ``known`` are not decoded again; those that decode are added to it.
        """
        known = set() if known is None else known
        found = [torn for path in self._files("downloaded") if (torn := _torn_image(path, known))]
        for folder in ("visited", "failed", "queue"):
            found += [torn for path in self._files(folder) if (torn := _torn_json(path))]
        try:
            self.pages()
        except (ValueError, KeyError) as error:
            found.append(TornFile(self.root / "pages", repr(error)))
        return found

    def _files(self, folder: str) -> Iterator[Path]:
        return (path for path in (self.root / folder).rglob("*") if path.is_file())


def urls_of(record: Json) -> set[str]:
    """Return every address that a record has for its picture."""
    candidates = record.get("candidates") or []
    return {record["url"], *(candidate["url"] for candidate in candidates)}


def _record_id(path: Path) -> str:
    # `1413745000559-46fdd2d81cd7.v6+dt`: the version has the only dot that counts.
    return path.name.rpartition(".")[0] or path.name


def _torn_json(path: Path) -> TornFile | None:
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        return TornFile(path, str(error))
    return None if isinstance(value, dict) else TornFile(path, "not an object")


def _torn_image(path: Path, known: set[Path]) -> TornFile | None:
    if path in known:
        return None
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError, ValueError) as error:
        return TornFile(path, str(error))
    known.add(path)
    return None
