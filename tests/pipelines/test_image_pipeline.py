"""What the download worker does with a response that comes when the crawl is ending."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
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


def test_what_arrives_after_the_abort_is_given_back_at_once(tmp_path: Path) -> None:
    settings = Settings()
    settings.setmodule("imagecrawler.settings")
    settings.set("IMAGES_STORE", str(tmp_path))
    settings.set("TWISTED_REACTOR_ENABLED", False)  # nothing is crawled here
    crawler = get_crawler(settings_dict=dict(settings))
    lease = Lease("image", "i", "a", "http://a/i.jpg", {"url": "http://a/i.jpg"})
    scheduler: Any = StoreScheduler.from_crawler(crawler)
    rules = RunRules(widths=(600,), smallest="600")
    scheduler.coordinator = SimpleNamespace(image_lease=lambda key: lease, rules=rules)
    crawler.engine = SimpleNamespace(scheduler=scheduler)  # type: ignore[assignment]
    pipeline = ImageStorePipeline.from_crawler(crawler)
    crawler.signals.send_catch_log(signals.abort_in_flight)
    item = ImageItem("i", lease.url, response=Response(lease.url, body=b"never looked at"))
    with pytest.raises(DropItem):
        asyncio.run(pipeline.process_item(item))
    assert isinstance(lease.outcome, GivenBack)
    assert pipeline._workers is None
