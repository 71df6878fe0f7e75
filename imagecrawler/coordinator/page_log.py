"""What pages/ says of every page, in memory: sixteen bytes a page, read from a snapshot first.

A page is known by the 64 bits of its key, in the folders as here. That two of ten million pages
share them, and one of the two is lost, has a chance of one in 370,000 (n² / 2⁶⁵).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imagecrawler.coordinator.classing import is_first_visit
from imagecrawler.coordinator.record_cache import POSTPONE_SECONDS
from imagecrawler.identity.urls import host_name
from imagecrawler.storage import instants
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.pages import LineAt, PageLine, ended_at
from imagecrawler.storage.store import Store

# A page's value: when it ended in microseconds (until 2112), the code of the reason why it
# failed or 0, and flags.
_ENDED_SHIFT = 12
_REASON_SHIFT = 4
_REASON_MASK = 0xFF
_RETRY = 1  # there will be another try
_COUNTED = 2  # among the pages of its host
_HAS_LINE = 4  # or it is merely queued

# A store with more reasons than that has been written to by another hand.
_MOST_REASONS = 254
OTHER_REASONS = "other"

# To be raised when a value, or what is read from a line, is made in another way.
_FORMAT = 1
_SNAPSHOT = "pages.lines"
# A snapshot is written anew when more than this part of all lines came after it.
_LINES_A_READ_LINE_IS_WORTH = 20

# Twice the time that a sighting may stay in memory: groups take time too.
_POSTPONED_MICROS = int(2 * POSTPONE_SECONDS * 1_000_000)


class PageFailure(NamedTuple):
    """Why a page failed, as its last line says, and whether it will be tried again."""

    reason: str
    is_tried_again: bool


class LogSnapshot(NamedTuple):
    """A log as it was at one moment, to be written by another thread."""

    head: dict[str, Any]
    table: KeyTable
    sizes: dict[str, int]


class PageLog:
    """The last line of every page: when it ended, and why it failed if it did.

    ``table`` has the keys of all pages, and may be given those that are merely queued (as 0);
    ``retries`` when and from which line those are tried again that wait for it. ``hosts`` counts
    the pages of each host that were visited, ``failed_starts`` has the start pages that failed
    for good, ``examples`` the latest line of each reason. Used from one thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.table = KeyTable(wide=True)
        self.retries: dict[int, tuple[int, LineAt]] = {}
        self.hosts: Counter[str] = Counter()
        self.failed_starts: set[int] = set()
        self.examples: dict[str, LineAt] = {}
        self.latest = LatestPages()
        self.lines_read = 0
        self._reasons: list[str] = []
        self._codes: dict[str, int] = {}
        self._lines = 0
        self._unsaved = 0
        self._sizes: dict[str, int] = {}
        self._last_ended = 0

    def load(self, *, repair: bool) -> None:
        """Read the snapshot, and of pages/ what was appended since; all, if other things changed.

        The store's clock is set after all that was read, so that what is queued now is newer.
        With ``repair`` (the writer's open) a torn last line is cut off. Raises OSError.
        """
        self._take_snapshot()
        self._store.clock.advance_to(self._last_ended)
        for where, line in self._store.pages.scan(repair=repair, after=dict(self._sizes)):
            self.lines_read += 1
            self.note(where, line)
        self._sizes = dict(self._store.pages.read_to)

    def note(self, where: LineAt, line: PageLine) -> None:
        """Take the next line of pages/."""
        self._lines += 1
        self._unsaved += 1
        self._sizes[where.name] = where.offset + where.length
        key = key_number(line)
        if key is None:
            return
        ended = ended_at(line)
        self._store.clock.advance_to(ended)
        self._last_ended = max(self._last_ended, ended)
        self.latest.add(line, ended)
        flags = (self.table.get(key) or 0) & _COUNTED | _HAS_LINE
        if not flags & _COUNTED and is_first_visit(line) and isinstance(line.get("url"), str):
            self.hosts[host_name(line["url"])] += 1
            flags |= _COUNTED
        error, due = line.get("error"), instants.from_text(line.get("next_try"))
        self._note_retry(key, due, where)
        code = self._code(error, where) if isinstance(error, str) else 0
        flags |= _RETRY if due is not None else 0
        self.table[key] = ended << _ENDED_SHIFT | code << _REASON_SHIFT | flags
        self.failed_starts.discard(key)
        is_over = error not in (None, "dropped", "crashed") and not line.get("next_try")
        if line.get("start") and is_over:
            self.failed_starts.add(key)

    def has_ended(self, key: int) -> bool:
        """Whether a page has a line."""
        return self.ended(key) is not None

    def ended(self, key: int) -> int | None:
        """Return when a page ended, in microseconds (0: not known), or None: it has not."""
        value = self.table.get(key)
        return value >> _ENDED_SHIFT if value is not None and value & _HAS_LINE else None

    def failure(self, key: int) -> PageFailure | None:
        """Return why a page failed, or None: it did not."""
        value = self.table.get(key) or 0
        code = value >> _REASON_SHIFT & _REASON_MASK
        return PageFailure(self._reason(code), bool(value & _RETRY)) if code else None

    def is_last(self, key: int, line: PageLine) -> bool:
        """Whether a line is its page's last one, as far as its instant and reason tell."""
        error = line.get("error")
        code = self._codes.get(error, _MOST_REASONS + 1) if isinstance(error, str) else 0
        value = self.table.get(key) or 0
        of_line = ended_at(line) << _ENDED_SHIFT | code << _REASON_SHIFT
        return bool(value & _HAS_LINE) and value >> _REASON_SHIFT == of_line >> _REASON_SHIFT

    def counts(self, left: KeyTable) -> tuple[int, Counter[str]]:
        """Return how many pages were visited well, and how many failed for good, by reason.

        Those that are ``left`` to be visited are not counted.
        """
        keys, values = self.table.arrays()
        counted = (values & np.uint64(_HAS_LINE)) != 0
        others = left.arrays()[0]
        if len(keys):
            places = np.minimum(np.searchsorted(keys, others), len(keys) - 1)
            counted[places[keys[places] == others]] = False
        codes = (values >> np.uint64(_REASON_SHIFT)).astype(np.uint8)
        good = int(np.count_nonzero(counted & (codes == 0)))
        counted &= (values & np.uint64(_RETRY)) == 0
        numbers = np.bincount(codes[counted], minlength=_MOST_REASONS + 2).tolist()
        reasons = {self._reason(code): n for code, n in enumerate(numbers) if code and n}
        return good, Counter(reasons)

    def __len__(self) -> int:
        return int(np.count_nonzero(self.table.arrays()[1] & np.uint64(_HAS_LINE)))

    def snapshot(self) -> LogSnapshot | None:
        """Return what the log has now, or None: that would not be worth its while.

        The lines that the log has taken must be all that there are.
        """
        if self._unsaved * _LINES_A_READ_LINE_IS_WORTH <= self._lines:
            return None
        self._unsaved = 0
        head = {
            "reasons": self._reasons,
            "lines": self._lines,
            "last_ended": self._last_ended,
            "hosts": self.hosts,
            "retries": [(key, due, *where) for key, (due, where) in self.retries.items()],
            "failed_starts": list(self.failed_starts),
            "examples": self.examples,
            "latest": self.latest.lines(),
        }
        return LogSnapshot(head, self.table.frozen(), dict(self._sizes))

    def _take_snapshot(self) -> None:
        found = self._store.cache.read_arrays(_SNAPSHOT, _FORMAT)
        if found is None or not self._store.pages.goes_on_from(found.head["stamps"]):
            return
        head, arrays = found
        self.table = KeyTable.of(arrays["keys"], arrays["values"])
        self._sizes = {name: size for name, size, _ in head["stamps"]}
        self._store.pages.torn.update((name, offset) for name, offset in head["torn"])
        self._reasons, self._lines = head["reasons"], head["lines"]
        self._codes = {reason: code for code, reason in enumerate(self._reasons, 1)}
        self._last_ended = head["last_ended"]
        self.hosts.update(head["hosts"])
        self.retries = {key: (due, LineAt(*where)) for key, due, *where in head["retries"]}
        self.failed_starts.update(head["failed_starts"])
        self.examples = {reason: LineAt(*where) for reason, where in head["examples"].items()}
        self.latest = LatestPages(head["latest"])

    def _note_retry(self, key: int, due: int | None, where: LineAt) -> None:
        self.retries.pop(key, None)
        if due is not None:
            self.retries[key] = (due, where)

    def _code(self, reason: str, where: LineAt) -> int:
        code = self._codes.get(reason)
        if code is None:
            if len(self._reasons) >= _MOST_REASONS:
                return _MOST_REASONS + 1
            self._reasons.append(reason)
            code = self._codes[reason] = len(self._reasons)
        self.examples[reason] = where
        return code

    def _reason(self, code: int) -> str:
        return self._reasons[code - 1] if code <= _MOST_REASONS else OTHER_REASONS


