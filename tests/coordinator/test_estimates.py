"""When an estimate is written: seldom, and when it has changed."""

from __future__ import annotations

from pathlib import Path

from imagecrawler.coordinator.estimates import WRITE_SECONDS, Estimates
from imagecrawler.storage.store import Store


def test_what_has_changed_is_due_now_and_then(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path), fsync=False)
    store.cache.write("guess", {"a": 1})
    value = {"a": 1}
    estimates = Estimates(store.cache)
    assert estimates.keep("guess", lambda: dict(value)) == {"a": 1}
    start = 1_000.0
    assert estimates.due(now_seconds=start) == {}
    value["b"] = 2
    assert estimates.due(now_seconds=start + WRITE_SECONDS / 2) == {}
    assert estimates.due(now_seconds=start + WRITE_SECONDS) == {"guess": value}
    assert estimates.due(now_seconds=start + 2 * WRITE_SECONDS) == {}
    value["c"] = 3
    assert estimates.changed() == {"guess": value}
    store.close()
