"""Searching without an index of words says what FTS5 says with one."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.wall import selection
from imagecrawler.wall.searching import has_words, query_of
from tests.wall.conftest import Images, StartWall

_TEXTS = st.lists(
    st.sampled_from(
        ["Café", "cafe", "hafen", "Hafen-Nacht", "a_b", "42", "서울", "straße", "É", "*", '"']
    ),
    max_size=6,
).map(" ".join)


@given(_TEXTS, _TEXTS, st.integers(1, 8))
def test_both_ways_of_searching_agree(text: str, typed: str, cut: int) -> None:
    typed = typed[:cut]
    query = query_of(typed)
    if not query:
        return
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')"
    )
    connection.execute("INSERT INTO words VALUES (?)", (text,))
    found = connection.execute("SELECT 1 FROM words WHERE words MATCH ?", (query,)).fetchone()
    assert has_words(text, typed) == (found is not None)
    connection.close()


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("order", ["newest", "random"])
def test_few_and_many_matches_give_the_same_images(
    images: Images, wall: StartWall, monkeypatch: pytest.MonkeyPatch, few: int, order: str
) -> None:
    monkeypatch.setattr(selection, "_FEW", few)
    sea = images(3, tags=["sea"], title="Harbour at night")
    images(2, 3, page="http://other.example/", title="Night")
    served = wall()
    for query in ({"tag": "sea"}, {"text": "night harb"}, {"source": "example.com"}):
        for _ in range(2):  # unseen, then seen
            found = served.ids(viewer="a", tab="t", order=order, **query)
            assert sorted(found) == sorted(sea)
            served.shown("a", found)
    assert len(served.ids("/api/browse", text="nig")) == 5
