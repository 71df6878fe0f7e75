"""A real scrapyd with folders of its own, and the README's commands typed to it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.crawls import PROJECT

_CONF = """[scrapyd]
http_port = {port}
poll_interval = 0.2
"""
_DEPLOYED = ("imagecrawler", "pyproject.toml", "setup.py", "scrapy.cfg", "requirements.txt",
             "README.md", "LICENSE")  # fmt: skip
README_URL = "http://localhost:6800/"


class Scrapyd:
    """scrapyd at ``url``, and a copy of the checkout to deploy from and to type commands in."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._folder, self._checkout = folder / "scrapyd", folder / "checkout"
        self._copy_checkout()
        self._folder.mkdir()
        (self._folder / "scrapyd.conf").write_text(_CONF.format(port=self.port))
        self._log = self._folder / "scrapyd.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scrapyd", "--pidfile="],
                cwd=self._folder, env=_environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.until(lambda: self._is_up())

    def type(self, command: str) -> str:
        """Type a command of the README in the checkout and return what it printed."""
        words = shlex.split(command)
        if words[0] == "curl":
            return self.curl(*words[1:])
        program = {"scrapyd-deploy": "scrapyd_client.deploy", "scrapy": "scrapy"}[words[0]]
        run = subprocess.run(
            [sys.executable, "-m", program, *words[1:]],
            cwd=self._checkout, env=_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def curl(self, url: str, *options: str) -> str:
        """Do what ``curl URL -d name=value …`` does, where there may be no curl."""
        assert set(options[::2]) <= {"-d"}
        data = "&".join(options[1::2]).encode() or None
        with urllib.request.urlopen(url.replace(README_URL, self.url), data) as answer:
            return str(answer.read().decode())

    def schedule(self, job: str, *, settings: dict[str, object], **arguments: object) -> None:
        """Schedule a crawl of spider ``site``."""
        options = [f"-d {name}={value}" for name, value in arguments.items()]
        options += [f"-d setting={name}={value}" for name, value in settings.items()]
        self.curl(
            f"{self.url}schedule.json",
            *shlex.split(f"-d project=imagecrawler -d spider=site -d jobid={job}"),
            *shlex.split(" ".join(options)),
        )

    def jobs(self, state: str) -> set[str]:
        """Return the ids of the jobs that are ``pending``, ``running`` or ``finished``."""
        found = json.loads(self.curl(f"{self.url}listjobs.json?project=imagecrawler"))
        return {job["id"] for job in found[state]}

    def wait_for(self, *jobs: str) -> None:
        """Wait until these jobs have finished."""
        self.until(lambda: set(jobs) <= self.jobs("finished"))

    def log(self, job: str) -> str:
        """Return a job's log."""
        return self.curl(f"{self.url}logs/imagecrawler/site/{job}.log")

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait for a condition that comes true soon."""
        deadline = time.monotonic() + 90
        while not condition():
            assert time.monotonic() < deadline, self._log.read_text()[-4000:]
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill it; its jobs were waited for, or are of its session and die too."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _copy_checkout(self) -> None:
        self._checkout.mkdir()
        for name in _DEPLOYED:
            source, target = PROJECT / name, self._checkout / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        cfg = self._checkout / "scrapy.cfg"
        cfg.write_text(cfg.read_text().replace(README_URL, self.url))

    def _is_up(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        try:
            self.curl(f"{self.url}daemonstatus.json")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


def _environment() -> dict[str, str]:
    """Nothing that leads to the checkout under test: a job has to find all in its egg."""
    ours = ("PYTHONPATH", "SCRAPY_SETTINGS_MODULE", "SCRAPY_PROJECT")
    return {name: value for name, value in os.environ.items() if name not in ours}
