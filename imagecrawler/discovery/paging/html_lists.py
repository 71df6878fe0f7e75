"""The items of a list in HTML: each with its pictures, its link and what is said of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.discovery.candidates import Attributes
from imagecrawler.discovery.metadata import collapsed, tag_list
from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.discovery.paging.instants import stated_instant
from imagecrawler.discovery.paging.items import described, listed_item
from imagecrawler.discovery.paging.repeated import links_of, repeated_entries
from imagecrawler.discovery.words import MAX_HEADING_CHARS
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url, canonical_url
from imagecrawler.items import FoundImage, ListedItem

# What sites call the id of an entry. `id` itself is often its place on the page.
_ID_ATTRIBUTES = (
    *(
        "data-post-id",
        "data-item-id",
        "data-entry-id",
        "data-fullname",
        "data-photo-id",
        "data-pid",
    ),
    *("data-postid", "data-itemid", "data-id", "data-gid", "data-image-id", "data-uuid"),
)
_SURE = 0.8
_LEAST_ID_CHARS = 4  # A shorter one may be its place on the page.
_PINNED = re.compile(r"(?:^|[\s_-])(?:pinned|sticky|stickied)(?:$|[\s_-])")
_TIMES = "time[datetime], [itemprop=datePublished], abbr[title].published, [data-timestamp]"
_TIME_ATTRIBUTES = ("datetime", "content", "data-timestamp", "data-time", "title")
_MARKED = (
    "a[rel~=bookmark], a.permalink, a.u-url, h1 a, h2 a, h3 a, h4 a, a:has(time), a:has(h2, h3)"
)
_WHOLE_WIDTH_PX = 1_000
_APART = frozenset(("nav", "header", "footer", "aside"))


def html_items(tree: LexborHTMLParser, page: ParsedPage) -> list[ListedItem]:
    """Return the items of a list page, in document order.

    ``page`` is what `parse_page` made of the same tree. An item's page is to be visited when the
    list shows no picture of it, or one that only leads there and claims no width worth keeping.
    Where nothing is repeated, each picture in a link of its own is an item.
    """
    entries = repeated_entries(tree, page.base_url)
    if not entries:
        return list(_single_items(page))
    known = {image.id: image for image in page.images}
    linked = [list(dict.fromkeys(links_of(entry, page.base_url))) for entry in entries]
    shared = Counter(link for links in linked for link in set(links))
    items = []
    for entry, links in zip(entries, linked, strict=True):
        own = [link for link in links if shared[link] == 1]
        items.append(_item(entry, own, known, page.base_url))
    return items


def _item(
    entry: LexborNode, links: Sequence[str], known: dict[str, FoundImage], base_url: str
) -> ListedItem:
    inner = parse_page(entry.html or "", url=base_url)
    permalink = _permalink(entry, links, inner, base_url)
    posted = _posted(entry)
    tags = tag_list(node.text() for node in entry.css("a[rel~=tag], .tag, .tags a")[:100])
    heading = entry.css_first("h1, h2, h3, h4")
    title = collapsed(heading.text(), MAX_HEADING_CHARS) if heading is not None else None
    # The heading before a picture may be that of the entry before.
    shown = [replace(known.get(image.id, image), heading=image.heading) for image in inner.images]
    images = [described(image, tags=tags, posted=posted, title=title) for image in shown]
    to_visit = permalink if _lies_behind(images, permalink) else None
    return listed_item(
        _native_id(entry.attributes) or permalink,
        page=to_visit,
        images=images,
        posted=posted,
        is_pinned=_is_pinned(entry),
    )


def _single_items(page: ParsedPage) -> Iterator[ListedItem]:
    """Yield an item for each link around pictures, and for each picture in none."""
    by_link: dict[str, list[FoundImage]] = {}
    for image in page.images:
        if image.certainty >= _SURE and image.evidence and _APART.isdisjoint(_places(image)):
            link = next((told.link for told in image.evidence if told.link), None)
            by_link.setdefault(canonical_url(link) if link else image.id, []).append(image)
    for key, images in by_link.items():
        link = key if "://" in key else None
        yield listed_item(link, page=link if _lies_behind(images, link) else None, images=images)


def _places(image: FoundImage) -> tuple[str, ...]:
    return image.evidence[0].places


def _permalink(
    entry: LexborNode, links: Sequence[str], inner: ParsedPage, base_url: str
) -> str | None:
    """Return the page of an entry: as marked, around its heading, time or picture, or its first."""
    pages = [link for link in links if not is_image_file(link)]
    marked = [node.attributes.get("href") or "" for node in entry.css(_MARKED)[:20]]
    around = [image.link or "" for image in inner.images]
    urls = (absolute_url(href, base_url) for href in (*marked, *around) if href)
    named = (canonical_url(url) for url in urls if url is not None)
    return next((url for url in named if url in pages), pages[0] if pages else None)


def _lies_behind(images: Sequence[FoundImage], permalink: str | None) -> bool:
    """Tell whether an item's pictures, or better ones, are on its own page."""
    if permalink is None or not images:
        return permalink is not None
    return all(_is_teaser(image, permalink) for image in images)


def _is_teaser(image: FoundImage, permalink: str) -> bool:
    leads_there = any(
        told.link is not None and canonical_url(told.link) == permalink for told in image.evidence
    )
    is_large = any((c.width_px or 0) >= _WHOLE_WIDTH_PX for c in image.candidates)
    return leads_there and not is_large and "link" not in image.found_by


def _native_id(attributes: Attributes) -> str | None:
    values = (attributes.get(name) or "" for name in _ID_ATTRIBUTES)
    return next((value for value in values if len(value) >= _LEAST_ID_CHARS), None)


def _is_pinned(entry: LexborNode) -> bool:
    attributes = entry.attributes
    if (attributes.get("data-pinned") or "").lower() in ("true", "1"):
        return True
    return _PINNED.search((attributes.get("class") or "").lower()[:500]) is not None


def _posted(entry: LexborNode) -> datetime | None:
    for node in entry.css(_TIMES)[:10]:
        for name in _TIME_ATTRIBUTES:
            if (instant := stated_instant(node.attributes.get(name) or "")) is not None:
                return instant
    return None
