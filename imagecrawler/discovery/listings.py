"""What single elements of sitemaps and feeds list: a page, or an image."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from imagecrawler.identity.pictures import is_image_file

ENTRIES = frozenset(("item", "entry", "url"))


@dataclass(slots=True)
class ListedImage:
    """One image of a sitemap or feed: its URL, and what is said beside it, as written.

    ``page`` is the page of its entry, where that is known by then. ``width_px`` is a claim.
    """

    url: str
    title: str | None = None
    caption: str | None = None
    licence: str | None = None
    page: str | None = None
    width_px: int | None = None


def listed_page(name: str, element: etree._Element, within: str) -> str | None:
    """Return the URL of the page, or of the sitemap, that an element lists."""
    if name == "loc":
        return element.text
    if name == "link" and within in ENTRIES:
        href = element.get("href")
        if href is None:
            return element.text
        return href if element.get("rel", "alternate") == "alternate" else None
    return None


def listed_image(name: str, element: etree._Element, within: str) -> ListedImage | None:
    """Return the image that an element lists.

    https://developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps,
    https://www.rssboard.org/media-rss, https://www.rssboard.org/rss-specification,
    https://datatracker.ietf.org/doc/html/rfc4287#section-4.2.7
    """
    url: str | None = None
    if within == "image" and name in ("loc", "url"):
        url = element.text
    elif name == "thumbnail" or (name in ("content", "enclosure") and _is_image(element)):
        url = element.get("url")
    elif (name == "link" and element.get("rel") == "enclosure" and _is_image(element)) or (
        name == "image" and "itunes" in str(element.tag)
    ):
        url = element.get("href")
    elif name == "img":
        url = element.get("src")
    url = (url or "").strip()
    if not url:
        return None
    width = element.get("width", "")
    is_number = width.isascii() and width.isdigit() and len(width) < 6
    return ListedImage(
        url, element.get("alt") or element.get("title"), width_px=int(width) if is_number else None
    )


def _is_image(element: etree._Element) -> bool:
    kind = element.get("type") or ""
    if kind or element.get("medium"):
        return kind.startswith("image/") or element.get("medium") == "image"
    return is_image_file(element.get("url") or element.get("href") or "")


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
