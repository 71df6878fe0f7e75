"""robots.txt as RFC 9309 has it: the RFC's own examples, and where parsers differ from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.policies.robots import MAX_BYTES, parse_robots, product_token


def allowed(text: str | bytes, path: str, token: str = "imagecrawler") -> bool:
    body = text if isinstance(text, bytes) else text.encode()
    return parse_robots(body, token=token).allows(f"https://example.com{path}")


# Section 5.1, as printed.
SIMPLE = """\
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""

# Section 5.2.
LONGEST = """\
User-Agent: foobot
Allow: /example/page/
Disallow: /example/page/disallowed.gif
"""


@pytest.mark.parametrize(
    ("token", "path", "answer"),
    [
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("foobot", "/publications/a.html", False),
        ("FooBot", "/", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("barbot", "/example/a.gif", True),
        ("quxbot", "/example/page.html", True),
        ("quxbot", "/a.gif", True),
        ("other", "/a.gif", False),
        ("other", "/a.gif?1", True),
        ("other", "/example/", False),
        ("other", "/publications/", True),
        ("other", "/", True),
        ("other", "/robots.txt", True),
    ],
)
def test_the_simple_example(token: str, path: str, answer: bool) -> None:
    assert allowed(SIMPLE, path, token) is answer


def test_the_longest_match() -> None:
    assert not allowed(LONGEST, "/example/page/disallowed.gif", "foobot")
    assert allowed(LONGEST, "/example/page/a.gif", "foobot")


@pytest.mark.parametrize(
    ("rule", "path"),  # the table of section 2.2.2, each against each spelling
    [
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"),
        ("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ"),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A"),
        # Section 2.2.3: special characters, and the same taken verbatim.
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
        ("/path/foo-%24", "/path/foo-$"),
        ("/this/path/exactly$", "/this/path/exactly"),
        ("/this/*/exactly", "/this/a/b/exactly"),
    ],
)
def test_spellings_of_one_path(rule: str, path: str) -> None:
    assert not allowed(f"User-agent: *\nDisallow: {rule}\n", path)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/path/file-with-a-%2A.html", "/path/file-with-a-b.html"),
        ("/this/path/exactly$", "/this/path/exactly/not"),
        ("/path/foo-%24", "/path/foo-"),
        ("/a%2Fb", "/a/b"),
        ("/Caf%E9", "/caf%E9"),
        ("/*.gif$", "/a.gifs"),
        ("/*a*b$", "/ab/a"),
        ("page", "/page"),
    ],
)
def test_what_does_not_match(rule: str, path: str) -> None:
    assert allowed(f"User-agent: *\nDisallow: {rule}\n", path)


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nAllow: /\n\nUser-agent: ImageCrawler/2.0\nDisallow: /\n",
        # Several groups of one crawler are one; others between them do not matter.
        "User-agent: imagecrawler\nDisallow: /a\nUser-agent: x\nAllow: /\n"
        "user-agent: IMAGECRAWLER\nDisallow: /p\n",
        # "Parsing of other records MUST NOT interfere", section 2.2.4.
        "User-agent: imagecrawler\nSitemap: https://x/s\nCrawl-delay: 1\nHost: x\nNoindex: /\n"
        "User-agent: y\nDisallow: /\n",
        "\ufeffUser-agent: *\nDisallow: /",
        "User-agent:*\rDisallow:/p # and why\r",
        "  USER-AGENT : *\r\n\r\n  disallow : /p\r\n",
        "user-agent: *\nDisallow /p\n",
        "User-agent: *\nDissalow: /p\n",
        b"\x00\xff garbage\nUser-agent: *\nDisallow: /p\n",
    ],
)
def test_files_that_forbid(text: str | bytes) -> None:
    assert not allowed(text, "/p")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><p>Not found</html>",
        "Disallow: /\nUser-agent: x\nDisallow: /",
        "User-agent: *\nDisallow:",
        "User-agent: *\nDisallow: /p\nAllow: /p",
        "User-agent: *\nDisallow: /\nUser-agent: imagecrawler\n",
        # Protego lets these three decide.
        "User-agent: image\nDisallow: /",
        "User-agent: imagecrawler-news\nDisallow: /",
        "User-agent: example\nDisallow: /",
    ],
)
def test_files_that_allow(text: str) -> None:
    assert allowed(text, "/p")


