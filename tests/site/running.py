"""A test site as a process: started from a spec, gone with whoever started it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from tests.site.generated import Generated
from tests.site.journal import Journal, Request
from tests.site.serving import CONTEXT, serve
from tests.site.spec import Routes


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
        self._pipe, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(
            target=serve, args=(spec_file, self.journal.file, theirs), daemon=True
        )
        self._process.start()
        theirs.close()
        ready = self._pipe.recv()
        if isinstance(ready, OSError):
            raise ready
        self.bases: list[str] = ready
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
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def stop(self) -> None:
        """End the process; connections to it break. Doing so twice is fine."""
        self._process.terminate()
        self._process.join()
        self._pipe.close()
