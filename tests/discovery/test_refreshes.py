"""Where a page goes on to by itself, by what the HTML standard says of ``Refresh``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.refreshes import refresh_target

PAGE = "http://a.test/p/q.html"


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("0;url=/a", (0, "http://a.test/a")),
        (" 5 ; URL = '/b?x=1&y=2' trailing", (5, "http://a.test/b?x=1&y=2")),
        ('1.5,"q r"', (1, "http://a.test/p/q%20r")),
        (".5 k", (0, "http://a.test/p/k")),
        ("0;//b.test/", (0, "http://b.test/")),
        ("0; url", (0, "http://a.test/p/url")),
        ("9" * 5000 + ";x", (float("inf"), "http://a.test/p/x")),
    ],
)
def test_where_a_page_goes_on_to(said, target):
    assert refresh_target(said, PAGE) == target


@pytest.mark.parametrize(
    "said", ["", "30", "30;", "0;url=", "x;url=/a", "-1;url=/a", "5url=/a", "0;url=javascript:f()"]
)
def test_what_goes_nowhere(said):
    assert refresh_target(said, PAGE) is None


@given(st.text(alphabet="0159.;, \turlURL='\"/:x"))
def test_any_text_is_an_address_or_none(said):
    found = refresh_target(said, PAGE)
    assert found is None or (found[0] >= 0 and found[1].startswith("http"))


def test_where_a_page_goes_on_to_is_a_link_of_it():
    html = '<meta http-equiv=Refresh content="9; url=two.html"><a href=one.html>.</a>'
    assert parse_page(html, url=PAGE).links == [
        "http://a.test/p/one.html",
        "http://a.test/p/two.html",
    ]
    assert parse_page(f"<meta name=robots content=nofollow>{html}", url=PAGE).links == []
