"""What single elements of sitemaps and feeds list: a page, or an image."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from lxml import etree

from imagecrawler.identity.pictures import is_image_file

ENTRIES = frozenset(("item", "entry", "url"))


@dataclass(slots=True)
class ListedImage:
    """One image of a sitemap or feed: its URL, and what is said beside it, as written.

    ``page`` is the page of its entry, where that is known by then. ``width_px`` is a claim.
    ``role`` is what Media RSS and enclosures make of it, None elsewhere; ``is_default`` of several
    contents, ``is_grouped`` until its group ends, ``content_url`` what a thumbnail stands in.
    ``others`` are its other renditions.
    """

    url: str
    title: str | None = None
    caption: str | None = None
    licence: str | None = None
    page: str | None = None
    width_px: int | None = None
    role: Literal["content", "thumbnail"] | None = None
    is_default: bool = False
    is_grouped: bool = False
    content_url: str | None = None
    others: list[ListedImage] = field(default_factory=list)


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
    image = ListedImage(
        url, element.get("alt") or element.get("title"), width_px=int(width) if is_number else None
    )
    return _in_media(image, name, element)


def end_group(images: list[ListedImage]) -> None:
    """Make one picture of the images of the ``media:group`` that ends: renditions of one content.

    https://www.rssboard.org/media-rss#media-group. The thumbnails of a film stay pictures.
    """
    first = len(images)
    while first and images[first - 1].is_grouped:
        first -= 1
    group = [replace(image, is_grouped=False) for image in images[first:]]
    contents = [image for image in group if image.role == "content"]
    if contents:
        own = next((image for image in contents if image.is_default), contents[0])
        own.others = [image for image in group if image is not own]
        images[first:] = [own]
    else:
        images[first:] = [replace(image, role=None) for image in group]


def entry_pictures(images: list[ListedImage]) -> list[ListedImage]:
    """Return the pictures of one entry: beside contents a thumbnail is a rendition of its content.

    Of which of several is not always said: then it is none.
    """
    contents = [image for image in images if image.role == "content"]
    thumbnails = [image for image in images if image.role == "thumbnail"]
    if not contents or not thumbnails:
        return images
    by_url = {other.url: image for image in contents for other in (*image.others, image)}
    for thumbnail in thumbnails:
        content = contents[0] if len(contents) == 1 else by_url.get(thumbnail.content_url or "")
        if content is not None:
            content.others.append(thumbnail)
    return [image for image in images if image.role != "thumbnail"]


def _in_media(image: ListedImage, name: str, element: etree._Element) -> ListedImage:
    parent = element.getparent()
    is_inner = parent is not None and local_name(parent) == "content"
    group = parent.getparent() if is_inner and parent is not None else parent
    image.is_grouped = group is not None and local_name(group) == "group"
    # WordPress.com lists the author's portrait as the first content, and a picture as thumbnail.
    if name in ("content", "enclosure", "link") and "gravatar.com/" not in image.url:
        image.role = "content"
        image.is_default = element.get("isDefault") == "true"
    elif name == "thumbnail" and not is_inner:
        image.role = "thumbnail"
    elif name == "thumbnail" and parent is not None and _is_image(parent):
        image.role, image.content_url = "thumbnail", parent.get("url")
    return image


def _is_image(element: etree._Element) -> bool:
    kind = element.get("type") or ""
    if kind or element.get("medium"):
        return kind.startswith("image/") or element.get("medium") == "image"
    return is_image_file(element.get("url") or element.get("href") or "")


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
