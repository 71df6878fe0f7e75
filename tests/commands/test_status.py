"""``scrapy status`` counts what is there, beside a running crawl, and writes nothing."""

from __future__ import annotations

import json

from imagecrawler.storage.instants import to_text
from imagecrawler.storage.lock import is_held
from tests.commands.stores import SITE, Folders, contents, picture
from tests.crawls import Crawls


def test_it_counts_pages_and_images(folders: Folders, crawl: Crawls) -> None:
    folders.queue(f"{SITE}/done", f"{SITE}/left", f"{SITE}/left2")
    folders.page("/done")
    folders.page("/")
    folders.fail_page("/gone", "http-404")
    folders.fail_page("/slow", "timeout", next_try=to_text(1))
    folders.image("/wide.jpg", picture(1300))
    folders.image("/narrow.jpg", picture(300))
    folders.record("/wanted.jpg")
    folders.fail("/dead.jpg", "dns")
    folders.fail("/later.jpg", "timeout", next_try="2999-01-01T00:00:00.000000Z")
    (folders.root / "queue" / "notes.txt").write_text("mine")
    folders.close()
    before = contents(folders.root)
    run = crawl.command("status", "--json")
    assert run.rc == 0, run.stderr
    status = json.loads(run.stdout)
    assert (status["pages"]["queued"], status["pages"]["visited"]) == (2, 2)
    assert status["pages"]["failed"] == {"http-404": 1}
    assert status["pages"]["retries"]["due_now"] == 1
    assert status["pages"]["examples"]["http-404"] == f"{SITE}/gone"
    images = status["images"]
    assert (images["visited"], images["wanted"]) == (5, 2)
    assert images["versions"] == {".v6+c": 3, ".v6+cf": 2}
    assert images["widths"] == {
        "600": {"downloaded": 2, "left": 2},
        "1200": {"downloaded": 1, "left": 2},
    }
    assert images["failed"] == {"dns": 1}
    (cause,) = images["causes"]
    assert (cause["cause"], cause["count"], cause["share"]) == ("dns", 1, 0.3333)
    assert cause["examples"] == [f"{SITE}/dead.jpg"]
    assert images["retries"]["next"].startswith("2999-")
    assert status["foreign"]["count"] == 1
    text = crawl.command("status").stdout
    for said in (
        "2 queued, 2 visited",
        "failed: 1 dead (33.3%: 1 http-404), such as http://example.com/gone",
        "gone: nothing to do",
        "66.7% of those tried went well",
        "scrapy retry --only dns",
        ".v6+cf: 2",
        "600 px: 2 downloaded, 2 left",
        "Foreign  1",
        "(no crawl is using it)",
    ):
        assert said in text
    assert contents(folders.root) == before


def test_a_width_added_later_is_left_where_the_image_may_fill_it(
    folders: Folders, crawl: Crawls
) -> None:
    folders.image("/wide.jpg", picture(1300))
    folders.image("/narrow.jpg", picture(300))
    folders.close()
    run = crawl.command("status", "--json", settings={"IMAGES_WIDTHS": "600,800,original"})
    widths = json.loads(run.stdout)["images"]["widths"]
    assert {name: counts["left"] for name, counts in widths.items()} == {
        "600": 0,
        "800": 1,
        "original": 2,
        "1200": 0,
    }


def test_it_says_whether_a_crawl_runs_and_harms_none(folders: Folders, crawl: Crawls) -> None:
    root = str(folders.root)
    assert is_held(root) is True
    assert json.loads(crawl.command("status", "--json").stdout)["in_use"] is True
    folders.close()
    assert is_held(root) is False


def test_no_store_and_wrong_words_are_one_line(crawl: Crawls) -> None:
    for words, settings, rc, said in (
        (["status"], {}, 1, "There is no store at"),
        (["status"], {"IMAGES_WIDTHS": "wide"}, 2, "IMAGES_WIDTHS"),
        (["status", "--fast"], {}, 2, "no option --fast"),
        (["status", "now"], {}, 2, "'now' is one argument too many"),
        (["verify", "--mend"], {}, 2, "no option --mend"),
        (["verify", "--repair"], {}, 1, "There is no store at"),
        (["retry", "--only", ","], {}, 2, "names no reason"),
        (["retry", "--only", "dns", "--all"], {}, 2, "give one of them"),
        (["retry"], {}, 1, "There is no store at"),
        (["drop"], {}, 2, "name what to drop"),
        (["drop", "a b"], {}, 2, "neither"),
        (["drop", "ftp://x/y"], {}, 2, "neither"),
        (["drop", "example.com"], {}, 1, "There is no store at"),
    ):
        run = crawl.command(*words, settings=settings)
        assert run.rc == rc, (words, run.stderr)
        assert said in run.stderr
        assert run.stderr.count("\n") == 1
        assert not crawl.store.exists()


def test_every_command_has_help(crawl: Crawls) -> None:
    for name in ("status", "verify", "retry", "drop"):
        run = crawl.command(name, "-h")
        assert run.rc == 0
        assert "Usage" in run.stdout


def test_a_store_in_use_is_exit_3(folders: Folders, crawl: Crawls) -> None:
    for words in (["verify", "--repair"], ["retry"], ["drop", "example.com"]):
        run = crawl.command(*words)
        assert (run.rc, run.stderr.count("\n")) == (3, 1)
    assert crawl.command("verify").rc == 0
