from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.storage.id_keys import REST_BITS, group_of, id_key
from imagecrawler.storage.id_sets import LabelOfId, StoredIds
from imagecrawler.storage.names import record_id_and_extension, record_name
from imagecrawler.storage.shard_table import ShardTable

ID, OTHER = "1413745000559-46fdd2d81cd7", "0413745000560-46fdd2d81cd7"


def table(root: Path) -> ShardTable:
    shards = ShardTable(str(root), record_id_and_extension)
    shards.load()
    return shards


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name[:4] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@given(st.one_of(st.from_regex(r"[0-9a-z-]{1,6}(\.v[0-9])?(\+[a-z]+)?(\.|~)?", fullmatch=True)))
def test_a_records_name_is_read_in_two_ways_alike(name: str) -> None:
    slow = record_name(name)
    assert record_id_and_extension(name) == (slow and (slow.id, slow.extension))


@given(st.text("0123456789abz-_", min_size=1, max_size=30))
def test_the_keys_of_a_folder_begin_alike(image_id: str) -> None:
    assert id_key(image_id) >> REST_BITS == group_of(image_id[:4]) < 1 << 16


def test_our_own_folders_have_a_group_each() -> None:
    assert {group_of(f"{n:04d}") for n in range(10_000)} == set(range(10_000))
    assert all(group_of(name) >= 10_000 for name in ("photo", "abc", "12", "12a4", "١٢٣٤"))


def test_ids_and_labels_come_back_from_the_folders(tmp_path: Path) -> None:
    put(tmp_path, f"{ID}.v6+dt", f"{OTHER}.v5", "ab")
    labels = LabelOfId(table(tmp_path))
    assert labels == {ID: ".v6+dt", OTHER: ".v5", "ab": ""}
    assert list(labels) == [OTHER, ID, "ab"]
    assert labels.shards.counts() == {"": 1, ".v5": 1, ".v6+dt": 1}
    put(tmp_path, "1413000000000-000000000000.v6")  # by another hand, after the loading
    assert list(labels) == [OTHER, ID, "ab"]
    del labels[ID]
    assert ID not in labels and labels.get(ID) is None and len(labels) == 2


def test_more_labels_than_a_byte_tells(tmp_path: Path) -> None:
    extensions = [f".v6+{a}{b}" for a in "abcdefghijklmnopqrst" for b in "abcdefghijklmnopqrst"]
    expected = {f"14130{n:08d}-{n:012x}": label for n, label in enumerate(extensions)}
    put(tmp_path, *(image_id + label for image_id, label in expected.items()))
    labels = LabelOfId(table(tmp_path))
    assert labels == expected
    assert labels.shards.counts() == dict.fromkeys(sorted(extensions), 1)
    first = next(iter(expected))
    labels[first] = ".v6+zz"
    assert labels[first] == ".v6+zz" and labels.shards.counts()[".v6+zz"] == 1


def test_an_image_is_stored_when_that_was_heard_of(tmp_path: Path) -> None:
    put(tmp_path, f"{ID}.jpg")
    shards = ShardTable(str(tmp_path), lambda name: (name.partition(".")[0], ""))
    shards.load()
    stored = StoredIds(shards)
    stored.adopted(ID)
    stored.adopted(OTHER)
    assert (ID in stored, OTHER in stored, len(stored)) == (True, False, 1)
    stored.add(OTHER)
    assert OTHER in stored and len(stored) == 2
    stored.removed(OTHER)
    assert OTHER not in stored and len(stored) == 1
