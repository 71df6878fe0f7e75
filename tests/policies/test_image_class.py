"""What an image is for: decided by marks, and how often rightly on labelled pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from imagecrawler.discovery.page import parse_page
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Evidence, FoundImage, ImageCandidate
from imagecrawler.policies.image_class import (
    CLASSES,
    REPEATED_PAGES,
    WEIGHTS,
    Known,
    judged,
    parse_classes,
)
from imagecrawler.policies.image_marks import marks_of
from imagecrawler.storage.names import CLASS_FLAGS, FLAG_ATTRIBUTES
from tests.policies.labelled import PAGES

# Of each class: at least so large a part of what is called so is so, and of what is so is called
# so. Content that is called something else may be left out: that bound is the one that matters.
BOUNDS = {
    "content": (0.97, 0.98),
    "tracker": (1.0, 0.95),
    "logo": (0.9, 0.9),
    "icon": (0.9, 0.9),
    "avatar": (0.9, 0.9),
    "ad": (0.9, 0.8),
}


def labelled() -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield (URL of the image, label, what it was judged to be, its marks)."""
    for url, html in PAGES.items():
        labels = dict(_labels(html, url))
        page = parse_page(re.sub(r"data-is=[a-z]+", "", html), url=url)
        seen = {image.url: image for image in page.images}
        assert labels.keys() <= seen.keys(), labels.keys() - seen.keys()
        for address, label in labels.items():
            marks = marks_of(seen[address], url)
            yield address, label, judged(marks).image_class, marks


def _labels(html: str, url: str) -> Iterator[tuple[str, str]]:
    for node in LexborHTMLParser(html).css("img"):
        attributes = node.attributes
        source = attributes.get("data-src") or attributes["src"]
        address = absolute_url(source or "", url)
        assert address is not None and attributes["data-is"] in CLASSES
        yield address, str(attributes["data-is"])


def test_labelled_images_get_their_class() -> None:
    found = list(labelled())
    assert len(found) > 150
    right = Counter(label for _, label, called, _ in found if label == called)
    labels = Counter(label for _, label, _, _ in found)
    calls = Counter(called for _, _, called, _ in found)
    wrong = [f"{is_} called {called}: {url} {m}" for url, is_, called, m in found if is_ != called]
    for name, (precision, recall) in BOUNDS.items():
        measured = (right[name] / calls[name], right[name] / labels[name])
        assert measured[0] >= precision and measured[1] >= recall, (name, measured, wrong)


def test_every_label_and_class_is_known_everywhere() -> None:
    assert {label for _, label, _, _ in labelled()} == set(CLASSES)
    assert CLASS_FLAGS.keys() == set(CLASSES) - {"content"}
    letters = [*CLASS_FLAGS.values(), *FLAG_ATTRIBUTES]
    assert len(set(letters)) == len(letters)
    assert {name for weights in WEIGHTS.values() for name in weights} <= set(CLASSES)


SIZES = st.none() | st.integers(0, 2000)
NAMES = st.text(max_size=12) | st.sampled_from(("site-logo", "no-ads", "ad", "userAvatar2", "x_y"))
EVIDENCE = st.builds(
    Evidence,
    width_px=SIZES,
    height_px=SIZES,
    places=st.lists(st.sampled_from(("nav", "header", "main", "figure"))).map(tuple),
    names=NAMES,
    around=st.lists(NAMES, max_size=6).map(tuple),
    alt=st.text(max_size=20),
    is_hidden=st.booleans(),
    has_choice=st.booleans(),
    link=st.none() | st.sampled_from(("https://e.com/", "https://x.example/a", "https://[", "")),
    link_rel=st.text(max_size=9),
)
URLS = st.sampled_from(("https://e.com/a.jpg", "https://a.b/logo.svg?x#y", "https://x/%FF/-.", ""))
MARKS = st.lists(st.sampled_from([*WEIGHTS, "ad-host:x.example", "no:mark", ""]), unique=True)


@given(URLS | st.text(), st.lists(EVIDENCE, max_size=3), URLS | st.text())
def test_whatever_a_page_says_are_marks_that_have_a_weight(
    url: str, evidence: list[Evidence], page_url: str
) -> None:
    image = FoundImage("1", url, [ImageCandidate(url)], evidence=evidence)
    marks = marks_of(image, page_url)
    assert marks == sorted(set(marks))
    assert judged(marks).image_class in CLASSES
    # What one place says is said with all of them: the marks of several pages are a union.
    for each in evidence:
        alone = FoundImage("1", url, [ImageCandidate(url)], evidence=[each])
        assert set(marks_of(alone, page_url)) <= set(marks)


@given(MARKS, st.randoms(use_true_random=False))
def test_the_order_of_marks_decides_nothing(marks: list[str], random: Random) -> None:
    shuffled = list(marks)
    random.shuffle(shuffled)
    assert judged(marks) == judged(shuffled)


@given(MARKS, st.sampled_from([mark for mark, w in WEIGHTS.items() if "content" not in w]))
def test_evidence_of_content_never_excludes(marks: list[str], mark: str) -> None:
    is_against = all(weight <= 0 for weight in WEIGHTS[mark].values())
    if is_against and judged(marks).image_class == "content":
        assert judged([*marks, mark]).image_class == "content"


@pytest.mark.parametrize(
    ("known", "called"),
    [
        (Known(1, 1), "tracker"),
        (Known(2, 2), "tracker"),
        (Known(16, 16), "icon"),
        (Known(33, 16), "content"),
        (Known(pages=REPEATED_PAGES, site_pages=2 * REPEATED_PAGES), "furniture"),
        (Known(pages=REPEATED_PAGES - 1, site_pages=REPEATED_PAGES), "content"),
        (Known(pages=REPEATED_PAGES, site_pages=2 * REPEATED_PAGES + 1), "content"),
    ],
)
def test_size_and_repetition_are_evidence_too(known: Known, called: str) -> None:
    assert judged([], known).image_class == called


def test_a_picture_of_an_article_that_is_linked_from_every_page_stays_content() -> None:
    everywhere = Known(800, 600, pages=500, site_pages=500)
    assert judged(["in:aside", "in:figure", "in:main", "link:page"], everywhere)[0] == "content"
    assert judged(["in:header", "file:logo"], everywhere)[0] == "logo"
    assert judged(["in:header"], everywhere)[0] == "furniture"


def test_a_service_on_its_own_pages_shows_content() -> None:
    image = FoundImage("1", "https://cdn.taboola.com/office.jpg", [])
    assert marks_of(image, "https://example.com/") == ["ad-host:taboola.com", "type:photo"]
    assert marks_of(image, "https://www.taboola.com/about") == ["type:photo"]


def test_classes_are_read_as_people_write_them() -> None:
    assert [parse_classes(value) for value in ("all", "", None, [])] == [set(CLASSES)] * 4
    assert (
        parse_classes(" Content,logo ") == parse_classes(["content", "logo"]) == {"content", "logo"}
    )
    assert parse_classes("-tracker, -ad") == set(CLASSES) - {"tracker", "ad"}
    for wrong in ("photo", "-photo", "logo,-ad", "all,logo", "--ad"):
        with pytest.raises(ValueError, match=r"none of|not both"):
            parse_classes(wrong)
