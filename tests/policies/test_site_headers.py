"""Headers for certain sites: who is told them, and what is refused in their file."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagecrawler.policies.site_headers import SiteHeaders, parse_site_headers

TEXT = """
# for the two of them
[https://Example.com:443 https://img.example.com:8443]
Authorization: Bearer a:b=c
X-Own:1

[http://127.0.0.1:8000]
x-own: 2
"""


def test_a_header_goes_to_its_origin_alone() -> None:
    headers = parse_site_headers(TEXT)
    both = {"Authorization": "Bearer a:b=c", "X-Own": "1"}
    assert headers.of("https://example.com/a?b") == both
    assert headers.of("https://img.example.com:8443/") == both
    assert headers.of("http://127.0.0.1:8000/x") == {"x-own": "2"}
    for url in (
        "http://example.com/",
        "https://example.com:444/",
        "https://www.example.com/",
        "https://img.example.com/",
        "https://example.com.evil.example/",
        "https://evil.example/https://example.com/",
        "https://example.com@evil.example/",
        "http://127.0.0.1:8001/",
        "render:https://example.com/",
        "no URL",
    ):
        assert headers.of(url) == {}, url
    assert SiteHeaders().of("https://example.com/") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it has no header"),
        ("[https://a.example]\n", "it has no header"),
        ("Authorization: SECRET\n", "line 1 stands below no site"),
        ("[https://a.example]\nSECRET\n", "line 2 is no header"),
        ("[https://a.example]\nA: SECRET\nA: SECRET\n", "line 3 says again"),
        ("[https://a.example]\nA: 1\n[https://a.example]\nB: 1\n", "line 3 says again"),
        ("[a.example]\nA: SECRET\n", "[a.example] is no site"),
        ("[https://a.example/x]\nA: SECRET\n", "is no site"),
        ("[ftp://a.example]\nA: SECRET\n", "is no site"),
        ("[https://a.example]\nA B: SECRET\n", "'A B' is no name"),
        ("[https://a.example]\ncookie: SECRET\n", "COOKIES_FILE"),
        ("[https://a.example]\nHost: SECRET\n", "Host is not to be set"),
        ("[https://a.example]\nA: SECRET\n  SECRET: 1\n", "goes over several lines"),
        ("[https://a.example]\nA: SECR\u00c9T\n", "not ASCII"),
    ],
)
def test_what_is_wrong_is_one_line_without_secrets(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_site_headers(text)
    message = str(caught.value)
    assert said in message and "SECR" not in message and "\n" not in message


@settings(max_examples=50)
@given(st.text(max_size=60), st.sampled_from(["", "[https://a.example]\n", TEXT]))
def test_no_text_is_an_error_of_ours(text: str, before: str) -> None:
    try:
        parse_site_headers(before + text)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1
