"""What a server gave for a list page, and what it says of when to ask again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imagecrawler.discovery.paging.feed_entries import Feed
from imagecrawler.discovery.paging.instants import stated_instant
from imagecrawler.discovery.paging.link_headers import header_links
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ListingHints

Headers = Mapping[str, Sequence[str]]
"""The header fields of an answer, names in small letters, each with its values in order."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"no-store|no-cache", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server gave for a list page. ``url`` is where it came from, after redirects."""

    url: str
    body: bytes
    headers: Headers

    def header(self, name: str) -> str | None:
        """Return the first value of a header field, at most 1,000 characters of it."""
        return next((value[:1_000] for value in self.headers.get(name, ())), None)

    def linked(self, relation: str) -> str | None:
        """Return the absolute URL that its `Link` headers give for a relation."""
        values = self.headers.get("link", ())
        return next(iter(header_links(values, base_url=self.url, relation=relation)), None)


def listing_hints(answer: Answer, feed: Feed | None) -> ListingHints:
    """Return what an answer, and the feed in it, say of when to ask again."""
    control = ", ".join(answer.headers.get("cache-control", ()))
    age = _MAX_AGE.search(control)
    hub, topic = (feed.hub, feed.topic) if feed is not None else (None, None)
    last_modified = answer.header("last-modified")
    changed = feed.changed if feed is not None else None
    return ListingHints(
        ttl_seconds=feed.ttl_seconds if feed is not None else None,
        max_age_seconds=float(age[1]) if age and not _NOT_KEPT.search(control) else None,
        hub=answer.linked("hub") or _absolute(hub, answer),
        topic=answer.linked("self") or _absolute(topic, answer),
        modified=changed or (stated_instant(last_modified) if last_modified else None),
        etag=answer.header("etag"),
        last_modified=last_modified,
        quiet_hours=feed.quiet_hours if feed is not None else frozenset(),
    )


def _absolute(href: str | None, answer: Answer) -> str | None:
    return absolute_url(href, answer.url) if href else None
