"""Links that never end are refused, and good ones are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.traps import QueryBudget, trap_reason


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a/b/c/d/e", None),
        ("a/a/b", None),
        ("a/b/a/b/c", None),
        ("2024/01/01/x", None),
        ("a/a/a", "repeated-segments"),
        ("x/a//a/a/", "repeated-segments"),
        ("a/b/a/b/a/b", "repeated-segments"),
        ("a/b/c/a/b/c/a/b/c/d", "repeated-segments"),
        ("x" * 2000, "url-too-long"),
    ],
)
def test_url_traps(path, reason):
    assert trap_reason(f"https://e.com/{path}", depth=1, max_depth=None) == reason


def test_depth():
    assert trap_reason("https://e.com/", depth=3, max_depth=3) is None
    assert trap_reason("https://e.com/", depth=4, max_depth=3) == "too-deep"


@given(st.text())
def test_any_text_gets_an_answer(url):
    trap_reason(url, depth=0, max_depth=5)
    QueryBudget().admits(url)


def test_query_combinations_are_limited_by_form():
    budget = QueryBudget(limit=1_000)
    assert [budget.limit_for(n) for n in (0, 1, 2, 3, 4, 999)] == [1000, 1000, 1000, 100, 100, 100]
    admitted = sum(budget.admits(f"https://e.com/?a={n}&b=1") for n in range(2_000))
    assert admitted == 1_000
    assert budget.admits("https://e.com/?a=5&b=1")
    assert budget.admits("https://e.com/?c=5&b=1")
    assert budget.admits("https://e.com/x?a=5000&b=1")
    assert budget.admits("https://e.com/x")
    assert sum(budget.admits(f"https://e.com/?a={n}&b=1&c=2") for n in range(500)) == 100


def test_memory_is_bounded():
    budget = QueryBudget(limit=50_000, max_forms=10, max_urls=1_000)
    for n in range(5_000):
        assert budget.admits(f"https://e.com/{n // 100}?a={n}")
    assert len(budget._forms) <= 10
    assert sum(map(len, budget._forms.values())) == budget._urls <= 1_000
