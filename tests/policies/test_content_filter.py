"""Which pictures are kept by what they are: one decision on whatever is known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.policies.content_filter import (
    KINDS,
    PARSERS,
    ContentFilter,
    ImageFacts,
    contradiction,
    parse_kinds,
)

SIZES = st.integers(1, 2000)
FACTS = st.builds(ImageFacts, st.sampled_from(KINDS), SIZES, SIZES, st.integers(0, 100_000))
FILTERS = st.builds(
    ContentFilter,
    kinds=st.none() | st.frozensets(st.sampled_from(KINDS), min_size=1),
    min_width=st.integers(0, 1000),
    min_height=st.integers(0, 1000),
    max_width=st.integers(500, 3000),
    max_height=st.integers(500, 3000),
    min_bytes=st.integers(0, 50_000),
    max_bytes=st.integers(50_000, 200_000),
    min_aspect=st.floats(0, 1),
    max_aspect=st.floats(1, 100),
    max_pixels=st.integers(1, 4_000_000),
)


@given(FILTERS, FACTS, st.sets(st.sampled_from(("format", "width", "height", "bytes"))))
def test_what_is_unknown_never_excludes(wanted: ContentFilter, facts: ImageFacts, unknown) -> None:
    some = replace(facts, **dict.fromkeys(unknown))
    if wanted.exclusion(some) is not None:
        assert wanted.exclusion(facts) is not None


@given(FILTERS, FACTS)
def test_an_unknown_orientation_excludes_only_what_both_exclude(
    wanted: ContentFilter, facts: ImageFacts
) -> None:
    turned = replace(facts, width=facts.height, height=facts.width)
    both = [wanted.exclusion(facts), wanted.exclusion(turned)]
    doubtful = wanted.exclusion(replace(facts, turnable=True))
    assert (doubtful is not None) == all(found is not None for found in both)


@given(FACTS, st.booleans())
def test_facts_survive_the_ledger(facts: ImageFacts, turnable: bool) -> None:
    facts = replace(facts, turnable=turnable)
    assert ImageFacts.from_json(facts.to_json()) == facts
    assert ImageFacts.from_json(None) == ImageFacts.from_json({"width": "12"}) == ImageFacts()


@pytest.mark.parametrize(
    ("values", "reason", "said"),
    [
        ({"kinds": frozenset({"png", "gif"})}, "excluded", "jpeg: kinds is gif,png"),
        ({"min_width": 801}, "too-small", "800x600 pixels: min_width is 801"),
        ({"min_height": 601}, "too-small", "min_height is 601"),
        ({"max_width": 799}, "too-large", "max_width is 799"),
        ({"max_height": 599}, "too-large", "max_height is 599"),
        ({"min_bytes": 50_001}, "too-small", "50000 bytes: min_bytes is 50001"),
        ({"max_bytes": 49_999}, "too-large", "max_bytes is 49999"),
        ({"min_aspect": 1.34}, "excluded", "min_aspect is 1.34"),
        ({"max_aspect": 1.33}, "excluded", "max_aspect is 1.33"),
        ({"max_pixels": 479_999}, "too-large", "max_pixels is 479999"),
    ],
)
def test_each_filter_names_itself(values: dict[str, object], reason: str, said: str) -> None:
    facts = ImageFacts("jpeg", 800, 600, 50_000)
    found = ContentFilter(**values).exclusion(facts)  # type: ignore[arg-type]
    assert found is not None and found.reason == reason and said in found.message
    edge = {"min_width": 800, "max_width": 800, "min_height": 600, "max_height": 600}
    edge |= {"min_bytes": 50_000, "max_bytes": 50_000, "max_pixels": 480_000}
    exact = ContentFilter(kinds=frozenset({"jpeg"}), min_aspect=4 / 3, max_aspect=4 / 3, **edge)
    assert exact.exclusion(facts) is None


def test_values_are_read_as_people_write_them() -> None:
    assert parse_kinds(" JPG, .png,tif ") == {"jpeg", "png", "tiff"}
    assert parse_kinds(["webp"]) == {"webp"}
    assert [parse_kinds(value) for value in ("", None, [], "all", "none")] == [None] * 5
    assert PARSERS["min_width"]("1_000") == PARSERS["max_width"](1000) == 1000
    assert PARSERS["min_aspect"]("3:2") == PARSERS["max_aspect"]("3/2") == 1.5
    nothing = {
        name: parse("0") for name, parse in PARSERS.items() if name not in ("kinds", "classes")
    }
    largest = ImageFacts("png", 10**6, 1, 10**15)
    assert ContentFilter(**nothing, max_pixels=10**12).exclusion(largest) is None
    assert nothing["max_aspect"] == math.inf


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("kinds", value) for value in ("psd", "jpeg,mp4", "all,jpeg")),
        *(("min_width", value) for value in ("-1", "wide", "1e3", "", None, "1.5", "²")),
        *(("min_aspect", value) for value in ("", "-1", "nan", "inf", "3:0", "3:2:1", "3:", ":2")),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"give|none of"):
        PARSERS[name](value)


def test_a_least_above_its_most_keeps_nothing() -> None:
    assert contradiction(ContentFilter(min_width=5, max_width=5)) is None
    found = contradiction(ContentFilter(min_aspect=2, max_aspect=1.5))
    assert found == ("min_aspect", "max_aspect")
