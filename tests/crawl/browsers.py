"""The browser processes of a crawl, as the system lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.crawls import Running


@dataclass(frozen=True, slots=True)
class Process:
    """One process that a crawl started, or that one of these started."""

    pid: int
    command: str

    @property
    def is_browser(self) -> bool:
        """Whether it is a browser's main process, and not one of its many others."""
        return "--proxy-server=" in self.command and "--type=" not in self.command

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return _status(self.pid) is not None


def started_by(running: Running) -> list[Process]:
    """Return all processes below a crawl's own, its driver and browsers among them."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if (parent := _status(int(folder.name))) is not None:
            parents[int(folder.name)] = parent
    below = {running.process.pid}
    while new := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= new
    return [Process(pid, _command(pid)) for pid in below - {running.process.pid}]


def browsers(running: Running) -> list[Process]:
    """Return the browsers of a crawl that run now."""
    return [process for process in started_by(running) if process.is_browser]


def _status(pid: int) -> int | None:
    """Return a process's parent; None when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[1])


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
