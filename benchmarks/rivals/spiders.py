"""The rivals: a CrawlSpider with LinkExtractor, one with ImagesPipeline, and a bare engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response, TextResponse
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule


class StockSpider(CrawlSpider):
    """Follows every link of its hosts and yields an item for each image of a page."""

    name = "stock"
    rules = (Rule(LinkExtractor(), callback="parse_page", follow=True),)

    def __init__(self, *args: Any, start: str, **kwargs: Any) -> None:
        self.start_urls = start.split(",")
        self.allowed_domains = sorted({urlsplit(url).hostname or "" for url in self.start_urls})
        super().__init__(*args, **kwargs)

    def parse_start_url(self, response: Response, **kwargs: Any) -> Iterator[dict[str, Any]]:
        """The start page has images too."""
        return self.parse_page(response)

    def parse_page(self, response: Response) -> Iterator[dict[str, Any]]:
        """Yield the images of a page with what it says about them."""
        if not isinstance(response, TextResponse):
            return
        title = response.css("title::text").get()
        for image in response.css("img"):
            source = image.attrib.get("src")
            if source:
                yield {
                    "page": response.url,
                    "title": title,
                    "url": response.urljoin(source),
                    "alt": image.attrib.get("alt"),
                    "srcset": image.attrib.get("srcset"),
                }


class StockImagesSpider(StockSpider):
    """The same, with one item for each page, for the stock ImagesPipeline."""

    name = "stock_images"

    def parse_page(self, response: Response) -> Iterator[dict[str, Any]]:
        """Yield the page with its image URLs under the pipeline's name for them."""
        if isinstance(response, TextResponse):
            sources = response.css("img::attr(src)").getall()
            yield {"page": response.url, "image_urls": [response.urljoin(s) for s in sources]}


class StockThumbnailsSpider(StockImagesSpider):
    """The same with a 600 px thumbnail (a spider, because ``-s`` takes no dictionary for it)."""

    name = "stock_thumbnails"
    custom_settings = {  # noqa: RUF012 - Scrapy's interface
        "ITEM_PIPELINES": {"scrapy.pipelines.images.ImagesPipeline": 1},
        "IMAGES_THUMBS": {"w600": (600, 10_000)},
    }


class UrlListSpider(scrapy.Spider):
    """Fetches the URLs of a file and looks at nothing: what Scrapy's engine costs."""

    name = "url_list"

    def __init__(self, *args: Any, urls: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls = Path(urls).read_text().split()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Yield a request for each URL."""
        for url in self._urls:
            yield scrapy.Request(url)

    def parse(self, response: Response) -> None:
        """Extract nothing."""
