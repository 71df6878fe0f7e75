"""failed/: why an image has no file, as one JSON file an image."""

from __future__ import annotations

import json
import os
from typing import Any

from imagecrawler.storage import atomic, names
from imagecrawler.storage.id_sets import IdSet
from imagecrawler.storage.shard_table import ShardTable

Failure = dict[str, Any]


class FailedFolder:
    """The failure ledger of one store; the ids are in memory, the reasons are not.

    A failure has ``url``, ``reason``, ``attempts``, ``message``, ``last_try`` and
    ``next_try`` (an instant, or null for never), and what its reason needs besides.
    """

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._root = os.path.join(root, "failed")
        self._tmp_dir = tmp_dir
        snapshot = os.path.join(root, "cache", "failed.names")
        self._shards = ShardTable(self._root, _id_and_nothing, snapshot=snapshot)
        self.ids = IdSet(self._shards)
        self.strangers = self._shards.strangers

    def load(self) -> None:
        """Read all names."""
        self._shards.load()

    def save_names(self) -> None:
        """Write the snapshot from which the next `load` takes what nobody has changed."""
        self._shards.save(tmp_dir=self._tmp_dir)

    def read(self, image_id: str) -> Failure | None:
        """Return a failure, or None: there is none, or it is torn.

        ``tried``, if it is there, is a list of strings, whatever another hand wrote.
        """
        try:
            with open(self._path(image_id), "rb") as file:
                failure = json.load(file)
        except (OSError, ValueError, RecursionError):  # the last: nested without end
            return None
        if not isinstance(failure, dict) or not isinstance(failure.get("reason"), str):
            return None
        if "tried" in failure:
            tried = failure["tried"] if isinstance(failure["tried"], list) else []
            failure["tried"] = [url for url in tried if isinstance(url, str)]
        return failure

    def write(self, image_id: str, failure: Failure) -> None:
        """Write or replace a failure. Raises OSError."""
        data = json.dumps(failure, indent=1).encode("ascii")
        with self._shards.changing(image_id, adds=True):
            atomic.write_whole(self._path(image_id), data, tmp_dir=self._tmp_dir)
            self.ids.add(image_id)

    def remove(self, image_id: str) -> None:
        """Remove a failure, if there is one: the image has its files, or is tried again."""
        if image_id in self.ids:
            with self._shards.changing(image_id):
                atomic.remove(self._path(image_id))
                self.ids.discard(image_id)

    def _path(self, image_id: str) -> str:
        return os.path.join(self._root, image_id[:4], image_id + ".json")


def _id_and_nothing(name: str) -> tuple[str, str] | None:
    image_id = name.removesuffix(".json")
    return (image_id, "") if name.endswith(".json") and names.is_id(image_id) else None
