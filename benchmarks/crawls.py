"""Crawls as processes: ours and the rivals', started, killed and accounted for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

CHECKOUT = Path(__file__).resolve().parent.parent
_MARK = "IMAGECRAWLER_BENCHMARK"

# No delay that the site did not ask for; robots.txt is obeyed on every side.
SPEED_SETTINGS: Mapping[str, object] = {
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "LOG_LEVEL": "INFO",
}


@dataclass(frozen=True, slots=True)
class CrawlEnd:
    """How a crawl ended and what it cost, start-up and its waited-for workers included.

    ``exit_code`` is negative after a signal. ``peak_rss_mb`` is that of its largest process.
    """

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    peak_rss_mb: float


class Crawl:
    """A running ``scrapy`` command (or that of another ``program``), in a group of its own.

    Its output goes to ``log``. Every process that it starts, even one in another group, can
    be found by a mark in its environment.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        folder: Path,
        environment: Mapping[str, str],
        program: Sequence[str] = (sys.executable, "-m", "scrapy"),
    ) -> None:
        self.log = log
        self._mark = f"{_MARK}={uuid4()}"
        clean = {name: v for name, v in os.environ.items() if not name.startswith("SCRAPY")}
        name, _, value = self._mark.partition("=")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*program, *command],
                cwd=folder,
                env={**clean, "PYTHONUNBUFFERED": "1", **environment, name: value},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started = time.monotonic()
        self._end: CrawlEnd | None = None

    @property
    def process_id(self) -> int:
        """The id of the process that leads the group."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._started

    def poll(self) -> CrawlEnd | None:
        """Return how it ended, or None while it runs."""
        return self._wait(os.WNOHANG)

    def wait(self, timeout_seconds: float) -> CrawlEnd | None:
        """Wait for the end; None when there is none in time: it still runs then."""
        while self.seconds < timeout_seconds:
            if end := self.poll():
                return end
            time.sleep(0.02)
        return self.poll()

    def kill(self, *, parent_only: bool = False) -> CrawlEnd:
        """SIGKILL the process group, or the parent alone; return the end of the parent."""
        if self._end is None:
            (os.kill if parent_only else os.killpg)(self._process.pid, signal.SIGKILL)
        end = self._wait(0)
        assert end is not None
        return end

    def processes_left(self) -> list[int]:
        """Return the ids of its processes that live (a zombie does not), itself included."""
        mark = self._mark.encode()
        return [pid for pid in _process_ids() if mark in _environment_of(pid) and _is_alive(pid)]

    def _wait(self, options: int) -> CrawlEnd | None:
        if self._end is None:
            # Not Popen.wait(): that throws away what the process cost.
            pid, status, usage = os.wait4(self._process.pid, options)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self._process.returncode = code
                cpu = usage.ru_utime + usage.ru_stime
                self._end = CrawlEnd(code, self.seconds, cpu, usage.ru_maxrss / 1024)
        return self._end


def our_crawl(
    command: Sequence[str],
    *,
    store: Path,
    log: Path,
    settings: Mapping[str, object],
    checkout: Path = CHECKOUT,
) -> Crawl:
    """Start a command of this project as a user would: in a checkout, on a store."""
    return Crawl(
        [*command, *_options({**settings, "IMAGES_STORE": store})],
        log=log,
        folder=checkout,
        environment={},
    )


def rival_crawl(
    command: Sequence[str], *, folder: Path, log: Path, settings: Mapping[str, object]
) -> Crawl:
    """Start a crawl of the stock project in `benchmarks.rivals`, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return Crawl(
        [*command, *_options(settings)],
        log=log,
        folder=folder,
        environment={
            "SCRAPY_SETTINGS_MODULE": "benchmarks.rivals.settings",
            "PYTHONPATH": str(CHECKOUT),
        },
    )


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a log, for the message that says why a crawl failed."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def _options(settings: Mapping[str, object]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]


def _process_ids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
