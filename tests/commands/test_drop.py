"""``scrapy drop``: images, pages and hosts go, and later crawls keep them out."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from imagecrawler.coordinator.drops import Drops
from imagecrawler.storage.store import Store
from tests.commands.faults import dying
from tests.commands.stores import SITE, Folders, picture
from tests.conftest import StartSite
from tests.crawl.folders import asked, lines, pages, queued, reasons, stored
from tests.crawls import Crawls
from tests.site.spec import image, page


@pytest.mark.parametrize("by", ["id", "url", "alias"])
def test_an_image_goes_and_its_record_stays(folders: Folders, crawl: Crawls, by: str) -> None:
    alias = "http://cdn.example.net/elsewhere?n=1"
    candidates = [{"url": f"{SITE}/a.jpg"}, {"url": alias}]
    key = folders.image("/a.jpg", picture(1300), candidates=candidates)
    folders.image("/b.jpg", picture(1300))
    folders.close()
    target = {"id": key, "url": f"{SITE}/a.jpg", "alias": alias}[by]
    for files in (2, 0):  # once more changes nothing
        run = crawl.command("drop", target)
        assert run.rc == 0, run.stderr
        assert f"images dropped: 1 ({files} files removed" in run.stdout
        assert stored(folders.root) == {"/b.jpg"}
        assert reasons(folders.root) == {"/a.jpg": "dropped"}
        assert len(list((folders.root / "visited").glob("*/*"))) == 2
    assert crawl.command("verify").rc == 0


def test_a_host_goes_with_its_images_and_pages(folders: Folders, crawl: Crawls) -> None:
    folders.image("http://ads.example:81/x.jpg", picture(700))
    folders.image("/mine.jpg", picture(700))
    folders.queue("http://ads.example:81/1", "http://ads.example:81/2")
    folders.queue(f"{SITE}/left")
    folders.close()
    run = crawl.command("drop", "ads.example")
    assert run.rc == 0, run.stderr
    assert "pages set aside: 2" in run.stdout
    assert "kept out from now on" in run.stdout
    assert stored(folders.root) == {"/mine.jpg"}
    assert queued(folders.root) == {"/left"}
    assert [line["error"] for line in lines(folders.root)] == ["dropped", "dropped"]
    assert json.loads((folders.root / "store.json").read_text())["dropped_hosts"] == ["ads.example"]
    status = json.loads(crawl.command("status", "--json").stdout)
    assert status["pages"]["failed"] == {"dropped": 2}
    assert crawl.command("verify").rc == 0


def test_a_page_is_set_aside(folders: Folders, crawl: Crawls) -> None:
    folders.page("/seen")
    folders.queue(f"{SITE}/next", f"{SITE}/other")
    folders.close()
    assert crawl.command("drop", f"{SITE}/next", f"{SITE}/seen").rc == 0
    status = json.loads(crawl.command("status", "--json").stdout)
    assert (status["pages"]["queued"], status["pages"]["visited"]) == (1, 0)
    assert status["pages"]["failed"] == {"dropped": 2}
    run = crawl.command("drop", f"{SITE}/never", "nothing.example", "1413745000559-46fdd2d81cd7")
    assert (run.rc, run.stdout, run.stderr.count("\n")) == (1, "", 3)


def test_a_dropped_host_stays_out_of_later_crawls(site: StartSite, crawl: Crawls) -> None:
    images = site({"/a.jpg": image(60, 40), "/b.jpg": image(61, 41)})
    other = images.url.rstrip("/")
    body = f'<a href="{other}/page">x</a><img src="{other}/a.jpg"><a href="/2">2</a>'
    running = site(
        {"/": page(body), "/2": page(f'<img src="{other}/b.jpg"><a href="{other}/p2">x</a>')}
    )
    first = crawl(running.url, max_pages=1, scope="any")
    assert first.rc == 0, first.stderr
    assert stored(crawl.store) == {"/a.jpg"}
    host = other.removeprefix("http://")
    assert crawl.command("drop", host).rc == 0
    assert crawl().rc == 0
    assert asked(running) == ["/", "/2"]
    assert reasons(crawl.store) == {"/a.jpg": "dropped", "/b.jpg": "dropped"}
    assert stored(crawl.store) == set()
    assert queued(crawl.store) == set()
    # Taken back, its images are fetched, and its pages are followed where they are met again.
    assert crawl.command("retry", "--only", "dropped").rc == 0
    run = crawl(revisit=0)
    assert run.rc == 0, run.stderr
    assert stored(crawl.store) == {"/a.jpg", "/b.jpg"}
    assert {"/page", "/p2"} <= pages(crawl.store).keys()


def test_a_kill_at_any_write_leaves_it_dropped_or_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dies_at in range(1, 30):
        made = Folders(tmp_path / str(dies_at))
        key = made.image("http://ads.example/x.jpg", picture(1300))
        made.queue("http://ads.example/1")
        with monkeypatch.context() as patch:
            survived = dying(patch, dies_at, partial(_drop, made.store, "ads.example"))
        made.close()
        store = Store.open(str(made.root), fsync=False)
        drops = Drops(store, smallest="600")
        files = store.downloaded.of_image("600", key) + store.downloaded.of_image("1200", key)
        assert len(files) == 2 or key in store.failed.ids
        assert drops.drop("ads.example")
        assert store.downloaded.ids("600") | store.downloaded.ids("1200") == set()
        assert (key in store.failed.ids, store.queue.batches()) == (True, [])
        store.close()
        if survived:
            return
    raise AssertionError("it never came to its end")


def _drop(store: Store, target: str) -> None:
    Drops(store, smallest="600").drop(target)
