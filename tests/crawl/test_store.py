"""Stores that cannot be used, disks that fill up, files that are torn or someone else's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, queued, reasons, records, stored
from tests.crawls import Crawls, Run
from tests.site.generated import Generated
from tests.site.spec import image, page


def error_line(run: Run) -> str:
    """Return the one line that says what was wrong."""
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("imagecrawler:")]
    return line


def test_a_store_that_cannot_be_used_is_one_line_and_exit_1(
    site: StartSite, crawl: Crawls, tmp_path: Path
) -> None:
    running = site({"/": page("")})
    file = tmp_path / "file"
    file.write_text("in the way")
    for store, said in ((file / "data", "Not a directory"), (Path("/proc/data"), "/proc/data")):
        run = crawl(running.url, store=store)
        assert (run.rc, run.stderr.splitlines()) == (1, [error_line(run)])
        assert said in error_line(run) and "IMAGES_STORE" in error_line(run)

    crawl.store.mkdir()
    about = crawl.store / "store.json"
    about.write_text('{"format": 99}')
    run = crawl(running.url)
    assert (run.rc, run.stderr.splitlines()) == (1, [error_line(run)])
    assert "format 99" in error_line(run)
    assert about.read_text() == '{"format": 99}'
    assert running.requests() == []


def test_a_folder_without_the_right_to_write(crawl: Crawls, small_disk: Path) -> None:
    # Root may write everywhere but on a read-only file system.
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    run = crawl("http://127.0.0.1:1/", store=small_disk / "data")
    assert run.rc == 1 and "read-only file system" in error_line(run)


def test_a_full_disk_ends_a_crawl_and_with_room_it_goes_on(
    site: StartSite, crawl: Crawls, small_disk: Path
) -> None:
    plan = Generated(pages=30, hosts=1, images_per_page=3)
    running = site(plan)
    store = small_disk / "data"
    floorless = {"STORE_FREE_BYTES": 0}  # with a floor it would wait for room
    run = crawl(running.url, store=store, settings=floorless)
    assert run.rc == 1
    assert "The disk is full: free some space and start again" in error_line(run)
    assert len(list(store.glob("downloaded/600/*/*"))) < plan.pages * plan.images_per_page
    # Starting again without making room says the same, and does no harm.
    again = crawl(store=store, settings=floorless)
    assert again.rc == 1 and "The disk is full" in error_line(again)

    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    run = crawl(running.url, store=store)
    assert (run.rc, run.summary["outcome"], run.summary["warnings"]) == (0, "finished", [])
    assert len(stored(store)) == len(run.files()) == plan.pages * plan.images_per_page
    assert {f"/p/{n}.html" for n in range(plan.pages)} <= set(pages(store))
    assert queued(store) == set()
    assert list((store / "tmp").iterdir()) == []


def test_a_disk_that_is_full_from_the_start(
    site: StartSite, crawl: Crawls, small_disk: Path
) -> None:
    running = site({"/": page("")})
    with (
        open(small_disk / "filler", "wb", buffering=0) as filler,
        pytest.raises(OSError, match="No space"),
    ):
        while True:
            filler.write(bytes(4096))
    run = crawl(running.url, store=small_disk / "data")
    assert (run.rc, run.stderr.splitlines()) == (1, [error_line(run)])
    assert "The disk is full" in error_line(run)
    assert running.requests() == []


def test_torn_and_foreign_files_cost_a_warning(site: StartSite, crawl: Crawls) -> None:
    images = {f"/{name}.jpg": image(50, 50) for name in ("done", "torn", "left", "gone")}
    links = "".join(f'<a href="/{n}">.</a>' for n in range(3))
    body = "".join(f'<img src="{path}">' for path in images)
    routes = {"/": page(links + body), **{f"/{n}": page("") for n in range(3)}, **images}
    del routes["/gone.jpg"]
    running = site(routes)
    store = crawl.store
    run = crawl(running.url, max_pages=1, image_deny="torn|left")
    assert run.summary["warnings"] == []
    assert (stored(store), queued(store)) == ({"/done.jpg"}, {"/0", "/1", "/2"})
    ids = {path: name_of(store, path) for path in images}

    (batch,) = store.glob("queue/*/*.json")
    batch.with_name("1700000000000000.json").write_text('{"1": "http://exa')
    (store / "queue" / "README").write_text("mine")
    (store / "pages" / "notes.txt").write_text("mine")
    with open(next(store.glob("pages/*.jsonl")), "a") as file:
        file.write('not json\n{"key": "torn')
    tear(next(store.glob(f"visited/*/{ids['/torn.jpg']}.v6*")))
    (store / "visited" / "thumbs.db").write_text("not ours")
    (store / "downloaded" / "600" / ".DS_Store").write_text("not ours")
    tear(next(store.glob(f"failed/*/{ids['/gone.jpg']}.json")))
    tear(next(store.glob(f"failed/*/{ids['/left.jpg']}.json")))

    before = len(running.requests())
    run = crawl(image_deny="nothing")
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    assert {"/0", "/1", "/2"} <= set(asked(running, since=before))
    warnings = "\n".join(run.summary["warnings"])
    assert "1700000000000000.json is torn" in warnings
    assert "not its own and were left alone" in warnings
    assert "2 torn lines in pages/" in warnings
    assert "records in visited/ cannot be read" in warnings
    assert "failed/" in warnings
    assert "1 records" in warnings and "verify" in warnings
    # Why an image had no file is not known any more: it is tried again.
    assert "/left.jpg" in stored(store)
    assert reasons(store)["/gone.jpg"] == "http-404"
    assert (store / "queue" / "README").read_text() == "mine"

    # A page that shows the picture again mends its record, and with it the image is wanted.
    run = crawl(running.url, revisit=0, image_deny="nothing")
    assert set(records(store)) == set(images)
    assert "cannot be read" not in "\n".join(run.summary["warnings"])
    crawl(spider="download")
    assert stored(store) == {"/done.jpg", "/torn.jpg", "/left.jpg"}


def name_of(store: Path, path: str) -> str:
    """Return the id of the picture whose URL has this path."""
    for file in store.glob("visited/*/*"):
        if json.loads(file.read_text())["url"].endswith(path):
            return file.name.partition(".")[0]
    raise LookupError(path)


def tear(file: Path) -> None:
    """Leave the first half of a file, as a loss of power does: its name is as new as it is."""
    text = file.read_bytes()
    half = file.with_name("half")
    half.write_bytes(text[: len(text) // 2])
    half.replace(file)


def test_a_torn_store_json_and_notes_of_a_crash_cost_nothing(
    site: StartSite, crawl: Crawls
) -> None:
    running = site({"/": page('<a href="/1">.</a>'), "/1": page("")})
    crawl(running.url, max_pages=1)
    (crawl.store / "store.json").write_text('{"format": 1, "argu')
    (crawl.store / "inflight").mkdir(exist_ok=True)
    (crawl.store / "inflight" / "leases").write_text("+page 12\n-pa")
    (crawl.store / "inflight" / "suspects.json").write_text("[")
    (crawl.store / "tmp" / "left-over").write_text("half a file")
    (crawl.store / "summary.json").write_text("{")
    run = crawl()
    assert (run.rc, run.summary["outcome"], asked(running)) == (0, "finished", ["/", "/1"])
    assert list((crawl.store / "tmp").iterdir()) == []


def test_wrong_instants_cost_their_own_page_or_image_and_no_other(
    site: StartSite, crawl: Crawls
) -> None:
    images = {f"/{n}.jpg": image(50, 50, status=404) for n in range(4)}
    body = "".join(f'<img src="{path}">' for path in images)
    links = "".join(f'<a href="/{n}">.</a>' for n in range(5))
    running = site({"/": page(body + links), **{f"/{n}": page("") for n in range(5)}, **images})
    store = crawl.store
    crawl(running.url, max_pages=1)
    assert queued(store) == {f"/{n}" for n in range(5)}
    # The store is a century ahead, or was written by somebody with another calendar.
    instants = ["2099-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"]
    done = {"key": "0" * 16, "url": f"{running.url}elsewhere", "status": 200}
    failed = {"key": "f" * 16, "url": f"{running.url}failed", "error": "timeout"}
    odd = [{**done, "when": when} for when in [*instants, "soon", 5, None]]
    odd += [{**failed, "when": w, "next_try": w, "attempts": "many"} for w in instants[::-1]]
    with open(next(store.glob("pages/*.jsonl")), "a") as file:
        file.writelines(json.dumps(line) + "\n" for line in odd)
    for file_name, due in zip(sorted(store.glob("failed/*/*.json")), [*instants, 5], strict=True):
        failure = json.loads(file_name.read_text())
        file_name.write_text(json.dumps({**failure, "next_try": due, "last_try": due}))
    future = store / "queue" / "9999999" / "9999999999999999.json"
    future.parent.mkdir()
    future.write_text(json.dumps({"1": f"{running.url}future"}))

    before = len(running.requests())
    run = crawl(f"{running.url}new")
    assert (run.rc, run.summary["outcome"]) == (0, "finished")
    visited = ["/0", "/1", "/2", "/3", "/4", "/future", "/new"]
    assert sorted(asked(running, since=before)) == visited
    assert queued(store) == set()
    # What was written now says so, and a further run has nothing to do.
    assert all(path.name < "4" for path in store.glob("pages/*.jsonl"))  # 2096 begins with a 4
    assert all(pages(store)[path]["when"] < "2099" for path in visited)
    before = len(running.requests())
    run = crawl()
    assert (run.rc, asked(running, since=before)) == (0, [])
    assert crawl.command("status").rc == 0
