"""inflight/: who was there when the crawler died, and how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagecrawler.storage import inflight
from imagecrawler.storage.inflight import InflightNotes


def opened(root: Path) -> tuple[InflightNotes, dict[str, int]]:
    (root / "tmp").mkdir(exist_ok=True)
    notes = InflightNotes(str(root), str(root / "tmp"))
    return notes, notes.open()


def log(root: Path) -> Path:
    return root / "inflight" / "leases"


def test_each_death_counts_for_what_was_in_flight(tmp_path: Path) -> None:
    for deaths in range(4):
        notes, counts = opened(tmp_path)
        assert counts == ({"page bad": deaths, "image bad": deaths} if deaths else {})
        notes.begin("page", "good")
        notes.end("page", "good")
        notes.begin("page", "bad")
        notes.begin("image", "bad")


def test_a_group_ends_in_one_write(tmp_path: Path) -> None:
    notes, _ = opened(tmp_path)
    for key in "abc":
        notes.begin("image", key)
    notes, _ = opened(tmp_path)
    notes.end_all([])
    before = log(tmp_path).read_text()
    for key in "abc":
        notes.begin("image", key)
    notes.end_all(["image a", "image c"])
    assert log(tmp_path).read_text().removeprefix(before).endswith("-image a\n-image c\n")
    assert notes.suspects == {"image b": 1}
    assert opened(tmp_path)[1] == {"image b": 2}


def test_what_ended_well_since_is_no_suspect(tmp_path: Path) -> None:
    notes, _ = opened(tmp_path)
    notes.begin("page", "a")
    notes.begin("page", "b")
    notes, counts = opened(tmp_path)
    assert counts == {"page a": 1, "page b": 1}
    notes.begin("page", "a")
    notes.end("page", "a")  # b was not handed out again: it stays under suspicion
    assert notes.suspects == {"page b": 1}
    assert opened(tmp_path)[1] == {"page b": 1}
    notes, _ = opened(tmp_path)
    notes.forget(["page b", "page never"])
    assert opened(tmp_path)[1] == {}
    assert not (tmp_path / "inflight" / "suspects.json").exists()


def test_an_end_whose_death_came_before_it_was_saved_still_counts(tmp_path: Path) -> None:
    notes, _ = opened(tmp_path)
    notes.begin("page", "a")
    opened(tmp_path)
    log(tmp_path).write_text("+page a\n-page a\n")
    assert opened(tmp_path)[1] == {}


def test_a_page_handed_out_again_after_it_ended_is_in_flight(tmp_path: Path) -> None:
    notes, _ = opened(tmp_path)
    for end in (True, False):
        notes.begin("page", "a")
        if end:
            notes.end("page", "a")
    assert opened(tmp_path)[1] == {"page a": 1}


def test_a_close_gives_everything_back(tmp_path: Path) -> None:
    notes, _ = opened(tmp_path)
    notes.begin("page", "a")
    notes.close()
    notes.close()
    assert not log(tmp_path).exists()
    assert opened(tmp_path)[1] == {}


def test_the_log_stays_small_and_keeps_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflight, "_ROTATE_BYTES", 1_000)
    notes, _ = opened(tmp_path)
    notes.begin("page", "old")
    for number in range(500):
        notes.begin("image", str(number))
        notes.end("image", str(number))
        assert log(tmp_path).stat().st_size < 1_050
    assert opened(tmp_path)[1] == {"page old": 1}


def test_the_rotation_of_the_log_keeps_who_ended_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes, _ = opened(tmp_path)
    notes.begin("page", "a")
    notes, _ = opened(tmp_path)
    monkeypatch.setattr(inflight, "_ROTATE_BYTES", 10)
    notes.begin("page", "a")
    notes.end("page", "a")
    notes.begin("page", "b")
    notes.end("page", "b")
    assert opened(tmp_path)[1] == {}


@pytest.mark.parametrize("torn", ["+page b", "-page a", "+", "x\n", "\n\n", "\0\0\0", "+\xff\xfe"])
def test_a_torn_last_line_is_nothing(tmp_path: Path, torn: str) -> None:
    notes, _ = opened(tmp_path)
    notes.begin("page", "a")
    with log(tmp_path).open("a", encoding="latin-1") as file:
        file.write(torn)
    assert opened(tmp_path)[1] == {"page a": 1}


@pytest.mark.parametrize("content", ["", "[]", '{"page a": "x"}', "{", "ä", "[" * 100_000])
def test_torn_suspects_are_none(tmp_path: Path, content: str) -> None:
    opened(tmp_path)
    (tmp_path / "inflight" / "suspects.json").write_text(content)
    assert opened(tmp_path)[1] == {}


def test_a_note_that_cannot_be_written_costs_no_crawl(tmp_path: Path) -> None:
    notes, _ = opened(tmp_path)
    notes.close()  # as if the disk were gone: the descriptor is
    notes.begin("page", "a")
    notes.end("page", "a")


def test_a_death_while_a_store_is_opened_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for deaths in (1, 2):
        notes, _ = opened(tmp_path)
        notes.begin("page", "k")
        with monkeypatch.context() as patch:
            patch.setattr(InflightNotes, "_start_log", lambda self: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                opened(tmp_path)
        again, counts = opened(tmp_path)
        assert counts == {"page k": deaths}
        again.close()
