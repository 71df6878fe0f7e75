"""What an image file is, read and decoded whole. Called in threads: the decoders free them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.source import decoding, load_pixels, open_source
from imagecrawler.imaging.vector import check_well_formed, svg_size

_MAX_FILE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A sound file: its kind (``jpeg``, ``png`` …), upright size and content hash."""

    kind: str
    width: int
    height: int
    bytes: int
    sha256: str


def file_facts(path: str, *, max_pixels: int) -> FileFacts:
    """Return the facts of one file after all its frames were decoded.

    Raises:
        ImageRejectedError: ``not-an-image`` (torn, or none), ``too-large`` to be looked at.
        FileNotFoundError: it is gone meanwhile.
    """
    if os.path.getsize(path) > _MAX_FILE_BYTES:
        raise ImageRejectedError("too-large", f"more than {_MAX_FILE_BYTES} bytes")
    body = Path(path).read_bytes()
    rules = ImageRules(widths=(), max_pixels=max_pixels, max_bytes=_MAX_FILE_BYTES)
    if (vector_size := svg_size(body)) is not None:
        check_well_formed(body)
        return FileFacts("svg", *vector_size, len(body), hashlib.sha256(body).hexdigest())
    source = open_source(body, rules)
    if source.is_animated:
        frames = min(getattr(source.image, "n_frames", 1), rules.max_frames)
        for index in range(frames):
            with decoding():
                source.image.seek(index)
                source.image.load()
    else:
        load_pixels(source, (1, 1))  # a JPEG reduced is still read to its end
    digest = hashlib.sha256(body).hexdigest()
    return FileFacts(source.kind, source.width, source.height, len(body), digest)
