"""What the download worker does with a response that comes when the crawl is ending."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.core.scheduler import Scheduler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from imagecrawler.coordinator import signals
from imagecrawler.coordinator.contract import GivenBack, Lease
from imagecrawler.coordinator.run import RunRules
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.items import ImageItem
from imagecrawler.pipelines.images import ImageStorePipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> ImageStorePipeline:
    """The pipeline in a crawler whose scheduler knows one image."""
    settings = Settings()
    settings.setmodule("imagecrawler.settings")
    settings.set("IMAGES_STORE", str(tmp_path))
    settings.set("IMAGES_MAX_BYTES_IN_FLIGHT", 1000)
    settings.set("TWISTED_REACTOR_ENABLED", False)  # nothing is crawled here
    crawler = get_crawler(settings_dict=dict(settings))
    crawler.spider = crawler._create_spider("any")
    scheduler: Any = StoreScheduler.from_crawler(crawler)
    lease = Lease("image", "i", "a", "http://a/i.jpg", {"url": "http://a/i.jpg"})
    rules = RunRules(widths=(600,), smallest="600")
    scheduler.coordinator = SimpleNamespace(image_lease={"i": lease}.get, rules=rules)
    crawler.engine = SimpleNamespace(scheduler=scheduler)  # type: ignore[assignment]
    return ImageStorePipeline.from_crawler(crawler)


def test_what_arrives_after_the_abort_is_given_back_at_once(pipeline: ImageStorePipeline) -> None:
    scheduler: Any = pipeline.crawler.engine.scheduler  # type: ignore[union-attr]
    lease = scheduler.coordinator.image_lease("i")
    pipeline.crawler.signals.send_catch_log(signals.abort_in_flight)
    item = ImageItem("i", lease.url, response=Response(lease.url, body=b"never looked at"))
    with pytest.raises(DropItem):
        asyncio.run(pipeline.process_item(item))
    assert isinstance(lease.outcome, GivenBack)
    assert pipeline._workers is None


def test_the_scheduler_holds_images_back_while_there_are_bytes_enough(
    pipeline: ImageStorePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler: Any = pipeline.crawler.engine.scheduler  # type: ignore[union-attr]
    asked = []

    def lease(_has_room: Any, *, images: bool) -> None:
        asked.append(images)

    scheduler.coordinator.lease = lease
    scheduler.coordinator.flush = lambda: None
    scheduler._out = SimpleNamespace(sweep=lambda: None, next_waiting=lambda: None)
    scheduler._room = SimpleNamespace(is_at=bool)
    monkeypatch.setattr(Scheduler, "next_request", lambda self: None)
    pipeline.open_spider()
    scheduler.next_request()
    for in_flight in (999, 1000, 5000, 0):
        pipeline._workers = SimpleNamespace(bytes_in_flight=in_flight)  # type: ignore[assignment]
        scheduler.next_request()
    assert asked == [True, True, False, False, True]
