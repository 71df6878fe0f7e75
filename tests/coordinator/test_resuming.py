"""What a run makes of what earlier runs left: suspects, early finds, better renditions."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.contract import Failed, Lease, Rendered, Visited
from imagecrawler.coordinator.drops import Drops
from imagecrawler.coordinator.folders import Coordinator
from imagecrawler.coordinator.retries import retry_failures
from imagecrawler.coordinator.run import RunRules
from imagecrawler.identity.pictures import image_id
from imagecrawler.identity.urls import page_key
from imagecrawler.items import FoundImage, ImageCandidate, PageItem
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.store import Store

HOST = "http://a.example"


class Running:
    """A coordinator driven by hand; `rendered` gives an outcome with real temporary files."""

    def __init__(self, coordinator: Coordinator) -> None:
        self.coordinator = coordinator
        self._serial = 0

    def lease(self) -> Lease | None:
        return self.coordinator.lease(lambda _host: True)

    async def end(self, lease: Lease, outcome: Any = None) -> None:
        lease.outcome = outcome or lease.outcome
        self.coordinator.finish(lease)
        await self.written()

    async def written(self) -> None:
        await self.coordinator._committer.drain()

    async def read(self) -> None:
        while not self.coordinator._knowledge.reader.done:
            await asyncio.sleep(0.005)
        self.coordinator.tick()
        await self.written()  # what was shown before waited for the reader

    async def store_all(self, **widths: int) -> list[str]:
        """Fetch all that is wanted; ``widths`` by the last part of a URL; return the URLs."""
        await self.read()
        fetched = []
        while (lease := self.lease()) is not None:
            fetched.append(lease.url)
            await self.end(lease, self.rendered(lease.url, widths.get(_name(lease.url), 500)))
        return fetched

    def rendered(self, content: str, width: int = 500) -> Rendered:
        self._serial += 1
        path = Path(self.coordinator.store.tmp_dir, f"made-{self._serial}")
        path.write_bytes(content.encode())
        facts = {
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
            "width": width,
            "height": 100,
            "format": "jpeg",
            "fetched_url": content,
        }
        return Rendered(facts, [("600", ".jpg", str(path))], path.stat().st_size)


def _name(url: str) -> str:
    return url.rpartition("/")[2].partition(".")[0]


@contextmanager
def opened(root: Path, *, read_from: threading.Event | None = None, **rules: Any) -> Iterator[Any]:
    """Open a store for one run; a ``read_from`` event keeps the background reader waiting."""
    chosen = RunRules(**{"widths": (600,), "smallest": "600", **rules})
    store = Store.open(str(root), fsync=False)
    coordinator = Coordinator.open(store, chosen)
    if read_from is not None:
        run = coordinator._knowledge.reader.run
        coordinator._knowledge.reader.run = lambda: (read_from.wait(), run())  # type: ignore[assignment, func-returns-value]
    coordinator.start(lambda: None, lambda error: None)
    yield Running(coordinator)


def kill(running: Running) -> None:
    """Leave everything as a kill -9 leaves it."""
    running.coordinator._knowledge.reader.stop = True
    running.coordinator._committer._thread.shutdown(wait=True)
    running.coordinator.store._lock.release()  # type: ignore[union-attr]


async def close(running: Running) -> None:
    await running.coordinator.close()
    running.coordinator.store.close()


def item(lease: Lease, *images: FoundImage, links: tuple[str, ...] = ()) -> PageItem:
    return PageItem(lease.key, lease.url, 200, images=list(images), links=list(links))


def picture(*urls: str) -> FoundImage:
    return FoundImage(image_id(urls[0]), urls[0], [ImageCandidate(url) for url in urls])


def record(root: Path, key: str) -> dict[str, Any]:
    (path,) = root.glob(f"visited/*/{key}*")
    return json.loads(path.read_bytes())  # type: ignore[no-any-return]


def ledger(root: Path) -> dict[str, str]:
    return {
        path.stem: json.loads(path.read_bytes())["reason"] for path in root.glob("failed/*/*.json")
    }


def last_lines(root: Path) -> dict[str, dict[str, Any]]:
    lines = [json.loads(raw) for path in root.glob("pages/*") for raw in path.open()]
    return {line["url"]: line for line in lines}


async def show(running: Running, *images: FoundImage, page: str = f"{HOST}/") -> None:
    """Visit one page that shows these pictures."""
    running.coordinator.add_start(page, "any")
    await running.written()
    lease = running.lease()
    assert lease is not None and lease.url == page
    running.coordinator.found(lease, item(lease, *images))
    await running.end(lease)


def test_a_page_that_kills_the_crawler_on_its_second_try_runs_alone_and_is_set_aside(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        with opened(tmp_path) as running:
            running.coordinator.add_start(f"{HOST}/deadly", "any")
            running.coordinator.add_start("http://b.example/", "any")
            await running.written()
            lease = running.lease()
            await running.end(lease, Failed("timeout", "slow", None, 0.0))
            kill(running)
        for _ in range(3):  # with the other page in flight as well
            with opened(tmp_path) as running:
                assert {running.lease().url, running.lease().url} == {
                    f"{HOST}/deadly",
                    "http://b.example/",
                }
                kill(running)
        with opened(tmp_path) as running:  # now each of them alone
            alone = running.lease()
            assert running.lease() is None
            if alone.url != f"{HOST}/deadly":
                await running.end(alone, Visited(200, None, []))
                alone = running.lease()
            assert (alone.url, alone.attempts) == (f"{HOST}/deadly", 1)
            assert running.lease() is None
            kill(running)
        with opened(tmp_path) as running:
            await running.written()
            left = running.lease()
            if left is not None:
                assert left.url == "http://b.example/"
                await running.end(left, Visited(200, None, []))
            assert not running.coordinator.has_work()
            await close(running)

    asyncio.run(run())
    assert last_lines(tmp_path)[f"{HOST}/deadly"]["error"] == "crashed"
    assert last_lines(tmp_path)["http://b.example/"]["status"] == 200


def test_a_better_rendition_that_kills_the_crawler_is_given_up_and_the_file_stays(
    tmp_path: Path,
) -> None:
    small, large = f"{HOST}/small.jpg", f"{HOST}/large.jpg"
    key = image_id(small)

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(small))
            assert await running.store_all(small=300) == [small]
            await show(running, picture(small, large), page=f"{HOST}/2")
            kill(running)
        for _ in range(4):
            with opened(tmp_path) as running:
                await running.read()
                assert running.lease().url == large
                kill(running)
        with opened(tmp_path) as running:
            await running.written()
            await running.read()
            assert running.lease() is None
            await close(running)
        with opened(tmp_path) as running:
            assert await running.store_all() == []
            await close(running)

    asyncio.run(run())
    assert record(tmp_path, key)["given_up"] == [600]
    assert "upgrade" not in record(tmp_path, key)
    assert ledger(tmp_path) == {}
    assert [path.stem for path in tmp_path.glob("downloaded/600/*/*")] == [key]


@pytest.mark.parametrize("status", [503, 404])
def test_a_better_rendition_that_fails_is_tried_as_often_as_any_image(
    tmp_path: Path, status: int
) -> None:
    small, large = f"{HOST}/small.jpg", f"{HOST}/large.jpg"
    key = image_id(small)

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(small))
            await running.store_all(small=300)
            await show(running, picture(small, large), page=f"{HOST}/2")
            lease = running.lease()
            assert lease.url == large
            wait = 3600.0 if status == 503 else None
            await running.end(lease, Failed(f"http-{status}", "no", status, wait))
            assert running.lease() is None
            await close(running)
        with opened(tmp_path) as running:  # due in an hour, or never
            await running.read()
            assert running.lease() is None
            await close(running)
        if status == 503:
            kept = record(tmp_path, key)
            assert (kept["upgrade"]["attempts"], kept["upgrade"]["reason"]) == (1, "http-503")
            kept["upgrade"]["next_try"] = "2020-01-01T00:00:00.000000Z"
            (path,) = tmp_path.glob(f"visited/*/{key}*")
            path.write_text(json.dumps(kept))
            with opened(tmp_path) as running:
                await running.read()
                lease = running.lease()
                assert (lease.url, lease.attempts) == (large, 1)
                await running.end(lease, running.rendered("large", 900))
                await close(running)

    asyncio.run(run())
    kept = record(tmp_path, key)
    assert "upgrade" not in kept
    assert kept["width"] == (900 if status == 503 else 300)
    assert kept.get("given_up") == (None if status == 503 else [600])
    assert ledger(tmp_path) == {}


def test_a_picture_met_by_another_url_before_the_store_is_read_is_the_same_picture(
    tmp_path: Path,
) -> None:
    first, other = f"{HOST}/first.jpg", f"{HOST}/elsewhere/other.jpg"
    start = threading.Event()

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(first, other))
            await running.store_all()
            await close(running)
        with opened(tmp_path, read_from=start) as running:
            await show(running, picture(other), page=f"{HOST}/2")
            assert "page " + page_key(f"{HOST}/2") in running.coordinator.leased
            assert running.coordinator.has_work()
            start.set()
            assert await running.store_all() == []
            await running.written()
            assert not running.coordinator.has_work()
            await close(running)

    asyncio.run(run())
    assert len(list(tmp_path.glob("visited/*/*"))) == 1
    assert last_lines(tmp_path)[f"{HOST}/2"]["images"] == [image_id(first)]
    assert set(record(tmp_path, image_id(first))["pages"]) == {f"{HOST}/", f"{HOST}/2"}


def test_bytes_that_are_stored_already_are_known_before_the_store_is_read(tmp_path: Path) -> None:
    first, copy = f"{HOST}/first.jpg", f"{HOST}/copy.jpg"
    start = threading.Event()

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(first))
            lease = running.lease()
            await running.end(lease, running.rendered("the same bytes"))
            await show(running, picture(copy), page=f"{HOST}/2")
            await close(running)
        with opened(tmp_path, read_from=start) as running:
            running.coordinator.images.want("a.example", image_id(copy))
            lease = running.lease()
            await running.end(lease, running.rendered("the same bytes"))
            assert running.coordinator.leased
            start.set()
            await running.read()
            await running.written()
            assert not running.coordinator.has_work()
            await close(running)

    asyncio.run(run())
    assert ledger(tmp_path) == {image_id(copy): "duplicate"}
    assert [path.stem for path in tmp_path.glob("downloaded/600/*/*")] == [image_id(first)]


def test_a_stop_before_the_store_is_read_gives_back_what_waited_for_it(tmp_path: Path) -> None:
    start = threading.Event()

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(f"{HOST}/first.jpg"))
            await close(running)
        with opened(tmp_path, read_from=start) as running:
            running.coordinator.images.want("a.example", image_id(f"{HOST}/first.jpg"))
            lease = running.lease()
            assert lease.kind == "image"
            await running.end(lease, running.rendered("bytes"))
            await show(running, picture(f"{HOST}/new.jpg"), page=f"{HOST}/2")
            await close(running)
            start.set()
        assert list(tmp_path.glob("tmp/*")) == []
        assert list(tmp_path.glob("downloaded/*/*/*")) == []
        with opened(tmp_path) as running:
            await running.read()
            for lease in [running.lease(), running.lease()]:
                if lease.kind == "page":
                    running.coordinator.found(lease, item(lease, picture(f"{HOST}/new.jpg")))
                    await running.end(lease)
                else:
                    await running.end(lease, running.rendered(lease.url))
            assert await running.store_all() == [f"{HOST}/new.jpg"]
            await close(running)

    asyncio.run(run())
    assert len(list(tmp_path.glob("downloaded/600/*/*"))) == 2


def test_a_filter_that_excludes_a_thousand_images_never_holds_up_the_loop(tmp_path: Path) -> None:
    urls = [f"{HOST}/{n}.jpg" for n in range(300)]

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, *map(picture, urls))
            await close(running)
        with opened(tmp_path, image_filter=UrlFilter.of(None, r"\.jpg$")) as running:
            await running.read()
            calls = 0
            while running.coordinator.has_work():
                assert running.lease() is None
                excluded = len(running.coordinator._committer.group.failures)
                assert excluded <= 50
                await running.written()
                calls += 1
            assert calls >= 6
            await close(running)

    asyncio.run(run())
    assert set(ledger(tmp_path).values()) == {"excluded"}
    assert len(ledger(tmp_path)) == 300


def test_a_queue_of_half_done_batches_gives_each_page_once_and_revisits_the_others(
    tmp_path: Path,
) -> None:
    urls = [f"{HOST}/{n}" for n in range(40)]

    async def visit(running: Running, most: int) -> list[str]:
        visited = []
        while len(visited) < most and (lease := running.lease()) is not None:
            visited.append(lease.url)
            await running.end(lease, Visited(200, None, []))
        return visited

    async def run() -> None:
        with opened(tmp_path) as running:
            for url in urls:
                running.coordinator.add_start(url, "any")
            await running.written()
            first = await visit(running, 15)
            kill(running)
        assert first == urls[:15]
        with opened(tmp_path) as running:
            assert await visit(running, 5) == urls[15:20]
            kill(running)
        with opened(tmp_path, revisit_seconds=0.0) as running:
            again = await visit(running, 100)
            await close(running)
        assert sorted(again) == sorted(urls)
        with opened(tmp_path) as running:
            assert await visit(running, 100) == []
            await close(running)

    asyncio.run(run())
    assert list(tmp_path.glob("queue/*/*")) == []


def test_hosts_and_ports_of_another_hand_are_spellings_too(tmp_path: Path) -> None:
    spellings = ["http://a.example/p", "HTTP://A.Example:80/p#x", "http://a.example:0080/q/../p"]
    others = ["https://a.example/p", "http://a.example:81/p"]  # these are pages of their own
    for name in ("1600000000000000", "1600000000000001"):
        file = tmp_path / "queue" / name[:7] / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(dict(enumerate([*spellings, *others]))))

    async def run() -> None:
        with opened(tmp_path) as running:
            assert not running.coordinator.add_start("http://a.example/p", "any")
            leased = []
            while (lease := running.lease()) is not None:
                leased.append(lease.url)
                await running.end(lease, Visited(200, None, []))
            assert leased == [spellings[0], *others]
            assert not running.coordinator.has_work()
            await close(running)

    asyncio.run(run())
    assert list(tmp_path.glob("queue/*/*")) == []


def test_files_that_cannot_be_used_cost_their_own_image_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [f"{HOST}/{n}.jpg" for n in range(6)]
    odd, odd_failures = {urls[1], urls[2]}, {urls[4]}  # urls[3:] have failed and are due

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, *map(picture, urls))
            for url in urls[3:]:
                failure = {"url": url, "reason": "timeout", "next_try": to_text(0)}
                running.coordinator.store.failed.write(image_id(url), failure)
            await close(running)
        usual = RenditionChoice.next

        def fails(choice: RenditionChoice, record: dict[str, Any], **options: Any) -> Any:
            if record["url"] in odd | odd_failures:
                raise KeyError("nobody thought of this")
            return usual(choice, record, **options)

        monkeypatch.setattr(RenditionChoice, "next", fails)
        with opened(tmp_path) as running:
            assert set(await running.store_all()) == set(urls) - odd - odd_failures
            assert running.coordinator._knowledge.reader.unreadable == {
                image_id(url) for url in odd | odd_failures
            }
            assert not running.coordinator._knowledge.reader.ended_early
            await close(running)

    asyncio.run(run())
    told = [record for record in caplog.records if record.name.endswith(".opening")]
    assert [record.levelname for record in told if record.levelname != "DEBUG"] == ["ERROR"]


def test_pages_of_a_dropped_host_are_neither_revisited_nor_retried(tmp_path: Path) -> None:
    good, bad = f"{HOST}/good", f"{HOST}/bad"

    async def run() -> None:
        with opened(tmp_path) as running:
            running.coordinator.add_start(good, "any")
            running.coordinator.add_start(bad, "any")
            await running.written()
            for lease in [running.lease(), running.lease()]:
                failed = Failed("http-404", "gone", 404)
                await running.end(lease, failed if lease.url == bad else Visited(200, None, []))
            await close(running)
        store = Store.open(str(tmp_path), fsync=False)
        Drops(store, smallest="600").drop("a.example")
        retried = retry_failures(store, lambda reason: reason == "http-404")
        assert (retried.pages.total(), retried.others) == (0, {"dropped": 1})
        store.close()
        with opened(tmp_path, revisit_seconds=0.0) as running:
            assert running.lease() is None
            assert (
                not running.coordinator.has_work() or not running.coordinator._knowledge.reader.done
            )
            await close(running)

    asyncio.run(run())


def test_pages_alone_are_handed_out_while_there_are_images_enough(tmp_path: Path) -> None:
    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(f"{HOST}/a.jpg"), picture(f"{HOST}/b.jpg"))
            running.coordinator.add_start(f"{HOST}/next", "any")
            await running.written()
            await running.read()

            def lease_a_page() -> Lease | None:
                return running.coordinator.lease(lambda _host: True, images=False)

            page = lease_a_page()
            assert page is not None and (page.kind, page.url) == ("page", f"{HOST}/next")
            assert lease_a_page() is None
            assert running.coordinator.has_work()
            leases = [running.lease(), running.lease()]
            assert [lease.kind for lease in leases if lease] == ["image", "image"]
            await close(running)

    asyncio.run(run())


def test_what_the_reader_finds_at_its_very_end_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's thread may end at any moment, also while the loop asks for work."""

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(f"{HOST}/a.jpg"))
            await close(running)
        begin = threading.Event()
        with opened(tmp_path, read_from=begin) as running:
            await running.written()  # what waits to be written is work too
            take = running.coordinator._take_from_reader

            def take_just_before_the_end() -> None:
                take()
                begin.set()
                while not running.coordinator._knowledge.reader.done:
                    time.sleep(0.001)

            monkeypatch.setattr(running.coordinator, "_take_from_reader", take_just_before_the_end)
            assert running.coordinator.has_work() and begin.is_set()
            monkeypatch.undo()
            assert await running.store_all() == [f"{HOST}/a.jpg"]
            assert not running.coordinator.has_work()
            await close(running)

    asyncio.run(run())


