"""An ``os`` for ``storage.atomic`` that dies, or fails, at a chosen change of the disk."""

from __future__ import annotations

import os
import threading
from typing import Any

from imagecrawler.storage.store import Store

_CHANGES = ("open", "write", "replace", "unlink", "ftruncate", "rmdir", "mkdir", "makedirs")


class Death(BaseException):
    """The process is gone."""


def bury(store: Store) -> None:
    """Do what the kernel does for a killed process: close its files, and give up its lock.

    Nothing is written and nothing removed, as `Store.close` would.
    """
    for part in (store.pages, store.inflight, store.spending):
        if part._descriptor >= 0:
            os.close(part._descriptor)
            part._descriptor = -1
    if store._lock is not None:
        store._lock.release()


class DyingOs:
    """The os module for ``storage.atomic``: dies at the n-th change, before or in its middle.

    From its death on nothing is written any more, as after a kill -9. ``error`` makes that
    change fail instead, as a full disk does, and all writes after it. `reset` begins anew.
    """

    def __init__(
        self, at: int | None = None, *, torn: bool = False, error: OSError | None = None
    ) -> None:
        self._lock = threading.Lock()
        self.reset(at, torn=torn, error=error)

    def reset(
        self, at: int | None = None, *, torn: bool = False, error: OSError | None = None
    ) -> None:
        self.changes = 0
        self.dead = False
        self._at = at
        self._torn = torn
        self._error = error

    def __getattr__(self, name: str) -> Any:
        value = getattr(os, name)
        if name not in _CHANGES:
            return value

        def counted(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & os.O_CREAT:
                return value(*args, **kwargs)
            with self._lock:
                self.changes += 1
                due = self._at is not None and self.changes >= self._at
            if due and self._error is not None:
                if name in ("write", "open"):
                    raise self._error
            elif due:
                if not self.dead and self._torn and name == "write":
                    value(args[0], bytes(args[1])[: len(args[1]) // 2])
                self.dead = True
                raise Death
            return value(*args, **kwargs)

        return counted
