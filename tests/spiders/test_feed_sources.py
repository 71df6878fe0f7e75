"""The file of a feed run's sources, and every mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagecrawler.discovery.paging.templates import head_place, numbering
from imagecrawler.exceptions import ArgumentError
from imagecrawler.items import Source
from imagecrawler.spiders.sources import read_sources, sources_of

POLICIES = ("fresh", "book")


def read(folder: Path, text: str) -> tuple[Source, ...]:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return read_sources(str(path), policies=POLICIES)


def test_sources_with_all_that_may_be_said_of_them(tmp_path: Path) -> None:
    first, second = read(
        tmp_path,
        """
        [[source]]
        url = "https://example.com/new?page={page}"
        name = "boats"
        policy = "book"
        weight = 2
        tags = ["boat", "sea"]
        first = 0
        step = 2
        [[source]]
        url = "https://example.com/feed.xml"
        """,
    )
    url = "https://example.com/new?page={page}"
    assert first == Source("boats", url, "book", 2, ("boat", "sea"), 0, 2)
    assert second == Source("example.com/feed.xml", "https://example.com/feed.xml")


URL = 'url = "https://e.com/{page}"\n'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "[[source]] table for each"),
        ("[source]\n" + URL, "[[source]] table for each"),
        ("x = 1\n[[source]]\n" + URL, "'x' is not in a [[source]] table"),
        ("[[source]\n", "not TOML"),
        ("[[source]]\nname = 'a'\n", "[[source]] 1: url is missing"),
        ("[[source]]\nurl = 'e.com'\n", "[[source]] 1: url = 'e.com': it is no URL"),
        (f"[[source]]\n{URL}[[source]]\n{URL}colour = 1\n", "[[source]] 2: there is no key"),
        (f"[[source]]\n{URL}weight = 0\n", "[[source]] 1: weight = 0: give a number above 0"),
        (f"[[source]]\n{URL}weight = nan\n", "weight = nan: give a number above 0"),
        (f"[[source]]\n{URL}tags = 'a'\n", "tags = 'a': give a list of texts"),
        (f"[[source]]\n{URL}step = 0\n", "step = 0: give a whole number, 1 or more"),
        (f"[[source]]\n{URL}first = true\n", "first = True: give a whole number"),
        (f"[[source]]\n{URL}policy = 'x'\n", "policy = 'x': choose one of fresh, book"),
        ("[[source]]\nurl = 'https://e.com/'\nfirst = 1\n", "first: its url has no {page}"),
        (f"[[source]]\n{URL}[[source]]\n{URL}", "sources 1 and 2 are both named"),
        (f"[[source]]\n{URL}[[source]]\n{URL}name = 'b'\n", "1 and 2 have one newest page, http"),
        (f"[[source]]\n{URL}[[source]]\nurl = 'https://e.com/1'\n", "one newest page"),
        ("[[source]]\nurl = 'https://e.com/{page:0}'\nfirst = 1\n", "first = 1: its url says 0"),
        ("[[source]]\nurl = 'https://e.com/{cursor:0}'\n", "no other braces"),
        ("[[source]]\nurl = 'https://e.com/{offset:0:0}'\n", "no other braces"),
    ],
)
def test_a_mistake_is_one_line_with_file_table_and_key(
    tmp_path: Path, text: str, wanted: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert wanted in message and "sources.toml" in message and "\n" not in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="cannot be read"):
        read_sources(str(tmp_path / "none.toml"), policies=POLICIES)


def test_start_urls_are_sources_too() -> None:
    (source,) = sources_of(["https://e.com/new/{offset}/"])
    assert source == Source("e.com/new/{offset}", "https://e.com/new/{offset}/")
    with pytest.raises(ArgumentError, match="write it out"):
        sources_of(["e.com"])


@pytest.mark.parametrize(
    ("text", "url", "first", "step", "pages"),
    [
        ("?pid={page:0}", "?pid={page}", 0, None, ("?pid=0", "?pid=1")),
        ("?o={offset:1:20}", "?o={offset}", 1, 20, ("?o=1", "?o=21")),
        ("?o={offset:10}", "?o={offset}", 10, None, ("?o=10", "?o=15")),
        ("?p={page}", "?p={page}", None, None, ("?p=1", "?p=2")),
    ],
)
def test_a_url_may_say_how_it_counts(
    tmp_path: Path, text: str, url: str, first: int | None, step: int | None, pages: tuple[str, str]
) -> None:
    (source,) = sources_of([f"https://e.com/{text}"])
    assert source == Source(f"e.com/{text}", f"https://e.com/{url}", first=first, step=step)
    assert read(tmp_path, f"[[source]]\nurl = 'https://e.com/{text}'\n") == (source,)
    counted = numbering(source, page_size=5)
    assert counted is not None
    asked = head_place(source), counted.place(counted.first + counted.step)
    assert tuple(place.url.removeprefix("https://e.com/") for place in asked) == pages
