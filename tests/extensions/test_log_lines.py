"""Lines that LOG_LEVEL keeps from everybody are not made; all others are Scrapy's."""

import logging

import pytest
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from imagecrawler.extensions.log_lines import NeededLogFormatter


@pytest.mark.parametrize("level", ["DEBUG", 5, "NOTSET", "INFO", 20, "WARNING"])
def test_debug_lines_are_made_for_who_reads_them(level: str | int) -> None:
    formatter = NeededLogFormatter.from_crawler(get_crawler(settings_dict={"LOG_LEVEL": level}))
    spider = Spider("any")
    request, response = Request("http://a.example/"), Response("http://a.example/")
    lines = [
        formatter.crawled(request, response, spider),
        formatter.scraped({"a": 1}, response, spider),
    ]
    if level in ("DEBUG", 5, "NOTSET"):
        assert [line["level"] for line in lines if line] == [logging.DEBUG] * 2
    else:
        assert lines == [None, None]
    with_error = formatter.dropped({"a": 1}, ValueError("no"), response, _with_settings(spider))
    assert with_error is not None


def _with_settings(spider: Spider) -> Spider:
    spider.crawler = get_crawler(settings_dict={"DEFAULT_DROPITEM_LOG_LEVEL": "DEBUG"})
    return spider
