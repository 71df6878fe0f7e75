"""Crawls as people start them: ``scrapy …`` in a process of its own, on a store of its own."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]

# A site on this machine needs no politeness, and a test no patience.
FAST = {
    "ALLOWED_NETWORKS": "127.0.0.0/8",
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "DOWNLOAD_TIMEOUT": "10",
    "RETRY_TIMES": "1",
    "RETRY_WAIT_SECONDS": "2",
}


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended. ``rc`` is negative when a signal ended it (-9: SIGKILL)."""

    rc: int
    stdout: str
    stderr: str
    store: Path

    @property
    def summary(self) -> dict[str, Any]:
        """What the last run on this store left in summary.json."""
        found: dict[str, Any] = json.loads((self.store / "summary.json").read_text())
        return found

    def files(self, pattern: str = "downloaded/*/*/*") -> list[str]:
        """Return the store's files that match, relative and sorted."""
        found = self.store.glob(pattern)
        return sorted(str(file.relative_to(self.store)) for file in found if file.is_file())


class Running:
    """A command at work. It leads a session of its own, so its workers can be found."""

    def __init__(self, command: list[str], *, folder: Path, store: Path, env: dict[str, str]):
        folder.mkdir(parents=True)
        self.store = store
        self._out, self._err = folder / "stdout", folder / "stderr"
        with open(self._out, "wb") as out, open(self._err, "wb") as err:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def stdout(self) -> str:
        """What it printed so far."""
        return self._out.read_text(errors="replace")

    @property
    def stderr(self) -> str:
        """What it said so far: the log."""
        return self._err.read_text(errors="replace")

    def signal(self, number: int) -> None:
        """Send a signal to the process alone, as ``kill`` does."""
        self.process.send_signal(number)

    def interrupt(self) -> None:
        """Stop it as Ctrl-C does, without the workers being told."""
        self.signal(signal.SIGINT)

    def terminate(self) -> None:
        """Stop it as a service manager does."""
        self.signal(signal.SIGTERM)

    def kill(self) -> Run:
        """Kill -9 the process alone (its workers live on) and return how it ended."""
        self.process.kill()
        return self.wait()

    def kill_all(self) -> Run:
        """Kill -9 the process and its workers, as a power cut does; return how it ended."""
        for pid in self.alive():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return self.wait()

    def alive(self) -> list[int]:
        """Return the ids of the processes that are left of it, workers included."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            state, session = fields[0], int(fields[3])
            if session == self.process.pid and state != "Z":
                found.append(int(stat.parent.name))
        return found

    def wait(self, *, timeout_seconds: float = 120) -> Run:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it has not ended; it is killed.
        """
        try:
            rc = self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            sys.stderr.write(self.stderr[-4000:])
            raise
        return Run(rc, self.stdout, self.stderr, self.store)


class Crawls:
    """Starts commands in ``folder``; what still runs at ``close`` is killed.

    ``settings`` are added to ``FAST``; ``store`` is ``folder/data`` by default, the same for
    all commands of a test. ``arguments`` of a crawl are the spider's: ``max_pages=3``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.store = folder / "data"
        self._numbers = itertools.count(1)
        self._running: list[Running] = []

    def __call__(
        self, start: str | None = None, *, timeout_seconds: float = 120, **options: Any
    ) -> Run:
        """Run a crawl to its end: ``start``'s options and arguments."""
        return self.start(start, **options).wait(timeout_seconds=timeout_seconds)

    def start(
        self,
        start: str | None = None,
        *,
        spider: str = "site",
        settings: Mapping[str, object] | None = None,
        store: Path | None = None,
        env: Mapping[str, str] | None = None,
        **arguments: object,
    ) -> Running:
        """Start a crawl and return while it runs."""
        if start is not None:
            arguments = {"start": start, **arguments}
        words = ["crawl", spider]
        for name, value in arguments.items():
            words += ["-a", f"{name}={value}"]
        return self.start_command(*words, settings=settings, store=store, env=env)

    def command(self, *words: str, timeout_seconds: float = 120, **options: Any) -> Run:
        """Run any command to its end: ``crawl.command("status")``."""
        return self.start_command(*words, **options).wait(timeout_seconds=timeout_seconds)

    def start_command(
        self,
        *words: str,
        settings: Mapping[str, object] | None = None,
        store: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Running:
        """Start any command and return while it runs."""
        store = store or self.store
        command = [sys.executable, "-m", "scrapy", *words]
        for name, value in {**FAST, "IMAGES_STORE": store, **(settings or {})}.items():
            command += ["-s", f"{name}={value}"]
        running = Running(
            command,
            folder=self._folder / f"run-{next(self._numbers)}",
            store=store,
            env={
                **os.environ,
                "SCRAPY_SETTINGS_MODULE": "imagecrawler.settings",
                "PYTHONPATH": str(PROJECT),
                **(env or {}),
            },
        )
        self._running.append(running)
        return running

    def close(self) -> None:
        """Kill what is left, workers included."""
        for running in self._running:
            running.kill_all()
