"""A rendition narrower than hoped for is kept until a better one is, whatever kills the run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from imagecrawler.coordinator.choosing import FAILURES_IN_A_ROW, RenditionChoice
from imagecrawler.coordinator.contract import Failed, Lease
from imagecrawler.identity.pictures import image_id
from imagecrawler.items import FoundImage, ImageCandidate
from tests.coordinator.test_resuming import HOST, Running, close, kill, opened, record, show

SMALL, LARGE = f"{HOST}/small.jpg", f"{HOST}/large.jpg"
KEY = image_id(SMALL)


def picture() -> FoundImage:
    claimed = [ImageCandidate(SMALL, 700), ImageCandidate(LARGE, 2000)]
    return FoundImage(KEY, SMALL, claimed)


async def end_as(running: Running, lease: Lease, width: int) -> None:
    outcome = running.rendered(f"{lease.url} {width}", width)
    outcome.facts["fetched_url"] = lease.url
    await running.end(lease, outcome)


@pytest.mark.parametrize("killed", ["before", "in flight", "never"])
@pytest.mark.parametrize("second", [900, 500, "gone"])
def test_the_next_one_is_asked_for_once_and_the_wider_one_stays(
    tmp_path: Path, killed: str, second: int | str
) -> None:
    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, FoundImage(KEY, SMALL, [ImageCandidate(SMALL, 700)]))
            await running.read()
            lease = running.lease()
            assert lease.url == SMALL
            await end_as(running, lease, 550)
            # The claim was false, and another page claims more.
            await show(running, picture(), page=f"{HOST}/2")
            assert record(tmp_path, KEY)["upgrade"] is True
            if killed == "in flight":
                assert running.lease().url == LARGE
            if killed != "never":
                kill(running)
            else:
                await close(running)
        with opened(tmp_path) as running:
            await running.read()
            lease = running.lease()
            assert (lease.url, lease.hoped_for) == (LARGE, True)
            if isinstance(second, int):
                await end_as(running, lease, second)
            else:
                running.coordinator.try_another(lease, "http-404")
                await running.end(lease, Failed("http-404", "gone", 404))
            assert running.lease() is None
            await close(running)
        with opened(tmp_path) as running:
            await running.read()
            assert running.lease() is None
            await close(running)

    asyncio.run(run())
    kept = record(tmp_path, KEY)
    assert "upgrade" not in kept
    assert kept["width"] == (900 if second == 900 else 550)
    assert kept["fetched_url"] == (LARGE if second == 900 else SMALL)
    assert kept["tried"] == ([SMALL] if second == 900 else [LARGE])
    (file,) = tmp_path.glob("downloaded/600/*/*")
    assert file.read_text() == f"{kept['fetched_url']} {kept['width']}"


def test_a_kill_between_the_bettered_record_and_its_file_has_the_same_one_fetched_again(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        with opened(tmp_path) as running:
            await show(running, picture())
            await running.read()
            lease = running.lease()
            assert lease.url == SMALL
            await end_as(running, lease, 550)
            lease = running.lease()
            assert lease.url == LARGE
            downloaded = running.coordinator.store.downloaded
            downloaded.adopt = _dies  # type: ignore[method-assign]
            running.coordinator._on_fatal = lambda error: None
            lease.outcome = running.rendered("large", 900)
            lease.outcome.facts["fetched_url"] = LARGE
            running.coordinator.finish(lease)
            while running.coordinator.error is None:
                await asyncio.sleep(0.005)
            kill(running)
        with opened(tmp_path) as running:
            await running.read()
            lease = running.lease()
            assert (lease.url, lease.hoped_for) == (LARGE, False)
            await end_as(running, lease, 900)
            assert running.lease() is None
            await close(running)

    asyncio.run(run())
    kept = record(tmp_path, KEY)
    assert (kept["width"], "upgrade" in kept, kept["files"].keys()) == (900, False, {"600"})


def _dies(*_: object) -> None:
    raise OSError("killed here")


def test_what_is_remembered_of_hosts_is_bounded_and_a_success_forgets() -> None:
    choice = RenditionChoice((1200,))

    def failed(host: str) -> Lease:
        url = f"http://{host}/cdn/shop/a.jpg?width=1200"
        lease = Lease("image", "x", host, url, {"url": url}, derived_by="shopify", tried=[url])
        lease.outcome = Failed("http-404", "gone", 404)
        return lease

    def is_asked(host: str) -> bool:
        shown = {"url": f"http://{host}/cdn/shop/a_300x.jpg"}
        found = choice.next(shown, stored=False)
        return found is not None and found.derived_by is not None

    for _ in range(FAILURES_IN_A_ROW - 1):
        choice.note(failed("a.example"))
    assert is_asked("a.example")
    choice.note(failed("a.example"))
    assert not is_asked("a.example")
    assert is_asked("b.example")
    for number in range(20_000):
        choice.note(failed(f"{number}.example"))
    assert len(choice._failures) == 10_000
