"""Stores of the first seed's program open, count, deduplicate, upgrade, and are worked off."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.group import Group
from imagecrawler.coordinator.page_loading import PageLoader
from imagecrawler.coordinator.page_log import PageLog
from imagecrawler.coordinator.pages import PageFrontier
from imagecrawler.coordinator.record_cache import RecordCache
from imagecrawler.coordinator.rests import HostRests
from imagecrawler.coordinator.writing import write_group
from imagecrawler.identity.pictures import image_id
from imagecrawler.storage.store import Store
from tests.commands.stores import picture
from tests.conftest import StartSite
from tests.crawl.folders import asked, pages, records, stored
from tests.crawls import Crawls
from tests.site.spec import image, page

BARE, TAGGED, ARTICLE = (f"141{n}745000559-46fdd2d81cd7" for n in (3, 4, 5))
EXTENSIONS = {BARE: ".v3", TAGGED: ".v5+t", ARTICLE: ""}


def seed_url(key: str, width: int = 400) -> str:
    return f"https://images.unsplash.com/photo-{key}?ixlib=rb-1.2.1&q=80&w={width}"


def seed_record(key: str) -> dict[str, Any]:
    """Return what that program knows of an image: descriptions and tags may be null."""
    known: dict[str, Any] = {"url": seed_url(key), "follow": f"https://unsplash.com/photos/{key}"}
    tagged = EXTENSIONS[key].endswith("t")
    known["description"] = "a Böög in snow" if tagged else None
    known["tags"] = ["snow", "Böög"] if tagged else None
    return known


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=4))


def put_file(root: Path, width: int, key: str) -> None:
    file = root / "downloaded" / str(width) / key[:4] / f"{key}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture(width, kind="png"))


def visited(root: Path) -> dict[str, Any]:
    files = (root / "visited").glob("*/*")
    return {
        str(file.relative_to(root / "visited")): json.loads(file.read_bytes()) for file in files
    }


@pytest.fixture
def seeded(tmp_path: Path) -> Path:
    """Three records, two files of one of them, and two batches of pages."""
    root = tmp_path / "data"
    for key, extension in EXTENSIONS.items():
        write(root / "visited" / key[:4] / (key + extension), seed_record(key))
    for width in (600, 1200):
        put_file(root, width, BARE)
    for name, letter in (("168338803", "b"), ("168338802", "a")):
        batch = {f"{letter}-{n}": f"https://unsplash.com/photos/{letter}{n}" for n in (2, 1, 3)}
        write(root / "queue" / name[:7] / name, batch)
    return root


def opened(root: Path) -> Store:
    store = Store.open(str(root), fsync=False)
    store.visited.load(repair=True)
    store.failed.load()
    return store


def sighting(key: str, number: int = 0, width: int = 1600) -> dict[str, Any]:
    """Return what a page says of an image."""
    seen = f"https://unsplash.com/t/{number}"
    candidates = [{"url": seed_url(key, width), "width": width}]
    return {"url": seed_url(key, width), "follow": seen, "page": seen, "candidates": candidates}


def sight(store: Store, key: str, *sightings: dict[str, Any], stored: set[str]) -> int:
    """Write sightings as a crawl would; return how many images were new."""
    group = Group(sightings=[(key, each, None) for each in sightings])
    return write_group(
        store, group, RecordCache(store), RenditionChoice((600, 1200)), stored
    ).new_images


def test_it_opens_and_counts_by_extension(seeded: Path) -> None:
    store = opened(seeded)
    assert store.visited.versions() == {"": 1, ".v3": 1, ".v5+t": 1}
    assert store.downloaded.buckets() == ["600", "1200"]
    assert store.downloaded.ids("600") == store.downloaded.ids("1200") == {BARE}
    for key in EXTENSIONS:
        assert store.visited.read(key) == seed_record(key)
    folders = (store.visited, store.failed, store.downloaded, store.queue, store.pages)
    assert [folder.strangers for folder in folders] == [[]] * 5
    store.close()


@pytest.mark.parametrize("key", EXTENSIONS)
def test_a_picture_sighted_again_is_upgraded_with_nothing_lost(seeded: Path, key: str) -> None:
    before = visited(seeded)
    assert image_id(seed_url(key, 1600)) == key  # whatever the rendition
    store = opened(seeded)
    assert sight(store, key, sighting(key), stored={BARE}) == 0
    after = visited(seeded)

    [name] = after.keys() - before.keys()
    assert before.keys() - after.keys() == {f"{key[:4]}/{key}{EXTENSIONS[key]}"}
    assert name.startswith(f"{key[:4]}/{key}.v6+") and store.visited.extensions[key] in name
    old, new = seed_record(key), after[name]
    assert {field: new[field] for field in old} == old  # follow included: it said more
    assert [each["url"] for each in new["candidates"]] == [seed_url(key), seed_url(key, 1600)]
    assert (new["pages"], new["page_count"]) == (["https://unsplash.com/t/0"], 1)
    others = before.keys() & after.keys()
    assert len(others) == 2 and {n: before[n] for n in others} == {n: after[n] for n in others}
    store.close()

    again = opened(seeded)
    assert again.visited.read(key) == new and len(again.visited.extensions) == 3
    again.close()


def test_a_stored_picture_sighted_again_is_not_fetched_again(seeded: Path) -> None:
    store = opened(seeded)
    wider = sighting(BARE, width=4_000)
    sight(store, BARE, wider, stored={BARE})
    assert store.visited.extensions[BARE] == ".v6+c"  # no "u": it has a file in every width
    os.remove(seeded / "downloaded" / "1200" / BARE[:4] / f"{BARE}.png")
    sight(store, BARE, sighting(BARE, number=1, width=5_000), stored={BARE})
    assert store.visited.extensions[BARE] == ".v6+cu"
    store.close()


def test_its_pages_go_out_oldest_first_and_its_files_go_when_done(seeded: Path) -> None:
    store = opened(seeded)
    frontier = PageFrontier(store.queue, store.pages, HostRests())
    PageLoader(store, frontier, PageLog(store), ()).load()
    leases = []
    while (lease := frontier.take(lambda _host: True, store.clock.now())) is not None:
        leases.append(lease)
    names = [lease.url.rpartition("/")[2] for lease in leases]
    assert names == ["a2", "a1", "a3", "b2", "b1", "b3"]
    for count, lease in enumerate(leases, 1):
        line = {"key": lease.key, "url": lease.url, "status": 200}
        write_group(
            store, Group(lines=[(lease, line)]), RecordCache(store), RenditionChoice((600,)), set()
        )
        left = sorted(str(p.relative_to(seeded)) for p in seeded.glob("queue/*/*"))
        expected = ["queue/1683388/168338802", "queue/1683388/168338803"][count // 3 :]
        assert left == expected
    assert list((seeded / "queue").iterdir()) == []
    store.close()


def test_a_page_done_in_part_of_its_batch_stays_done(seeded: Path) -> None:
    store = opened(seeded)
    frontier = PageFrontier(store.queue, store.pages, HostRests())
    PageLoader(store, frontier, PageLog(store), ()).load()
    lease = frontier.take(lambda _host: True, store.clock.now())
    assert lease is not None
    line = {"key": lease.key, "url": lease.url, "status": 200}
    write_group(
        store, Group(lines=[(lease, line)]), RecordCache(store), RenditionChoice((600,)), set()
    )
    store.close()

    store = opened(seeded)
    frontier = PageFrontier(store.queue, store.pages, HostRests())
    PageLoader(store, frontier, PageLog(store), ()).load()
    assert frontier.waiting == 5
    lease = frontier.take(lambda _host: True, store.clock.now())
    assert lease is not None and lease.url.endswith("/a1")
    store.close()


def test_a_crawl_works_off_its_queue_and_fetches_only_what_has_no_file(
    site: StartSite, crawl: Crawls
) -> None:
    running = site(
        {
            "/one": page('<img src="/known.png"><img src="/new.jpg"><a href="/further">x</a>'),
            "/two": page('<img src="/lost.jpg">'),
            "/further": page(""),
            "/known.png": image(700, kind="PNG"),
            "/half.png": image(1300, kind="PNG"),
            **{f"/{name}.jpg": image(800) for name in ("lost", "new", "left")},
        }
    )
    root, base = crawl.store, running.url.rstrip("/")
    batch = {"any": f"{base}/one", "key": f"{base}/two"}
    write(root / "queue" / "1683388" / "168338802", batch)
    seeds = {"known.png": ".v5+t", "half.png": ".v5", "lost.jpg": ".v3", "left.jpg": ""}
    for name, extension in seeds.items():
        key = image_id(f"{base}/{name}")
        known = {"url": f"{base}/{name}", "follow": "f", "description": name, "tags": ["t"]}
        write(root / "visited" / key[:4] / (key + extension), known)
    for name, width in (("known.png", 600), ("known.png", 1200), ("half.png", 600)):
        put_file(root, width, image_id(f"{base}/{name}"))

    run = crawl()
    assert run.rc == 0, run.stderr
    assert pages(root).keys() == {"/one", "/two", "/further"}
    assert list((root / "queue").iterdir()) == []
    every = {"/known.png", "/half.png", "/lost.jpg", "/left.jpg", "/new.jpg"}
    assert stored(root) == every == records(root).keys()
    assert stored(root, "1200") == {"/known.png", "/half.png"}
    fetched = sorted(path for path in asked(running) if "." in path)
    assert fetched == ["/half.png", "/left.jpg", "/lost.jpg", "/new.jpg"]
    for path in every - {"/new.jpg"}:
        record = records(root)[path]
        assert (record["description"], record["tags"]) == (path[1:], ["t"])
    assert all(".v6+" in file.name for file in root.glob("visited/*/*"))

    requests = len(running.requests())
    assert crawl().rc == 0 and len(running.requests()) == requests
    verified = crawl.command("verify")
    assert verified.rc == 0, verified.stdout
