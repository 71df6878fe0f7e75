"""A scope admits what its words say, and survives being written into a queue entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.scope import Scope

STARTS = [
    "https://example.com/a/b.html",
    "http://www.example.co.uk:8000/gallery?x=1",
    "http://[::1]:8000/",
    "http://127.0.0.1/a",
    "http://localhost:81/a/b/",
    "https://someone.github.io/x",
]


@pytest.mark.parametrize(
    ("kind", "start", "text"),
    [
        ("page", STARTS[0], "page"),
        ("any", STARTS[0], "any"),
        ("path", STARTS[0], "path:https://example.com/a/"),
        ("path", STARTS[1], "path:http://www.example.co.uk:8000/gallery"),
        ("path", "https://e.com/docs/v1.2", "path:https://e.com/docs/v1.2"),
        ("host", STARTS[1], "host:www.example.co.uk:8000"),
        ("domain", STARTS[1], "domain:example.co.uk"),
        ("domain", STARTS[2], "domain:::1"),
        ("domain", STARTS[3], "domain:127.0.0.1"),
        ("domain", STARTS[4], "domain:localhost"),
        ("domain", STARTS[5], "domain:someone.github.io"),
    ],
)
def test_of(kind, start, text):
    assert str(Scope.of(kind, start)) == text


@given(st.sampled_from(["page", "path", "host", "domain", "any"]), st.sampled_from(STARTS))
def test_written_and_read_back(kind, start):
    scope = Scope.of(kind, start)
    assert Scope.parse(str(scope)) == scope
    assert scope.admits(start) == (kind != "page")


@pytest.mark.parametrize(
    ("text", "url", "answer"),
    [
        ("any", "https://x.org/", True),
        ("page", "https://example.com/", False),
        ("host:example.com", "http://example.com/a", True),
        ("host:example.com", "https://example.com/a", True),
        ("host:example.com", "https://example.com:8000/a", False),
        ("host:example.com", "https://www.example.com/a", False),
        ("path:https://example.com/a/", "https://example.com/a/b?c", True),
        ("path:https://example.com/a/", "https://example.com/ab", False),
        ("path:https://example.com/g", "https://example.com/g?x", True),
        ("path:https://example.com/g", "https://example.com/g/x", True),
        ("path:https://example.com/g", "https://example.com/gx", False),
        ("path:https://example.com/g", "https://example.org/g/x", False),
        ("domain:example.co.uk", "https://a.b.example.co.uk:81/", True),
        ("domain:example.co.uk", "https://other.co.uk/", False),
        ("domain:someone.github.io", "https://other.github.io/", False),
        ("domain:localhost", "http://localhost:8000/", True),
        ("domain:127.0.0.1", "http://127.0.0.2/", False),
        ("domain:::1", "http://[::1]:81/", True),
    ],
)
def test_admits(text, url, answer):
    assert Scope.parse(text).admits(url) is answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "page:x",
        "any:",
        "host",
        "host:",
        "host:a/b",
        "host:EXAMPLE.com",
        "domain:www.example.com",
        "path:",
        "path:/a",
        "path:ftp://e.com/",
        "path:https://e.com/?x",
        "site:e.com",
        "domain:a b",
    ],
)
def test_rubbish_is_refused(text):
    with pytest.raises(ValueError, match="scope"):
        Scope.parse(text)


@given(
    st.text()
    | st.sampled_from(["host:", "domain:", "path:"]).flatmap(lambda k: st.text().map(k.__add__))
)
def test_any_text_is_a_scope_or_refused(text):
    try:
        scope = Scope.parse(text)
    except ValueError:
        return
    assert str(scope) == text


@pytest.mark.parametrize(
    ("kind", "start"), [("site", STARTS[0]), ("host", "x"), ("any", "ftp://e/")]
)
def test_of_refuses(kind, start):
    with pytest.raises(ValueError, match=r"scope|URL"):
        Scope.of(kind, start)
