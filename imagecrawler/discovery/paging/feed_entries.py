"""What RSS, Atom and sitemaps list, entry by entry, and what they say of when to ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from imagecrawler.discovery.listings import (
    ListedImage,
    end_group,
    entry_pictures,
    listed_image,
    listed_page,
    local_name,
)
from imagecrawler.discovery.paging.instants import stated_instant
from imagecrawler.discovery.sitemaps import (
    GZIP,
    KINDS,
    MAX_BYTES,
    SitemapKind,
    unpacked,
    xml_elements,
)

MAX_ENTRIES = 50_000  # https://www.sitemaps.org/protocol.html
_MAX_ELEMENTS = 20 * MAX_ENTRIES
_MAX_TEXT_CHARS = 500_000
_ENTRY_NAMES = frozenset(("item", "entry", "url", "sitemap"))
_OUTERMOST = frozenset(("channel", "RDF", "feed", "urlset", "sitemapindex", "rss"))
_WITHIN = _ENTRY_NAMES | {"image", "group", "content", "author", "news"}
_TEXTS = frozenset(("encoded", "description", "summary", "content"))
_POSTED = frozenset(("pubDate", "published", "issued", "created", "date", "publication_date"))
_CHANGED = frozenset(("lastmod", "updated", "modified", "lastBuildDate"))
_PERIODS = {
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 604_800,
    "monthly": 2_592_000,
    "yearly": 31_536_000,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(slots=True)
class FeedEntry:
    """One item, entry, page or part, as written; instants as stated.

    ``name`` is its guid or id, ``page`` its link. ``texts`` is its HTML or text, ``images`` what
    it lists as such.
    """

    name: str | None = None
    page: str | None = None
    posted: datetime | None = None
    changed: datetime | None = None
    title: str | None = None
    author: str | None = None
    licence: str | None = None
    tags: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    images: list[ListedImage] = field(default_factory=list)


@dataclass(slots=True)
class Feed:
    """A feed or sitemap. ``kind`` is None for what is none; ``index`` has parts as entries.

    ``older`` is the page of older entries (RFC 5005: `next`, `prev-archive`), ``hub`` and ``topic``
    are what announces its news and under which URL (WebSub: `hub`, `self`), ``ttl_seconds`` the
    least time between two requests that it asks for, ``quiet_hours`` the hours of the UTC week,
    Monday's first is 0, in which it asks for none.
    """

    kind: SitemapKind | None = None
    entries: list[FeedEntry] = field(default_factory=list)
    older: str | None = None
    hub: str | None = None
    topic: str | None = None
    changed: datetime | None = None
    ttl_seconds: float | None = None
    quiet_hours: frozenset[int] = frozenset()


def parse_feed(body: bytes) -> Feed:
    """Return what an RSS or Atom feed, a sitemap or an index of sitemaps lists, gzipped or not.

    With the ceilings of `parse_sitemap`. Raises nothing: what breaks off gives what came before,
    rubbish a feed without a kind.
    """
    data = unpacked(body) if body.startswith(GZIP) else body
    reading = _Reading()
    try:
        for number, (element, parent) in enumerate(xml_elements(data[:MAX_BYTES])):
            if parent is None:
                reading.feed.kind = KINDS.get(local_name(element))
                if reading.feed.kind is None:
                    return Feed()
                continue
            reading.take(local_name(element), element, parent)
            if number > _MAX_ELEMENTS or len(reading.feed.entries) >= MAX_ENTRIES:
                break
    except etree.XMLSyntaxError:
        pass
    return reading.ended()


class _Reading:
    def __init__(self) -> None:
        self.feed = Feed()
        self._entry = FeedEntry()
        self._period: int | None = None
        self._frequency = 1.0
        self._minutes: float | None = None
        self._hours: set[int] = set()
        self._days: set[int] = set()
        self._chars = 0
        self._of_feed: dict[str, Callable[[str], None]] = {
            "ttl": self._take_ttl,
            "hour": self._take_hour,
            "day": self._take_day,
            "updatePeriod": self._take_period,
            "updateFrequency": self._take_frequency,
        }

    def take(self, name: str, element: etree._Element, parent: etree._Element) -> None:
        """Take what an element says at its end."""
        within = local_name(parent)
        text = (element.text or "").strip()
        if name in _ENTRY_NAMES and within != "image":
            self._end_entry(element)
        elif within in _OUTERMOST and name == "image":
            self._entry = FeedEntry()  # The feed's own picture, which is in no entry.
        elif within not in _OUTERMOST and (image := listed_image(name, element, within)):
            self._entry.images.append(image)
        elif name == "group":
            end_group(self._entry.images)
        elif within in _WITHIN:
            self._take_of_entry(name, element, within, text)
        elif name == "link" and (href := element.get("href")):
            self._take_link((element.get("rel") or "").lower(), href)
        elif name in _CHANGED or name == "pubDate":
            self.feed.changed = self.feed.changed or stated_instant(text)
        elif name in self._of_feed and text:
            self._of_feed[name](text)

    def ended(self) -> Feed:
        """Return the feed with what it says of when to ask again."""
        periods = [self._period / self._frequency] if self._period else []
        periods += [60 * self._minutes] if self._minutes else []
        self.feed.ttl_seconds = max(periods, default=None)
        self.feed.quiet_hours = frozenset(
            hour for hour in range(168) if hour % 24 in self._hours or hour // 24 in self._days
        )
        return self.feed

    def _end_entry(self, element: etree._Element) -> None:
        entry, self._entry = self._entry, FeedEntry()
        about = next((v for k, v in element.items() if k.endswith("}about")), None)
        entry.name = entry.name or about
        entry.images = entry_pictures(entry.images)
        if entry.name or entry.page or entry.images:
            self.feed.entries.append(entry)

    def _take_of_entry(self, name: str, element: etree._Element, within: str, text: str) -> None:
        entry = self._entry
        if within == "image":
            self._take_of_image(name, text)
        elif name in ("guid", "id"):
            entry.name = text or None
        elif name in _POSTED:
            entry.posted = entry.posted or stated_instant(text)
        elif name in _CHANGED:
            entry.changed = stated_instant(text)
        elif name in _TEXTS and within in _ENTRY_NAMES:
            self._chars += len(text)
            if text and self._chars < 100 * _MAX_TEXT_CHARS:
                entry.texts.append(text[:_MAX_TEXT_CHARS])
        elif name == "title":
            entry.title = entry.title or text or None
        elif name in ("creator", "author", "credit") or (name == "name" and within == "author"):
            entry.author = entry.author or text or None
        elif name in ("rights", "license"):
            entry.licence = entry.licence or text or element.get("href")
        elif name in ("category", "keywords"):
            entry.tags += [tag.strip() for tag in (element.get("term") or text).split(",")][:50]
        elif page := listed_page(name, element, within if within != "sitemap" else "url"):
            entry.page = entry.page or page.strip()

    def _take_of_image(self, name: str, text: str) -> None:
        if not self._entry.images or not text:
            return
        if name in ("title", "caption"):
            setattr(self._entry.images[-1], name, text[:1_000])
        elif name == "license":
            self._entry.images[-1].licence = text[:1_000]

    def _take_link(self, relation: str, href: str) -> None:
        if relation == "hub":
            self.feed.hub = self.feed.hub or href
        elif relation == "self":
            self.feed.topic = self.feed.topic or href
        elif relation == "next" or (relation == "prev-archive" and self.feed.older is None):
            # https://www.rfc-editor.org/rfc/rfc5005: pages of a list, else archives of it.
            self.feed.older = href

    def _take_ttl(self, text: str) -> None:
        self._minutes = _number(text)

    def _take_frequency(self, text: str) -> None:
        self._frequency = _number(text) or 1.0

    def _take_period(self, text: str) -> None:
        self._period = _PERIODS.get(text.lower())

    def _take_hour(self, text: str) -> None:
        # https://www.rssboard.org/rss-specification: 0 to 23; 24 is how some write midnight.
        if text.isascii() and text.isdigit() and int(text) <= 24:
            self._hours.add(int(text) % 24)

    def _take_day(self, text: str) -> None:
        if text.lower() in _DAYS:
            self._days.add(_DAYS.index(text.lower()))


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and 0 < len(text) < 8 else None
