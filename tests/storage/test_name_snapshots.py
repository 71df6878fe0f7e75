"""What cache/ says of names changes no answer, whatever became of it."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from imagecrawler.storage import stamps
from imagecrawler.storage.id_sets import StoredIds
from imagecrawler.storage.shard_table import ShardTable
from imagecrawler.storage.store import Store

# Some folders of one image, some of two, some of other shapes that share groups of keys.
ALL = [f"{folder}{n:09d}-{n:012x}" for folder in ("0000", "1413", "9999") for n in range(3)]
ALL += ["photo-1", "photo-2", "abc", "ab"]
KEYS = st.sampled_from(ALL)
_TICK_SECONDS = 0.012


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "RACY_SECONDS", _TICK_SECONDS)


def opened(root: str) -> tuple[Store, StoredIds]:
    store = Store.open(root, fsync=False)
    store.visited.load(repair=True)
    store.failed.load()
    return store, store.downloaded.follow("600")


def names(store: Store, stored: StoredIds) -> tuple[dict[str, str], set[str], set[str]]:
    """Return what the tables say, each id that there can be asked for by itself."""
    known = {key: store.visited.extensions[key] for key in ALL if key in store.visited.extensions}
    failed = {key for key in ALL if key in store.failed.ids}
    kept = {key for key in ALL if key in stored}
    assert (len(store.visited.extensions), len(store.failed.ids)) == (len(known), len(failed))
    assert len(stored) == len(kept)
    assert sum(store.visited.versions().values()) == len(known)
    return known, failed, kept


class OpeningsWithAndWithout(RuleBasedStateMachine):
    """A store that its writer and another hand change, that is killed, closed and copied."""

    @initialize()
    def begin(self) -> None:
        self.root = tempfile.mkdtemp()
        self.copies = tempfile.mkdtemp()
        Path(self.root, "cache").mkdir()
        self.store, self.stored = opened(self.root)

    @rule(key=KEYS, flag=st.sampled_from(["tags", "description", "author"]))
    def write(self, key: str, flag: str) -> None:
        self.store.visited.write(key, {"url": "u", flag: "x"})

    @rule(key=KEYS)
    def fail(self, key: str) -> None:
        self.store.failed.write(key, {"reason": "dns"})

    @rule(key=KEYS, suffix=st.sampled_from([".jpg", ".png"]))
    def settle(self, key: str, suffix: str) -> None:
        temporary = Path(self.store.tmp_dir, "t")
        temporary.touch()
        self.store.downloaded.adopt(str(temporary), "600", key, suffix)
        self.store.failed.remove(key)
        self.stored.add(key)

    @rule(key=KEYS)
    def take_out(self, key: str) -> None:
        self.store.downloaded.remove(key, smallest="600")

    @rule(folder=st.sampled_from(["visited", "failed", "downloaded/600"]), data=st.data())
    def another_hand(self, folder: str, data: st.DataObject) -> None:
        """Remove or add a file, or a whole folder; another hand is slower than a clock's tick."""
        time.sleep(_TICK_SECONDS)
        files = sorted(Path(self.root, folder).glob("*/*"))
        what = data.draw(st.sampled_from(["remove", "remove folder", "add"]))
        if what == "add":
            key = data.draw(KEYS)
            suffix = {"visited": ".v5", "failed": ".json"}.get(folder, ".jpg")
            path = Path(self.root, folder, key[:4], key + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        elif files:
            file = data.draw(st.sampled_from(files))
            file.unlink() if what == "remove" else shutil.rmtree(file.parent)
        time.sleep(_TICK_SECONDS)

    @rule()
    def save(self) -> None:
        self.store.save_names()

    @rule()
    def keep_the_cache(self) -> None:
        shutil.copytree(Path(self.root, "cache"), self.copies, dirs_exist_ok=True)

    @rule()
    def restore_the_cache(self) -> None:
        shutil.copytree(self.copies, Path(self.root, "cache"), dirs_exist_ok=True)

    @rule(length=st.integers(0, 400))
    def tear_the_cache(self, length: int) -> None:
        for path in Path(self.root, "cache").glob("*"):
            path.write_bytes(path.read_bytes()[:length])

    @rule(at=st.integers(0, 10_000))
    def edit_the_cache(self, at: int) -> None:
        for path in Path(self.root, "cache").glob("*"):
            data = bytearray(path.read_bytes() or b"x")
            data[at % len(data)] ^= 1
            path.write_bytes(data)

    @rule(closes=st.booleans())
    def open_again(self, closes: bool) -> None:
        if closes:
            self.store.save_names()
        self.store.close()
        self.store, self.stored = opened(self.root)

    @invariant()
    def opening_with_the_cache_is_opening_without(self) -> None:
        if not hasattr(self, "store"):
            return
        store = Store.read(self.root)
        store.visited.load(repair=False)
        store.failed.load()
        with_cache = names(store, store.downloaded.ids("600"))
        moved = Path(self.root, "cache").rename(Path(self.root, "away"))
        store.visited.load(repair=False)
        store.failed.load()
        assert with_cache == names(store, store.downloaded.ids("600"))
        moved.rename(Path(self.root, "cache"))

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.root)
            shutil.rmtree(self.copies)


@pytest.mark.usefixtures("quick")
class TestOpeningsWithAndWithout(OpeningsWithAndWithout.TestCase):
    settings = settings(max_examples=25, stateful_step_count=25)


@pytest.mark.usefixtures("quick")
def test_only_folders_that_changed_are_read(tmp_path: Path) -> None:
    root, cache = str(tmp_path), tmp_path / "cache" / "visited.names"
    store, _ = opened(root)
    for n in range(100):
        store.visited.write(f"{n:04d}000000000-{n:012x}", {"url": "u"})
    store.failed.write("0007", {"reason": "dns"})
    time.sleep(2 * _TICK_SECONDS)
    store.save_names()
    store.close()

    def read_by(store: Store) -> int:
        shards: ShardTable = store.visited.extensions.shards
        assert len(shards) == sum(1 for _ in tmp_path.glob("visited/*/*.v6"))
        return shards.folders_read

    again, _ = opened(root)
    assert read_by(again) == 0
    again.close()
    next(tmp_path.glob("visited/0007/*")).unlink()
    shutil.rmtree(tmp_path / "visited" / "0008")
    time.sleep(2 * _TICK_SECONDS)
    again, _ = opened(root)
    assert read_by(again) == 1
    again.close()
    saved = cache.read_bytes()
    for useless in (b"", saved[:-1], saved + b"x", saved[1:], b"{}"):
        cache.write_bytes(useless)
        store = Store.read(root)
        store.visited.load(repair=False)
        assert read_by(store) == 99
    shutil.copy(cache.with_name("failed.names"), cache)  # another folder's, and whole
    store.visited.load(repair=False)
    assert read_by(store) == 99


def test_a_snapshot_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    store, _ = opened(str(tmp_path))
    store.visited.write("1413", {"url": "u"})
    (tmp_path / "cache").write_text("in the way")
    store.save_names()
    store.close()
    again, _ = opened(str(tmp_path))
    assert again.visited.extensions == {"1413": ".v6"}
    again.close()
