"""Which pages are rendered, after what rendering has given so far."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.policies.rendering import Gain, RenderLearning, url_kind

SIGNS = ["#gallery is empty"]
MUCH, NOTHING = Gain(0, 12), Gain(4, 4)


def page(number: int) -> str:
    return f"https://e.com/photo/{number}"


def visited(learning: RenderLearning, url: str, gain: Gain, signs=SIGNS) -> bool:
    """Decide on a page, and render it if so decided."""
    choice = learning.choice(url, signs)
    if choice.render:
        learning.learned(url, gain, signs=signs)
    return choice.render


def test_pages_with_signs_are_rendered_while_it_pays():
    learning = RenderLearning()
    assert all(visited(learning, page(n), MUCH) for n in range(100))


def test_a_kind_that_gains_nothing_is_given_up_and_tried_again_rarely():
    learning = RenderLearning(trials=3, probe_every=50)
    rendered = [n for n in range(200) if visited(learning, page(n), NOTHING)]
    assert rendered == [0, 1, 2, 52, 102, 152]


def test_a_kind_that_was_given_up_is_taken_up_when_a_probe_gains():
    learning = RenderLearning(trials=3, probe_every=10)
    rendered = [visited(learning, page(n), NOTHING if n < 20 else MUCH) for n in range(60)]
    first = rendered.index(True, 20)
    assert all(rendered[first:]) and not all(rendered[:first])


def test_each_kind_of_each_host_is_learned_alone():
    learning = RenderLearning()
    for n in range(20):
        visited(learning, page(n), NOTHING)
    assert learning.choice("https://e.com/album/1", SIGNS).render
    assert learning.choice("https://other.com/photo/1", SIGNS).render
    assert not learning.choice(page(99), SIGNS).render


def test_a_host_that_never_gains_gets_one_trial_for_each_further_kind():
    learning = RenderLearning(trials=3)
    kinds = [f"https://e.com/{letter}/" for letter in "abcdefgh"]
    rendered = [sum(visited(learning, kind, NOTHING) for _ in range(9)) for kind in kinds]
    assert rendered == [3, 3, 3, 3, 1, 1, 1, 1]


def test_a_site_without_signs_is_never_rendered():
    learning = RenderLearning()
    assert not any(visited(learning, f"https://e.com/{n % 7}/{n}", MUCH, []) for n in range(1_000))


def test_pages_without_signs_are_rendered_where_their_kind_gains():
    learning = RenderLearning()
    visited(learning, page(1), MUCH)
    assert learning.choice(page(2), []).render


def test_other_kinds_without_signs_are_tried_once_where_the_host_gains():
    learning = RenderLearning(trials=3)
    visited(learning, page(1), MUCH)
    kinds = [f"https://e.com/{letter}/" for letter in "abcdefgh"]
    rendered = [sum(visited(learning, kind, NOTHING, []) for _ in range(9)) for kind in kinds]
    assert rendered == [1, 1, 1, 0, 0, 0, 0, 0]


def test_a_choice_says_why():
    learning = RenderLearning()
    assert learning.choice(page(1), SIGNS) == (True, "#gallery is empty")
    for n in range(9):
        visited(learning, page(n), NOTHING)
    assert learning.choice(page(1), SIGNS).why.endswith("rendering such pages gave nothing")


@pytest.mark.parametrize(
    ("gain", "pays"),
    [
        (Gain(0, 1), True),
        (Gain(3, 3), False),
        (Gain(40, 41), False),
        (Gain(40, 43), True),
        (Gain(0, 0, 2, 30), True),
        (Gain(0, 0, 100, 103), False),
        (Gain(9, 2), False),
    ],
)
def test_what_pays(gain, pays):
    assert gain.pays == pays


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://e.com/photo/123", "e.com/photo/*"),
        ("https://e.com/photo/a-long-way-home", "e.com/photo/*"),
        ("https://e.com/photo/a-long-way-home.html", "e.com/photo/*.html"),
        ("https://e.com/about", "e.com/about"),
        ("https://e.com/", "e.com/"),
        ("https://e.com/list?page=2&q=x", "e.com/list?page&q"),
        ("https://e.com:8443/2024/05/x", "e.com:8443/*/*/x"),
        ("https://e.com/%E3%81%82", "e.com/*"),
    ],
)
def test_the_kind_of_a_url(url, kind):
    assert url_kind(url) == kind


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([f"https://{h}.com/{p}/{n}" for h in "ab" for p in "xy" for n in range(3)]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=80,
)


@given(EVENTS, EVENTS)
def test_what_was_learned_survives_a_restart(before, after):
    one, two = RenderLearning(trials=2, probe_every=4), RenderLearning(trials=2, probe_every=4)
    for url, has_signs, gains in before:
        visited(one, url, MUCH if gains else NOTHING, SIGNS if has_signs else [])
    two.restore(json.loads(json.dumps(one.to_json())))
    for url, has_signs, _ in after:
        signs = SIGNS if has_signs else []
        assert one.choice(url, signs) == two.choice(url, signs)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_another_hand_wrote_is_left_out(value):
    learning = RenderLearning()
    learning.restore(value)
    assert learning.choice(page(1), SIGNS).render


def test_a_page_in_flight_at_the_end_is_as_if_not_asked_for():
    one, two = RenderLearning(), RenderLearning()
    visited(one, page(1), MUCH)
    assert one.choice("https://e.com/about", []).render
    two.restore(one.to_json())
    assert two.choice("https://e.com/about", []).render


@given(st.integers())
def test_no_number_puts_a_probe_off_for_ever(passed_by):
    learning = RenderLearning(probe_every=50)
    learning.restore({"e.com/photo/*": [3, "000", passed_by]})
    assert any(learning.choice(page(n), SIGNS).render for n in range(50))


def test_memory_is_bounded():
    learning = RenderLearning(max_kinds=10)
    for n in range(200):
        visited(learning, f"https://host{n}.com/", MUCH)
    assert len(learning.to_json()) <= 10


@given(st.text(max_size=200))
def test_every_text_is_a_possible_url(text):
    assert RenderLearning().choice(text, SIGNS).render
    assert not RenderLearning().choice(text, []).render
