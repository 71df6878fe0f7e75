"""A test site's process: it serves until the test that started it lets go of its pipe.

Forked from a process that has imported all this once: imports take ten times as long as a start.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from tests.site.generated import Generated
from tests.site.server import TestSite

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", __name__])


def serve(spec_file: Path, journal_file: Path, pipe: Connection) -> None:
    """Send the base URLs when it listens, or the OSError why it does not, and serve."""
    asyncio.run(_serve(spec_file, journal_file, pipe))


async def _serve(spec_file: Path, journal_file: Path, pipe: Connection) -> None:
    spec = json.loads(spec_file.read_text())
    with open(journal_file, "a", encoding="utf-8") as journal:
        generated = Generated(**spec["generated"]) if spec.get("generated") else None
        site = TestSite(spec["hosts"], journal, generated, spec.get("ports") or [])
        try:
            await site.start()
        except OSError as error:
            pipe.send(error)
            return
        pipe.send(site.bases)
        with suppress(EOFError):
            await asyncio.to_thread(pipe.recv)