def write_log(store: Store, snapshot: LogSnapshot) -> None:
    """Write a snapshot to cache/, unless another hand has changed pages/ meanwhile."""
    stamps = store.pages.stamps(snapshot.sizes)
    if stamps is None:
        return
    keys, values = snapshot.table.arrays()
    ours = (values & np.uint64(_HAS_LINE)) != 0  # of those merely queued, queue/ tells
    arrays: dict[str, NDArray[Any]] = {"keys": keys[ours], "values": values[ours]}
    torn = sorted(store.pages.torn - store.pages.cut)
    head = {**snapshot.head, "stamps": stamps, "torn": torn}
    store.cache.write_arrays(_SNAPSHOT, head, arrays, _FORMAT)


class LatestPages:
    """(when, URL, image ids) of the pages that ended in the store's last seconds.

    Where their images were seen may not have reached the records before a kill.
    """

    def __init__(self, lines: Iterable[tuple[int, str, list[str]]] = ()) -> None:
        self._lines = deque(lines)

    def add(self, line: PageLine, ended: int) -> None:
        """Take one page line, in the order of the file; ``ended`` in microseconds."""
        images, url = line.get("images"), line.get("url")
        if isinstance(images, list) and isinstance(url, str):
            self._lines.append((ended, url, [key for key in images if isinstance(key, str)]))
        while self._lines and self._lines[0][0] < ended - _POSTPONED_MICROS:
            self._lines.popleft()

    def lines(self) -> list[tuple[int, str, list[str]]]:
        """Return all of them."""
        return list(self._lines)

    def seen(self) -> list[tuple[str, str]]:
        """Return (image id, URL of a page it was seen on)."""
        return [(key, url) for _, url, keys in self._lines for key in keys]


def key_number(line: PageLine) -> int | None:
    """Return the 64-bit key of a line; None when it has none."""
    try:
        key = int(line["key"], 16)
    except ValueError:
        return None
    return key if 0 <= key < 1 << 64 else None
