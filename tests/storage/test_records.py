"""Merging sightings: nothing is lost, everything new is added, twice is once."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.storage.records import (
    CANDIDATES_KEPT,
    PAGES_KEPT,
    Record,
    merged,
    only_seen_again,
    seen_on,
)

URLS = st.sampled_from([f"https://x.example/{name}" for name in "abcdef"])
TEXTS = st.none() | st.sampled_from(["", "one", "two"])
CANDIDATES = st.lists(
    st.fixed_dictionaries(
        {"url": URLS},
        optional={"width": st.sampled_from([1, 600, 1200]), "density": st.sampled_from([1.0, 2.0])},
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: json.dumps(entry, sort_keys=True),
)
SIGHTINGS = st.fixed_dictionaries(
    {"follow": URLS, "page": URLS, "candidates": CANDIDATES},
    optional={
        "description": TEXTS,
        "title": TEXTS,
        "tags": st.lists(st.just("t"), max_size=1),
        "found_by": st.lists(st.sampled_from(["img", "og", "css"]), unique=True, min_size=1),
        "certainty": st.sampled_from([0.3, 0.5, 0.9, 1.0]),
        "marks": st.lists(st.sampled_from(["in:nav", "hidden"]), unique=True).map(sorted),
    },
).map(lambda sighting: {**sighting, "url": sighting["candidates"][0]["url"]})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
RUBBISH_ENTRIES = st.fixed_dictionaries(
    {}, optional={"url": JSON | URLS, "width": JSON, "density": JSON}
)
# What other programs and other hands leave in a record, besides a string ``url``.
FOREIGN = st.fixed_dictionaries(
    {"url": st.text(max_size=3) | URLS},
    optional={
        "candidates": JSON | st.lists(JSON | RUBBISH_ENTRIES, max_size=4),
        **dict.fromkeys(
            [
                *("follow", "page", "pages", "page_count", "tags", "description", "own", "width"),
                *(
                    "found_by",
                    "certainty",
                    "marks",
                    "licence",
                    "licence_of_page",
                    "position",
                    "author",
                ),
            ],
            JSON,
        ),
    },
)


def after(*sightings: Record, record: Record | None = None) -> Record:
    for sighting in sightings:
        record = merged(record, sighting) or record
    assert record is not None
    return record


def claims(record: Record) -> list[tuple[Any, ...]]:
    entries = record["candidates"]
    return [(entry["url"], entry.get("width"), entry.get("density")) for entry in entries]


@given(st.lists(SIGHTINGS, min_size=1, max_size=30))
def test_nothing_is_lost_and_all_that_is_new_is_added(sightings: list[Record]) -> None:
    record: Record | None = None
    for sighting in sightings:
        before = copy.deepcopy(record)
        given_record, given_sighting = copy.deepcopy((record, sighting))
        result = merged(given_record, given_sighting)
        assert (given_record, given_sighting) == (record, sighting)  # pure
        record = record if result is None else result
        assert record is not None
        for name in ("description", "title", "tags"):
            wanted = (before or {}).get(name) or sighting.get(name)
            assert not wanted or record[name] == wanted
        assert record["url"] == sightings[0]["url"] and record["page"] == sightings[0]["page"]
        known = claims(before) if before else []
        assert claims(record)[: len(known)] == known
        assert set(claims(record)) == set(known) | set(claims(sighting))
        assert len(claims(record)) == len(set(claims(record)))
        kinds = [*(before or {}).get("found_by", []), *sighting.get("found_by", [])]
        assert record.get("found_by", []) == list(dict.fromkeys(kinds))
        sure = [found["certainty"] for found in (before or {}, sighting) if "certainty" in found]
        assert record.get("certainty") == max(sure, default=None)
        assert merged(record, sighting) is None  # twice is once
    pages = list(dict.fromkeys(sighting["page"] for sighting in sightings))
    assert record is not None and (record["pages"], record["page_count"]) == (pages, len(pages))


@given(SIGHTINGS, SIGHTINGS)
def test_a_link_of_its_own_says_more_than_the_page(first: Record, second: Record) -> None:
    record = after(first, second)
    own = [each["follow"] for each in (first, second) if each["follow"] != each["page"]]
    assert record["follow"] == (own[0] if own else first["follow"])


@given(FOREIGN, SIGHTINGS)
def test_a_record_of_another_hand_keeps_what_it_has(record: Record, sighting: Record) -> None:
    """The seed's records have no candidates: their own ``url`` becomes the first."""
    result = after(sighting, record=record)
    kept = ("candidates", "pages", "page_count", "follow", "found_by", "certainty", "marks")
    assert all(result[name] == record[name] for name in record if name not in kept and record[name])
    if isinstance(follow := record.get("follow"), str) and follow != record.get("page"):
        assert result["follow"] == (follow or sighting["follow"])
    urls = {entry["url"] for entry in result["candidates"]}
    assert urls >= {entry["url"] for entry in sighting["candidates"]} | {record["url"]}
    assert sighting["page"] in result["pages"]
    assert merged(result, sighting) is None
    json.dumps(result)