def test_an_allowed_index_does_not_allow_its_folder() -> None:
    assert not allowed("User-agent: *\nDisallow: /a/\nAllow: /a/index.html\n", "/a/")


def test_octets_that_are_no_utf8_are_matched_as_they_are() -> None:
    rules = b"User-agent: *\nDisallow: /caf\xe9/\n"
    assert not allowed(rules, "/caf%E9/a")
    assert allowed(rules, "/caf%E8/a") and allowed(rules, "/caf/a")


def test_delay_and_sitemaps() -> None:
    text = (
        "Sitemap: https://x/1\nUser-agent: imagecrawler\nCrawl-delay: 2.5\nDisallow: /a\n"
        "User-agent: *\nCrawl-delay: 9\nSitemap: https://x/2#3\n"
    )
    rules = parse_robots(text.encode(), token="imagecrawler")
    assert (rules.crawl_delay_seconds, rules.sitemaps) == (2.5, ("https://x/1", "https://x/2"))
    assert parse_robots(text.encode(), token="other").crawl_delay_seconds == 9
    for wrong in ("soon", "-1", "nan", "inf", ""):
        body = f"User-agent: *\nCrawl-delay: {wrong}\n".encode()
        assert parse_robots(body, token="x").crawl_delay_seconds is None


def test_only_the_first_500_kib_count() -> None:
    head = b"User-agent: *\nDisallow: /early\n"
    filler = b"#" * (MAX_BYTES - len(head) - len(b"\nDisallow: /l"))
    body = head + filler + b"\nDisallow: /late\n"
    assert not allowed(body, "/early")
    assert allowed(body, "/late") and allowed(body, "/l")
    assert not allowed(b"#\n" + body.replace(filler, b""), "/late")


def test_a_file_of_hard_patterns_is_read_in_bounded_memory() -> None:
    stars = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 200_000 + b"*b\n"
    rules = parse_robots(stars, token="x")
    assert rules.allows("https://x/" + "a" * 2000)
    others = b"".join(b"User-agent: bot%d\nDisallow: /%d\n" % (n, n) for n in range(10_000))
    assert parse_robots(others, token="x").size < 1000


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("imagecrawler/0.1 (+https://example.org/googlebot)", "imagecrawler"),
        ("Mozilla/5.0 (compatible; MyBot/1.0; +https://x)", "mybot"),
        ("My_Crawl-er", "my_crawl-er"),
        ("7up", ""),
    ],
)
def test_product_tokens(agent: str, token: str) -> None:
    assert product_token(agent) == token


PATHS = st.text(st.sampled_from("ab/?*$%2Fé= "), max_size=8).map(lambda text: f"/{text}")


@given(PATHS)
def test_a_path_forbidden_verbatim_is_forbidden(path: str) -> None:
    if path.split("?")[0] == "/robots.txt" or "#" in path:
        return
    rule = path.replace("*", "%2A").replace("$", "%24").rstrip()
    assert not allowed(f"User-agent: *\nDisallow: {rule}\n", path)


@given(st.binary(max_size=300), PATHS)
def test_any_bytes_are_read(body: bytes, path: str) -> None:
    parse_robots(body, token="x").allows(f"https://x{path}")


def test_a_crawl_delay_is_for_those_named_right_above_it() -> None:
    body = b"""User-agent: imagecrawler
Crawl-delay: 10

User-agent: slow
User-agent: *
Crawl-delay: 1
Disallow: /no
"""
    ours, others = parse_robots(body, token="imagecrawler"), parse_robots(body, token="other")
    assert (ours.crawl_delay_seconds, others.crawl_delay_seconds) == (10, 1)
    assert not ours.allows("http://example.com/no")
    after = parse_robots(b"User-agent: *\nDisallow: /no\nCrawl-delay: 3", token="other")
    assert after.crawl_delay_seconds == 3