def test_a_store_that_was_not_read_to_its_end_is_not_settled_for_new_widths(
    tmp_path: Path,
) -> None:
    def settled_for() -> list[int]:
        about: dict[str, list[int]] = json.loads((tmp_path / "store.json").read_bytes())
        return about["widths"]

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(f"{HOST}/a.jpg"))
            await running.store_all(a=500)
            await close(running)
        for reads in (False, True):
            begin = threading.Event()
            with opened(tmp_path, read_from=begin, widths=(600, 1200)) as running:
                running.coordinator._knowledge.reader.stop = (
                    not reads
                )  # as a signal at the start does
                begin.set()
                while not running.coordinator._knowledge.reader.done:
                    await asyncio.sleep(0.001)
                if reads:
                    await running.read()
                await close(running)
            assert settled_for() == ([600, 1200] if reads else [600])

    asyncio.run(run())


def test_a_narrow_image_moves_to_a_smaller_bucket_that_is_added(tmp_path: Path) -> None:
    url = f"{HOST}/small.jpg"

    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture(url))
            await running.store_all(small=300)
            await close(running)
        with opened(tmp_path, widths=(320, 600), smallest="320") as running:
            await running.read()
            lease = running.lease()
            outcome = running.rendered(url, 300)
            outcome.files[:] = [("320", *outcome.files[0][1:])]
            await running.end(lease, outcome)
            await close(running)

    asyncio.run(run())
    (file,) = tmp_path.glob("downloaded/*/*/*")
    assert file.parent.parent.name == "320"
    assert list(record(tmp_path, image_id(url))["files"]) == ["320"]
