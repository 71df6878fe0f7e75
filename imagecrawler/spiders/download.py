"""Spider ``download``: finish what is wanted, without visiting pages."""

from __future__ import annotations

from imagecrawler.spiders.store_spider import StoreSpider


class DownloadSpider(StoreSpider):
    """Fetches the images that have no file yet: a width added later, retries that are due.

    Arguments: those that name the images to keep (``image_allow``, ``image_min_width`` …),
    ``max_images``, ``max_seconds``, ``max_bytes``.
    """

    name = "download"
    visits_pages = False
