"""The smallest rendition that is wide enough is fetched, else the largest."""

import json

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.identity.renditions import (
    Kept,
    better_candidate,
    candidate_from_json,
    candidate_to_json,
    choose_candidate,
    promised_width,
)
from imagecrawler.items import ImageCandidate as C

candidates = st.builds(
    C,
    st.sampled_from("abcdef"),
    st.none() | st.integers(1, 3000),
    st.none() | st.floats(0, 10),
    st.none(),
    st.booleans(),
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


def test_what_no_screen_shows_is_the_last_resort():
    printed = C("print", 3000, is_shown=False)
    assert choose_candidate([SRC, printed], [600]) == SRC
    assert choose_candidate([printed, SMALL], [600]) == SMALL
    assert choose_candidate([printed, SMALL], [600], tried={"small"}) == printed
    assert better_candidate([SMALL, printed], [600], Kept("small", 400, 300)) is None


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


SHOP = "https://e.com/cdn/shop"
UPLOADS = "https://e.com/wp-content/uploads"


def test_what_the_service_gives_for_the_asking_where_the_page_promises_too_little():
    thumb, asked = C(f"{SHOP}/a_300x.jpg"), f"{SHOP}/a.jpg?width=1200"
    choice = choose_candidate([thumb], [600, 1200])
    assert (choice.url, choice.width_px, choice.derived_by) == (asked, 1200, "shopify")
    assert choose_candidate([thumb], [600, 1200], tried={asked}).url == thumb.url
    assert choose_candidate([thumb], [1200], is_trusted=lambda c: c.derived_by is None) == C(
        thumb.url, 300
    )
    assert choose_candidate([thumb], [600, 1200], tried={thumb.url}) is None
    original = choose_candidate([thumb, C(f"{SHOP}/a_900x.jpg", 900)], [600, "original"])
    assert (original.url, original.derived_by) == (f"{SHOP}/a.jpg", "shopify: original")


def test_the_pages_word_goes_first_where_it_is_enough():
    thumb = C(f"{SHOP}/a_300x.jpg")
    assert choose_candidate([thumb, C("x", 1200)], [600, 1200]).url == "x"
    assert choose_candidate([thumb, C(f"{SHOP}/a_1400x.jpg")], [600, 1200]).width_px == 1400
    assert choose_candidate([thumb, LINKED], [600, 1200]) == LINKED
    # What could be asked for is on the page: then it is the page's.
    whole = choose_candidate([C(f"{UPLOADS}/a.jpg"), C(f"{UPLOADS}/a-768x512.jpg", 768)], [1200])
    assert whole == C(f"{UPLOADS}/a.jpg")
    # Less than the page has is not worth asking for.
    flickr = "https://live.staticflickr.com/1/234_abcdef01"
    found = [C(f"{flickr}_m.jpg"), C("https://live.staticflickr.com/1/234_99999999_h.jpg", 1100)]
    assert choose_candidate(found, [1200]).width_px == 1100
    assert choose_candidate(found[:1], [1200]).url == f"{flickr}_b.jpg"


def test_what_may_be_better_than_what_is_stored():
    found = [SRC, C("small", 400), C("wide", 1300), C("wider", 2000), C("widest", 3000)]
    assert better_candidate(found, [600], Kept("small", 600, 1)) is None
    assert better_candidate(found, [1200], Kept("small", 400, 1)).url == "wide"
    assert better_candidate(found, [1200], Kept("wide", 640, 1, 1300)).url == "widest"
    assert better_candidate(found, [1200], Kept("wide", 640, 1, 3000)) is None
    assert better_candidate([SRC, SMALL], [1200], Kept("src", 300, 1)) == SMALL
    assert better_candidate([SRC, SMALL], [1200], Kept("src", 300, 1), {"small"}) is None
    assert better_candidate([SRC, LINKED], [1200], Kept("src", 300, 1)) is None
    assert better_candidate([SRC, LINKED], [1200], Kept("src", 300, 1), hopefully=True) == LINKED


def test_what_a_service_has_told_about_the_original_is_believed():
    found = [C(f"{SHOP}/a_300x.jpg"), C(f"{SHOP}/a_1300x.jpg"), C(f"{SHOP}/a_3000x.jpg")]
    assert better_candidate(found, [1200], Kept(f"{SHOP}/a_1300x.jpg", 700, 1, 1300)) is None
    assert better_candidate(found, ["original"], Kept(f"{SHOP}/a.jpg", 700, 1)) is None
    asked = f"{SHOP}/a.jpg?width=1200"
    assert better_candidate(found[:1], [1200], Kept(asked, 700, 1)) is None
    # Made up by us, it may be wrong: what a page claims is worth a look.
    page = [found[0], C(f"{SHOP}/a_900x.jpg", 900)]
    assert better_candidate(page, [1200], Kept(asked, 200, 1)) == page[1]
    inner = [C("https://e.com/_next/image?url=%2Fc.jpg&w=384&q=75")]
    assert better_candidate(inner, ["original"], Kept("https://e.com/c.jpg", 700, 1)) is None


service_urls = st.sampled_from(
    [
        *(f"{SHOP}/a_{width}x.jpg" for width in (300, 900, 1300, 3000)),
        *(f"{UPLOADS}/a-{width}x90.jpg" for width in (300, 1024)),
        *(f"{UPLOADS}/a.jpg", f"{SHOP}/a.jpg", "https://e.com/full.jpg", "https://e.com/own.jpg"),
        *(f"https://e.com/_next/image?url=%2Fa.jpg&w={width}&q=75" for width in (384, 1920)),
        *(f"https://pbs.twimg.com/media/A?name={name}" for name in ("small", "large")),
    ]
)
offered = st.lists(
    st.builds(C, service_urls, st.none() | st.integers(1, 4000), st.none() | st.just(2.0)),
    min_size=1,
    unique_by=lambda c: c.url,
)


@given(
    offered,
    st.lists(st.sampled_from([300, 600, 1200, "original"]), min_size=1),
    st.randoms(use_true_random=False),
    st.booleans(),
)
def test_whatever_comes_no_rendition_is_fetched_twice_and_it_ends(found, widths, chance, hopefully):
    """A server may refuse, or send any width; the page's own URLs are the way back."""
    tried, kept, fetches = set(), None, []
    while True:
        if kept is None:
            choice = choose_candidate(found, widths, tried)
        else:
            choice = better_candidate(found, widths, kept, tried, hopefully=hopefully)
        if choice is None:
            break
        assert choice.url not in fetches
        fetches.append(choice.url)
        width = chance.choice([None, 200, 640, 1200, 2500])
        if width is None or (kept is not None and width <= kept.width_px):
            tried.add(choice.url)
            continue
        if kept is not None:
            tried.add(kept.url)
        claimed = promised_width(found, choice.url)
        refuted = max(kept.refuted_px if kept else 0, claimed if claimed > width else 0)
        kept = Kept(choice.url, width, 200, refuted)
    if kept is None:
        assert {c.url for c in found} <= tried  # all that the page offers was refused


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
