"""Failures made due now, by hand: `scrapy retry`. The requests are the next crawl's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from imagecrawler.coordinator.page_states import PageStates, entry_of, queue_pages
from imagecrawler.storage import instants
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.queue import Entry
from imagecrawler.storage.store import Store

# Not failures of the moment but decisions: tried again only by name, or with --all.
DECIDED = frozenset({"dropped", "excluded", "duplicate", "near-duplicate", "opted-out"})

# Pages queued at a time, so that memory does not grow with the failures.
_PAGES_AT_ONCE = 1_000


@dataclass(slots=True)
class Retried:
    """What was made due, and the reasons of the failures that were not asked for.

    ``hosts`` were kept out, and may be visited again.
    """

    hosts: list[str] = field(default_factory=list)
    pages: Counter[str] = field(default_factory=Counter)
    images: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)


def retry_failures(store: Store, matches: Callable[[str], bool]) -> Retried:
    """Make every failed page and image whose reason matches due now, with no try counted.

    Doing it twice does it once. Raises OSError; what was done until then stays done.
    """
    retried = Retried()
    if matches("dropped") and (hosts := store.dropped_hosts()):
        store.write_about(dropped_hosts=[])
        retried.hosts = hosts
    _retry_images(store, matches, retried)
    _retry_pages(store, matches, retried)
    return retried


def _retry_images(store: Store, matches: Callable[[str], bool], retried: Retried) -> None:
    store.failed.load()
    now = instants.to_text(store.clock.now())
    for key in sorted(store.failed.ids):
        failure = store.failed.read(key)
        if failure is None:
            continue
        reason = failure["reason"]
        if not matches(reason):
            retried.others[reason] += 1
            continue
        kept = {name: value for name, value in failure.items() if name not in ("tried", "judged")}
        store.failed.write(key, {**kept, "attempts": 0, "next_try": now})
        retried.images[reason] += 1


def _retry_pages(store: Store, matches: Callable[[str], bool], retried: Retried) -> None:
    states = PageStates(store)
    queued = states.pages_left().keys
    entries: list[Entry] = []
    for reason, entry in _failed_pages(store, states, queued):
        if not matches(reason):
            retried.others[reason] += 1
            continue
        entries.append(entry)
        retried.pages[reason] += 1
        if len(entries) >= _PAGES_AT_ONCE:
            queue_pages(store, entries)
            entries = []
    queue_pages(store, entries)


def _failed_pages(
    store: Store, states: PageStates, queued: KeyTable
) -> Iterator[tuple[str, Entry]]:
    for key, reason, line in states.failed_lines():
        if key not in queued and isinstance(line.get("url"), str):
            kept_out = store.is_dropped(line["url"])  # whatever it failed of before that
            yield "dropped" if kept_out else reason, entry_of(line)
