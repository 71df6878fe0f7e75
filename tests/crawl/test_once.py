"""A page is handed out once in a run, however many ways lead to it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, queued
from tests.crawls import Crawls
from tests.site.spec import page


def queue_by_hand(store: Path, name: str, urls: list[str]) -> None:
    """Leave a file in queue/ as another program would: its keys mean nothing."""
    file = store / "queue" / name[:7] / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({str(number): url for number, url in enumerate(urls)}))


def test_what_is_queued_is_not_queued_again_because_it_is_due_again(
    site: StartSite, crawl: Crawls
) -> None:
    links = "".join(f'<a href="/{n}">.</a>' for n in range(4))
    running = site({"/": page(links), **{f"/{n}": page("") for n in range(4)}})
    everything = ["/", "/0", "/1", "/2", "/3"]
    crawl(running.url, max_pages=3)
    assert (asked(running), queued(crawl.store)) == (everything[:3], set(everything[1:]))
    # A revisit that is stopped leaves a queue of what is due again, beside that of the links.
    crawl(running.url, max_pages=1, revisit=0)
    before = len(running.requests())
    run = crawl(revisit=0)
    assert (run.rc, run.summary["outcome"], run.summary["pages"]["visited"]) == (0, "finished", 5)
    assert sorted(asked(running, since=before)) == everything
    assert queued(crawl.store) == set()


def test_a_start_that_is_typed_again_while_its_retry_is_due_is_fetched_once(
    site: StartSite, crawl: Crawls
) -> None:
    running = site({"/": page('<a href="/1">.</a>', fail={"times": 1}), "/1": page("")})
    settings = {"RETRY_DELAY_SECONDS": 1, "RETRY_WAIT_SECONDS": 0}
    run = crawl(running.url, settings=settings)
    assert (run.rc, run.summary["pages"]["retries_due"], asked(running)) == (0, 1, ["/"])
    run = crawl(running.url, settings={"RETRY_WAIT_SECONDS": 60})
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert asked(running) == ["/", "/", "/1"]
    assert (pages(crawl.store)["/"]["status"], queued(crawl.store)) == (200, set())


def test_the_spellings_of_one_page_in_a_queue_of_another_hand_are_one_page(
    site: StartSite, crawl: Crawls
) -> None:
    running = site({"/": page(""), "/a": page(""), "/a?b=1&c=2": page(""), "/z": page("")})
    port = running.ports[0]
    spellings = [
        f"http://127.0.0.1:{port}/a",
        f"http://127.0.0.1:{port}/a#x",
        f"HTTP://127.0.0.1:{port}/./a#y",
        f"http://127.1:{port}/a?utm_source=mail",
        f"http://127.0.0.1:{port}/a?c=2&b=1",
        f"http://127.0.0.1:{port}/a?b=1&c=2#x",
        f"http://127.0.0.1:{port}/z",
    ]
    queue_by_hand(crawl.store, "1600000000000000", spellings)
    queue_by_hand(crawl.store, "1600000000000001", spellings[::-1])
    queue_by_hand(crawl.store, "160000001", spellings[:2])  # the first seed's names
    run = crawl(running.url)
    assert (run.rc, run.summary["outcome"], run.summary["pages"]["visited"]) == (0, "finished", 4)
    assert sorted(asked(running)) == ["/", "/a", "/a?c=2&b=1", "/z"]
    assert queued(crawl.store) == set()
    before = len(running.requests())
    assert crawl(running.url).rc == 0
    assert asked(running, since=before) == []
