"""Items of lists, whatever the list is written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from imagecrawler.discovery.stated import NOTHING, filled
from imagecrawler.items import FoundImage, ListedItem, Stated

_MAX_ID_CHARS = 100


def listed_item(
    name: str | None,
    *,
    page: str | None,
    images: Sequence[FoundImage],
    posted: datetime | None = None,
    is_pinned: bool = False,
) -> ListedItem:
    """Return an item under its name, else its page, else its first picture.

    One with nothing of these has the id ``""``, which `each_once` leaves out.
    """
    name = name or page or (images[0].id if images else "")
    if len(name) > _MAX_ID_CHARS:
        name = blake2b(name.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return ListedItem(name, page, tuple(images), posted, is_pinned)


def described(
    image: FoundImage,
    *,
    tags: Sequence[str] = (),
    posted: datetime | None = None,
    title: str | None = None,
    description: str | None = None,
    link: str | None = None,
    stated: Stated = NOTHING,
) -> FoundImage:
    """Return a picture with what its item says of it, where its own markup says nothing."""
    of_item = Stated(date=posted.isoformat()) if posted is not None else NOTHING
    return replace(
        image,
        link=image.link or link,
        description=image.description or description or title,
        heading=image.heading or title,
        text=image.text or description,
        tags=list(dict.fromkeys((*image.tags, *tags))),
        stated=filled(filled(image.stated, stated), of_item),
    )


def each_once(items: Sequence[ListedItem]) -> tuple[ListedItem, ...]:
    """Return items in their order, one for each id: what is shown twice is one item."""
    found: dict[str, ListedItem] = {}
    for item in items:
        if item.id:
            found.setdefault(item.id, item)
    return tuple(found.values())
