"""Death at the n-th change of a file, in process: every change goes through ``atomic``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imagecrawler.storage import atomic

_CHANGES = ("write_whole", "adopt", "append", "remove", "remove_folder_if_empty")


class Killed(BaseException):
    """The process is dead: nothing after this may write."""


def dying(patch: pytest.MonkeyPatch, dies_at: int, work: Callable[[], Any]) -> bool:
    """Do work that dies before its n-th change; return whether it came to its end."""
    changes = 0

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def do(*args: Any, **options: Any) -> Any:
            nonlocal changes
            changes += 1
            if changes >= dies_at:
                raise Killed
            return change(*args, **options)

        return do

    for name in _CHANGES:
        patch.setattr(atomic, name, counted(getattr(atomic, name)))
    try:
        work()
    except Killed:
        return False
    return True
