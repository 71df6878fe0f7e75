"""What a store has and what is left, counted from its folders beside any running crawl."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from imagecrawler.coordinator.page_log import key_number
from imagecrawler.coordinator.page_states import PageStates
from imagecrawler.coordinator.source_status import source_status
from imagecrawler.imaging.widths import Bucket, smallest_bucket
from imagecrawler.policies.causes import causes, success_rate
from imagecrawler.storage import instants
from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.key_table import Keys, KeyTable
from imagecrawler.storage.lock import is_held
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store

# The hosts with the most pages left, so many of them.
_HOSTS_MOST = 100


def store_status(store: Store, widths: Sequence[Bucket]) -> dict[str, Any]:
    """Return the counts of a store that was opened for reading.

    ``in_use`` is None when the system does not tell. ``left`` of a width counts the images
    that are wanted there by what is known now: one that was never fetched counts for every
    width, though it may turn out narrower.
    """
    pages = _pages(store)
    images, torn = _images(store, widths)
    strangers = [*store.queue.strangers, *store.pages.strangers, *store.visited.strangers]
    strangers += [*store.downloaded.strangers, *store.failed.strangers]
    return {
        "store": store.root,
        "in_use": is_held(store.root),
        "pages": pages,
        "images": images,
        "sources": source_status(store, now=time.time()),
        "dropped_hosts": store.dropped_hosts(),
        "torn": {
            "queue": pages.pop("torn_batches"),
            "pages": store.pages.torn_lines,
            "failed": torn,
        },
        "foreign": {"count": len(strangers), "example": strangers[0] if strangers else None},
    }


class _Failures:
    """Failures counted by reason, each reason with one example, and the retries among them."""

    def __init__(self) -> None:
        self.final: Counter[str] = Counter()
        self.waiting: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self._dues: list[int] = []
        self._now = time.time_ns() // 1000

    def add_final(self, number_of: Counter[str]) -> None:
        """Count those that are not tried again."""
        self.final.update(number_of)

    def add(self, reason: str, due: int | None) -> bool:
        """Count one; return whether an example for its reason is still missing."""
        if due is None:
            self.final[reason] += 1
        else:
            self.waiting[reason] += 1
            self._dues.append(due)
        return reason not in self.examples

    def reasons(self) -> set[str]:
        """Return all reasons."""
        return {*self.final, *self.waiting}

    def facts(self, *, good: int) -> dict[str, Any]:
        """Return the counts, the most frequent reason first; ``good`` ones did not fail."""
        first = min(self._dues, default=None)
        examples = {reason: [url] for reason, url in self.examples.items()}
        return {
            "failed": dict(self.final.most_common()),
            "success_rate": success_rate(self.final, good=good),
            "causes": causes(self.final, good=good, examples=examples),
            "retries": {
                "count": len(self._dues),
                "due_now": sum(due <= self._now for due in self._dues),
                "next": None if first is None else instants.to_text(first),
                "reasons": dict(self.waiting.most_common()),
            },
            "examples": self.examples,
        }


def _pages(store: Store) -> dict[str, Any]:
    states = PageStates(store)
    left, hosts, torn = states.pages_left()
    failures = _Failures()
    for key, (due, _) in states.log.retries.items():
        if key not in left and (failure := states.log.failure(key)):
            failures.add(failure.reason, due)
    visited, final = states.log.counts(left)
    failures.add_final(final)
    failures.examples.update(_examples(store, states, left, failures.reasons()))
    return {
        "queued": len(left),
        "hosts": dict(hosts.most_common(_HOSTS_MOST)),
        "visited": visited,
        **failures.facts(good=visited),
        "torn_batches": torn,
    }


def _examples(
    store: Store, states: PageStates, left: KeyTable, missing: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield the URL of a page that failed for each reason."""
    for reason, where in states.log.examples.items():
        line = store.pages.read(where) if reason in missing else None
        key = key_number(line) if line is not None else None
        if line and key is not None and key not in left and states.log.is_last(key, line):
            missing.remove(reason)
            yield reason, str(line.get("url"))
    # Those that the log remembers were visited well since, or are queued again.
    failed = states.failed_lines() if missing else iter(())
    for key, reason, line in failed:
        if reason in missing and key not in left:
            missing.remove(reason)
            yield reason, str(line.get("url"))
        if not missing:
            return


def _images(store: Store, widths: Sequence[Bucket]) -> tuple[dict[str, Any], int]:
    store.failed.load()
    store.visited.load(repair=False)
    smallest = str(smallest_bucket(widths))
    stored = store.downloaded.ids(smallest)
    failures, torn, final = _Failures(), 0, array("Q")
    for key in store.failed.ids:
        if key in stored:
            continue
        failure = store.failed.read(key)
        if failure is None:
            torn += 1
            continue
        due = instants.from_text(failure.get("next_try"))
        if failures.add(failure["reason"], due):
            failures.examples[failure["reason"]] = str(failure.get("url", key))
        if due is None:
            final.append(id_key(key))
    visited = store.visited.extensions.table.arrays()[0]
    stored_keys = stored.table.arrays()[0]
    wanted = _without(_without(visited, stored_keys), np.frombuffer(final, np.uint64))
    by_width = {}
    for bucket in dict.fromkeys([*widths, *map(_bucket, store.downloaded.buckets())]):
        ids = store.downloaded.ids(str(bucket)).table.arrays()[0]
        left = _left(store, widths, bucket, wanted, stored_keys, ids) if bucket in widths else 0
        by_width[str(bucket)] = {"downloaded": len(ids), "left": left}
    facts = {
        "visited": len(store.visited.extensions),
        "versions": store.visited.versions(),
        "wanted": len(wanted),
        "near_duplicates": store.visited.near_duplicates(),
        "classes": store.visited.classes(),
        "widths": by_width,
        **failures.facts(good=len(stored_keys)),
    }
    return facts, torn


def _left(
    store: Store, widths: Sequence[Bucket], bucket: Bucket, wanted: Keys, stored: Keys, ids: Keys
) -> int:
    """Return how many images have no file in a bucket and might.

    Names tell it when the store is settled for these widths; else the records are read.
    """
    if store.about.get("widths") == list(widths) or bucket == smallest_bucket(widths):
        return len(_without(wanted, ids))
    visited = store.visited.extensions
    seen_and_stored = np.intersect1d(stored, visited.table.arrays()[0], assume_unique=True)
    lacking = KeyTable.of(_without(np.union1d(wanted, seen_and_stored), ids))
    left = (key for key in visited if id_key(key) in lacking)
    return sum(_may_be_as_wide(store.visited.read(key), bucket) for key in left)


def _without(keys: Keys, others: Keys) -> Keys:
    return np.setdiff1d(keys, others, assume_unique=True)


def _may_be_as_wide(record: Record | None, bucket: Bucket) -> bool:
    width = (record or {}).get("width")
    return bucket == "original" or not isinstance(width, int) or bucket <= width


def _bucket(name: str) -> Bucket:
    return "original" if name == "original" else int(name)
