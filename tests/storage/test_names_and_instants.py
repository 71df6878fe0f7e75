"""What names say, and what a clock promises."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.storage import instants, names
from imagecrawler.storage.instants import Clock
from imagecrawler.storage.names import RecordName

IDS = st.from_regex(r"[0-9A-Za-z_-]{1,128}", fullmatch=True)
FLAGS = st.sets(st.sampled_from("cdftu")).map(lambda letters: "".join(sorted(letters)))
MICROS = st.integers(10**15, 10**16 - 1)


@given(IDS, st.sampled_from(["", ".v3", ".v5", ".v6", ".v9"]), FLAGS)
def test_the_name_of_a_record_says_it_all(image_id: str, version: str, flags: str) -> None:
    name = RecordName(image_id, version, flags if version else "")
    assert names.record_name(name.id + name.extension) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".v6", "a.v66", "a.v6+", "a.v6+T", "a.v6.tmp", "a.json", "ä.v6", "a b.v6"),
        *("a.v6+d\n", "x" * 129, ".hidden", "..", "a/b.v6", "a\0.v6"),
    ],
)
def test_other_names_are_no_records(name: str) -> None:
    assert names.record_name(name) is None


@given(st.text(max_size=20))
def test_no_name_that_is_read_can_leave_its_folder(name: str) -> None:
    for image_id in (names.image_file_id(name), getattr(names.record_name(name), "id", None)):
        assert image_id is None or (names.is_id(image_id) and not set(image_id) & set("./\\\0"))


def test_image_files_have_an_id_and_a_suffix() -> None:
    assert names.image_file_id("1413-46.jpg") == "1413-46"
    for name in ("1413", "1413.", ".jpg", "1413.JPG", "1413.v6+t", "14.13.jpg", "1413.jpg~"):
        assert names.image_file_id(name) is None


@given(st.dictionaries(st.sampled_from(list(names.FLAG_ATTRIBUTES.values())), st.booleans()))
def test_flags_name_what_a_record_has_in_order(record: dict[str, object]) -> None:
    flags = names.flags_of(record)
    assert list(flags) == sorted(flags)
    assert {names.FLAG_ATTRIBUTES[f] for f in flags} == {name for name in record if record[name]}


@given(st.integers(0, 253402300799999999))
def test_an_instant_survives_its_text(micros: int) -> None:
    assert instants.from_text(instants.to_text(micros)) == micros


@given(st.lists(MICROS, min_size=2, max_size=2))
def test_names_and_texts_are_ordered_like_their_instants(pair: list[int]) -> None:
    for written in (str, instants.to_text):
        assert sorted(pair, key=written) == sorted(pair)


@given(st.text(max_size=20) | st.none() | st.integers())
def test_no_text_is_an_error(text: object) -> None:
    instants.from_text(text)
    instants.from_name(str(text))


@given(MICROS, st.integers(7, 16))
def test_a_shorter_name_is_the_same_instant_less_exactly(micros: int, digits: int) -> None:
    read = instants.from_name(str(micros)[:digits])
    assert read is not None and 0 <= micros - read < 10 ** (16 - digits)


@pytest.mark.parametrize("name", ["", "168338", "1" * 17, "-683388021", "168338802²", "16833 88"])
def test_other_names_are_no_instants(name: str) -> None:
    assert instants.from_name(name) is None


def test_a_clock_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(floor=5_000_000)
    readings = []
    for nanoseconds in (6_000_000_000, 6_000_000_000, 1_000_000_000, 9_000_000_000):
        monkeypatch.setattr(time, "time_ns", lambda now=nanoseconds: now)
        readings.append(clock.now())
    assert readings == [6_000_000, 6_000_001, 6_000_002, 9_000_000]
    clock.advance_to(20_000_000)
    clock.advance_to(1)
    assert clock.now() == 20_000_001


def test_no_two_threads_read_the_same_instant() -> None:
    clock = Clock()
    readings: list[list[int]] = [[] for _ in range(4)]

    def read(mine: list[int]) -> None:
        mine.extend(clock.now() for _ in range(5_000))

    threads = [threading.Thread(target=read, args=(mine,)) for mine in readings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in readings)
    assert len({instant for mine in readings for instant in mine}) == 20_000


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "soon", "", 5, None]
)
def test_what_the_store_could_not_write_itself_is_no_instant(text: object) -> None:
    assert instants.from_text(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
def test_the_first_and_the_last_instant_survive(text: str) -> None:
    micros = instants.from_text(text)
    assert micros is not None and instants.to_text(micros) == text
