"""What lies inside a store's files, read in the background while the crawl already runs."""

from __future__ import annotations

import logging
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.classing import ImageClasses
from imagecrawler.coordinator.contents import content_key
from imagecrawler.coordinator.near import first_look
from imagecrawler.coordinator.record_snapshot import Groups, all_unread
from imagecrawler.coordinator.run import RunRules
from imagecrawler.coordinator.upgrades import earlier_tries, lacks_a_bucket
from imagecrawler.coordinator.verdicts import standing
from imagecrawler.identity.pictures import alias_key, image_id
from imagecrawler.identity.urls import host_name
from imagecrawler.policies.content_filter import ImageFacts
from imagecrawler.storage import instants
from imagecrawler.storage.id_keys import REST_BITS, group_of, id_key
from imagecrawler.storage.id_sets import StoredIds
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.shard_table import RARE
from imagecrawler.storage.store import Store

logger = logging.getLogger(__name__)


class StoreReader:
    """Reads what lies inside the files, in a thread, while the crawl already runs.

    ``found`` gets (host, id, whether it has files) of wanted images, ``later``
    (due, host, id), ``aliases`` (key of a URL, key of an id), ``contents`` (hash, key of an id),
    ``looks`` (key of an id, algorithm, hash) of first pictures, all of them from ``unread``
    records; the event loop empties them. ``done`` says that nothing more will come.
    ``unreadable`` has the ids whose record is torn, or whose files a mistake of ours keeps from
    use, of which the first is logged; where a failure is torn, its image is tried again.
    """

    def __init__(
        self,
        store: Store,
        rules: RunRules,
        choice: RenditionChoice,
        classes: ImageClasses,
        stored: StoredIds,
    ) -> None:
        self._store = store
        self._rules = rules
        self._choice = choice
        self._classes = classes
        self._stored = stored
        self._settled_widths = store.about.get("widths") == list(rules.widths)
        self.found: deque[tuple[str, str, bool]] = deque()
        self.later: deque[tuple[int, str, str]] = deque()
        self.aliases: deque[tuple[int, int]] = deque()
        self.contents: deque[tuple[int, int]] = deque()
        self.looks: deque[tuple[int, str, int]] = deque()
        self.unread = all_unread()
        self.unreadable: set[str] = set()
        self.has_unusable = False
        self.torn_failures = 0
        self.done = False
        self.ended_early = False
        self.on_done: Callable[[], None] = lambda: None
        self.stop = False
        self._failed, self._had_files = KeyTable(), KeyTable()
        self._names, self._visited = KeyTable(), KeyTable()
        self._said_again = array("Q")

    def take_names(self) -> None:
        """Note what there is to read: what this run adds it knows anyway. Before `run`."""
        self._failed = self._store.failed.ids.table.frozen()
        self._names = self._store.visited.extensions.table.frozen()
        self._visited = self._names.frozen()
        self._had_files = self._stored.table.frozen()

    def run(self) -> None:
        """Read the ledger, then the records: the wanted ones first."""
        try:
            self._for_each(_still(self._store.failed.ids, self._failed), self._read_failure)
            wanted = (key for key in self._ids_in(self._unsettled()) if self._may_be_wanted(key))
            self._for_each(_taken(wanted, self._visited), partial(self._read, wanted=True))
            everything = all_unread().groups
            groups = self.unread.groups if self._settled_widths else everything
            read = partial(self._read, wanted=not self._settled_widths)
            self._for_each(_taken(self._ids_in(groups), self._visited), read)
            if not self.stop and not np.isin(self.unread.said, self._said_again).all():
                self._visited = self._names
                self._for_each(self._ids_in(everything), self._read_claims)
        except Exception:
            self.ended_early = True
            logger.exception("Reading the store in the background ended early; please report this")
        finally:
            self._failed = self._had_files = self._names = self._visited = KeyTable()
            self.unread, self._said_again = all_unread(), array("Q")
            self.done = True
            # The loop is gone when the run ended first: then nobody waits for the news.
            with suppress(RuntimeError):
                self.on_done()

    def _unsettled(self) -> Groups:
        """Return the groups of those without files or failure, and with hopes of better ones."""
        keys, codes = self._visited.arrays()
        labels = self._store.visited.extensions.shards.labels
        hopeful = [n for n, label in enumerate(labels) if _is_hopeful(label)] + [RARE]
        settled = [table.arrays()[0] for table in (self._had_files, self._failed)]
        unsettled = np.isin(codes, hopeful) | ~np.isin(keys, np.concatenate(settled))
        groups = np.zeros_like(self.unread.groups)
        groups[keys[unsettled] >> np.uint64(REST_BITS)] = True
        return groups

    def _ids_in(self, groups: Groups) -> Iterator[str]:
        if not len(self._visited):  # nothing is asked of the disk for a store without images
            return
        shards = self._store.visited.extensions.shards
        for folder in sorted(shards.stamps):
            if groups[group_of(folder)]:
                yield from _still(shards.ids_in(folder), self._visited)

    def _may_be_wanted(self, key: str) -> bool:
        if _is_hopeful(self._store.visited.extensions.get(key, "")):
            return True
        return key not in self._stored and key not in self._store.failed.ids

    def _for_each(self, keys: Iterable[str], read: Callable[[str], None]) -> None:
        for key in keys:
            if self.stop:
                return
            try:
                read(key)
            except Exception:  # what another hand wrote costs its own image at most
                self._note_unusable(key)

    def _note_unusable(self, key: str) -> None:
        # A million files of one foreign kind say the same: the first tells it.
        log = logger.debug if self.has_unusable else logger.error
        log("The files of image %s cannot be used; please report this", key, exc_info=True)
        self.has_unusable = True
        self.unreadable.add(key)

    def _read(self, key: str, *, wanted: bool) -> None:
        record = self._store.visited.read(key)
        if record is None:
            self.unreadable.add(key)
        else:
            self._tell(key, record, wanted=wanted)

    def _tell(self, key: str, record: dict[str, Any], *, wanted: bool) -> None:
        owner = id_key(key)
        if self.unread.groups[owner >> REST_BITS]:
            self._tell_claims(key, owner, record)
            self._tell_look(key, owner, record)
        if not wanted or (key in self._stored and not self.lacks_files(key, record)):
            return
        if key in self._store.failed.ids and key not in self._stored:
            return
        earlier = earlier_tries(record)
        tried, is_stored = earlier.get("tried") or (), key in self._stored
        candidate = self._choice.next(record, stored=is_stored, tried=tried)
        due = instants.from_text(earlier.get("next_try"))
        if candidate is not None and due is not None:
            self.later.append((due, host_name(candidate.url), key))
        elif candidate is not None:
            self.found.append((host_name(candidate.url), key, key in self._stored))

    def _read_claims(self, key: str) -> None:
        record = self._store.visited.read(key)
        if record is not None:
            self._tell_claims(key, id_key(key), record)

    def _tell_claims(self, key: str, owner: int, record: dict[str, Any]) -> None:
        urls = [e["url"] for e in record.get("candidates") or () if isinstance(e, dict)]
        others = [url for url in urls if isinstance(url, str) and image_id(url) != key]
        self.aliases.extend((alias_key(url), owner) for url in others)
        sha256 = record.get("sha256")
        if key in self._stored and isinstance(sha256, str) and len(sha256) == 64:
            self.contents.append((content_key(sha256), owner))
            self._note_said([content_key(sha256)])
        self._note_said(map(alias_key, others))

    def _tell_look(self, key: str, owner: int, record: dict[str, Any]) -> None:
        if key in self._stored and self._rules.near.mode != "off" and (look := first_look(record)):
            self.looks.append((owner, look.algorithm, look.core))

    def _note_said(self, keys: Iterable[int]) -> None:
        if len(self.unread.said):
            self._said_again.extend(keys)

    def lacks_files(self, key: str, record: dict[str, Any]) -> bool:
        """Whether a stored image is to be fetched again: for a bucket, or for more pixels."""
        if record.get("upgrade") or self._settled_widths:
            return bool(record.get("upgrade"))
        files = record.get("files")
        files = files if isinstance(files, dict) else {}
        given_up = _list(record.get("given_up"))
        missing = [w for w in self._rules.widths if str(w) not in files and w not in given_up]
        width = record.get("width")
        if not isinstance(width, int):
            return lacks_a_bucket(self._store, key, missing)
        if any(w == "original" or w <= width for w in missing):
            # What is stored stays, but what a filter leaves out by now gets no new widths.
            facts = ImageFacts.from_json(record)
            wanted = self._rules.content_filter.exclusion(facts) is None
            return wanted and self._classes.exclusion(record) is None
        unseen = [w for w in missing if w not in _list(record.get("widths"))]
        return bool(unseen) and self._choice.wants_more(record)

    def _read_failure(self, key: str) -> None:
        failure = self._store.failed.read(key)
        record = self._store.visited.read(key)
        if record is None or key in self._stored:
            return
        if failure is None:
            if key not in self._store.failed.ids:  # it has its files since
                return
            self.torn_failures += 1
            failure = {"reason": "torn", "next_try": instants.to_text(0)}
        due = instants.from_text(failure.get("next_try"))
        tried, judged = standing(failure, self._rules.content_filter)
        if len(tried) < len(failure.get("tried") or ()):
            due = 0  # a rendition that a filter excluded is admitted now
        elif failure["reason"] == "excluded" and failure.get("url") not in judged:
            due = 0 if self._classes.admits_again(failure, record) else None
        candidate = self._choice.next(record, stored=False, tried=tried)
        if due is not None and candidate is not None:
            self.later.append((due, host_name(candidate.url), key))


def _is_hopeful(extension: str) -> bool:
    return "u" in extension.partition("+")[2]


def _still(ids: Iterable[str], table: KeyTable) -> Iterator[str]:
    # Nothing is asked of the disk for a store without images.
    return (key for key in ids if id_key(key) in table) if len(table) else iter(())


def _taken(ids: Iterable[str], table: KeyTable) -> Iterator[str]:
    for key in ids:
        table.pop(id_key(key))
        yield key


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
