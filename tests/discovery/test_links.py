"""Where a page leads but by the ``href`` of its anchors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.guesses import destination_urls
from imagecrawler.discovery.page import parse_page

PAGE = "http://a.test/p/q.html"


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="Next" href="to.html">',
        "<link rel=prev href=/p/to.html>",
        "<svg><a xlink:href=to.html><text>.</text></a></svg>",
        "<table><tr onclick=\"location.href='to.html'\">",
        "<div onclick=\"window.location = '/p/to.html'; return false\">.</div>",
        "<a href=# onclick=\"window.open('to.html', 'w', 'width=300')\">.</a>",
        "<a href=\"javascript:document.location='to.html'\">.</a>",
        "<body onload=\"location.replace('to.html')\">",
        '<script>if (top == self) top.location.href = "http:\\/\\/a.test\\/p\\/to.html"</script>',
        "<script>setTimeout(function(){location.assign('to.html')}, 9)</script>",
    ],
)
def test_links_of_other_kinds(html):
    assert parse_page(html, url=PAGE).links == ["http://a.test/p/to.html"]
    assert parse_page(f"<meta name=robots content=nofollow>{html}", url=PAGE).links == []


@pytest.mark.parametrize(
    "program",
    [
        "location = 'Berlin'",
        "location.href = '/item/' + number",
        "mylocation = '/a.html'",
        "location.href == '/a.html'",
        "location.href = 'javascript:void(0)/'",
        "location.href = '/a/${name}.html'",
        "window.open('/a.jpg')",
        "location.href = '/a.html",
    ],
)
def test_what_is_no_link(program):
    assert list(destination_urls(program, PAGE)) == []


def test_no_follow_holds_for_what_is_pressed_too():
    html = "<a rel=nofollow href=# onclick=\"window.open('/x.html')\">.</a>"
    assert parse_page(html, url=PAGE).links == []


@given(st.text(alphabet="location.href=('/\";,\\u0 "))
def test_any_program_leads_to_pages_of_the_web_or_nowhere(program):
    assert all(url.startswith("http") for url in destination_urls(program, PAGE))
