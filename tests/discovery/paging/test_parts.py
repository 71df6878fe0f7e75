"""Instants, addresses and links that lists are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.elements import page_tree
from imagecrawler.discovery.paging.instants import stated_instant
from imagecrawler.discovery.paging.link_headers import header_links
from imagecrawler.discovery.paging.numbers import inferred_numbering
from imagecrawler.discovery.paging.older_links import older_page
from imagecrawler.discovery.paging.templates import head_place, numbering, source_url_fault
from imagecrawler.items import Numbering, Source

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01T14:00:00.0000000+0200",
        "2024-05-01 12:00:00 UTC",
        "2024-05-01 08:00:00 -0400",
        "Wed, 01 May 2024 12:00:00 GMT",
        "01 May 2024 07:00 EST",
        "1714564800",
        1714564800,
        1714564800_000,
        1714564800.0,
    ],
)
def test_one_instant_in_many_spellings(text: object) -> None:
    assert stated_instant(text) == NOON


@given(st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.none())
def test_any_value_states_an_instant_of_the_web_or_none(value: object) -> None:
    found = stated_instant(value)
    assert found is None or (found.utcoffset() == timedelta(0) and 1990 <= found.year < 2200)


@given(st.datetimes(NOON.replace(year=1991, tzinfo=None), NOON.replace(year=2199, tzinfo=None)))
def test_an_instant_is_read_as_it_was_written(naive: datetime) -> None:
    instant = naive.replace(tzinfo=UTC)
    assert stated_instant(instant.isoformat()) == instant


def test_link_headers() -> None:
    value = '<a,b>; title="x, <y>; rel=next"; rel="prev next", </c>;rel=next, <d>; rel=last, junk'
    assert header_links([value], base_url="https://e.com/x/", relation="next") == [
        "https://e.com/x/a,b",
        "https://e.com/c",
    ]


@pytest.mark.parametrize(
    "link",
    [
        "<link rel=next href=/2>",
        "<a rel='nofollow next' href=/2>x</a>",
        "<a href=/2>Next →</a>",
        "<a href=/2>« Older Posts</a>",
        "<a href=/2>Nächste Seite</a>",
        "<a href=/2>次へ</a>",
        "<a href=/2 aria-label='Next page'><svg></svg></a>",
        "<nav class=pagination><a href=/2>»</a></nav>",
        "<ul class=pager><li class=pager__item--next><a href=/2>x</a></ul>",
        "<p class=nav-previous><a href=/2>x</a></p><p class=nav-next><a href=/0>Newer</a></p>",
        "<a href=/?page=2>2</a><a href=/?page=3>3</a>",
    ],
)
def test_the_page_of_older_items_is_found(link: str) -> None:
    html = f"<a href=/about>About</a><a href=/?page=9>9</a>{link}<a href=/steps>Our next steps</a>"
    found = older_page(page_tree(html), url="https://e.com/", base_url="https://e.com/")
    assert found is not None and found.endswith("2")


@pytest.mark.parametrize(
    "link",
    [
        "<a href=/2>2</a>",
        "<a href=/2 class=prev>newer</a>",
        "<a href=https://other.com/2>Next</a>",
        "<div class=carousel><a href=/2 class=next>next</a></div>",
        "<a href=/2 class='next disabled'>Next</a>",
        "<a href=/2>»</a>",
        "<a href=#>Next</a>",
        "<a href=/2.jpg>Next</a>",
    ],
)
def test_what_leads_elsewhere_is_not_taken_for_it(link: str) -> None:
    assert older_page(page_tree(link), url="https://e.com/", base_url="https://e.com/") is None


@pytest.mark.parametrize(
    ("here", "older", "wanted"),
    [
        ("https://e.com/", "https://e.com/page/2/", Numbering("https://e.com/page/{n}/", 1, 1)),
        ("https://e.com/?p=0", "https://e.com/?p=1", Numbering("https://e.com/?p={n}", 0, 1)),
        ("https://e.com/", "https://e.com/?start=20", Numbering("https://e.com/?start={n}", 0, 20)),
        ("https://e.com/", "https://e.com/?page=7", None),
        ("https://e.com/?page=2&a=1", "https://e.com/?page=3&a=2", None),
        ("https://e.com/", "https://e.com/?after=x2", None),
    ],
)
def test_numbers_are_inferred_from_two_pages(
    here: str, older: str, wanted: Numbering | None
) -> None:
    assert inferred_numbering(here, older, head=here) == wanted


@given(st.sampled_from(["page", "offset"]), st.integers(0, 9), st.integers(1, 50))
def test_a_counted_source_begins_where_it_says(field: str, first: int, step: int) -> None:
    source = Source("s", f"HTTPS://E.com/ä/{{{field}}}?x={{", first=first, step=step)
    assert source_url_fault(source.url) is not None  # a brace too many
    source = Source("s", f"HTTPS://E.com/ä/{{{field}}}", first=first, step=step)
    assert source_url_fault(source.url) is None
    counted = numbering(source, page_size=7)
    assert counted is not None and counted.step == step
    assert counted.place(first) == head_place(source)
    assert head_place(source).url == f"https://e.com/%C3%A4/{first}"


@pytest.mark.parametrize("text", ["e.com", "ftp://e.com/", "https://e.com/{page}/{page}", "x{n}"])
def test_what_no_source_can_have(text: str) -> None:
    assert source_url_fault(text)
