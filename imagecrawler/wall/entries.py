"""What the index keeps of an image: pure functions from its record."""

from __future__ import annotations

from dataclasses import dataclass

from imagecrawler.identity.urls import host_name
from imagecrawler.storage import instants, names
from imagecrawler.storage.image_folders import StoredImage
from imagecrawler.storage.records import Record
from imagecrawler.wall.database import picture_key

_TEXTS = ("title", "description", "heading", "text", "author", "credit")
_TEXT_MOST = 4_000
_TAGS_MOST = 50
_TAG_MOST = 100
_MIXED_BITS = 48
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One image in the index. ``at`` is in microseconds, ``width`` 0 where it is not known.

    ``pic`` is the key of the picture that it looks like, or its own ``key``; ``mixed`` is where
    it stands when all are shuffled.
    """

    key: int
    pic: int
    id: str
    at: int
    mixed: int
    source: str
    kind: str
    width: int
    tags: tuple[str, ...]
    text: str


def entry_of(image: StoredImage, record: Record) -> Entry:
    """Return what is kept of an image; every record gives one, whatever another hand wrote."""
    key = picture_key(image.id)
    first = record.get("near_duplicate_of")
    width = record.get("width")
    tags = tags_of(record)
    texts = [record[name] for name in _TEXTS if isinstance(record.get(name), str)]
    return Entry(
        key=key,
        pic=picture_key(first) if isinstance(first, str) and names.is_id(first) else key,
        id=image.id,
        at=published(record, image.modified),
        mixed=key & ((1 << _MIXED_BITS) - 1),
        source=_whole(source_of(record)),
        kind=_whole(str(record.get("class") or "content")),
        width=width if isinstance(width, int) and 0 < width < 1 << 31 else 0,
        tags=tuple(dict.fromkeys(folded(tag) for tag in tags)),
        text=_whole("\n".join([*(text[:_TEXT_MOST] for text in texts), *tags])[:_TEXT_MOST]),
    )


def published(record: Record, modified: int) -> int:
    """Return since when a picture is there to be seen, in microseconds.

    The date that its page states, where that is a date not after it was fetched; else when it was
    fetched: what a source had long before is not new because it was found today.
    """
    fetched = instants.from_text(record.get("time"))
    if fetched is None or fetched > modified + _MICROSECONDS:
        fetched = modified
    stated = instants.from_text(record.get("date"))
    return stated if stated is not None and 0 < stated < fetched else fetched


def source_of(record: Record) -> str:
    """Return the source of a feed that had a picture first, else its page's host; or ""."""
    sources = record.get("sources")
    if isinstance(sources, list) and sources and isinstance(sources[0], str):
        return sources[0]
    page = record.get("page")
    return host_name(page if isinstance(page, str) else record["url"])


def tags_of(record: Record) -> list[str]:
    """Return the tags, in order, each a text of its own; the seed wrote them as one string."""
    tags = record.get("tags")
    if isinstance(tags, str):
        tags = tags.split(",")
    if not isinstance(tags, list):
        return []
    texts = [tag.strip() for tag in tags if isinstance(tag, str)]
    return [text for text in dict.fromkeys(texts) if 0 < len(text) <= _TAG_MOST][:_TAGS_MOST]


def folded(tag: str) -> str:
    """Return a tag without the differences that nobody means."""
    return _whole(" ".join(tag.casefold().split()))


def _whole(text: str) -> str:
    # JSON can spell half a character, which no database takes.
    return text.encode("utf-8", "replace").decode()
