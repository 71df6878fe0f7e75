"""What cache/ says of what lies inside records changes no answer, whatever became of it."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.run import RunRules
from imagecrawler.identity.pictures import image_id
from imagecrawler.imaging.likeness import STILL
from imagecrawler.policies.near import NearRules
from imagecrawler.storage import stamps
from imagecrawler.storage.store import Store
from imagecrawler.storage.visited import VisitedFolder

RULES = RunRules(widths=(600,), smallest="600")
OWN = [f"http://images.example/{n}.jpg" for n in range(30)]
IDS = [image_id(url) for url in OWN]


@pytest.fixture(autouse=True)
def soon_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "RACY_SECONDS", 0.02)


def record(n: int) -> dict[str, Any]:
    rng = random.Random(n)
    digest = f"{rng.getrandbits(256):064x}"
    # Neighbours share an alias, and the first of five shares its bytes with the last.
    aliases = [f"http://cdn.example/{n // 2}", f"http://cdn.example/large/{n}"]
    return {
        "url": OWN[n],
        "candidates": [{"url": url} for url in (OWN[n], *aliases)],
        "sha256": "ab" * 32 if n % 5 == 0 else digest,
        "width": 600,
        "phash": f"{STILL}:{digest}",
        "phash_quality": 90,
        "phash_colours": digest,
        "files": {"600": f"downloaded/600/{IDS[n][:4]}/{IDS[n]}.jpg"},
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a store of settled images."""
    root = tmp_path / "store"
    store = Store.open(str(root), fsync=False)
    for n, key in enumerate(IDS):
        store.visited.write(key, record(n))
        path = root / "downloaded" / "600" / key[:4] / f"{key}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    store.write_about(widths=[600])
    store.close()
    time.sleep(0.03)
    return root


def opened(
    root: Path, rules: RunRules = RULES, work: Callable[[Coordinator], None] | None = None
) -> dict[str, Any]:
    """Open a store as a crawl does, and return all that it knows of what lies inside records."""

    async def known() -> dict[str, Any]:
        store = Store.open(str(root), fsync=False)
        coordinator = Coordinator.open(store, rules)
        coordinator.start(lambda: None, lambda error: None)
        while coordinator._intake.early is not None:
            coordinator.tick()
            await asyncio.sleep(0.001)
        cache, tables = coordinator._knowledge.cache, {}
        for name, table in (("alias", coordinator.images.aliases), ("bytes", cache.contents.table)):
            tables[name] = dict(zip(*(part.tolist() for part in table.arrays()), strict=True))
        for name, index in cache.near.indexes.items():
            words, owners = index.arrays()
            tables[name] = sorted(zip(words.tolist(), owners.tolist(), strict=True))  # type: ignore[assignment]
        if work is not None:
            work(coordinator)
        await coordinator.close()
        store.close()
        return tables

    return asyncio.run(known())


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of the records that are read from now on."""
    found: list[str] = []
    read = VisitedFolder.read
    monkeypatch.setattr(
        VisitedFolder, "read", lambda self, key: (found.append(key), read(self, key))[1]
    )
    return found


def test_a_start_with_nothing_changed_reads_no_record(root: Path, reads: list[str]) -> None:
    first = opened(root)
    assert sorted(reads) == sorted(IDS)
    reads.clear()
    assert opened(root) == first
    assert reads == []
    assert len(first[STILL]) == len(IDS)
    assert len(first["alias"]) == len(IDS) * 3 // 2


def rewrite(root: Path, key: str) -> None:
    (path,) = (root / "visited" / key[:4]).glob(f"{key}*")
    told = json.loads(path.read_bytes())
    told["candidates"].append({"url": f"http://cdn.example/new/{key}"})
    path.unlink()
    path.write_text(json.dumps(told))


def remove(root: Path, key: str) -> None:
    (path,) = (root / "visited" / key[:4]).glob(f"{key}*")
    path.unlink()


def lose_file(root: Path, key: str) -> None:
    (root / "downloaded" / "600" / key[:4] / f"{key}.jpg").unlink()


def add(root: Path, key: str) -> None:
    other = f"{key[:4]}000000000-000000000000"
    (root / "visited" / key[:4] / f"{other}.v6+c").write_text(
        json.dumps({"url": "http://a.example/", "candidates": [{"url": "http://cdn.example/0"}]})
    )


@pytest.mark.parametrize("change", [rewrite, remove, lose_file, add])
@pytest.mark.parametrize("which", [0, 1, 7])
def test_what_another_hand_changed_is_read_anew(
    root: Path, tmp_path: Path, change: Callable[[Path, str], None], which: int
) -> None:
    opened(root)
    time.sleep(0.03)
    change(root, IDS[which])
    without = shutil.copytree(root, tmp_path / "without")
    shutil.rmtree(without / "cache")
    assert opened(root) == opened(without)
    assert opened(root) == opened(without)  # what the second run kept is as good


def test_what_a_run_changed_is_kept(root: Path, tmp_path: Path, reads: list[str]) -> None:
    def work(coordinator: Coordinator) -> None:
        changed = {**record(3), "candidates": [{"url": "http://cdn.example/late"}]}
        coordinator._knowledge.cache.put(IDS[3], changed)
        coordinator.images.add_aliases(IDS[3], ["http://cdn.example/late"])
        time.sleep(0.03)

    opened(root)
    opened(root, work=work)
    reads.clear()
    with_cache = opened(root)
    assert reads == []
    assert len(with_cache["alias"]) == len(IDS) * 3 // 2 + 1


def test_a_torn_record_is_read_again_by_each_run(root: Path, reads: list[str]) -> None:
    (path,) = (root / "visited" / IDS[4][:4]).glob(f"{IDS[4]}*")
    path.write_text("{")
    time.sleep(0.03)
    opened(root)
    reads.clear()
    opened(root)
    assert IDS[4] in reads
    assert len(set(reads)) < len(IDS)


@pytest.mark.parametrize("damage", ["cut", "deleted", "other rules"])
def test_a_snapshot_that_cannot_be_used_costs_time_only(
    root: Path, reads: list[str], damage: str
) -> None:
    first = opened(root)
    path = root / "cache" / "records.index"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif damage == "deleted":
        path.unlink()
    else:
        opened(root, RunRules(widths=(600,), smallest="600", near=NearRules("off")))
    reads.clear()
    assert opened(root) == first
    assert set(reads) == set(IDS)
