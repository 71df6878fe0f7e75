"""What a run learned and the next one is quicker with: when it is written. No promise needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imagecrawler.storage.cache import CacheFolder

# What a kill takes is learned again from the pages of a minute.
WRITE_SECONDS = 60.0


class Estimates:
    """Values that are asked for now and then, and are due when they have changed."""

    def __init__(self, cache: CacheFolder) -> None:
        self._cache = cache
        self._values: dict[str, Callable[[], Any]] = {}
        self._last: dict[str, Any] = {}
        self._asked_seconds = 0.0

    def keep(self, name: str, value: Callable[[], Any]) -> Any:
        """Return what was kept under ``name``, or None; ``value()`` is kept from now on."""
        self._values[name] = value
        self._last[name] = self._cache.read(name)
        return self._last[name]

    def due(self, *, now_seconds: float) -> dict[str, Any]:
        """Return what is to be written now and then, by name; mostly nothing."""
        if now_seconds - self._asked_seconds < WRITE_SECONDS:
            return {}
        self._asked_seconds = now_seconds
        return self.changed()

    def changed(self) -> dict[str, Any]:
        """Return what is other than when it was last returned, or read."""
        values = {name: value() for name, value in self._values.items()}
        changed = {name: value for name, value in values.items() if value != self._last[name]}
        self._last |= changed
        return changed
