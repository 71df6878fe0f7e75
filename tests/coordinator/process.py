"""One process of a crawl without Scrapy: its loop, its disk and its reader move when told to.

So a test decides what happens between any two steps, and a failure repeats itself exactly.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from imagecrawler.coordinator.contract import Lease, Rendered
from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.opening import StoreReader
from imagecrawler.coordinator.run import RunRules
from imagecrawler.storage.store import Store
from tests.coordinator import web
from tests.dying import Death, bury


class SlowDisk(Executor):
    """The committer's thread: does what it was asked to do when `step` is called."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        return future

    def step(self) -> None:
        if not self.waiting:
            return
        future, work = self.waiting.popleft()
        try:
            result = work()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        return


class SlowReader:
    """The store's reader in its own thread: reads one record further at each `step`."""

    def __init__(self, reader: StoreReader) -> None:
        self.ended = True  # until it begins
        self._run, self._read = reader.run, reader._read
        self._go, self._arrived = threading.Semaphore(0), threading.Semaphore(0)
        reader.run = self.run  # type: ignore[method-assign]
        reader._read = self.read  # type: ignore[method-assign]

    def run(self) -> None:
        self._gate()
        try:
            self._run()
        finally:
            self.ended = True
            self._arrived.release()

    def read(self, key: str, *, wanted: bool) -> None:
        self._gate()
        self._read(key, wanted=wanted)

    def begin(self) -> None:
        self.ended = False
        self._arrived.acquire()

    def step(self) -> None:
        if not self.ended:
            self._go.release()
            self._arrived.acquire()

    def to_the_end(self) -> None:
        while not self.ended:
            self.step()

    def _gate(self) -> None:
        self._arrived.release()
        self._go.acquire()


class Process:
    """A coordinator on a store, and what becomes of its leases. `kill` leaves all as it is."""

    def __init__(self, root: Path, rules: RunRules, room: int) -> None:
        self.fatal: list[OSError] = []
        self.rules = rules
        self.downloading: list[Lease] = []
        self._room = room
        self._serial = 0
        self.loop = asyncio.new_event_loop()
        self.store = Store.open(str(root), fsync=False)
        self.left_in_tmp = os.listdir(self.store.tmp_dir)
        try:
            self.coordinator = Coordinator.open(self.store, rules)
        except BaseException as error:
            self._end(killed=isinstance(error, Death))
            raise
        self.disk = SlowDisk()
        self.coordinator._committer.close()
        self.coordinator._committer._thread = self.disk  # type: ignore[assignment]
        self.reader = SlowReader(self.coordinator._knowledge.reader)

    def start(self) -> None:
        async def start() -> None:
            self.coordinator.start(lambda: None, self.fatal.append)
            self.reader.begin()

        self.run(start())

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Do something on the loop, then let the loop come to rest."""

        async def and_rest() -> Any:
            result = await coroutine
            for _ in range(6):
                await asyncio.sleep(0)
            return result

        return self.loop.run_until_complete(and_rest())

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        async def call() -> Any:
            return function(*args, **kwargs)

        return self.run(call())

    # -- work ------------------------------------------------------------------------------

    def has_room(self, host: str) -> bool:
        return sum(lease.host == host for lease in self.downloading) < self._room

    def lease(self) -> Lease | None:
        lease: Lease | None = self.call(self.coordinator.lease, self.has_room)
        if lease is not None:
            self.downloading.append(lease)
        return lease

    def finish(self, lease: Lease, outcome: Any = None) -> None:
        lease.outcome = outcome or lease.outcome
        self.downloading.remove(lease)
        self.call(self.coordinator.finish, lease)

    def rendered(self, lease: Lease) -> Rendered:
        """Write the files of a picture to tmp/, as a worker does."""
        made = web.rendered(lease.url, tuple(self.rules.widths))
        files = []
        for file in made.files:
            self._serial += 1
            path = Path(self.store.tmp_dir, f"r{self._serial}")
            path.write_bytes(file.data)
            files.append((file.bucket, file.suffix, str(path)))
        facts = {"sha256": made.sha256, "bytes": made.bytes, "format": made.format}
        facts |= {"width": made.width, "height": made.height, "fetched_url": lease.url}
        return Rendered(facts, files, sum(len(file.data) for file in made.files))

    def write(self) -> None:
        """Let the disk write one group, and the loop hear of it."""
        self.disk.step()
        self.run(asyncio.sleep(0))

    def flush(self) -> None:
        self.call(self.coordinator.flush)

    def let_time_pass(self) -> None:
        """Let what was postponed be due, and everything that has gathered be written."""
        postponed = self.coordinator._knowledge.cache.postponed
        for key, (since, record) in list(postponed.items()):
            postponed[key] = (since - 60.0, record)
        self.call(self.coordinator.tick)
        while not self.fatal and self.coordinator._committer.busy:
            self.flush()
            self.write()

    # -- ends ------------------------------------------------------------------------------

    def close(self) -> None:
        """End as the scheduler does: what is in flight is given back, the rest is written."""

        async def close() -> None:
            closing = asyncio.ensure_future(self.coordinator.close())
            while not closing.done():
                self.disk.step()
                await asyncio.sleep(0)
            try:
                await closing
            except OSError as error:
                self.fatal.append(error)

        self.run(close())
        self.reader.to_the_end()
        self._end(killed=False)

    def kill(self) -> None:
        """Leave everything as a kill -9 leaves it."""
        self.coordinator._knowledge.reader.stop = True
        self.reader.to_the_end()
        self._end(killed=True)

    def _end(self, *, killed: bool) -> None:
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.wait(tasks))
        self.loop.close()
        if killed:
            bury(self.store)
        else:
            self.store.close()
