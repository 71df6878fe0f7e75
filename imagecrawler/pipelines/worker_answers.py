"""What a worker process answers, as bytes and as values; known to both ends.

JSON and no pickle: an image may have taken over the process that decoded it, and what it
sends must not run here.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.likeness import Likeness
from imagecrawler.storage.atomic import remove


@dataclass(frozen=True, slots=True)
class TemporaryFile:
    """One rendition, whole, under a temporary ``path``; ``bytes`` is its length."""

    bucket: str
    suffix: str
    path: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class RenderedFiles:
    """`imagecrawler.imaging.render.Rendered` with paths in the place of data.

    The caller owns the files: it renames them into place in this order, the smallest
    bucket last, or removes them with `discard`.
    """

    format: str
    width: int
    height: int
    sha256: str
    bytes: int
    likeness: Likeness
    files: list[TemporaryFile]

    def discard(self) -> None:
        """Remove the files that are still under their temporary paths."""
        for file in self.files:
            remove(file.path)


def temporary_path(stem: str, bucket: object) -> str:
    """Return where a worker that was given ``stem`` writes the rendition of a bucket."""
    return f"{stem}-{bucket}"


def remove_files(stem: str, buckets: Iterable[object]) -> None:
    """Remove what a worker that was given ``stem`` may have written."""
    for bucket in buckets:
        remove(temporary_path(stem, bucket))


def success(
    facts: tuple[str, int, int, str, int],
    likeness: Likeness,
    files: Sequence[tuple[str, str, int, int, int]],
) -> bytes:
    """Return the answer for an image whose files are written.

    ``facts`` are the first fields of `RenderedFiles` and ``files`` those of `TemporaryFile`, in
    order and without paths: these follow from the stem.
    """
    look = likeness.facts()
    return json.dumps({"facts": facts, "look": look, "files": files}).encode()


def failure(error: Exception) -> bytes:
    """Return the answer for an image that was refused, could not be written, or met a bug."""
    if isinstance(error, ImageRejectedError):
        return json.dumps({"rejected": [error.reason, str(error), error.facts]}).encode()
    if isinstance(error, MemoryError):  # the process may have no more: see its limit
        return json.dumps({"rejected": ["too-large", "out of memory", None]}).encode()
    if isinstance(error, OSError):
        message = error.strerror or str(error)
        return json.dumps({"os_error": [error.errno or 0, message, str(error.filename)]}).encode()
    return json.dumps({"bug": "".join(traceback.format_exception(error))}).encode()


def parsed(answer: bytes, stem: str) -> RenderedFiles | Exception:
    """Return what an answer says; RuntimeError for a bug.

    Raises ValueError, KeyError or TypeError for what `success` and `failure` never return.
    """
    said = json.loads(answer)
    if "rejected" in said:
        return ImageRejectedError(*said["rejected"])
    if "os_error" in said:
        return OSError(*said["os_error"])
    if "bug" in said:
        return RuntimeError(said["bug"])
    files = [
        TemporaryFile(bucket, suffix, temporary_path(stem, bucket), width, height, length)
        for bucket, suffix, width, height, length in said["files"]
    ]
    kind, width, height, digest, length = said["facts"]
    look = Likeness.recorded(said["look"])
    if look is None:
        raise ValueError(f"no likeness: {said['look']!r}")
    return RenderedFiles(kind, width, height, digest, length, look, files)
