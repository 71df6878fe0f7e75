"""The entries of feeds and sitemaps as items of a list."""

from __future__ import annotations

from collections.abc import Sequence

from imagecrawler.discovery.feeds import listed_images
from imagecrawler.discovery.metadata import tag_list
from imagecrawler.discovery.paging.feed_entries import FeedEntry
from imagecrawler.discovery.paging.items import described, listed_item
from imagecrawler.discovery.sitemaps import Sitemap, SitemapKind
from imagecrawler.discovery.stated import of_licence
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import FoundImage, ListedItem, Stated

# A picture that claims less is a thumbnail of one on the entry's page.
_LEAST_WIDTH_PX = 400


def feed_item(entry: FeedEntry, *, kind: SitemapKind, url: str) -> ListedItem:
    """Return an entry of the feed or sitemap at ``url`` with its pictures.

    Its page is to be visited when it has none here, or no more than a thumbnail.
    """
    page = absolute_url(entry.page, url) if entry.page else None
    for image in entry.images:
        image.page = entry.page  # An image may come before the link of its entry.
    texts = [(entry.page, text) for text in entry.texts if "<img" in text]
    found = listed_images(Sitemap(kind, images=entry.images, texts=texts), url=url)
    stated = Stated(author=entry.author, **of_licence(entry.licence, url))
    tags, posted = tag_list(entry.tags), entry.posted or entry.changed
    images = [
        described(image, tags=tags, posted=posted, title=entry.title, stated=stated)
        for image in found
    ]
    is_whole = any(not _is_thumbnail(image) for image in images)
    return listed_item(
        entry.name or page,
        page=None if is_whole else page,
        images=images,
        posted=posted,
    )


def newest_first(entries: Sequence[FeedEntry]) -> list[FeedEntry]:
    """Return entries by when they changed, those that do not say last; their order otherwise."""
    return sorted(entries, key=lambda e: -e.changed.timestamp() if e.changed else 0.0)


def _is_thumbnail(image: FoundImage) -> bool:
    if any(candidate.density is not None for candidate in image.candidates):
        return False  # Not every size is stated: the largest may be any.
    widths = [candidate.width_px for candidate in image.candidates if candidate.width_px]
    return bool(widths) and max(widths) < _LEAST_WIDTH_PX
