"""Faults within one record of visited/: pure functions, from a record to a mended one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from imagecrawler.identity.urls import absolute_url
from imagecrawler.storage import names
from imagecrawler.storage.records import Record

Change = Callable[[Record], Record]


class RecordFault(NamedTuple):
    """What is wrong with a record, what repair does, and how it changes the record."""

    what: str
    repair: str
    change: Change


def record_faults(extension: str, record: Record) -> Iterator[RecordFault]:
    """Yield what is wrong with a record of our own version; older ones are left as they are."""
    version, _, flags = extension.partition("+")
    if version != names.RECORD_VERSION:
        return
    deserved = names.flags_of(record)
    if flags != deserved:
        what = f"its name says {flags or 'no flags'}, its content {deserved or 'none'}"
        yield RecordFault(what, "renames it", lambda record: record)
    candidates = record.get("candidates")
    if candidates is not None and sound_candidates(candidates) != candidates:
        what = "a candidate is no absolute URL without fragment"
        yield RecordFault(what, "rewrites its candidates", _with_sound_candidates)


def sound_candidates(candidates: Any) -> list[dict[str, Any]]:
    """Return the candidates that can be fetched, their URLs as the standard writes them."""
    sound = []
    for entry in candidates if isinstance(candidates, list) else ():
        url = entry.get("url") if isinstance(entry, dict) else None
        absolute = absolute_url(url, "") if isinstance(url, str) else None
        if absolute is not None:
            sound.append({**entry, "url": absolute})
    return sound


def _with_sound_candidates(record: Record) -> Record:
    return {**record, "candidates": sound_candidates(record["candidates"])}


def with_file(bucket: str, path: str) -> Change:
    """Return a change that notes where the file of a bucket is."""
    return lambda record: {**record, "files": {**_files(record), bucket: path}}


def without_file(bucket: str) -> Change:
    """Return a change that notes that a bucket has no file."""

    def change(record: Record) -> Record:
        return {**record, "files": {b: p for b, p in _files(record).items() if b != bucket}}

    return change


def fetched_again(bucket: str) -> Change:
    """Return a change that lets the image be fetched for the sake of one bucket's file."""
    return lambda record: {**without_file(bucket)(record), "upgrade": True}


def _files(record: Record) -> dict[str, Any]:
    files = record.get("files")
    return files if isinstance(files, dict) else {}
