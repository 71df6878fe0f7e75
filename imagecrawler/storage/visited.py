"""visited/: one JSON file for each image, named by id, record version and flags."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter

from imagecrawler.storage import atomic, names
from imagecrawler.storage.names import RecordName
from imagecrawler.storage.records import Record, readable
from imagecrawler.storage.shards import sharded_files


class VisitedFolder:
    """The records of one store; the ids are in memory, the records are not.

    ``extensions`` maps every id to what follows it in its file name (``.v6+dt``). One
    thread writes (the committer); others may look ids up at any time.
    """

    def __init__(self, root: str, tmp_dir: str) -> None:
        self._root = os.path.join(root, "visited")
        self._tmp_dir = tmp_dir
        self.extensions: dict[str, str] = {}
        self.strangers: list[str] = []
        self.superseded: list[str] = []

    def load(self, *, repair: bool) -> None:
        """Read all names. Of two records with one id the newest wins.

        With ``repair`` (the writer's open) the older one is removed, else its path is in
        ``superseded``.
        """
        self.extensions.clear()  # loaded twice, every record would be its own older one
        self.strangers.clear()
        self.superseded.clear()
        named = sharded_files(self._root, names.record_name, lambda n: n.id, self.strangers)
        for name, path in named:
            previous = self.extensions.get(name.id)
            if previous is not None:
                folder = os.path.dirname(path)
                older = self._older(folder, name, previous)
                if repair:
                    atomic.remove(os.path.join(folder, older))
                else:
                    self.superseded.append(os.path.join(folder, older))
                if older == name.id + name.extension:
                    continue
            self.extensions[name.id] = sys.intern(name.extension)

    def path(self, image_id: str) -> str:
        """Return where the record of a known id is."""
        return os.path.join(self._root, image_id[:4], image_id + self.extensions[image_id])

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
        atomic.write_whole(
            os.path.join(folder, image_id + name.extension), data, tmp_dir=self._tmp_dir
        )
        previous = self.extensions.get(image_id)
        self.extensions[image_id] = sys.intern(name.extension)
        if previous is not None and previous != name.extension:
            atomic.remove(os.path.join(folder, image_id + previous))

    def forget(self, image_id: str) -> None:
        """Remove a record that cannot be read (repair)."""
        atomic.remove(self.path(image_id))
        del self.extensions[image_id]

    def look_again(self, image_id: str) -> None:
        """Find the record of an image anew (a reader): its writer may have renamed it."""
        self.extensions.pop(image_id, None)
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
            self.extensions[image_id] = sys.intern(newest.extension)

    def versions(self) -> dict[str, int]:
        """Return how many records there are of each extension, ascending by name."""
        return dict(sorted(Counter(self.extensions.values()).items()))

    def classes(self) -> dict[str, int]:
        """Return how many images there are of each class; those not judged yet are content."""
        names_of = {letter: name for name, letter in names.CLASS_FLAGS.items()}
        found: Counter[str] = Counter()
        for extension, number in Counter(self.extensions.values()).items():
            flags = extension.partition("+")[2]
            found[next((names_of[f] for f in flags if f in names_of), "content")] += number
        return dict(found.most_common())

    def near_duplicates(self) -> int:
        """Return how many records name a picture that theirs looks like."""
        return sum("n" in extension.partition("+")[2] for extension in self.extensions.values())

    def _older(self, folder: str, name: RecordName, extension: str) -> str:
        pair = [name.id + name.extension, name.id + extension]
        return min(pair, key=lambda file: _age(os.path.join(folder, file), file))


def _age(path: str, file: str) -> tuple[str, int, int]:
    name = names.record_name(file)
    assert name is not None
    try:
        modified = os.stat(path).st_mtime_ns
    except OSError:
        modified = 0
    return name.version, modified, len(name.flags)
