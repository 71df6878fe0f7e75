"""What a store's folders say when a run begins: the key sets and the work that is left."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.group import (
    POSTPONE_SECONDS,
    best_candidate,
    content_key,
    lacks_a_bucket,
    wants_more,
)
from imagecrawler.coordinator.pages import ENTRY_FIELDS, PageFrontier, clean_entries
from imagecrawler.coordinator.run import RunRules
from imagecrawler.identity.pictures import image_id
from imagecrawler.identity.urls import host_name, page_key
from imagecrawler.storage import instants
from imagecrawler.storage.pages import LineAt, PageLine, ended_at
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.store import Store

logger = logging.getLogger(__name__)

# A page or image that was in flight at this many deaths in a row runs alone; one more, and it
# died alone.
CRASHES_BEFORE_ALONE = 3

# Twice the time that a sighting may stay in memory: groups take time too.
_POSTPONED_MICROS = int(2 * POSTPONE_SECONDS * 1_000_000)


def load_pages(
    store: Store, frontier: PageFrontier, suspects: set[str], latest: LatestPages
) -> dict[str, Lease]:
    """Fill the frontier from queue/ and pages/; return the leases of suspected pages.

    Queue files that are torn, or whose pages are all done, are left out; the latter are
    removed. Runs in a thread, before the crawl begins.
    """
    queued: dict[str, list[tuple[Batch, Entry]]] = {}
    batches = store.queue.batches()
    by_batch: dict[Batch, dict[str, Entry]] = {}
    for batch in batches:
        pairs = store.queue.read(batch)
        if pairs is None:
            frontier.torn_batches.append(batch.path)
            continue
        store.clock.advance_to(batch.instant)
        usable: dict[str, Entry] = {}
        for entry in clean_entries(pairs):
            usable.setdefault(page_key(entry["url"]), entry)
        by_batch[batch] = usable
        for key, entry in usable.items():
            queued.setdefault(key, []).append((batch, entry))
    _read_lines(store, frontier, queued, latest)
    held: dict[str, Lease] = {}
    for batch, entries in by_batch.items():
        left = [
            (key, entry)
            for key, entry in entries.items()
            if (batch.instant, key) not in frontier.done_entries
            and key not in frontier.queued_at_open
        ]
        # A page that an older batch has too is visited once, from there.
        later = entries.keys() & frontier.queued_at_open
        frontier.done_entries.update((batch.instant, key) for key in later)
        frontier.queued_at_open.update(key for key, _ in left)
        batch.left = len(left)
        if not left:
            frontier.done_entries -= {(batch.instant, key) for key in entries}
            store.queue.remove(batch)
            continue
        held.update(_hold_suspects(frontier, suspects, batch, left))
        _add(frontier, batch, left)
    return held


def _read_lines(
    store: Store,
    frontier: PageFrontier,
    queued: dict[str, list[tuple[Batch, Entry]]],
    latest: LatestPages,
) -> None:
    frontier.known.update(int(key, 16) for key in queued)
    retries: dict[str, tuple[int, LineAt]] = {}
    for where, line in store.pages.scan(repair=True):
        key = line["key"]
        try:
            frontier.known.add(int(key, 16))
        except ValueError:
            continue
        ended = ended_at(line)
        store.clock.advance_to(ended)
        for batch, _ in queued.get(key, ()):
            if ended > batch.instant:
                frontier.done_entries.add((batch.instant, key))
        latest.add(line, ended)
        frontier.failed_starts.discard(int(key, 16))
        over = line.get("error") not in (None, "dropped", "crashed") and not line.get("next_try")
        if line.get("start") and over:
            frontier.failed_starts.add(int(key, 16))
        retries.pop(key, None)
        due = instants.from_text(line.get("next_try"))
        if due is not None:
            retries[key] = (due, where)
    for key, (due, where) in retries.items():
        newer = [b for b, _ in queued.get(key, ()) if (b.instant, key) not in frontier.done_entries]
        if not newer:
            frontier.add_retry(due, where)


class LatestPages:
    """(URL, image ids) of the pages that ended in the store's last seconds.

    Where their images were seen may not have reached the records before a kill.
    """

    def __init__(self) -> None:
        self._lines: deque[tuple[int, str, list[str]]] = deque()

    def add(self, line: PageLine, ended: int) -> None:
        """Take one page line, in the order of the file; ``ended`` in microseconds."""
        images, url = line.get("images"), line.get("url")
        if isinstance(images, list) and isinstance(url, str):
            self._lines.append((ended, url, [key for key in images if isinstance(key, str)]))
        while self._lines and self._lines[0][0] < ended - _POSTPONED_MICROS:
            self._lines.popleft()

    def take(self) -> list[tuple[str, str]]:
        """Return (image id, URL of a page it was seen on), and forget them."""
        seen = [(key, url) for _, url, keys in self._lines for key in keys]
        self._lines.clear()
        return seen


def _hold_suspects(
    frontier: PageFrontier, suspects: set[str], batch: Batch, left: list[tuple[str, Entry]]
) -> Iterator[tuple[str, Lease]]:
    for key, entry in left:
        if key in suspects:
            frontier.done_entries.add((batch.instant, key))
            lease = Lease("page", key, host_name(entry["url"]), entry["url"], entry, token=batch)
            yield key, lease


def _add(frontier: PageFrontier, batch: Batch, left: list[tuple[str, Entry]]) -> None:
    counts: dict[str, int] = {}
    for key, entry in left:
        if (batch.instant, key) not in frontier.done_entries:
            host = host_name(entry["url"])
            counts[host] = counts.get(host, 0) + 1
    for host, count in counts.items():
        frontier.add_batch(host, batch, count)


def due_for_revisit(store: Store, rules: RunRules, now: int, queued: set[str]) -> list[Entry]:
    """Return the entries of the pages whose last good visit is older than the run asks for.

    Those whose keys are in ``queued`` are to be visited anyway.
    """
    if rules.revisit_seconds is None:
        return []
    before = now - int(rules.revisit_seconds * 1_000_000)
    due: dict[str, Entry] = {}
    for _, line in store.pages.scan(repair=False):
        due.pop(line["key"], None)
        if line["key"] in queued:
            continue
        if (
            line.get("error") is None
            and isinstance(line.get("url"), str)
            and (ended_at(line) <= before)
        ):
            due[line["key"]] = revisit_entry(line)
    return list(due.values())


def revisit_entry(line: PageLine) -> Entry:
    """Return the queue entry that visits a page again, conditionally where it allows that."""
    kept = ("url", *ENTRY_FIELDS, "etag", "last_modified", "images")
    return {name: line[name] for name in kept if line.get(name) is not None}


class StoreReader:
    """Reads what lies inside the files, in a thread, while the crawl already runs.

    ``found`` gets (host, id, whether it has files) of wanted images, ``later``
    (due, host, id), ``aliases`` (id, URLs), ``contents`` (hash, id); the event loop empties
    them. ``done`` says that nothing more will come. ``unreadable`` has the ids whose record
    is torn; where a failure is torn, its image is tried again.
    """

    def __init__(self, store: Store, rules: RunRules, stored: set[str]) -> None:
        self._store = store
        self._rules = rules
        self._stored = stored
        self._settled_widths = store.about.get("widths") == list(rules.widths)
        self.found: deque[tuple[str, str, bool]] = deque()
        self.later: deque[tuple[int, str, str]] = deque()
        self.aliases: deque[tuple[str, list[str]]] = deque()
        self.contents: deque[tuple[int, str]] = deque()
        self.unreadable: set[str] = set()
        self.torn_failures = 0
        self.done = False
        self.ended_early = False
        self.on_done: Callable[[], None] = lambda: None
        self.stop = False

    def run(self) -> None:
        """Read the ledger, then the records: the wanted ones first."""
        try:
            self._read_failures()
            ids = list(self._store.visited.extensions)
            wanted = [key for key in ids if self._may_be_wanted(key)]
            for key in wanted:
                self._read(key, wanted=True)
            rest = set(ids).difference(wanted)
            for key in rest:
                self._read(key, wanted=not self._settled_widths)
        except Exception:
            self.ended_early = True
            logger.exception("Reading the store in the background ended early; please report this")
        finally:
            self.done = True
            # The loop is gone when the run ended first: then nobody waits for the news.
            with suppress(RuntimeError):
                self.on_done()

    def _may_be_wanted(self, key: str) -> bool:
        if "u" in self._store.visited.extensions[key].partition("+")[2]:
            return True
        return key not in self._stored and key not in self._store.failed.ids

    def _read(self, key: str, *, wanted: bool) -> None:
        if self.stop:
            return
        record = self._store.visited.read(key)
        if record is None:
            self.unreadable.add(key)
            return
        urls = [e["url"] for e in record.get("candidates") or () if isinstance(e, dict)]
        others = [url for url in urls if isinstance(url, str) and image_id(url) != key]
        if others:
            self.aliases.append((key, others))
        sha256 = record.get("sha256")
        if key in self._stored and isinstance(sha256, str) and len(sha256) == 64:
            self.contents.append((content_key(sha256), key))
        if not wanted or (key in self._stored and not self._lacks_files(key, record)):
            return
        if key in self._store.failed.ids and key not in self._stored:
            return
        candidate = best_candidate(record, self._rules.widths)
        if candidate is not None:
            self.found.append((host_name(candidate.url), key, key in self._stored))

    def _lacks_files(self, key: str, record: dict[str, Any]) -> bool:
        if record.get("upgrade"):
            return True
        files = record.get("files")
        files = files if isinstance(files, dict) else {}
        missing = [w for w in self._rules.widths if str(w) not in files]
        width = record.get("width")
        if not isinstance(width, int):
            return lacks_a_bucket(self._store, key, missing)
        if any(w == "original" or w <= width for w in missing):
            return True
        unseen = _not_asked_for(missing, record.get("widths"))
        return bool(unseen) and wants_more(record, self._rules.widths)

    def _read_failures(self) -> None:
        for key in list(self._store.failed.ids):
            failure = self._store.failed.read(key)
            record = self._store.visited.read(key)
            if self.stop or record is None or key in self._stored:
                continue
            if failure is None:
                if key not in self._store.failed.ids:  # it has its files since
                    continue
                self.torn_failures += 1
                failure = {"reason": "torn", "next_try": instants.to_text(0)}
            due = instants.from_text(failure.get("next_try"))
            if failure["reason"] == "excluded":
                urls = [record["url"], *(e["url"] for e in record.get("candidates") or ())]
                due = 0 if self._rules.image_filter.admits_any(urls) else None
            candidate = best_candidate(record, self._rules.widths, failure.get("tried") or ())
            if due is not None and candidate is not None:
                self.later.append((due, host_name(candidate.url), key))


def _not_asked_for(missing: Sequence[Any], settled: Any) -> list[Any]:
    return [w for w in missing if not isinstance(settled, list) or w not in settled]
