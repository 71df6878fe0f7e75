"""A crawl and what is under it, browser and driver, watched while they run."""

from __future__ import annotations

import re
import statistics
import threading
import time
from typing import NamedTuple

from benchmarks.memory import (
    command_of,
    cpu_seconds_of,
    process_tree,
    proportional_mb,
    resident_mib,
)

# Chromium, however it is named, and Playwright's driver, which is a node.
_BROWSER = re.compile(rb"chrom|headless_shell|playwright|node", re.IGNORECASE)
_MOMENT_SECONDS = 5.0


class Sizes(NamedTuple):
    """A moment: the crawl's resident size, and what its browser and its driver weigh.

    The browser's is the sum of proportional set sizes of its processes, for they share most
    of what they have; the driver's is a resident size. ``cpu_seconds`` of all until then.
    """

    when: float
    crawl_mib: float
    browser_mib: float
    driver_mib: float
    processes: float
    crawl_cpu_seconds: float
    browser_cpu_seconds: float


class BrowserSizes(threading.Thread):
    """Notes the sizes of a crawl and its browser until `stop` is called.

    ``browsers`` are the commands of every process of a browser or its driver that was seen.
    """

    def __init__(self, process_id: int, *, interval_seconds: float) -> None:
        super().__init__(daemon=True)
        self.samples: list[Sizes] = []
        self.browsers: set[str] = set()
        self._process_id = process_id
        self._interval_seconds = interval_seconds
        # By process, because a page's processes end with it, and their use is lost with them.
        self._cpu_seconds: dict[int, float] = {}
        self._stopped = threading.Event()
        self.start()

    def run(self) -> None:
        """Watch."""
        while not self._stopped.wait(self._interval_seconds):
            own, *others = process_tree(self._process_id)
            commands = {pid: command for pid in others if _BROWSER.search(command := _program(pid))}
            self.browsers |= {command.decode(errors="replace") for command in commands.values()}
            self._note(own, commands)

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self.join()

    def around(self, when: float) -> Sizes:
        """Return the medians of the seconds before and after a time (epoch seconds)."""
        near = [s for s in self.samples if abs(s.when - when) <= _MOMENT_SECONDS]
        near = near or [min(self.samples, key=lambda sample: abs(sample.when - when))]
        return Sizes(*map(statistics.median, zip(*near, strict=True)))

    def _note(self, own: int, commands: dict[int, bytes]) -> None:
        for pid in (own, *commands):
            used = cpu_seconds_of(pid)
            self._cpu_seconds[pid] = max(used, self._cpu_seconds.get(pid, 0.0))
        crawl_mib = resident_mib(own)
        if not crawl_mib:
            return
        drivers = [pid for pid, command in commands.items() if b"node" in command]
        browser = [pid for pid in commands if pid not in drivers]
        sample = Sizes(
            when=time.time(),
            crawl_mib=crawl_mib,
            browser_mib=sum(map(proportional_mb, browser)),
            driver_mib=sum(map(resident_mib, drivers)),
            processes=len(browser),
            crawl_cpu_seconds=self._cpu_seconds[own],
            browser_cpu_seconds=sum(self._cpu_seconds.values()) - self._cpu_seconds[own],
        )
        self.samples.append(sample)


def _program(process_id: int) -> bytes:
    """Return what a process runs, without its arguments: Chromium's zygotes have one part."""
    return command_of(process_id).split(b"\0")[0].split(b" ")[0].rpartition(b"/")[2]
