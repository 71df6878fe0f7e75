"""``python -m tests.site SPEC.json JOURNAL``: serve until stdin ends, so never for longer than
the test that started it. Prints the base URLs as one JSON list when it listens."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.site.generated import Generated
from tests.site.server import TestSite


async def main(spec_file: str, journal_file: str) -> None:
    spec = json.loads(Path(spec_file).read_text())
    with open(journal_file, "a", encoding="utf-8") as journal:
        generated = Generated(**spec["generated"]) if spec.get("generated") else None
        site = TestSite(spec["hosts"], journal, generated, spec.get("ports") or [])
        await site.start()
        print(json.dumps(site.bases), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
