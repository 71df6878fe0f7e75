"""The images that sitemaps and feeds list become pictures, with what is said of them there."""

from __future__ import annotations

from collections.abc import Iterator

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS
from imagecrawler.discovery.claims import LARGEST, Rendition, each_address_once, largest_first
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.listings import ListedImage
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.pictures import pictures
from imagecrawler.discovery.sitemaps import Sitemap
from imagecrawler.discovery.stated import of_licence
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import FoundImage, Stated

_MAX_RENDITIONS = 50
_THUMBNAIL, _CONTENT = 0, LARGEST - 1


def listed_images(sitemap: Sitemap, *, url: str) -> list[FoundImage]:
    """Return the pictures of a sitemap or feed at ``url``, those in the HTML of entries too.

    The page of an entry is what its pictures link to. Raises nothing.
    """
    kind = "feed" if sitemap.kind == "feed" else "sitemap"
    listed = (_find(image, kind, url) for image in sitemap.images)
    found = [find for find in listed if find is not None]
    for page, html in sitemap.texts:
        found += _text_finds(html, (page and absolute_url(page, url)) or url, kind)
    return pictures(found)


def _find(image: ListedImage, kind: str, base_url: str) -> Find | None:
    listed = [image, *image.others[:_MAX_RENDITIONS]]
    renditions = [r for other in listed if (r := _rendition(other, base_url)) is not None]
    if not renditions:
        return None
    return Find(
        [candidate for _, candidate in largest_first(each_address_once(renditions))],
        (kind,),
        link=absolute_url(image.page, base_url) if image.page else None,
        description=collapsed(image.caption) or collapsed(image.title),
        stated=Stated(**of_licence(image.licence, base_url)),
    )


def _rendition(image: ListedImage, base_url: str) -> Rendition | None:
    url = absolute_url(image.url, base_url)
    if url is None or len(url) > MAX_IMAGE_URL_CHARS:
        return None
    rank = LARGEST if image.is_default else _THUMBNAIL if image.role == "thumbnail" else _CONTENT
    return Rendition(url, rank, image.width_px or None)


def _text_finds(html: str, url: str, kind: str) -> Iterator[Find]:
    for image in parse_page(html, url=url).images:
        found_by = (kind, *image.found_by)
        yield Find(image.candidates, found_by, image.link or url, image.description, image.evidence)
