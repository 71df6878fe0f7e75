"""Which text may become part of a path in the store. Nothing from the web does unchecked.

The characters are listed, not the dangerous ones: what is not listed (separators, dots, NUL,
line ends, other alphabets) cannot appear, on whatever file system the store lies.
"""

from __future__ import annotations

import re

_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_SUFFIX = re.compile(r"[0-9a-z]{1,8}")


def is_safe_id(text: str) -> bool:
    """Return whether ``text`` can name an image or page: 1 to 128 of ``0-9A-Za-z_-``."""
    return _ID.fullmatch(text) is not None


def is_safe_suffix(text: str) -> bool:
    """Return whether ``text`` can be a file's suffix, without its dot: ``jpg``, ``webp``."""
    return _SUFFIX.fullmatch(text) is not None
