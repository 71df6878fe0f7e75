"""The state of the store as the wall tells it.

``/api/status`` is::

    {"store": "data", "at": "2026-…Z", "in_use": true | false | null,
     "pages", "images", "sources", "dropped_hosts", "torn", "foreign": as `scrapy status --json`,
     "rates": {"images_per_minute": 12.5 | null, "pages_per_minute": 3.0 | null},
     "hosts": [{"host": "example.com", "images": 120, "queued": 14} …],
     "failures": [{"what": "image" | "page", "reason": "timeout", "count": 3, "retried": 1,
                   "example": "https://…"} …],
     "disk": {"total": bytes, "free": bytes, "index": bytes},
     "index": {"images": 1000, "complete": true, "folders_left": 0},
     "wall": {"viewers": 2, "unseen": 150 | null, "hidden": 0},
     "last_run": summary.json}

``store`` is the folder's name alone. All but ``store``, ``disk``, ``index``, ``wall`` is null
until it has been counted for the first time, which takes seconds for a million images.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from imagecrawler.coordinator.status import store_status
from imagecrawler.exceptions import StoreError
from imagecrawler.imaging.widths import Bucket
from imagecrawler.storage import instants
from imagecrawler.storage.store import Store, read_summary
from imagecrawler.wall.database import Database
from imagecrawler.wall.indexing import Indexer

logger = logging.getLogger(__name__)

_COUNTED_SECONDS = 3.0
# Counting a store of a million takes seconds: it is done for a small part of the time.
_PAUSE_PER_COUNT = 10.0
_FIRST_SECONDS = 1.0
_RATED_SECONDS = 600.0
_HOSTS_MOST = 100

Json = dict[str, Any]


class StatusCounter:
    """Counts a store while somebody asks for it, and never more often than that pays."""

    def __init__(
        self, root: str, widths: Sequence[Bucket], database: Database, indexer: Indexer
    ) -> None:
        self._root = root
        self._widths = widths
        self._database = database
        self._indexer = indexer
        self._lock = threading.Lock()
        self._counted: Json = {}
        self._due = 0.0
        self._samples: deque[tuple[float, int, int]] = deque()  # when, pages, images

    def now(self, *, viewers: int = 0) -> Json:
        """Return the status; what has to be counted may be some seconds old, or null."""
        self._count_if_due()
        usage = shutil.disk_usage(self._root)
        index = self._database.index_bytes()
        return {
            **_NOT_COUNTED,
            **self._counted,
            "store": Path(self._root).name,
            "disk": {"total": usage.total, "free": usage.free, "index": index},
            "index": self._index(),
            "wall": self._wall(viewers),
        }

    def _count_if_due(self) -> None:
        """Count in a thread; wait for it a moment, in case there is little to count."""
        with self._lock:
            if time.monotonic() < self._due:
                return
            self._due = float("inf")
        thread = threading.Thread(target=self._count, name="wall-status", daemon=True)
        thread.start()
        thread.join(_FIRST_SECONDS)

    def _count(self) -> None:
        started = time.monotonic()
        try:
            self._counted = self._facts(store_status(Store.read(self._root), self._widths))
        except (OSError, StoreError, sqlite3.Error) as error:
            logger.warning("The store could not be counted: %s", error)
        finally:
            now = time.monotonic()
            self._due = now + max(_COUNTED_SECONDS, (now - started) * _PAUSE_PER_COUNT)

    def _facts(self, status: Json) -> Json:
        pages, images = status["pages"], status["images"]
        stored = max((w["downloaded"] for w in images["widths"].values()), default=0)
        self._samples.append((time.monotonic(), pages["visited"], stored))
        while self._samples[0][0] < self._samples[-1][0] - _RATED_SECONDS:
            self._samples.popleft()
        return {
            **status,
            "at": instants.to_text(time.time_ns() // 1000),
            "rates": _rates(self._samples),
            "hosts": self._hosts(pages["hosts"]),
            "failures": [*failures("image", images), *failures("page", pages)],
            "last_run": read_summary(self._root),
        }

    def _hosts(self, queued: Mapping[str, int]) -> list[Json]:
        rows = self._database.connection().execute(
            "SELECT l.name, g.c FROM idx.labels l JOIN "
            "(SELECT source, COUNT(*) AS c FROM idx.images GROUP BY source) g ON l.l = g.source"
        )
        images = dict(rows.fetchall())
        hosts = sorted(
            images.keys() | queued.keys(),
            key=lambda host: (-images.get(host, 0) - queued.get(host, 0), host),
        )
        return [
            {"host": host, "images": images.get(host, 0), "queued": queued.get(host, 0)}
            for host in hosts[:_HOSTS_MOST]
        ]

    def _index(self) -> Json:
        connection = self._database.connection()
        (count,) = connection.execute("SELECT COUNT(*) FROM idx.images").fetchone()
        complete, left = self._indexer.is_complete, self._indexer.folders_left
        return {"images": count, "complete": complete, "folders_left": left}

    def _wall(self, viewers: int) -> Json:
        connection = self._database.connection()
        sql = "SELECT COUNT(*) FROM hidden WHERE done IS NULL"
        (hidden,) = connection.execute(sql).fetchone()
        last = connection.execute("SELECT unseen FROM demand ORDER BY at DESC LIMIT 1").fetchone()
        return {"viewers": viewers, "unseen": last[0] if last else None, "hidden": hidden}


_NOT_COUNTED: Json = dict.fromkeys(
    (
        *("at", "in_use", "pages", "images", "sources", "dropped_hosts"),
        *("torn", "foreign"),
        *("rates", "hosts", "failures", "last_run"),
    )
)


def failures(what: str, part: Mapping[str, Any]) -> list[Json]:
    """Return the failures of one part of a status by reason, the most frequent first."""
    final, retried = part["failed"], part["retries"]["reasons"]
    found = [
        {
            "what": what,
            "reason": reason,
            "count": final.get(reason, 0) + retried.get(reason, 0),
            "retried": retried.get(reason, 0),
            "example": part["examples"].get(reason),
        }
        for reason in dict.fromkeys([*final, *retried])
    ]
    return sorted(found, key=lambda failure: -failure["count"])


def _rates(samples: Sequence[tuple[float, int, int]]) -> Json:
    (first, pages, images), (last, pages_now, images_now) = samples[0], samples[-1]
    minutes = (last - first) / 60

    def rate(before: int, now: int) -> float | None:
        return round(max(0, now - before) / minutes, 1) if minutes > 0 else None

    return {
        "images_per_minute": rate(images, images_now),
        "pages_per_minute": rate(pages, pages_now),
    }
