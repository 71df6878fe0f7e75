"""The files of the page, from the folder ``page`` of this package: those and no others."""

from __future__ import annotations

import mimetypes
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}


class PageFile(NamedTuple):
    """What is sent for one name."""

    data: bytes
    media_type: str


@cache
def page_files() -> dict[str, PageFile]:
    """Return all of them by name, read once."""
    folder = files(__package__) / "page"
    found = (entry for entry in folder.iterdir() if entry.is_file())
    return {entry.name: PageFile(entry.read_bytes(), _media_type(entry.name)) for entry in found}


def _media_type(name: str) -> str:
    suffix = name[name.rfind(".") :]
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
