"""The items of a JSON interface, with their pictures and what is said beside them."""

from __future__ import annotations

from collections.abc import Sequence

from imagecrawler.discovery.images import MAX_IMAGES
from imagecrawler.discovery.paging.items import described, listed_item
from imagecrawler.discovery.paging.json_images import item_finds
from imagecrawler.discovery.paging.json_words import (
    Entry,
    entry_description,
    entry_id,
    entry_page,
    entry_posted,
    entry_stated,
    entry_tags,
    entry_title,
    is_pinned,
)
from imagecrawler.discovery.pictures import pictures
from imagecrawler.items import ListedItem


def json_items(entries: Sequence[Entry], url: str) -> list[ListedItem]:
    """Return the items of a page at ``url``, in its order.

    Where no entry has a picture, the pictures are on the pages of the entries. Where some have,
    an entry without one is a text or a film, and its page is not visited. Beyond ``MAX_IMAGES`` of
    one page none are read.
    """
    items, room = [], MAX_IMAGES
    for entry in entries:
        items.append(_item(entry, url, with_images=room > 0))
        room -= len(items[-1].images)
    if any(item.images for item in items):
        return items
    pages = [entry_page(entry, url) for entry in entries]
    return [
        listed_item(item.id, page=page, images=(), posted=item.posted, is_pinned=item.is_pinned)
        for item, page in zip(items, pages, strict=True)
    ]


def _item(entry: Entry, url: str, *, with_images: bool) -> ListedItem:
    page, posted = entry_page(entry, url), entry_posted(entry)
    title, description = entry_title(entry), entry_description(entry)
    tags, stated = entry_tags(entry), entry_stated(entry, url)
    images = [
        described(
            image,
            tags=tags,
            posted=posted,
            title=title,
            description=description,
            link=page,
            stated=stated,
        )
        for image in (pictures(item_finds(entry, url)) if with_images else ())
    ]
    name = entry_id(entry) or page
    return listed_item(name, page=None, images=images, posted=posted, is_pinned=is_pinned(entry))
