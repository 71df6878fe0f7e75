"""A list page in any form in, a `Listing` out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from imagecrawler.discovery.charset import page_text
from imagecrawler.discovery.elements import page_tree
from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.paging.answers import Answer, listing_hints
from imagecrawler.discovery.paging.feed_entries import Feed, parse_feed
from imagecrawler.discovery.paging.feed_items import feed_item, newest_first
from imagecrawler.discovery.paging.html_lists import html_items
from imagecrawler.discovery.paging.items import each_once
from imagecrawler.discovery.paging.json_items import json_items
from imagecrawler.discovery.paging.json_lists import is_refusal, listed_entries, onward, onward_url
from imagecrawler.discovery.paging.numbers import inferred_numbering, is_cursor
from imagecrawler.discovery.paging.older_links import older_page
from imagecrawler.discovery.paging.templates import cursor_place, head_place, numbering
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Addressing, ListedItem, Listing, Numbering, Place, Source

_MAX_JSON_BYTES = 20_000_000
_POLICY = "content-security-policy"


@dataclass(frozen=True, slots=True)
class _Read:
    """What a page of one form says; ``older`` is absolute, or None where nothing leads on."""

    items: Sequence[ListedItem]
    older: Place | None = None
    addressing: Addressing = "next-link"
    feed: Feed | None = None


class ListReader:
    """Reads the list pages of one source, in whatever form each is.

    It remembers of an index of sitemaps which parts it has, newest first: a part does not say
    which is the next one. The index is the newest page, so any run reads it first.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.head = head_place(source)
        self._parts: list[str] = []

    def read(self, place: Place, answer: Answer) -> Listing | None:
        """Return what the page at ``place`` lists; None for what is no list.

        Raises nothing: any bytes are a possible page.
        """
        found = self._read(place, answer)
        if found is None:
            return None
        hints = listing_hints(answer, found.feed)
        listing = Listing(place, each_once(found.items), found.older, found.addressing, hints=hints)
        return self._counted(listing)

    def has_part(self, place: Place) -> bool:
        """Whether the index of sitemaps that is the newest page names ``place`` as a part."""
        return place.url in self._parts

    def _read(self, place: Place, answer: Answer) -> _Read | None:
        body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
        kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
        if body[:1] in (b"{", b"[") or kind.endswith("json"):
            return self._json(place, answer)
        feed = parse_feed(answer.body) if body[:1] != b"{" and "html" not in kind else Feed()
        if feed.kind == "index":
            return self._index(feed, answer)
        if feed.kind is not None:
            return self._feed(feed, place, answer)
        return self._html(place, answer) if body[:1] == b"<" or "html" in kind else None

    def _json(self, place: Place, answer: Answer) -> _Read | None:
        try:
            data = json.loads(answer.body[:_MAX_JSON_BYTES])
        except (ValueError, RecursionError):  # the latter: nested without end
            return None
        entries = listed_entries(data)
        if entries is None:
            # Beyond the last page some leave the list out; a newest page without one is no list.
            return None if place == self.head or is_refusal(data) else _Read(())
        return _Read(json_items(entries, answer.url), *self._json_older(data, answer))

    def _json_older(self, data: Any, answer: Answer) -> tuple[Place | None, Addressing]:
        said = onward(data)
        if said is not None and said.cursor is not None:
            place = cursor_place(self.source, said.cursor)
            if place is not None:
                return place, "cursor"
        url = answer.linked("next") or (onward_url(said, answer.url) if said else None)
        if url is None:
            return None, "next-link"
        return Place(url), "cursor" if is_cursor(url) else "next-link"

    def _html(self, place: Place, answer: Answer) -> _Read | None:
        content_type = answer.header("content-type")
        tree = page_tree(page_text(answer.body, content_type))
        page = parse_page(tree, url=answer.url, policies=answer.headers.get(_POLICY, ()))
        older = answer.linked("next")
        older = older or older_page(tree, url=answer.url, base_url=page.base_url)
        items = html_items(tree, page)
        told = Feed(hub=_head_link(tree, "hub"), topic=_head_link(tree, "self"))
        if older is None:
            # Beyond the last page there are none; a newest page without any is no list.
            return _Read(items, feed=told) if items or place != self.head else None
        return _Read(items, Place(older), "cursor" if is_cursor(older) else "next-link", told)

    def _feed(self, feed: Feed, place: Place, answer: Answer) -> _Read:
        entries = feed.entries
        if feed.kind == "urlset":
            entries = newest_first(entries)
        kind = feed.kind or "feed"
        items = [feed_item(entry, kind=kind, url=answer.url) for entry in entries]
        older = absolute_url(feed.older, answer.url) if feed.older else None
        if older is not None and older != answer.url:
            return _Read(items, Place(older), "next-link", feed)
        if place.url in self._parts:
            return _Read(items, self._part_after(place.url), "next-link", feed)
        return _Read(items, None, "whole", feed)

    def _index(self, feed: Feed, answer: Answer) -> _Read:
        pages = [entry.page for entry in newest_first(feed.entries) if entry.page]
        parts = [url for page in pages if (url := absolute_url(page, answer.url))]
        self._parts = [url for url in dict.fromkeys(parts) if url != answer.url]
        return _Read((), self._part_after(None), "next-link", feed)

    def _part_after(self, url: str | None) -> Place | None:
        after = self._parts.index(url) + 1 if url is not None else 0
        return Place(self._parts[after]) if after < len(self._parts) else None

    def _counted(self, listing: Listing) -> Listing:
        """Return a listing with how the site counts its pages, where that is known."""
        place = listing.place
        counted = numbering(self.source, page_size=max(1, len(listing.items)))
        if counted is not None:
            if place.number is None:
                return listing
            older = counted.place(place.number + counted.step) if listing.items else None
            kind: Addressing = "offset" if "{offset}" in self.source.url else "numbered"
            return replace(listing, older=older, addressing=kind, numbering=counted)
        if listing.older is None or listing.addressing != "next-link":
            return listing
        counted = inferred_numbering(place.url, listing.older.url, head=self.head.url)
        if counted is None:
            return listing
        here = place.number if place.number is not None else _number_of(place, counted)
        kind = "numbered" if counted.step == 1 else "offset"
        older = replace(listing.older, number=here + counted.step)
        return replace(listing, older=older, addressing=kind, numbering=counted)


def _head_link(tree: LexborHTMLParser, relation: str) -> str | None:
    """Return what the head of a page names: its body may be anybody's."""
    link = tree.css_first(f"head link[rel~={relation} i][href]")
    return link.attributes.get("href") if link is not None else None


def _number_of(place: Place, counted: Numbering) -> int:
    before, _, after = counted.template.partition("{n}")
    number = place.url.removeprefix(before).removesuffix(after)
    return int(number) if number.isascii() and number.isdigit() else counted.first
