"""visited/: one JSON file for each image, named by id, record version and flags."""

from __future__ import annotations

import json
import os
from collections import Counter

from imagecrawler.storage import atomic, names
from imagecrawler.storage.id_sets import LabelOfId
from imagecrawler.storage.names import RecordName
from imagecrawler.storage.records import Record, readable
from imagecrawler.storage.shard_table import ShardTable


class VisitedFolder:
    """The records of one store; the ids are in memory, the records are not.

    ``extensions`` maps every id to what follows it in its file name (``.v6+dt``). One
    thread writes (the committer); others may look ids up at any time.
    """

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._root = os.path.join(root, "visited")
        self._tmp_dir = tmp_dir
        self._shards = ShardTable(
            self._root,
            names.record_id_and_extension,
            self._newer,
            snapshot=os.path.join(root, "cache", "visited.names"),
        )
        self._repairs = False
        self.extensions = LabelOfId(self._shards)
        self.strangers = self._shards.strangers
        self.superseded: list[str] = []

    def load(self, *, repair: bool) -> None:
        """Read all names. Of two records with one id the newest wins.

        With ``repair`` (the writer's open) the older one is removed, else its path is in
        ``superseded``.
        """
        self.superseded.clear()  # loaded twice, every record would be its own older one
        self._repairs = repair
        self._shards.load()

    def save_names(self) -> None:
        """Write the snapshot from which the next `load` takes what nobody has changed."""
        self._shards.save(tmp_dir=self._tmp_dir)

    def path(self, image_id: str) -> str:
        """Return where the record of a known id is."""
        return os.path.join(self._root, image_id[:4], image_id + self.extensions[image_id])

    def id_of(self, key: int) -> str | None:
        """Return the id that has a key (see `id_key`), or None: none that has a record."""
        return self._shards.id_of(key)

    def read(self, image_id: str) -> Record | None:
        """Return a record, or None: unknown, torn, or not an object with a string ``url``."""
        for _ in range(2):  # the writer may rename it between the look-up and the opening
            if image_id not in self.extensions:
                return None
            try:
                with open(self.path(image_id), "rb") as file:
                    return readable(json.load(file))
            except FileNotFoundError:
                continue
            except (OSError, ValueError, RecursionError):  # the last: nested without end
                return None
        return None

    def write(self, image_id: str, record: Record) -> None:
        """Write a record under the name that it deserves, then remove the older one.

        Raises OSError, and then the older record is still there.
        """
        name = RecordName(image_id, names.RECORD_VERSION, names.flags_of(record))
        folder = os.path.join(self._root, image_id[:4])
        data = json.dumps(record).encode("ascii")  # indent= would leave the C encoder
        path = os.path.join(folder, image_id + name.extension)
        with self._shards.changing(image_id, adds=True):
            atomic.write_whole(path, data, tmp_dir=self._tmp_dir)
            previous = self._shards.get(image_id)
            self._shards.put(image_id, name.extension)
            if previous is not None and previous != name.extension:
                atomic.remove(os.path.join(folder, image_id + previous))

    def forget(self, image_id: str) -> None:
        """Remove a record that cannot be read (repair)."""
        with self._shards.changing(image_id):
            atomic.remove(self.path(image_id))
            self._shards.pop(image_id)

    def look_again(self, image_id: str) -> None:
        """Find the record of an image anew (a reader): its writer may have renamed it."""
        self._shards.pop(image_id)
        folder = os.path.join(self._root, image_id[:4])
        try:
            found = [name for name in os.listdir(folder) if name.startswith(image_id)]
        except FileNotFoundError:
            return
        ours = [n for file in found if (n := names.record_name(file)) and n.id == image_id]
        if ours:
            newest = max(
                ours,
                key=lambda n: _age(os.path.join(folder, n.id + n.extension), n.id + n.extension),
            )
            self.extensions[image_id] = newest.extension

    def versions(self) -> dict[str, int]:
        """Return how many records there are of each extension, ascending by name."""
        return self._shards.counts()

    def classes(self) -> dict[str, int]:
        """Return how many images there are of each class; those not judged yet are content."""
        names_of = {letter: name for name, letter in names.CLASS_FLAGS.items()}
        found: Counter[str] = Counter()
        for extension, number in self.versions().items():
            flags = extension.partition("+")[2]
            found[next((names_of[f] for f in flags if f in names_of), "content")] += number
        return dict(found.most_common())

    def near_duplicates(self) -> int:
        """Return how many records name a picture that theirs looks like."""
        return sum(n for name, n in self.versions().items() if "n" in name.partition("+")[2])

    def _newer(self, folder: str, image_id: str, one: str, other: str) -> str:
        """Return which of two extensions of one id counts; the other's file is in the way."""
        older, newer = sorted(
            (one, other), key=lambda e: _age(os.path.join(folder, image_id + e), image_id + e)
        )
        path = os.path.join(folder, image_id + older)
        if self._repairs:
            atomic.remove(path)
        else:
            self.superseded.append(path)
        return newer


def _age(path: str, file: str) -> tuple[str, int, int]:
    name = names.record_name(file)
    assert name is not None
    try:
        modified = os.stat(path).st_mtime_ns
    except OSError:
        modified = 0
    return name.version, modified, len(name.flags)
