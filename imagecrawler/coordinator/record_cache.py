"""The records last read or written, and what is looked up among all of them."""

from __future__ import annotations

import pickle
import time
from collections import OrderedDict
from itertools import islice

from imagecrawler.coordinator.classing import ImageClasses
from imagecrawler.coordinator.contents import Contents
from imagecrawler.coordinator.near import NearDuplicates
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.policies.near import NearRules
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store

# How long the news that a picture was seen on one more page may stay in memory, in seconds.
# The page lines repeat it: what a kill takes is read from there again.
POSTPONE_SECONDS = 5.0
POSTPONED_MOST = 10_000
_POSTPONED_PER_GROUP = 64


class RecordCache:
    """The records last read or written, so that a picture on many pages is read once.

    A picture that is on every page would be rewritten with every page: what only adds a page
    to a record is gathered for some seconds. ``contents`` knows the bytes of stored images,
    ``near`` how they look.
    """

    def __init__(
        self,
        store: Store,
        near: NearRules | None = None,
        size: int = 2048,
        classes: ImageClasses | None = None,
    ) -> None:
        self._store = store
        self._size = size
        self.classes = classes or ImageClasses(ContentFilter(), UrlFilter())
        self.contents = Contents(store.visited.id_of)
        self.near = NearDuplicates(near or NearRules(), store.visited.id_of, self.get)
        self.postponed: dict[str, tuple[float, Record]] = {}
        self._records: OrderedDict[str, Record] = OrderedDict()

    def get(self, image_id: str) -> Record | None:
        """Return a record, or None: there is none, or it cannot be read."""
        if (postponed := self.postponed.get(image_id)) is not None:
            return postponed[1]
        record = self._records.get(image_id)
        if record is None:
            record = self._store.visited.read(image_id)
            if record is not None:
                self._keep(image_id, record)
        else:
            self._records.move_to_end(image_id)
        return record

    def copy_of(self, image_id: str) -> Record | None:
        """Return a record as its owner's own, or None, as `get` does. From any thread."""
        record = self._records.get(image_id)
        if record is None:
            return self._store.visited.read(image_id)
        copy: Record = pickle.loads(pickle.dumps(record))  # a fifth of deepcopy's time
        return copy

    def put(self, image_id: str, record: Record) -> None:
        """Write a record to the store, with what its image is for by now, and keep it."""
        record = self.classes.judged(record)
        self._store.visited.write(image_id, record)
        self.postponed.pop(image_id, None)
        self._keep(image_id, record)

    def put_later(self, image_id: str, record: Record) -> None:
        """Keep a record that is to be written within some seconds."""
        since = self.postponed.get(image_id, (time.monotonic(), record))[0]
        self.postponed[image_id] = (since, record)

    def write_postponed(self, *, all_of_them: bool = False) -> None:
        """Write what has waited long enough, a few records at a time."""
        due = time.monotonic() - POSTPONE_SECONDS
        excess = len(self.postponed) - POSTPONED_MOST
        most = len(self.postponed) if all_of_them else max(_POSTPONED_PER_GROUP, excess)
        for image_id, (since, record) in list(islice(self.postponed.items(), most)):
            if since > due and not all_of_them and excess <= 0:
                break
            self.put(image_id, record)

    def _keep(self, image_id: str, record: Record) -> None:
        self._records[image_id] = record
        self._records.move_to_end(image_id)
        if len(self._records) > self._size:
            self._records.popitem(last=False)
