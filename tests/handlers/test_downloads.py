"""Time limits, aborts and the end of the process: nothing waits for a slow server."""

from __future__ import annotations

import pytest


def local(site, *paths: str) -> dict[str, list[str]]:
    start = f"http://127.0.0.1:{site.port}"
    return {"pins": [start], "urls": [start + path for path in paths]}


def test_a_whole_answer_arrives(crawl, site):
    run = crawl(**local(site, "/page"))

    (result,) = run.results.values()
    assert result["status"] == 200
    assert result["bytes"] == 30
    assert result["address"] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/silent", "/drip", "/hang"])
@pytest.mark.parametrize("where", ["settings", "meta"])
def test_a_slow_answer_ends_by_the_total_time(crawl, site, path, where):
    limit = (
        {"settings": {"DOWNLOAD_TIMEOUT": 1.5}}
        if where == "settings"
        else {"meta": {"download_timeout": 1.5}}
    )

    run = crawl(**local(site, path), **limit)

    (result,) = run.results.values()
    assert result["error"] == "DownloadTimeoutError"
    assert "1.5 seconds" in result["message"]
    assert run.reason == "finished"
    assert "Traceback" not in run.log


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_download_that_timed_out_holds_no_connection(crawl, request, scheme):
    """The second answer comes when the server has seen the first connection close."""
    site = request.getfixturevalue({"http": "site", "https": "secure_site"}[scheme])
    start = f"{scheme}://127.0.0.1:{site.port}"
    slow, after = f"{start}/hang?limit=1", f"{start}/when-hung-up"

    run = crawl(pins=[start], urls=[slow, after])

    assert run.results[slow]["error"] == "DownloadTimeoutError"
    assert run.results[after]["status"] == 200


def test_a_silent_name_server_counts_into_the_total_time(crawl):
    url = "http://silent.example/"

    run = crawl(
        urls=[url],
        names={"silent.example": "silence"},
        settings={"DOWNLOAD_TIMEOUT": 1, "DNS_TIMEOUT": 60},
    )

    assert run.results[url]["error"] == "DownloadTimeoutError"
    assert "Traceback" not in run.log


def test_a_silent_name_server_is_given_up(crawl):
    """The thread that still waits for it (an hour here) does not hold up the process."""
    url = "http://silent.example/"

    run = crawl(
        urls=[url],
        names={"silent.example": "silence"},
        settings={"DOWNLOAD_TIMEOUT": 60, "DNS_TIMEOUT": 1},
    )

    assert run.results[url]["error"] == "CannotResolveHostError"
    assert run.exit_seconds < 30


def test_a_name_without_an_address_says_so(crawl):
    url = "http://nowhere.invalid/"

    run = crawl(urls=[url], names={"nowhere.invalid": []})

    assert run.results[url]["error"] == "CannotResolveHostError"
    assert "nowhere.invalid" in run.results[url]["message"]


def test_nobody_listening_is_a_refused_connection(crawl):
    url = "http://127.0.0.1:1/"

    run = crawl(urls=[url], pins=[url])

    assert run.results[url]["error"] == "DownloadConnectionRefusedError"


def test_an_abort_ends_all_downloads_at_once(crawl, site):
    """Three hang in flight, three wait for their turn in the slot."""
    paths = [f"/hang/{number}" for number in range(6)]

    run = crawl(
        **local(site, *paths),
        abort=3,
        settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 3, "DOWNLOAD_TIMEOUT": 600},
    )

    assert run.reason == "finished"
    assert len(run.results) == 6
    for result in run.results.values():
        assert result["error"] == "DownloadAbortedError"
        assert "DownloadCancelledError" in result["mro"]
        assert result["message"] == "the crawl is stopping"
    assert len(site.requests) == 3
    assert "Traceback" not in run.log


def test_a_cancelled_download_is_an_exception_that_scrapy_knows(crawl, site):
    """``asyncio.CancelledError`` would leave the request in the engine for ever."""
    run = crawl(**local(site, "/hang"), cancel=True)

    (result,) = run.results.values()
    assert result["error"] == "DownloadCancelledError"
    assert run.reason == "finished"


def test_too_many_bytes_end_the_download(crawl, site):
    run = crawl(**local(site, "/hang"), settings={"DOWNLOAD_MAXSIZE": 5000})

    (result,) = run.results.values()
    assert result["error"] == "DownloadCancelledError"
