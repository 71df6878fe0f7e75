"""Faults of queue/ and pages/: torn files, foreign lines, pages that two hosts share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from imagecrawler.coordinator.inspection import salvage
from imagecrawler.coordinator.inspection.faults import Fault, Repairs, images_of, relative
from imagecrawler.coordinator.page_log import key_number
from imagecrawler.coordinator.page_states import PageStates, entry_of
from imagecrawler.coordinator.pages import clean_entries
from imagecrawler.identity.urls import host_name
from imagecrawler.storage.instants import NAME_DIGITS
from imagecrawler.storage.pages import ended_at
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.store import Store


def queue_faults(
    store: Store, states: PageStates, pending: set[int], repairs: Repairs
) -> Iterator[Fault]:
    """Yield the faults of all batch files; the pages of the sound ones go to ``pending``."""
    for batch in store.queue.batches():
        pairs = store.queue.read(batch)
        entries = clean_entries(pairs or [])
        left = states.left(batch, entries)
        path = relative(store, batch.path)
        if misplaced := _misplaced(batch):
            yield Fault(path, misplaced)
        hosts = {host_name(entry["url"]) for entry in entries}
        if pairs is None:
            if os.path.exists(batch.path):
                yield _torn_batch(store, states, repairs, batch)
        elif len(entries) < len(pairs) or len(entries) < _size(batch):
            yield _rewritten(repairs, store, batch, left, "not every value in it is a page")
        elif len(hosts) > 1 and len(_digits(batch)) == NAME_DIGITS:
            yield _rewritten(repairs, store, batch, left, f"it has pages of {len(hosts)} hosts")
        else:
            pending.update(key for key, _ in left)


def line_faults(
    store: Store, states: PageStates, pending: set[int], repairs: Repairs, *, running: bool
) -> Iterator[Fault]:
    """Yield the faults of all page lines. A crawl that runs may be writing the very last one."""
    file_names = store.pages.names()
    for name in file_names:
        good, bad = store.pages.split(name)
        if running and name == file_names[-1] and bad and not bad[-1].endswith(b"\n"):
            bad = bad[:-1]
        if bad:
            yield _torn_lines(store, repairs, name, good, bad)
        for raw in good:
            line = json.loads(raw)
            key = key_number(line)
            if key is None or not isinstance(line.get("url"), str):
                yield Fault(f"pages/{name}", f"a line is not a page's: {line['key'][:40]!r}")
            elif states.log.ended(key) == ended_at(line) and key not in pending:
                lost = [i for i in images_of(line) if i not in store.visited.extensions]
                if lost:
                    yield _lost_images(repairs, name, entry_of(line), lost)


def _torn_batch(store: Store, states: PageStates, repairs: Repairs, batch: Batch) -> Fault:
    saved = clean_entries(("", entry) for entry in salvage.entries(Path(batch.path).read_bytes()))
    return _rewritten(repairs, store, batch, states.left(batch, saved), "it is torn")


def _rewritten(
    repairs: Repairs, store: Store, batch: Batch, left: list[tuple[int, Entry]], what: str
) -> Fault:
    def mend() -> None:
        repairs.queue(entry for _, entry in left)
        repairs.then(lambda: store.queue.remove(batch))

    repair = f"queues the {_pages(len(left))} that can be read of it anew and removes it"
    return Fault(relative(store, batch.path), what, repair, mend)


def _torn_lines(
    store: Store, repairs: Repairs, name: str, good: list[bytes], bad: list[bytes]
) -> Fault:
    def mend() -> None:
        saved = [entry for raw in bad for entry in salvage.entry_of_line(raw)]
        entries = clean_entries(("", entry) for entry in saved)
        repairs.queue(entries, unknown_only=True)
        repairs.then(
            lambda: store.pages.replace(name, good, tmp_dir=store.tmp_dir, fsync=store.fsync)
        )

    what = f"{len(bad)} torn or foreign line{'' if len(bad) == 1 else 's'}"
    repair = "cuts them out and visits again what is known of them alone"
    return Fault(f"pages/{name}", what, repair, mend)


def _lost_images(repairs: Repairs, name: str, entry: Entry, lost: list[str]) -> Fault:
    what = f"{entry['url']} shows {len(lost)} without a record, such as {lost[0]}"
    repair = "visits the page again"
    return Fault(f"pages/{name}", what, repair, lambda: repairs.queue([entry]))


def _misplaced(batch: Batch) -> str | None:
    digits, folder = _digits(batch), os.path.basename(os.path.dirname(batch.path))
    if len(digits) == NAME_DIGITS and folder != digits[:7]:
        return f"it belongs into the folder {digits[:7]}"
    return None


def _digits(batch: Batch) -> str:
    return os.path.basename(batch.path).removesuffix(".json")


def _size(batch: Batch) -> int:
    """Return how many values a batch file has, those that are no pages included."""
    try:
        return len(json.loads(Path(batch.path).read_bytes()))
    except (OSError, ValueError, RecursionError):  # the last: nested without end
        return 0


def _pages(number: int) -> str:
    return f"{number:,} page{'' if number == 1 else 's'}"
