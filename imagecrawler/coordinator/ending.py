"""How a run ends: why, how far it is with it, and what is written last."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from imagecrawler.coordinator.contract import Frontier
from imagecrawler.exceptions import ImageCrawlerError
from imagecrawler.storage.store import unwritable

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5.0
# What was aborted ends at once: what has not by then waits for ever.
LEAVE_SECONDS = 20.0


class Stats(Protocol):
    """Scrapy's stats."""

    def set_value(self, key: str, value: Any) -> None:
        """Set one of them."""

    def get_stats(self) -> dict[str, Any]:
        """Return them all."""


class Ending:
    """The end of one run, from its first sign on. ``now`` is in seconds of any one clock."""

    def __init__(self) -> None:
        self.failure: ImageCrawlerError | None = None
        self.stopped_by: str | None = None
        self._since: float | None = None
        self._aborted = False

    @property
    def has_begun(self) -> bool:
        """Whether what is in flight is given back when it ends."""
        return self._since is not None

    def begin(self, now: float) -> None:
        """Note since when the run ends, if it did not yet."""
        if self._since is None:
            self._since = now

    def aborts(self, now: float) -> bool:
        """Whether what is in flight is to be aborted; asked again, it no longer is."""
        begins = not self._aborted and self._waited(now) >= self._grace_seconds
        self._aborted = self._aborted or begins
        return begins

    def is_overdue(self, now: float) -> bool:
        """Whether what is still in flight waits for ever."""
        return self._waited(now) >= self._grace_seconds + LEAVE_SECONDS

    def _waited(self, now: float) -> float:
        assert self._since is not None
        return now - self._since

    @property
    def _grace_seconds(self) -> float:
        return 0.0 if self.failure is not None else GRACE_SECONDS

    async def write(
        self, coordinator: Frontier, stats: Stats, *, spider: str, reason: str, started: str
    ) -> None:
        """Write the last group and the summary, and release the store. Raises nothing."""
        files: dict[str, int] = {}
        try:
            await coordinator.close()
            files = await asyncio.to_thread(coordinator.count_files)
        except Exception as error:
            self._note(coordinator, error)
        try:
            coordinator.write_summary(
                files=files,
                spider=spider,
                reason=self.stopped_by or reason,
                error=str(self.failure) if self.failure else None,
                started=started,
                stats=stats.get_stats(),
            )
            stats.set_value("run/summarised", True)
        except Exception as error:
            self._note(coordinator, error)
        if self.failure is not None:
            stats.set_value("run/exit_code", self.failure.exit_code)
            stats.set_value("run/error", str(self.failure))
        coordinator.release()

    def _note(self, coordinator: Frontier, error: Exception) -> None:
        if not isinstance(error, OSError):
            logger.exception("The run could not be ended as it should; please report this")
            error = OSError(f"{type(error).__name__}: {error}")
        self.failure = self.failure or unwritable(coordinator.place, error)
