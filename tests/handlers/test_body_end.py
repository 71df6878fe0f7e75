"""A body that is not worth having ends, and with it its connection; others are left alone."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({}, "no image format that is kept"),  # by its first bytes
        ({"max_bytes": 99_999}, "100000 bytes: max_bytes is 99999"),  # by its length
    ],
)
def test_a_body_that_ends_early_holds_no_connection(crawl, request, scheme, wanted, message):
    """The second answer comes when the server has seen the first connection close."""
    site = request.getfixturevalue({"http": "site", "https": "secure_site"}[scheme])
    start = f"{scheme}://127.0.0.1:{site.port}"
    long, after = f"{start}/hang?first=2000", f"{start}/when-hung-up"

    run = crawl(pins=[start], urls=[long, after], content_filter=wanted)

    assert run.results[long]["error"] == "ImageRejectedError"
    assert run.results[long]["message"] == message
    assert run.results[after]["status"] == 200
    reason = "too-large" if wanted else "not-an-image"
    assert run.stats[f"images/cut_off/{reason}"] == "1"
    saved = int(run.stats["images/saved_bytes"])
    # The site goes on byte by byte after the first 2000, until it sees the end.
    assert saved == 100_000 if wanted else 90_000 < saved <= 98_000
    assert "Traceback" not in run.log


def test_without_a_filter_nothing_is_looked_at(crawl, site):
    start = f"http://127.0.0.1:{site.port}"

    run = crawl(pins=[start], urls=[f"{start}/hang?first=2000&limit=1"])

    (result,) = run.results.values()
    assert result["error"] == "DownloadTimeoutError"
    assert not [name for name in run.stats if name.startswith("images/")]
