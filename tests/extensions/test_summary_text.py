"""The summary tells a person what happened, where the files are, and what to type next."""

from typing import Any

import pytest

from imagecrawler.extensions.summary_text import summary_text
from imagecrawler.policies.causes import causes, success_rate

EXAMPLES = {"http-404": ["http://127.0.0.1:8787/broken/missing.jpg"]}


def failed(counts: dict[str, int], good: int) -> dict[str, Any]:
    """What a summary says of failures."""
    return {
        "failed": counts,
        "success_rate": success_rate(counts, good=good),
        "causes": causes(counts, good=good, examples=EXAMPLES),
    }


FULL: dict[str, Any] = {
    "spider": "site",
    "seconds": 12.4,
    "outcome": "finished",
    "reason": None,
    "store": "/home/me/pictures",
    "pages": {"visited": 45, "unchanged": 3, "rendered": 4, "not_rendered": {"render-hang": 1},
              **failed({"timeout": 2}, 45), "queued": 0,
              "retries_due": 2, "next_retry": "2026-11-21T06:00:00+00:00"},
    "images": {"found": 79, "stored": 75, "by_width": {"600": 75, "1200": 72},
               **failed({"http-404": 1, "not-an-image": 2, "dns": 1}, 75),
               "skipped": {"too-small": 3}, "wanted": 1,
               "retries_due": 1, "next_retry": 1795240800},
    "links_skipped": {"nofollow": 1, "not-in-scope": 12},
    "bytes_downloaded": 12_345_678,
    "bytes_written": 9_000_000,
    "requests": 1210,
    "totals": {"visited": 79, "downloaded": {"600": 75, "1200": 72}},
    "examples": EXAMPLES,
    "hosts_resting": {"count": 4, "examples": [
        {"host": f"h{n}.example", "until": "2026-11-22T00:00:00Z", "why": "it answered 429"}
        for n in range(4)]},
}  # fmt: skip


def test_warnings_are_told_the_first_few() -> None:
    sources = [f"source {n}.example does not answer: refused" for n in range(5)]
    text = summary_text({**FULL, "warnings": sources})
    assert "Note     source 0.example does not answer: refused\n" in text
    assert text.count("Note     ") == 3
    assert "and 2 more in summary.json" in text


def test_everything_is_said_within_40_lines() -> None:
    text = summary_text(FULL)
    assert len(text.splitlines()) <= 40
    for said in (
        "Finished after 12 s.",
        "45 visited, 3 of them unchanged, 4 rendered in a browser, 2 failed",
        "not rendered: 1 render-hang",
        "79 found, 75 stored, 1 still to fetch, 4 failed, 3 skipped",
        "stored: 75 at 600 px, 72 at 1200 px",
        "94.9% of those tried went well",
        "failed: 2 not an image (2.5%: 2 not-an-image)",
        "failed: 1 dead (1.3%: 1 http-404), such as http://127.0.0.1:8787/broken/missing.jpg",
        "gone: nothing to do",
        "failed: 2 unreachable (4.3%: 2 timeout)",
        "later scrapy retry --only timeout",
        "Waiting  h0.example until 2026-11-22 00:00:00 UTC: it answered 429",
        "and 1 host more: scrapy status --hosts",
        "skipped: 3 too-small",
        "not followed: 12 not-in-scope, 1 nofollow",
        "12.3 MB downloaded in 1,210 requests, 9.0 MB written",
        "The images are in /home/me/pictures/downloaded",
        "fetches 1 image still wanted",
        "scrapy retry --only dns,timeout",
        "tries 3 failures again when due: the next 2026-11-21 06:00:00 UTC",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome": "finished", "images": {}, "pages": {"visited": 1}}, "nothing is left to do"),
        ({"outcome": "limit", "reason": "max_pages=3"}, "at a limit that you set (max_pages=3)"),
        ({"outcome": "stopped", "reason": "SIGINT"}, "as you asked (SIGINT). Nothing is lost"),
        ({"outcome": "failed", "reason": "No space left on device"}, "(No space left on device)"),
    ],
)
def test_it_says_how_the_run_ended(changes: dict[str, Any], said: str) -> None:
    assert said in summary_text({**FULL, **changes}).splitlines()[0]


def test_near_duplicates_are_counted_where_there_are_some() -> None:
    images = {"found": 9, "stored": 8, "near_duplicates": 3, **failed({"near-duplicate": 1}, 8)}
    text = summary_text({**FULL, "images": images})
    assert "3 of them look like others that are stored" in text
    assert "1 duplicate (11.1%: 1 near-duplicate)" in text
    assert "look like others" not in summary_text(FULL)


def test_a_stopped_crawl_says_how_to_go_on() -> None:
    text = summary_text({"outcome": "stopped", "pages": {"queued": 7}})
    assert "scrapy crawl site " in text and "goes on with 7 pages" in text


def test_commands_name_a_store_that_is_not_the_default() -> None:
    assert "IMAGES_STORE" not in summary_text(FULL, default_store="/home/me/pictures")
    named = summary_text({**FULL, "store": "/my data"}, default_store="/home/me/pictures")
    assert "scrapy status -s 'IMAGES_STORE=/my data'" in named


def test_an_empty_summary_is_still_an_account() -> None:
    text = summary_text({})
    assert "0 visited" in text and "0 found" in text and "scrapy status" in text


def test_pauses_are_told_with_their_reasons() -> None:
    text = summary_text({**FULL, "paused_seconds": {"network": 620.0, "disk": 4.5}})
    assert "Paused   10 min: no host answered, 4.5 s: for want of room on the disk" in text
    assert "Paused" not in summary_text(FULL)


def test_many_causes_are_cut_and_nothing_steers_the_terminal() -> None:
    every = ("dns", "http-429", "http-403", "robots", "http-404", "timeout", "too-small", "error")
    counts = {reason: n + 2 for n, reason in enumerate(every)}
    counts |= {f"http-5{n:02}": 1 for n in range(40)}
    examples = {"http-404": ["http://x/\x1b[2J" + "y" * 500]}
    part = {"failed": counts, "success_rate": 0.0}
    part["causes"] = causes(counts, good=0, examples=examples)
    text = summary_text({"pages": part, "images": part})
    assert len(text.splitlines()) <= 40
    assert "failed: 10 for " in text
    assert "\x1b" not in text and max(map(len, text.splitlines())) < 600


def test_a_feed_goes_on_as_a_feed() -> None:
    settled = {**FULL, "spider": "feed", "images": {}, "pages": {"queued": 0}}
    assert "scrapy crawl feed -s" in summary_text(settled, default_store="data")
    left = summary_text({**settled, "pages": {"queued": 3}}, default_store=None)
    assert "scrapy crawl feed" in left and "goes on with 3 pages" in left
    assert "crawl site" not in left
