"""Group commits: changes gather on the event loop and are written by one thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from imagecrawler.coordinator.group import Group, Written

logger = logging.getLogger(__name__)

GROUP_SECONDS = 0.05
GROUP_SIZE = 500


class Committer:
    """Writes one group after another; the next one gathers meanwhile.

    A group is written when it is full, after 50 ms, or when `flush` says that work waits.
    ``written(group, result)`` is called on the loop when a group is on disk;
    ``failed(error)`` once, when one cannot be written: from then on nothing is.
    """

    def __init__(
        self,
        write: Callable[[Group], Written],
        written: Callable[[Group, Written], None],
        failed: Callable[[OSError], None],
    ) -> None:
        self._write = write
        self._written = written
        self._failed = failed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="committer")
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._urgent = False
        self.error: OSError | None = None
        self.group = Group()

    @property
    def busy(self) -> bool:
        """Whether something is being written, or waits to be."""
        return bool(self.group) or self._task is not None

    def changed(self, size: int = 1) -> None:
        """Note that ``size`` changes were added to ``group``."""
        self.group.size += size
        if self.error is not None or self._task is not None:
            return
        if self.group.size >= GROUP_SIZE:
            self._start()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GROUP_SECONDS, self._start)

    def flush(self) -> None:
        """Write what has gathered without waiting: work waits for it."""
        if not self.group or self.error is not None:
            return
        if self._task is None:
            self._start()
        else:
            self._urgent = True

    async def drain(self) -> None:
        """Write all that has gathered, and return when it is on disk or failed."""
        while self.error is None and self.busy:
            self.flush()
            if self._task is not None:
                await asyncio.wait([self._task])

    async def run(self, task: Callable[[], None]) -> None:
        """Do something else in the writing thread, after all that was handed to it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, task)

    def close(self) -> None:
        """Stop the thread."""
        if self._timer is not None:
            self._timer.cancel()
        self._thread.shutdown(wait=True)

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None and self.group and self.error is None:
            group, self.group = self.group, Group()
            self._urgent = False
            self._task = asyncio.get_running_loop().create_task(self._run(group))

    async def _run(self, group: Group) -> None:
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(self._thread, self._write, group)
        except Exception as error:
            if not isinstance(error, OSError):
                logger.exception("A group could not be written; please report this")
                error = OSError(f"{type(error).__name__}: {error}")
            self.error = error
            self._task = None
            self._failed(error)
            return
        self._task = None
        try:
            self._written(group, result)
        except Exception as error:
            logger.exception("The outcome of a group could not be noted; please report this")
            self.error = OSError(f"{type(error).__name__}: {error}")
            self._failed(self.error)
            return
        if self._urgent or self.group.size >= GROUP_SIZE:
            self._start()
        elif self.group:
            self.changed(0)
