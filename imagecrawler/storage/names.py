"""Names of files in a store: which are ours, and what they say."""

from __future__ import annotations

import re
from typing import NamedTuple

RECORD_VERSION = ".v6"
# The letters of a record's flags, and the attribute each stands for.
FLAG_ATTRIBUTES = {
    "a": "author",
    "c": "candidates",
    "d": "description",
    "f": "sha256",
    "l": "licence",
    "n": "near_duplicate_of",
    "t": "tags",
    "u": "upgrade",
}
# What an image is for, where that is not content: so counting the classes reads no record.
CLASS_FLAGS = {
    "ad": "p",
    "avatar": "v",
    "furniture": "r",
    "icon": "i",
    "logo": "o",
    "sprite": "s",
    "tracker": "x",
}

_ID = re.compile(r"[0-9A-Za-z_-]{1,128}", re.ASCII)
_VERSION = re.compile(r"(?:\.v[0-9])?(?:\+[a-z]+)?", re.ASCII)
_RECORD = re.compile(r"([0-9A-Za-z_-]{1,128})((?:\.v[0-9](?:\+[a-z]+)?)?)", re.ASCII)
_SUFFIX = re.compile(r"\.[a-z0-9]{2,5}", re.ASCII)


class RecordName(NamedTuple):
    """``1413882353314-73389f63b6fd.v5+t`` is the id, ``.v5`` and ``t``."""

    id: str
    version: str
    flags: str

    @property
    def extension(self) -> str:
        """What follows the id."""
        return f"{self.version}+{self.flags}" if self.flags else self.version


def record_name(name: str) -> RecordName | None:
    """Read the name of a file in visited/, or None: it is not ours.

    The first article shows records without a version too: they have ``""``.
    """
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return RecordName(name, "", "") if is_id(name) else None
    if not is_id(stem) or not _VERSION.fullmatch(dot + extension):
        return None
    version, _, flags = (dot + extension).partition("+")
    return RecordName(stem, version, flags)


def record_id_and_extension(name: str) -> tuple[str, str] | None:
    """Read the id of a file in visited/ and what follows it, or None: it is not ours.

    The same as `record_name`, in a third of the time: a store has a million of them.
    """
    match = _RECORD.fullmatch(name)
    return (match[1], match[2]) if match else None


def image_file_id(name: str) -> str | None:
    """Return the id of a file in downloaded/, or None: it is not ours."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and is_id(stem) and _SUFFIX.fullmatch(dot + suffix) else None


def is_id(text: str) -> bool:
    """Whether an image id can be part of a path: listed characters only."""
    return _ID.fullmatch(text) is not None


def flags_of(record: dict[str, object]) -> str:
    """Return the sorted flags of what a record has, its class among them."""
    letters = [letter for letter, name in FLAG_ATTRIBUTES.items() if record.get(name)]
    return "".join(sorted([*letters, CLASS_FLAGS.get(str(record.get("class")), "")]))
