"""The smallest rendition that is wide enough is fetched, else the largest."""

import json

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.identity.renditions import (
    candidate_from_json,
    candidate_to_json,
    choose_candidate,
)
from imagecrawler.items import ImageCandidate as C

candidates = st.builds(
    C,
    st.sampled_from("abcdef"),
    st.none() | st.integers(1, 3000),
    st.none() | st.floats(0, 10),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)

SRC, SMALL, WIDE, LINKED = C("src"), C("small", 400), C("wide", 1300), C("file")


def test_the_smallest_that_is_wide_enough():
    found = [SRC, LINKED, C("huge", 4000), SMALL, WIDE]
    assert choose_candidate(found, [600, 1200]) == WIDE
    assert choose_candidate(found, [300]) == SMALL
    assert choose_candidate(found, [600, 1200], tried={"wide"}) == C("huge", 4000)


def test_the_linked_file_when_no_claim_is_wide_enough():
    assert choose_candidate([SRC, LINKED, SMALL], [600]) == LINKED
    assert choose_candidate([SRC, LINKED, SMALL], [600], tried={"file"}) == SMALL
    assert choose_candidate([SRC, LINKED, SMALL], [600], tried={"file", "small"}) == SRC


def test_a_url_that_names_a_size_is_no_larger_file_than_one_that_does_not():
    whole, small = C("https://a.example/p.jpg"), C("https://a.example/p.jpg?w=200")
    larger = C("https://a.example/p.jpg?w=2000")
    assert choose_candidate([whole, small], [600]) == whole
    assert choose_candidate([small, whole], [600]) == whole
    assert choose_candidate([small, larger, whole], [600]) == whole
    assert choose_candidate([small, larger], [600]) == larger


def test_the_largest_otherwise():
    assert choose_candidate([SRC, SMALL, WIDE], ["original", 600]) == WIDE
    assert choose_candidate([SRC, C("one", None, 1.0), C("two", None, 2.0)], [600]).url == "two"
    assert choose_candidate([SRC], [600]) == SRC
    assert choose_candidate([], [600]) is None


@given(st.lists(candidates), st.lists(st.integers(1, 2000) | st.just("original")))
def test_every_candidate_gets_its_try(found, widths):
    tried = set()
    while (choice := choose_candidate(found, widths, tried)) is not None:
        assert choice in found
        assert choice.url not in tried
        tried.add(choice.url)
    assert tried == {candidate.url for candidate in found}


@given(candidates)
def test_candidates_survive_json(candidate):
    assert candidate_from_json(json.loads(json.dumps(candidate_to_json(candidate)))) == candidate


@given(
    json_values
    | st.fixed_dictionaries({"url": json_values, "width": json_values, "density": json_values})
)
def test_rubbish_is_no_candidate(value):
    candidate = candidate_from_json(value)
    assert candidate is None or candidate.url
