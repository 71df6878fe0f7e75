"""What a process and all its descendants hold in memory, watched while they run."""

from __future__ import annotations

import threading
from pathlib import Path

_INTERVAL_SECONDS = 0.2
_MARKS_INTERVAL_SECONDS = 0.05


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
            self.peak_mb = max(self.peak_mb, sum(map(_mb, _tree(self._process_id))))

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
            own, *workers = map(_mark_mb, _tree(self._process_id))
            self.crawl_mb = max(self.crawl_mb, own)
            self.worker_mb = max(self.worker_mb, *workers, 0.0)

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self.join()


def _tree(process_id: int) -> list[int]:
    found, left = [], [process_id]
    while left:
        found.append(left.pop())
        for task in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                left += [int(text) for text in task.read_text().split()]
            except OSError:
                continue
    return found


def _mb(process_id: int) -> float:
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _mark_mb(process_id: int) -> float:
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6
