"""A kill while narrower files are made of images that have wider ones."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from imagecrawler.storage import atomic
from tests.coordinator import web
from tests.coordinator.test_machine import CoordinatorMachine


@pytest.mark.parametrize("first", range(1, 6))
def test_no_record_names_a_file_that_a_kill_has_kept_from_coming(first: int) -> None:
    for dies_at in range(first, 120, 5):
        crawl = CoordinatorMachine()
        crawl.begin()
        try:
            crawl.open(widths=(8,))
            crawl.add_start(web.STARTS[0])
            crawl.to_the_end()
            crawl.close()
            crawl.open(widths=(4, 8))
            crawl.disk.reset(dies_at)
            crawl.work(60)
            if crawl.process is not None:
                crawl.die()
            for file in crawl.root.glob("visited/*/*"):
                record = json.loads(file.read_bytes())
                for path in record.get("files", {}).values():
                    assert (crawl.root / path).exists(), (dies_at, record["url"])
        finally:
            atomic.os = os  # type: ignore[assignment]
            shutil.rmtree(crawl.root)
