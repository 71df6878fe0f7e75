"""The pages of a store in memory: what is counted stays true when files change beneath."""

from __future__ import annotations

import json
from pathlib import Path

from imagecrawler.coordinator.pages import PageFrontier
from imagecrawler.coordinator.rests import HostRests
from imagecrawler.storage.instants import Clock
from imagecrawler.storage.pages import PagesFolder
from imagecrawler.storage.queue import QueueFolder


def test_batches_that_vanish_or_tear_are_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    queue = QueueFolder(str(tmp_path), str(tmp_path / "tmp"))
    frontier = PageFrontier(queue, PagesFolder(str(tmp_path)), HostRests())
    clock = Clock()
    batches = [
        queue.write([("", {"url": f"http://{host}/{n}"}) for n in range(3)], clock, fsync=False)
        for host in ("gone", "torn", "good")
    ]
    (gone, _), (torn, _), (good, _) = (written[0] for written in batches)
    # The torn one had pages of two hosts once.
    for host, batch, count in (
        ("gone", gone, 3),
        ("torn", torn, 2),
        ("b", torn, 1),
        ("good", good, 3),
    ):
        frontier.add_batch(host, batch, count)
    Path(gone.path).unlink()
    Path(torn.path).write_text('{"": "http://')
    Path(good.path).write_text(json.dumps({str(n): f"http://good/{n}" for n in range(2)}))
    taken = []
    while (lease := frontier.take(lambda _host: True, 0)) is not None:
        taken.append(lease.url)
    assert taken == ["http://good/0", "http://good/1"]
    assert frontier.waiting == 0
    assert set(frontier.torn_batches) == {torn.path}
