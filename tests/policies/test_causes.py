"""Why a success rate is low: every reason has a cause, a share and something to do."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.policies.causes import cause_lines, causes, success_rate
from imagecrawler.policies.failures import _REASONS

REASONS = sorted({*_REASONS.values(), "http-404", "http-429", "http-503", "http-418", "opted-out"})


def test_reasons_are_gathered_and_the_most_frequent_cause_comes_first() -> None:
    failed = {"http-404": 3, "http-410": 1, "dns": 2, "http-503": 5, "too-small": 0}
    found = causes(failed, good=9, examples={"http-410": ["b"], "http-404": ["a"]})
    assert [(cause["cause"], cause["count"], cause["share"]) for cause in found] == [
        ("rate-limited", 5, 0.25),
        ("dead", 4, 0.2),
        ("dns", 2, 0.1),
    ]
    assert found[1]["reasons"] == {"http-404": 3, "http-410": 1}
    assert found[1]["examples"] == ["a", "b"]
    assert "scrapy retry --only http-503" in found[0]["advice"]
    assert success_rate(failed, good=9) == 0.45
    assert (causes({}, good=0, examples={}), success_rate({}, good=0)) == ([], None)


@given(st.dictionaries(st.sampled_from(REASONS), st.integers(1, 1000)), st.integers(0, 1000))
def test_shares_add_up_and_lines_are_short(failed: dict[str, int], good: int) -> None:
    found = causes(failed, good=good, examples={r: ["http://x/" + "y" * 999] for r in REASONS})
    assert sum(cause["count"] for cause in found) == sum(failed.values())
    shares = sum(cause["share"] for cause in found) + (success_rate(failed, good=good) or 0)
    assert abs(shares - 1) < 0.01 or not (failed or good)
    assert all(cause["advice"] and "{" not in cause["advice"] for cause in found)
    assert len(list(cause_lines(found))) <= 11


def test_no_reason_that_this_program_gives_is_taken_for_its_mistake() -> None:
    folder = Path(__file__).parents[2] / "imagecrawler"
    sources = "".join(file.read_text() for file in folder.rglob("*.py"))
    named = set(re.findall(r"(?:ImageRejectedError|Failed)\(\s*\"([a-z-]+)\"", sources))
    assert {"not-an-image", "crashed"} <= named
    mistakes = {"crashed", "error", "parser-error", "pipeline-error", "dropped-by-pipeline"}
    for reason in (named | set(_REASONS.values())) - mistakes:
        assert causes({reason: 1}, good=0, examples={})[0]["cause"] != "our mistake", reason
