"""What pages lead to: links that are queued, and images that are sighted. What is known."""

from __future__ import annotations

from typing import Any

from imagecrawler.coordinator.committer import Committer
from imagecrawler.coordinator.contract import Failed, Lease, Visited
from imagecrawler.coordinator.group import Group
from imagecrawler.coordinator.knowledge import StoreKnowledge
from imagecrawler.coordinator.lines import sighting_of
from imagecrawler.coordinator.pages import ENTRY_FIELDS
from imagecrawler.coordinator.tally import Tally
from imagecrawler.identity.urls import authority, host_name, page_key
from imagecrawler.items import FoundImage, PageItem
from imagecrawler.storage.id_keys import id_key

EXCLUDED = "image_allow or image_deny leaves it out"
_DROPPED = "its host was taken out with scrapy drop"


class Findings:
    """Puts what is found into the open group, unless it is known or was taken out by hand."""

    def __init__(self, knowledge: StoreKnowledge, tally: Tally, committer: Committer) -> None:
        self._pages = knowledge.pages
        self._images = knowledge.images
        self._visited = knowledge.store.visited
        self._image_filter = knowledge.rules.image_filter
        self._dropped_hosts = frozenset(knowledge.store.dropped_hosts())
        self._tally = tally
        self._committer = committer
        self._new_images: dict[int, str] = {}  # those without a record yet, by key

    def add_start(self, url: str, scope: str, *, again: bool) -> bool:
        """Queue a start URL; return whether it is new.

        With ``again`` one that failed for good is new too: somebody typed it once more.
        """
        entry = {"url": url, "depth": 0, "scope": scope, "start": True}
        key = page_key(url)
        if again and int(key, 16) in self._pages.failed_starts:
            self._pages.failed_starts.discard(int(key, 16))
            self._queue(key, entry)
            return True
        return self._queue_if_new(url, entry)

    def add_link(self, url: str, parent: dict[str, Any], fields: dict[str, Any]) -> bool:
        """Queue one page found under ``parent`` (a queue entry); return whether it is queued.

        It is not when it is known, or when its host was taken out by hand.
        """
        if self.knows_page(url) or self._is_dropped(url):
            return False
        entry = {"url": url, "depth": parent.get("depth", 0) + 1, **fields}
        if "scope" in parent:
            entry["scope"] = parent["scope"]
        self._queue(page_key(url), entry)
        return True

    def add_redirect(self, lease: Lease, target: str, *, hops: int, scope: str | None) -> bool:
        """Queue the page that a leased page led to, with its hop count; whether it is queued.

        A page that its own chain leads back to (a cookie was set on the way) is fetched again;
        a page that leads to itself is the scheduler's business.
        """
        via = [*lease.entry.get("via", []), lease.key]
        entry = {k: v for k, v in lease.entry.items() if k in ENTRY_FIELDS}
        entry.update(url=target, hops=hops, via=via)
        if scope is not None:
            entry["scope"] = scope
        key = page_key(target)
        if self._is_dropped(target):
            return False
        if key in via:
            self._queue(key, entry)
            return True
        return self._queue_if_new(target, entry)

    def add_page(self, lease: Lease, item: PageItem) -> None:
        """Take a visited page's images and links; they are written with the next group."""
        ids = [self._sight(image, item) for image in item.images]
        new = sum(self.add_link(url, lease.entry, {}) for url in item.links)
        self._tally.skip_links(item.skipped_links)
        known = len(item.links) - new
        # A spider that raised after it yielded this has said how the visit ended.
        if lease.kind == "page" and not isinstance(lease.outcome, Failed):
            lease.outcome = Visited(item.status, item, list(dict.fromkeys(ids)), new, known)

    def knows_page(self, url: str) -> bool:
        """Whether a page is queued, done or set aside."""
        return int(page_key(url), 16) in self._pages.known

    def knows_image(self, key: str) -> bool:
        """Whether an image has a record, or is about to."""
        return key in self._visited.extensions or id_key(key) in self._new_images

    def written(self, group: Group) -> None:
        """Note that the images sighted in a group have their records by now."""
        for image, _, _ in group.sightings:
            self._new_images.pop(id_key(image), None)

    def _sight(self, image: FoundImage, item: PageItem) -> str:
        key = self._images.id_of(image, self.knows_image, self._id_of_key)
        self._images.add_aliases(key, [c.url for c in image.candidates])
        sighting = sighting_of(image, item)
        exclusion = None
        if not self._image_filter.admits_any(c.url for c in image.candidates):
            exclusion = ("excluded", EXCLUDED)
        if self._is_dropped(image.url):
            exclusion = ("dropped", _DROPPED)
        self._new_images[id_key(key)] = key
        self._committer.group.sightings.append((key, sighting, exclusion))
        self._committer.changed()
        return key

    def _id_of_key(self, key: int) -> str | None:
        return self._new_images.get(key) or self._visited.id_of(key)

    def _is_dropped(self, url: str) -> bool:
        dropped = self._dropped_hosts
        return bool(dropped) and (host_name(url) in dropped or authority(url) in dropped)

    def _queue_if_new(self, url: str, entry: dict[str, Any]) -> bool:
        key = page_key(url)
        if int(key, 16) in self._pages.known:
            return False
        self._queue(key, entry)
        return True

    def _queue(self, key: str, entry: dict[str, Any]) -> None:
        self._pages.known.setdefault(int(key, 16), 0)
        self._committer.group.links.setdefault(host_name(entry["url"]), {})[key] = entry
        self._committer.changed()
