"""Near duplicates of which the largest is kept: a death at any change of the disk, and resumed.

The files are real pictures, so that ``verify`` has something to look at.
"""

from __future__ import annotations

import gc
import io
import itertools
import json
import logging
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.near.specimens import noise
from imagecrawler.coordinator.contract import Lease, Rendered
from imagecrawler.coordinator.inspection.store import StoreInspection, opening_faults
from imagecrawler.coordinator.run import RunRules
from imagecrawler.identity.pictures import image_id
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.items import FoundImage, ImageCandidate, PageItem
from imagecrawler.policies.near import NearRules
from imagecrawler.storage import atomic
from imagecrawler.storage.store import Store
from tests.dying import DyingOs
from tests.test_crash_sweep import Run


@pytest.fixture(autouse=True)
def the_dead_are_buried(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Tasks that died are collected here, and not while Python 3.11 parses: a SystemError."""
    caplog.set_level(logging.CRITICAL + 1, logger="asyncio")
    yield
    gc.collect()


WIDTHS = (60, 120)
RULES = ImageRules(widths=WIDTHS)
START = "http://a.example/"
# Three pictures in several sizes each, under names that say nothing of it; ``exact`` has the
# bytes of one that is left out.
SIZES = {
    "one/first": (1, 100),
    "two/first": (2, 200),
    "one/larger": (1, 140),
    "one/largest": (1, 180),
    "two/smaller": (2, 90),
    "three/only": (3, 130),
    "one/exact": (1, 100),
}
URLS = {f"http://img.example/{name}.png": spec for name, spec in SIZES.items()}
KEPT = {
    image_id(f"http://img.example/{name}.png")
    for name in ("one/largest", "two/first", "three/only")
}


@cache
def picture(seed: int, width: int) -> bytes:
    out = io.BytesIO()
    size = (width, width * 2 // 3)
    noise(seed).resize(size, Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


class NearRun(Run):
    rules = RunRules(widths=WIDTHS, smallest="60", concurrency=4, near=NearRules("keep-largest", 7))
    start = START
    serial = itertools.count()

    def _end(self, coordinator: Any, lease: Lease) -> None:
        if lease.kind == "image":
            lease.outcome = self._rendered(lease)
        else:
            images = [FoundImage(image_id(u), u, [ImageCandidate(u)]) for u in URLS]
            coordinator.found(lease, PageItem(lease.key, lease.url, 200, images=images))
        coordinator.finish(lease)

    def _rendered(self, lease: Lease) -> Rendered:
        assert self._store is not None
        result = render(picture(*URLS[lease.url]), RULES)
        files = []
        for file in result.files:
            path = os.path.join(self._store.tmp_dir, f"n{next(self.serial)}")
            Path(path).write_bytes(file.data)
            files.append((file.bucket, file.suffix, path))
        facts = {"sha256": result.sha256, "width": result.width, "height": result.height}
        facts |= {"bytes": result.bytes, "format": result.format, "status": 200}
        facts |= {"fetched_url": lease.url, **result.likeness.facts()}
        return Rendered(facts, files)


def faults(root: Path) -> list[str]:
    store = Store.read(str(root))
    inspection = StoreInspection(store, RULES, running=False)
    return [str(fault) for fault in (*opening_faults(store), *inspection.faults())]


def check_end(root: Path) -> None:
    assert faults(root) == []
    for width in WIDTHS:
        stored = {path.stem for path in (root / "downloaded" / str(width)).glob("*/*")}
        assert stored == KEPT
    failures = {p.stem: json.loads(p.read_bytes()) for p in (root / "failed").glob("*/*")}
    assert set(failures) == {image_id(url) for url in URLS} - KEPT
    records = {}
    for path in (root / "visited").glob("*/*"):
        assert path.name.partition(".")[0] not in records
        records[path.name.partition(".")[0]] = json.loads(path.read_bytes())
    for key, failure in failures.items():
        assert failure["reason"] in ("near-duplicate", "duplicate") and failure["next_try"] is None
        assert "files" not in records[key] and "upgrade" not in records[key]
        # Whoever follows the names ends at the picture that is kept.
        first = failure["first"]
        while first not in KEPT:
            first = failures[first]["first"]
        assert URLS[records[first]["url"]][0] == URLS[records[key]["url"]][0]
    for key in KEPT:
        assert "near_duplicate_of" not in records[key] and "upgrade" not in records[key]
    assert list((root / "tmp").iterdir()) == []


def run(root: Path, shim: Any, monkeypatch: pytest.MonkeyPatch) -> NearRun:
    monkeypatch.setattr(atomic, "os", shim)
    run = NearRun(root, shim if isinstance(shim, DyingOs) else DyingOs(None))
    run()
    return run


@pytest.mark.parametrize("part", range(4))
def test_a_death_at_any_change_leaves_a_sound_store_and_the_largest_is_kept(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    shim = DyingOs(None)
    first = run(quick_path / "whole", shim, monkeypatch)
    check_end(quick_path / "whole")
    assert max(first.handed.values()) == 1
    assert shim.changes > 60
    for at in range(1 + part, shim.changes + 1, 4):
        root = quick_path / f"dies-{at}"
        root.mkdir()  # or its making is the first change, and there is no store to look at
        run(root, DyingOs(at), monkeypatch)
        monkeypatch.setattr(atomic, "os", os)
        # An older record beside the new one is removed by the next opening.
        assert [fault for fault in faults(root) if "an older record" not in fault] == [], at
        run(root, os, monkeypatch)
        check_end(root)
        # And then nothing is left to do.
        assert run(root, os, monkeypatch).handed == {}, at
        shutil.rmtree(root)
