"""Records at hand: what is handed out belongs to who asked, and a kill finds what was put."""

from pathlib import Path

from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.storage.store import Store

KEY = "1413745000559-46fdd2d81cd7"


def test_a_copy_may_be_changed_without_harm_to_the_record(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path), fsync=False)
    try:
        cache = RecordCache(store, size=1)
        assert cache.copy_of(KEY) is None
        cache.put(KEY, {"url": "http://a.example/a.jpg", "candidates": [{"url": "http://b"}]})
        for at_hand in (True, False):
            copy = cache.copy_of(KEY)
            assert copy is not None and copy == cache.get(KEY) == store.visited.read(KEY)
            copy["candidates"].append({"url": "http://c"})
            copy["url"] = "changed"
            assert cache.copy_of(KEY) == cache.get(KEY) == store.visited.read(KEY)
            if at_hand:  # pushed out by another, it is read from the disk
                cache.put(KEY.replace("cd7", "cd8"), {"url": "http://a.example/b.jpg"})
    finally:
        store.close()
