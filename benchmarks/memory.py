"""What a process and all its descendants hold in memory, watched while they run."""

from __future__ import annotations

import os
import statistics
import threading
import time
from pathlib import Path
from typing import NamedTuple

_INTERVAL_SECONDS = 0.2
_MARKS_INTERVAL_SECONDS = 0.05
# A moment says little: a collection, or a group being written, comes and goes within this.
_MOMENT_SECONDS = 1.0


class TreeMemory(threading.Thread):
    """Watches the tree under a process until it has ended or `stop` is called.

    ``peak_mb`` is the largest sum seen of proportional set sizes: what processes share is
    counted once.
    """

    def __init__(self, process_id: int) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._process_id = process_id
        self._stopped = threading.Event()
        self.start()

    def run(self) -> None:
        """Watch."""
        while not self._stopped.wait(_INTERVAL_SECONDS):
            now_mb = sum(map(proportional_mb, process_tree(self._process_id)))
            self.peak_mb = max(self.peak_mb, now_mb)

    def stop(self) -> float:
        """Stop watching and return the peak in MB."""
        self._stopped.set()
        self.join()
        return self.peak_mb


class HighWaterMarks(threading.Thread):
    """Watches a crawl and its workers until `stop` is called.

    ``crawl_mb`` is the largest resident size that its process had, ``worker_mb`` that of any
    worker: the kernel's own marks, so that no peak falls between two looks.
    """

    def __init__(self, process_id: int) -> None:
        super().__init__(daemon=True)
        self.crawl_mb = self.worker_mb = 0.0
        self._process_id = process_id
        self._stopped = threading.Event()
        self.start()

    def run(self) -> None:
        """Watch."""
        while not self._stopped.wait(_MARKS_INTERVAL_SECONDS):
            self.crawl_mb = max(self.crawl_mb, _mark_mb(self._process_id))
            # A process that is not a worker yet has the marks and the command of the crawl.
            crawl = command_of(self._process_id)
            workers = [pid for pid in process_tree(self._process_id) if command_of(pid) != crawl]
            self.worker_mb = max(self.worker_mb, *map(_mark_mb, workers), 0.0)

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self.join()


class Resident(NamedTuple):
    """Resident sizes at a moment, of the process that was watched and of its descendants.

    ``cpu_seconds`` is what all of them that live have used so far.
    """

    when: float
    own_mib: float
    workers_mib: float
    cpu_seconds: float


class ResidentSizes(threading.Thread):
    """Notes the resident sizes of a process and of those under it until `stop` is called."""

    def __init__(self, process_id: int) -> None:
        super().__init__(daemon=True)
        self.samples: list[Resident] = []
        self._process_id = process_id
        self._stopped = threading.Event()
        self.start()

    def run(self) -> None:
        """Watch."""
        while not self._stopped.wait(_INTERVAL_SECONDS):
            processes = process_tree(self._process_id)
            own, *workers = map(resident_mib, processes)
            if own:
                cpu_seconds = sum(map(cpu_seconds_of, processes))
                self.samples.append(Resident(time.time(), own, sum(workers), cpu_seconds))

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self.join()

    def around(self, when: float) -> Resident:
        """Return the medians of the second before and after a time (epoch seconds)."""
        near = [s for s in self.samples if abs(s.when - when) <= _MOMENT_SECONDS]
        near = near or [min(self.samples, key=lambda sample: abs(sample.when - when))]
        return Resident(*map(statistics.median, zip(*near, strict=True)))


def process_tree(process_id: int) -> list[int]:
    """Return the ids of a process and of all its living descendants, itself first."""
    found, left = [], [process_id]
    while left:
        found.append(left.pop())
        for task in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                left += [int(text) for text in task.read_text().split()]
            except OSError:
                continue
    return found


def proportional_mb(process_id: int) -> float:
    """Return its memory in MiB; what n processes share counts an nth. 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def command_of(process_id: int) -> bytes:
    """Return its command line, parts separated by NUL; empty when it has ended."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return b""


def _mark_mb(process_id: int) -> float:
    return high_water_mib(process_id) * 2**20 / 1e6


def resident_mib(process_id: int) -> float:
    """Return its resident size; 0 when it has ended."""
    return _status_kib(process_id, "VmRSS:") / 1024


def high_water_mib(process_id: int) -> float:
    """Return the largest resident size it has had so far; 0 when it has ended."""
    return _status_kib(process_id, "VmHWM:") / 1024


def _status_kib(process_id: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(name))


def cpu_seconds_of(process_id: int) -> float:
    """Return the CPU seconds it has used so far; 0 when it has ended."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
