"""What is taken out by hand and stays out: `scrapy drop`.

The order of the writes is the promise: what keeps a thing out is on disk before anything of
it goes, so that a kill in the middle leaves it dropped, and dropping it again finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from imagecrawler.coordinator.page_states import PageStates, set_aside
from imagecrawler.coordinator.pages import clean_entries
from imagecrawler.identity.pictures import id_shape, image_id
from imagecrawler.identity.urls import absolute_url, authority, host_name, page_key
from imagecrawler.storage import instants, names
from imagecrawler.storage.queue import Entry
from imagecrawler.storage.store import Store

_REASON = "dropped"
_BY_HAND = "taken out with scrapy drop"
_LINES_AT_ONCE = 1_000


@dataclass(slots=True)
class Dropped:
    """What one target matched: ``kept_out`` is the host that will be refused from now on."""

    target: str
    images: list[str] = field(default_factory=list)
    files: int = 0
    pages: int = 0
    kept_out: str | None = None

    def __bool__(self) -> bool:
        return bool(self.images or self.pages or self.kept_out)


class Drops:
    """Takes pages and images out of a store that is opened for writing."""

    def __init__(self, store: Store, *, smallest: str) -> None:
        self._store = store
        self._smallest = smallest
        self._states = PageStates(store)
        store.visited.load(repair=True)
        store.failed.load()

    def drop(self, target: str) -> Dropped:
        """Drop an image by id or URL, a page by URL, or a host with all that is its own.

        A target that the store knows nothing of matches nothing. Raises OSError.
        """
        dropped = Dropped(target)
        if "://" in target:
            self._drop_url(target, dropped)
        elif target in self._store.visited.extensions:
            self._drop_image(target, dropped)
        else:
            self._drop_host(target, dropped)
        return dropped

    # -- images ----------------------------------------------------------------------------

    def _drop_image(self, key: str, dropped: Dropped) -> None:
        dropped.files += drop_image(self._store, key, smallest=self._smallest)
        dropped.images.append(key)

    def _images_at(self, url: str) -> Iterator[str]:
        """Yield the ids of the images that a URL shows: by the id it gives, else by records."""
        known = self._store.visited.extensions
        ids = {key for key in (image_id(url), id_shape(url)) if key is not None and key in known}
        if ids or self._states.log.has_ended(int(page_key(url), 16)):
            yield from sorted(ids)
            return
        for key in known:
            if url in _urls(self._store.visited.read(key) or {}):
                yield key

    # -- pages -----------------------------------------------------------------------------

    def _drop_url(self, target: str, dropped: Dropped) -> None:
        url = absolute_url(target, "")
        if url is None:
            return
        for key in self._images_at(url):
            self._drop_image(key, dropped)
        page = int(page_key(url), 16)
        self._drop_pages(dropped, lambda key, _: key == page, known=[(page, {"url": url})])

    def _drop_pages(
        self,
        dropped: Dropped,
        matches: Callable[[int, Entry], bool],
        *,
        known: list[tuple[int, Entry]],
    ) -> None:
        """Set pages aside: those in queue/ that match, and the ``known`` ones that ended."""
        store = self._store
        found: dict[int, Entry] = {}
        for batch in store.queue.batches():
            pairs = store.queue.read(batch)
            if pairs is None:
                continue
            left = self._states.left(batch, clean_entries(pairs))
            taken = {key: entry for key, entry in left if matches(key, entry)}
            found.update(taken)
            if len(found) >= _LINES_AT_ONCE:
                dropped.pages += self._set_aside(found)
                found = {}
        for key, entry in known:
            failure = self._states.log.failure(key)
            if self._states.log.has_ended(key) and (failure is None or failure.reason != _REASON):
                found.setdefault(key, entry)
        dropped.pages += self._set_aside(found)
        self._states = PageStates(store)
        for batch, entries in list(self._states.queued()):
            if entries == []:
                store.queue.remove(batch)

    def _set_aside(self, pages: dict[int, Entry]) -> int:
        if pages:
            set_aside(self._store, pages.values(), _REASON, _BY_HAND)
        return len(pages)

    # -- hosts -----------------------------------------------------------------------------

    def _drop_host(self, target: str, dropped: Dropped) -> None:
        host = _host_of(target)
        if not host:
            return
        store = self._store
        hosts = store.dropped_hosts()
        images = [key for key in store.visited.extensions if self._is_of(host, key)]
        if not images and not self._has_pages(host):
            if host in hosts:
                dropped.kept_out = host
            return
        if host not in hosts:
            store.write_about(dropped_hosts=[*hosts, host])
        dropped.kept_out = host
        for key in images:
            self._drop_image(key, dropped)
        retries = [(key, entry) for key, entry in self._retries() if _is_at(host, entry["url"])]
        self._drop_pages(dropped, lambda _, entry: _is_at(host, entry["url"]), known=retries)

    def _is_of(self, host: str, key: str) -> bool:
        record = self._store.visited.read(key)
        return record is not None and _is_at(host, record["url"])

    def _has_pages(self, host: str) -> bool:
        queued = (entries for _, entries in self._states.queued() if entries)
        if any(_is_at(host, entry["url"]) for entries in queued for _, entry in entries):
            return True
        lines = (line for _, line in self._store.pages.scan(repair=False))
        return any(isinstance(u := line.get("url"), str) and _is_at(host, u) for line in lines)

    def _retries(self) -> Iterator[tuple[int, Entry]]:
        for key, (_, where) in self._states.log.retries.items():
            line = self._store.pages.read(where)
            if line is not None and isinstance(line.get("url"), str):
                yield key, line


def drop_image(store: Store, key: str, *, smallest: str) -> int:
    """Drop one image whose record's name is known; return how many files went. Raises OSError."""
    record = store.visited.read(key)
    now = instants.to_text(store.clock.now())
    previous = store.failed.read(key)
    if previous is None or previous["reason"] != _REASON or previous.get("next_try"):
        failure: dict[str, Any] = {"url": (record or {}).get("url"), "reason": _REASON}
        failure |= {"attempts": 0, "message": _BY_HAND, "last_try": now, "next_try": None}
        store.failed.write(key, failure)
    removed = store.downloaded.remove(key, smallest=smallest)
    if record is not None and ("files" in record or "upgrade" in record):
        store.visited.write(key, {n: v for n, v in record.items() if n not in ("files", "upgrade")})
    return removed


def is_target(text: str) -> bool:
    """Whether a text can be a URL, an image id or a host at all."""
    if "://" in text:
        return absolute_url(text, "") is not None
    return names.is_id(text) or _host_of(text) != ""


def _host_of(text: str) -> str:
    """Return a host, perhaps with its port, as URLs have it; empty when it is none."""
    url = None if set(text) & set("/?#@") else absolute_url(f"http://{text}/", "")
    host = authority(url) if url else ""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _is_at(host: str, url: str) -> bool:
    return host in (host_name(url), authority(url))


def _urls(record: dict[str, Any]) -> set[str]:
    candidates = record.get("candidates")
    entries = candidates if isinstance(candidates, list) else []
    urls = {entry.get("url") for entry in entries if isinstance(entry, dict)}
    return {u for u in (*urls, record.get("url"), record.get("fetched_url")) if isinstance(u, str)}
