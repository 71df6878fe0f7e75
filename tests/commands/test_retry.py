"""``scrapy retry``: what failed is due now, pages through the queue, images in the ledger."""

from __future__ import annotations

import json

from imagecrawler.storage.instants import from_text
from tests.commands.stores import SITE, Folders, contents, picture
from tests.crawl.folders import failures, queued
from tests.crawls import Crawls

LATER = "2999-01-01T00:00:00.000000Z"


def test_only_the_reasons_asked_for_are_due(folders: Folders, crawl: Crawls) -> None:
    folders.fail("/slow.jpg", "timeout", LATER, tried=[f"{SITE}/slow.jpg"])
    folders.fail("/dead.jpg", "dns")
    folders.fail("/gone.jpg", "http-404")
    folders.fail_page("/slow", "timeout", LATER)
    folders.fail_page("/gone", "http-404")
    folders.close()
    run = crawl.command("retry", "--only", "timeout,dns")
    assert run.rc == 0, run.stderr
    assert "Pages due now: 1 (1 timeout)" in run.stdout
    assert "Images due now: 2 (" in run.stdout
    assert "scrapy crawl site" in run.stdout
    ledger = failures(folders.root)
    for path in ("/slow.jpg", "/dead.jpg"):
        assert ledger[path]["attempts"] == 0
        assert from_text(ledger[path]["next_try"]) is not None
        assert ledger[path]["next_try"] < LATER
        assert "tried" not in ledger[path]
    assert ledger["/gone.jpg"]["next_try"] is None
    assert queued(folders.root) == {"/slow"}
    [batch] = (folders.root / "queue").glob("*/*.json")
    [entry] = json.loads(batch.read_text()).values()
    assert entry == {"url": f"{SITE}/slow", "depth": 1, "scope": "host:x"}
    again = crawl.command("retry", "--only", "timeout")
    assert "Pages" not in again.stdout  # it is queued already
    assert len(list((folders.root / "queue").glob("*/*.json"))) == 1
    status = json.loads(crawl.command("status", "--json").stdout)
    assert status["pages"]["queued"] == 1
    assert status["images"]["wanted"] == 2


def test_decisions_are_left_alone_unless_asked_for(folders: Folders, crawl: Crawls) -> None:
    for reason in ("dropped", "excluded", "duplicate", "opted-out", "http-500"):
        folders.fail(f"/{reason}.jpg", reason)
    folders.fail_page("/dropped", "dropped")
    folders.close()
    run = crawl.command("retry")
    assert "Images due now: 1 (1 http-500)" in run.stdout
    assert "What to type next: scrapy crawl download" in run.stdout
    assert queued(folders.root) == set()
    run = crawl.command("retry", "--all")
    assert "Images due now: 5" in run.stdout
    assert queued(folders.root) == {"/dropped"}


def test_a_reason_that_nothing_has_is_no_error(folders: Folders, crawl: Crawls) -> None:
    folders.fail("/dead.jpg", "dns")
    folders.close()
    before = contents(folders.root)
    run = crawl.command("retry", "--only", "moonlight")
    assert (run.rc, run.stdout) == (0, "No failure matches: the store has 1 dns.\n")
    assert contents(folders.root) == before


def test_dropped_hosts_are_let_in_again_when_asked_for(folders: Folders, crawl: Crawls) -> None:
    folders.image("/mine.jpg", picture(700))
    folders.queue(f"{SITE}/left")
    folders.close()
    host = SITE.partition("//")[2]
    assert crawl.command("drop", host).rc == 0
    assert json.loads((folders.root / "store.json").read_text())["dropped_hosts"] == [host]
    run = crawl.command("retry", "--only", "dropped")
    assert run.rc == 0, run.stderr
    assert f"No longer kept out: {host}" in run.stdout
    assert "What to type next: scrapy crawl site" in run.stdout
    assert json.loads((folders.root / "store.json").read_text())["dropped_hosts"] == []
    assert queued(folders.root) == {"/left"}


def test_what_filters_exclude_is_said_to_need_other_filters(
    folders: Folders, crawl: Crawls
) -> None:
    folders.fail("/a.jpg", "excluded")
    folders.close()
    run = crawl.command("retry", "--only", "excluded")
    assert "Images due now: 1 (1 excluded)" in run.stdout
    assert "when the filters of the next crawl admit it" in run.stdout
