"""``scrapy verify``: every broken promise is found, repaired, and then there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.coordinator.inspection import salvage
from imagecrawler.coordinator.inspection.store import StoreInspection
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.storage.store import Store
from tests.commands.faults import dying
from tests.commands.stores import SITE, WIDTHS, Folders, contents, picture
from tests.crawl.folders import queued, records, stored
from tests.crawls import Crawls

RULES = ImageRules(widths=WIDTHS)


def fill(folders: Folders) -> dict[str, str]:
    """Make a store in which nothing is wrong; return the ids by name."""
    ids = {
        "wide": folders.image("/wide.jpg", picture(1300, 100)),
        "narrow": folders.image("/narrow.png", picture(300, 30, "png")),
        "exact": folders.image("/exact.webp", picture(600, 60, "webp")),
        "wanted": folders.record("/wanted.jpg"),
        "dead": folders.fail("/dead.jpg", "dns"),
    }
    folders.queue(f"{SITE}/left", f"{SITE}/left2")
    folders.page("/", images=[ids["wide"], ids["narrow"]])
    folders.page("/more", images=[ids["wide"], ids["exact"], ids["wanted"]])
    folders.fail_page("/gone", "http-404")
    return ids


def path_of(folders: Folders, kind: str, key: str) -> Path:
    """Return the one file of an image in a folder of the store."""
    [path] = (folders.root / kind / key[:4]).glob(f"{key}*")
    return path


def change_record(folders: Folders, key: str, **changes: Any) -> None:
    """Change a record behind the store's back."""
    path = path_of(folders, "visited", key)
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def torn(path: Path, part: float = 0.5) -> None:
    """Cut a file off, as a loss of power may do."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])


def torn_image(f: Folders, ids: dict[str, str]) -> None:
    torn(path_of(f, "downloaded/600", ids["exact"]))


def torn_large_image(f: Folders, ids: dict[str, str]) -> None:
    torn(path_of(f, "downloaded/1200", ids["wide"]))


def empty_image(f: Folders, ids: dict[str, str]) -> None:
    path_of(f, "downloaded/600", ids["wide"]).write_bytes(b"")


def wrong_width(f: Folders, ids: dict[str, str]) -> None:
    path_of(f, "downloaded/600", ids["wide"]).write_bytes(picture(599, 46))


def enlarged(f: Folders, ids: dict[str, str]) -> None:
    path_of(f, "downloaded/600", ids["narrow"]).write_bytes(picture(600, 60, "png"))


def lying_suffix(f: Folders, ids: dict[str, str]) -> None:
    path = path_of(f, "downloaded/600", ids["wide"])
    path.rename(path.with_suffix(".png"))


def missing_large_file(f: Folders, ids: dict[str, str]) -> None:
    path_of(f, "downloaded/1200", ids["wide"]).unlink()


def second_file(f: Folders, ids: dict[str, str]) -> None:
    path = path_of(f, "downloaded/600", ids["wide"])
    path.with_suffix(".png").write_bytes(picture(600, 46, "png"))


def torn_record(f: Folders, ids: dict[str, str]) -> None:
    torn(path_of(f, "visited", ids["wide"]))


def empty_record(f: Folders, ids: dict[str, str]) -> None:
    path_of(f, "visited", ids["wide"]).write_bytes(b"")


def lying_flags(f: Folders, ids: dict[str, str]) -> None:
    path = path_of(f, "visited", ids["wide"])
    path.rename(path.with_name(f"{ids['wide']}.v6+cdt"))


def two_records(f: Folders, ids: dict[str, str]) -> None:
    path = path_of(f, "visited", ids["wide"])
    path.with_name(f"{ids['wide']}.v5").write_text('{"url": "http://example.com/old.jpg"}')


def lost_record(f: Folders, ids: dict[str, str]) -> None:
    path_of(f, "visited", ids["wanted"]).unlink()


def bad_candidates(f: Folders, ids: dict[str, str]) -> None:
    entries = [{"url": f"{SITE}/wide.jpg"}, {"url": "/b.jpg"}, {"url": f"{SITE}/c.jpg#x"}]
    change_record(f, ids["wide"], candidates=entries)


def wrong_files(f: Folders, ids: dict[str, str]) -> None:
    change_record(f, ids["exact"], files={"600": "downloaded/600/../../../etc/passwd"})


def failure_of_stored(f: Folders, ids: dict[str, str]) -> None:
    f.store.failed.write(ids["wide"], {"reason": "timeout", "attempts": 1, "next_try": None})


def torn_failure(f: Folders, ids: dict[str, str]) -> None:
    torn(path_of(f, "failed", ids["dead"]))


def half_dropped(f: Folders, ids: dict[str, str]) -> None:
    f.store.failed.write(ids["exact"], {"reason": "dropped", "attempts": 0, "next_try": None})


def torn_queue(f: Folders, ids: dict[str, str]) -> None:
    torn(f.queue(*(f"{SITE}/q{number}" for number in range(10))))


def empty_queue(f: Folders, ids: dict[str, str]) -> None:
    f.queue(f"{SITE}/q").write_bytes(b"")


def mixed_queue(f: Folders, ids: dict[str, str]) -> None:
    f.queue(f"{SITE}/a", "http://other.example/b")


def rubbish_queue(f: Folders, ids: dict[str, str]) -> None:
    f.queue(f"{SITE}/a").write_text('{"a": "http://example.com/a", "b": 7, "c": "mailto:x"}')


def torn_line(f: Folders, ids: dict[str, str]) -> None:
    [path] = (f.root / "pages").glob("*.jsonl")
    path.write_bytes(path.read_bytes() + b'{"key": "00", "url": "http://example.com/torn", "ima')


def foreign_lines(f: Folders, ids: dict[str, str]) -> None:
    [path] = (f.root / "pages").glob("*.jsonl")
    path.write_bytes(b"\0\0\0\n[1]\n" + path.read_bytes())


def torn_about(f: Folders, ids: dict[str, str]) -> None:
    torn(f.root / "store.json")


FAULTS = [
    (torn_image, "cannot be decoded"),
    (torn_large_image, "cannot be decoded"),
    (empty_image, "cannot be decoded"),
    (wrong_width, "599 px wide"),
    (enlarged, "enlarged from 300"),
    (lying_suffix, "suffix lies"),
    (missing_large_file, "missing"),
    (second_file, "second file"),
    (torn_record, "torn record"),
    (empty_record, "torn record"),
    (lying_flags, "its name says cdt"),
    (two_records, "older record"),
    (lost_record, "without a record"),
    (bad_candidates, "candidate"),
    (wrong_files, "does not say that it is there"),
    (failure_of_stored, "says timeout"),
    (torn_failure, "torn failure"),
    (half_dropped, "taken out"),
    (torn_queue, "it is torn"),
    (empty_queue, "it is torn"),
    (mixed_queue, "2 hosts"),
    (rubbish_queue, "not every value"),
    (torn_line, "1 torn or foreign line"),
    (foreign_lines, "2 torn or foreign lines"),
    (torn_about, "store.json"),
]
Damage = Callable[[Folders, dict[str, str]], None]


def inspected(root: Path) -> list[str]:
    """Return the faults of a store, as a reader finds them."""
    inspection = StoreInspection(Store.read(str(root)), RULES, running=False)
    return [str(fault) for fault in inspection.faults()]


def repair(store: Store) -> None:
    """Repair a store that is open."""
    inspection = StoreInspection(store, RULES, running=False)
    for fault in list(inspection.faults()):
        if fault.mend is not None:
            fault.mend()
    inspection.repairs.finish()


def test_a_sound_store_has_no_fault_and_is_not_written(folders: Folders, crawl: Crawls) -> None:
    fill(folders)
    folders.close()
    before = contents(folders.root)
    run = crawl.command("verify")
    assert (run.rc, run.stderr) == (0, "")
    assert run.stdout == "Looked at 3 pages, 5 images, 4 files: nothing is wrong.\n"
    assert contents(folders.root) == before
    assert crawl.command("verify", "--repair").rc == 0
    assert contents(folders.root) == before


@pytest.mark.parametrize("damage", [torn_image, torn_queue, torn_about])
def test_the_command_names_a_fault_and_repairs_it(
    folders: Folders, crawl: Crawls, damage: Damage
) -> None:
    damage(folders, fill(folders))
    folders.close()
    before = contents(folders.root)
    run = crawl.command("verify")
    assert run.rc == 1, run.stderr
    assert len(run.stdout.splitlines()) == 2, run.stdout
    assert dict(FAULTS)[damage] in run.stdout
    assert "scrapy verify --repair" in run.stdout
    assert contents(folders.root) == before
    repaired = crawl.command("verify", "--repair")
    assert repaired.rc == 0, repaired.stdout + repaired.stderr
    assert "1 fault, 1 repaired." in repaired.stdout
    again = crawl.command("verify")
    assert (again.rc, again.stdout.count("\n")) == (0, 1), again.stdout


@pytest.mark.parametrize(("damage", "said"), FAULTS[:-2])
def test_each_fault_is_repaired_and_a_kill_at_any_write_is_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Damage, said: str
) -> None:
    whole: list[str] | None = None
    for dies_at in (1000, *range(1, 40)):  # once without a death: the others must end like it
        folders = Folders(tmp_path / str(dies_at))
        damage(folders, fill(folders))
        folders.close()
        if whole is None:
            [fault] = inspected(folders.root)
            assert said in fault
        store = Store.open(str(folders.root), fsync=False)
        with monkeypatch.context() as patch:
            survived = dying(patch, dies_at, partial(repair, store))
        store.close()
        if not survived:
            store = Store.open(str(folders.root), fsync=False)
            repair(store)
            store.close()
        assert inspected(folders.root) == []
        end = [re.sub(r"\d{16}|179\d{4}", "*", name) for name in sorted(contents(folders.root))]
        end += sorted(queued(folders.root)) + sorted(stored(folders.root))
        if whole is not None and survived:
            return
        whole = whole or end
        assert end == whole, (dies_at, survived)
    raise AssertionError("it never came to its end")


def test_what_repair_leaves_is_found_again(folders: Folders, crawl: Crawls) -> None:
    ids = fill(folders)
    torn_large_image(folders, ids)
    torn_image(folders, ids)
    torn_record(folders, {"wide": ids["narrow"]})
    torn_queue(folders, ids)
    torn_line(folders, ids)
    folders.close()
    run = crawl.command("verify", "--repair", "--json")
    assert run.rc == 0, run.stderr
    facts = json.loads(run.stdout)
    assert (len(facts["faults"]), facts["left"]) == (5, 0)
    assert all(fault["repaired"] for fault in facts["faults"])
    # The sound small file stays where a larger one was broken; the record asks for more.
    assert stored(folders.root) == {"/wide.jpg", "/narrow.png"}
    wide = records(folders.root)["/wide.jpg"]
    assert (wide["upgrade"], list(wide["files"])) == (True, ["600"])
    assert records(folders.root)["/narrow.png"] == {"url": f"{SITE}/narrow.png"}
    # The page that shows the lost record, what was saved of the batch and of the torn line.
    assert {"/", "/left", "/left2", "/torn", "/q0", "/q1"} <= queued(folders.root)
    assert "/more" not in queued(folders.root)
    status = json.loads(crawl.command("status", "--json").stdout)
    assert status["images"]["wanted"] == 2


def test_what_is_foreign_is_named_and_left(folders: Folders, crawl: Crawls) -> None:
    ids = fill(folders)
    strangers = [
        "queue/notes.txt",
        "pages/backup.tar",
        "visited/notes",
        "visited/0000/1413745000559-46fdd2d81cd7.v6",
        "downloaded/thumbs/x.jpg",
        "downloaded/600/README",
        "failed/0000/x.txt",
    ]
    for name in strangers:
        (folders.root / name).parent.mkdir(exist_ok=True, parents=True)
        (folders.root / name).write_bytes(b"mine")
    key = "1413745000559-46fdd2d81cd7"
    orphan = folders.root / "downloaded" / "600" / key[:4] / f"{key}.jpg"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(picture(600))
    folders.close()
    before = contents(folders.root)
    run = crawl.command("verify", "--repair")
    assert run.rc == 1
    assert len(run.stdout.splitlines()) == len(strangers) + 2, run.stdout
    assert contents(folders.root) == before
    assert ids


def test_a_store_of_the_seed_is_sound_but_for_its_suffixes(folders: Folders, crawl: Crawls) -> None:
    key = "1413745000559-46fdd2d81cd7"
    root = folders.root
    for name, body in {
        f"visited/1413/{key}.v5+t": b'{"url": "http://example.com/s.jpg", "tags": ["a"]}',
        "visited/1413/1413745000560-46fdd2d81cd7.v3": b'{"url": "http://example.com/t.jpg"}',
        f"downloaded/600/1413/{key}.png": picture(600),
        f"downloaded/1200/1413/{key}.png": picture(1200),
        "queue/1683388/168338802": b'{"a": "http://example.com/a", "b": "http://other.example/b"}',
    }.items():
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_bytes(body)
    folders.close()
    run = crawl.command("verify")
    assert run.rc == 1
    assert run.stdout.count("its suffix lies: it is a jpeg file") == 2
    assert len(run.stdout.splitlines()) == 3, run.stdout
    assert crawl.command("verify", "--repair").rc == 0
    assert (root / f"downloaded/600/1413/{key}.jpg").exists()
    assert crawl.command("verify").rc == 0


def test_original_files_are_compared_by_content(folders: Folders, crawl: Crawls) -> None:
    widths = {"IMAGES_WIDTHS": "600,original"}
    key = folders.image("/o.png", picture(800, 20, "png"), widths=(600, "original"))
    folders.close()
    assert crawl.command("verify", settings=widths).rc == 0
    path_of(folders, "downloaded/original", key).write_bytes(picture(800, 21, "png"))
    run = crawl.command("verify", settings=widths)
    assert "not those that were fetched" in run.stdout
    assert crawl.command("verify", "--repair", settings=widths).rc == 0
    assert records(folders.root)["/o.png"]["upgrade"] is True
    assert crawl.command("verify", settings=widths).rc == 0


def test_dropped_images_stay_out_of_repairs(folders: Folders) -> None:
    ids = fill(folders)
    half_dropped(folders, ids)
    repair(folders.store)
    assert stored(folders.root) == {"/wide.jpg", "/narrow.png"}
    assert ids["exact"] in folders.store.failed.ids


def test_salvage_reads_what_is_whole() -> None:
    batch = b'{"k1":"http://a/1","k2":{"url":"http://a/2","depth":1},"k3":{"url":"http://a/3","depth":2,"sco'
    assert salvage.entries(batch) == [
        {"url": "http://a/1"},
        {"url": "http://a/2", "depth": 1},
        {"url": "http://a/3", "depth": 2},
    ]
    assert salvage.entries(b'{"k1":"http://a/1') == []
    assert salvage.entries(b"\0" * 100) == []
    assert salvage.first_url(b'{"follow": null, "url": "http://a/1", "cand') == "http://a/1"
    assert salvage.entry_of_line(b'{"key":"0","url":"http://a/1","depth":3,"images":["') == [
        {"url": "http://a/1", "depth": 3}
    ]