def test_a_seeds_record_gains_each_candidate_once() -> None:
    seed = {"url": "u", "follow": "f", "description": None, "tags": ["t"]}
    sighting = {"url": "u", "follow": "p", "page": "p", "description": "d"}
    sighting["candidates"] = [{"url": "u"}, {"url": "u", "width": 1200}]
    gained = {"description": "d", "page": "p", "pages": ["p"], "page_count": 1}
    assert merged(seed, sighting) == {
        **seed,
        **gained,
        "candidates": sighting["candidates"],
    }


def seen(page: str, *urls: str) -> Record:
    candidates = [{"url": url} for url in urls]
    return {"url": urls[0], "follow": page, "page": page, "candidates": candidates}


def test_the_first_twenty_pages_are_kept_and_all_are_counted() -> None:
    record = after(*(seen(f"p{n}", "u") for n in range(50)))
    assert record["pages"] == [f"p{n}" for n in range(PAGES_KEPT)]
    assert (PAGES_KEPT, record["page_count"]) == (20, 50)
    assert seen_on(record, "p99") is None
    assert merged(record, seen("p3", "u")) is None


def test_candidates_end_somewhere_and_then_nothing_changes() -> None:
    record = after(seen("p", *(f"u{n}" for n in range(CANDIDATES_KEPT + 50))))
    record = after(seen("p", "more"), record=record)
    assert merged(record, seen("p", "other")) is None
    assert merged(record, seen("p", *(f"v{n}" for n in range(500)))) is None


def test_being_seen_again_is_told_from_news() -> None:
    first = after(seen("p", "u"))
    assert only_seen_again(after(seen("q", "u"), record=first), first)
    assert not only_seen_again(after(seen("q", "v"), record=first), first)
    assert not only_seen_again(after({**seen("q", "u"), "title": "t"}, record=first), first)
    assert seen_on(first, "p") is None
    assert (seen_on(first, "q") or {})["pages"] == ["p", "q"]


def test_a_licence_of_the_picture_takes_the_place_of_a_pages_and_comes_whole() -> None:
    url = "https://x.example/"
    page = {"follow": url, "page": url, "url": f"{url}a"}
    of_page = {"licence": "CC BY", "licence_name": "CC-BY", "licence_of_page": True}
    first = merged(None, {**page, **of_page, "author": "Ann", "heading": "Birds"})
    assert first is not None
    own = {"licence": "/terms", "licence_url": "https://x.example/terms"}
    second = merged(first, {**page, **own, "author": "Bob", "heading": "Owls"})
    assert second is not None
    assert {name: second[name] for name in second if name.startswith("licence")} == own
    assert (second["author"], second["heading"]) == ("Ann", "Birds")
    third = merged(second, {**page, **of_page})
    assert third is None


@given(st.lists(SIGHTINGS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_marks_of_several_pages_are_their_union_in_any_order(
    sightings: list[Record], random: Random
) -> None:
    shuffled = list(sightings)
    random.shuffle(shuffled)
    union = {mark for sighting in sightings for mark in sighting.get("marks", ())}
    for order in (sightings, shuffled):
        assert after(*order).get("marks", []) == sorted(union)
