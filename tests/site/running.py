"""A test site as a process: started from a spec, gone with whoever started it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.site.generated import Generated
from tests.site.journal import Journal, Request
from tests.site.spec import Routes

PROJECT = Path(__file__).resolve().parents[2]


class Site:
    """A running site.

    ``bases`` are the hosts' base URLs without a slash, ``url`` is the first host's home page.
    """

    def __init__(
        self,
        folder: Path,
        hosts: list[Routes],
        *,
        generated: Generated | None = None,
        ports: list[int] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(folder / "journal.jsonl")
        self.generated = generated
        spec_file = folder / "spec.json"
        spec = {
            "hosts": hosts,
            "ports": ports,
            "generated": asdict(generated) if generated else None,
        }
        spec_file.write_text(json.dumps(spec), encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.site", str(spec_file), str(self.journal.file)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        if not ready:
            raise RuntimeError(f"the test site ended with {self._process.wait()}: see stderr")
        self.bases: list[str] = json.loads(ready)
        self.url = f"{self.bases[0]}/"

    def requests(self, path: str | None = None, *, host: int | None = None) -> list[Request]:
        """Return what was asked so far: ``journal.requests``."""
        return self.journal.requests(path, host=host)

    @property
    def ports(self) -> list[int]:
        """The hosts' ports, to start the site again in the same place."""
        return [int(base.rpartition(":")[2]) for base in self.bases]

    def signal(self, number: int) -> None:
        """Send a signal: a process that is stopped answers nobody, but takes connections."""
        self._process.send_signal(number)

    def stop(self) -> None:
        """End the process; connections to it break. Doing so twice is fine."""
        self._process.terminate()
        self._process.communicate()
