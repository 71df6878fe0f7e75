"""All that answers need, on one store, and the thread that keeps it up to date."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Sequence

from imagecrawler.exceptions import StoreError
from imagecrawler.imaging.widths import Bucket
from imagecrawler.storage.store import Store
from imagecrawler.wall.choosing import Asked, Chooser, Chosen, Demands
from imagecrawler.wall.database import Database, picture_key
from imagecrawler.wall.hiding import Hider
from imagecrawler.wall.indexing import Indexer
from imagecrawler.wall.news import News
from imagecrawler.wall.presenting import Json, Presenter
from imagecrawler.wall.selection import COLUMNS, Row, Selection, Walk, cursor, place_of
from imagecrawler.wall.status import StatusCounter
from imagecrawler.wall.viewers import Marks, Present

logger = logging.getLogger(__name__)

# So long the very first request waits for the first images of an index that is begun anew: 0.2 s
# with a million images, unless the machine is busy.
_FIRST_SECONDS = 3.0
_DEMAND_SECONDS = 5.0
_PAUSE_PER_DEMAND = 20.0
_COUNTED_SECONDS = 30.0
_LISTED_MOST = 500
_ALIKE_MOST = 50


class Room:
    """One store on the wall. Raises StoreError: there is none, or wall/ cannot be written."""

    def __init__(self, root: str, widths: Sequence[Bucket]) -> None:
        store = Store.read(root)
        self.database = Database(store.root)
        self.marks, self.present = Marks(self.database), Present()
        self.chooser = Chooser(self.database, self.marks, self.present)
        self.presenter = Presenter(store.root)
        self.indexer = Indexer(store.root, self.database)
        self.hider = Hider(store.root, widths)
        self.news = News(self.state)
        self.status = StatusCounter(store.root, widths, self.database, self.indexer)
        self.demands = Demands(self.database, self.marks, self.present)
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="wall-keeper", daemon=True)
        self._filters: tuple[float, Json] | None = None
        self._state: tuple[tuple[int, int], Json] | None = None

    def start(self) -> None:
        """Begin to follow the store."""
        self.indexer.on_change = self.news.tell
        self.indexer.start()
        self._keeper.start()

    def close(self) -> None:
        """End what was begun."""
        self.news.close()
        self._stop.set()
        self.indexer.stop()
        if self._keeper.is_alive():
            self._keeper.join(5.0)

    def await_first_images(self) -> None:
        """Wait a moment for the first images of an index that has just been begun."""
        self.indexer.has_begun.wait(_FIRST_SECONDS)

    def choose(self, asked: Asked) -> Chosen:
        """Return what to show next. Raises sqlite3.Error."""
        self.await_first_images()
        is_whole = self.indexer.is_complete
        return self.chooser.next(asked, self.presenter.is_there, may_repeat=is_whole)

    def state(self) -> Json:
        """Return how many images there are, and the number of the last that came."""
        version = (self.database.generation, self.indexer.version)
        known = self._state
        if known is None or known[0] != version:
            known = self._state = (version, self._counted_state())
        return known[1]

    def _counted_state(self) -> Json:
        sql = "SELECT COUNT(*), MAX(n) FROM idx.images"
        total, last = self.database.connection().execute(sql).fetchone()
        complete = self.indexer.is_complete
        return {"seq": last or 0 if complete else None, "indexing": not complete, "total": total}

    def browse(self, selection: Selection, place: str, limit: int, *, downwards: bool) -> Json:
        """Return a page of all images. Raises ArgumentError, sqlite3.Error."""
        is_back = place.startswith("before_")
        after = place_of({"cursor": place.removeprefix("before_")}, "cursor")
        walk = Walk(selection, "at", downwards=downwards != is_back)
        rows: list[Row] = []
        is_more = False
        for row in walk.rows(self.database.connection(), after):
            if not self.presenter.is_there(row):
                continue
            if len(rows) == limit:
                is_more = True
                break
            rows.append(row)
        if is_back:
            rows.reverse()
        has_next, has_previous = (True, is_more) if is_back else (is_more, after is not None)
        return {
            "images": [self.presenter.image(row) for row in rows],
            "next": cursor(rows[-1].at, rows[-1].n) if rows and has_next else None,
            "previous": f"before_{cursor(rows[0].at, rows[0].n)}"
            if rows and has_previous
            else None,
            "total": self.state()["total"],
        }

    def around(self, image_id: str) -> Json:
        """Return the image itself and those that look like it, as pages show them."""
        connection = self.database.connection()
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM idx.images i WHERE i.pic = "
            f"(SELECT pic FROM idx.images WHERE key = ?) LIMIT {_ALIKE_MOST}",
            (picture_key(image_id),),
        )
        images = [self.presenter.image(row) for row in map(Row._make, rows.fetchall())]
        own = next((image for image in images if image["id"] == image_id), None)
        return {"image": own, "alike": [image for image in images if image is not own]}

    def filters(self) -> Json:
        """Return what can be filtered by, counted some seconds ago."""
        found = self._filters
        if found is None or found[0] + _COUNTED_SECONDS < time.monotonic():
            found = self._filters = (time.monotonic(), self._counted())
        return found[1]

    def _counted(self) -> Json:
        groups = {
            "sources": "SELECT source, COUNT(*) AS c FROM idx.images GROUP BY source",
            "tags": "SELECT tag, COUNT(*) AS c FROM idx.tagged GROUP BY tag",
        }
        counted = {
            name: f"SELECT l.name, g.c FROM ({sql} ORDER BY c DESC LIMIT {_LISTED_MOST}) g "
            f"JOIN idx.labels l ON l.l = g.{name[:-1]} ORDER BY g.c DESC, l.name"
            for name, sql in groups.items()
        }
        counted["classes"] = (
            "SELECT class, COUNT(*) AS c FROM idx.images GROUP BY 1 ORDER BY c DESC"
        )
        connection = self.database.connection()
        return {
            name: [{"name": label, "images": count} for label, count in connection.execute(sql)]
            for name, sql in counted.items()
        }

    def _keep(self) -> None:
        pause = _DEMAND_SECONDS
        while not self._stop.wait(pause):
            started = time.monotonic()
            try:
                self.demands.note()
                self.hider.drop_now()
            except (sqlite3.Error, OSError, StoreError) as error:
                logger.warning("The wall could not write: %s; it is tried again", error)
            # A viewer who has seen a million takes a second to be counted for.
            pause = max(_DEMAND_SECONDS, (time.monotonic() - started) * _PAUSE_PER_DEMAND)
