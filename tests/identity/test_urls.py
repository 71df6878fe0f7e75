"""One page has one canonical URL and one key."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.identity.urls import absolute_url, authority, canonical_url, host_name, page_key

BASE = "https://example.com/a/c?d=e"

any_text = st.text() | st.text(alphabet="aA/:?#&=;@.%[]-_ 0é\ud800", max_size=40)
queries = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "utm_source", "PHPSESSID", "sid", "", "gclid", "A"]),
        st.sampled_from(["", "1", "2", "0123456789abcdef0", "%20"]),
    ).map("=".join),
    max_size=6,
).map("&".join)
urls = (
    st.builds(
        "{}://{}/{}?{}".format,
        st.sampled_from(["http", "https"]),
        st.sampled_from(["example.com", "example.com:8000", "example.com:80", "[::1]:443"]),
        st.text(alphabet="ab/.;", max_size=10)
        | st.sampled_from(["a;jsessionid=1F", "a;JSESSIONID=2;jsessionid=3/b"]),
        queries,
    )
    .map(lambda url: absolute_url(url, ""))
    .filter(lambda url: url is not None)
)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("../b?x#y", "https://example.com/b?x"),
        ("b", "https://example.com/a/b"),
        ("?q", "https://example.com/a/c?q"),
        ("", "https://example.com/a/c?d=e"),
        ("/b c", "https://example.com/b%20c"),
        ("//other.org:443/b", "https://other.org/b"),
        (" HTTP://USER:pw@Example.ORG:80/%7e \n", "http://example.org/%7e"),
        ("http://a@b@c.org/@x", "http://c.org/@x"),
        ("javascript:void(0)", None),
        ("mailto:a@example.com", None),
        ("data:image/gif;base64,AA", None),
        ("ftp://example.com/a", None),
        ("https://", None),
        ("http://example.com:99999/", None),
        ("\ud800", None),
    ],
)
def test_absolute_url(href, url):
    assert absolute_url(href, BASE) == url


@given(any_text, st.sampled_from([BASE, "", "rubbish", "http://[::1]:8000/x/y/"]))
def test_absolute_url_is_stable_and_clean(href, base):
    url = absolute_url(href, base)
    if url is not None:
        assert url.startswith(("http://", "https://"))
        assert "#" not in url
        assert "@" not in authority(url)
        assert absolute_url(url, "") == url


@pytest.mark.parametrize("href", ["x", "/x", "x?y", "./x", "//h/x", "?x", "&", "é", "x#y", "a:b"])
@pytest.mark.parametrize(
    "base", [BASE, "http://h:81/", "http://h/a/b/", "HTTP://h/a/../b", "http://h"]
)
def test_the_caches_do_not_change_the_answer(href, base):
    import ada_url

    expected = ada_url.URL(href, base=base)
    expected.hash = ""
    wanted = expected.href if expected.protocol in ("http:", "https:") else None
    assert absolute_url(href, base) == (wanted.rstrip("#") if wanted else None)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://e.com/?utm_source=x&b=2&a=1&gclid=3", "https://e.com/?a=1&b=2"),
        ("https://e.com/?b=2&a=2&a=1", "https://e.com/?a=2&a=1&b=2"),
        ("https://e.com/?", "https://e.com/"),
        ("https://e.com/a;jsessionid=12AB?PHPSESSID=1", "https://e.com/a"),
        ("https://e.com/a;v=1", "https://e.com/a;v=1"),
        ("https://e.com/?sid=story", "https://e.com/?sid=story"),
        ("https://e.com/?sid=0123456789abcdef", "https://e.com/"),
        ("https://e.com/?x=1#part", "https://e.com/?x=1"),
    ],
)
def test_canonical_url(url, canonical):
    assert canonical_url(url) == canonical


@given(urls)
def test_canonical_url_is_idempotent_and_the_key_follows_it(url):
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical
    assert absolute_url(canonical, "") == canonical
    assert page_key(url) == page_key(canonical)
    assert re.fullmatch("[0-9a-f]{16}", page_key(url))


@pytest.mark.parametrize(
    ("url", "host_and_port", "host"),
    [
        ("https://example.com/", "example.com", "example.com"),
        ("https://example.com:443/", "example.com", "example.com"),
        ("http://example.com:443/", "example.com:443", "example.com"),
        ("http://example.com:8000/a:b", "example.com:8000", "example.com"),
        ("http://[::1]:8000/", "[::1]:8000", "::1"),
        ("http://example.com?x", "example.com", "example.com"),
        ("rubbish", "", ""),
    ],
)
def test_authority_and_host_name(url, host_and_port, host):
    assert authority(url) == host_and_port
    assert host_name(url) == host
