"""The images of one store that are wanted, in memory: ids by host, retries, aliases."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.contract import HasRoom, Lease
from imagecrawler.coordinator.rests import HostRests
from imagecrawler.coordinator.rotation import HostRotation
from imagecrawler.coordinator.upgrades import earlier_tries
from imagecrawler.coordinator.verdicts import standing
from imagecrawler.identity.pictures import alias_key, id_shape, image_id
from imagecrawler.identity.urls import host_name
from imagecrawler.items import FoundImage, ImageCandidate
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.id_sets import StoredIds
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store


class ImageFrontier:
    """Wanted images, first in, first out per host; hosts in turn; retries when due.

    ``stored`` has the ids that have a file in the smallest bucket. An id is in a host's
    queue, in the retries, leased, or none of these; never in two. ``read`` returns a record for
    a lease to own, or None.
    """

    def __init__(
        self,
        store: Store,
        choice: RenditionChoice,
        wanted: ContentFilter,
        stored: StoredIds,
        read: Callable[[str], Record | None],
        rests: HostRests,
    ) -> None:
        self._store = store
        self._read = read
        self._choice = choice
        self._wanted = wanted
        self.stored = stored
        self.unreadable: set[str] = set()
        self.aliases = KeyTable(wide=True)  # the key of the id that a URL's key leads to
        self._ids: dict[str, deque[str]] = {}
        self._held: set[str] = set()
        self._retries: list[tuple[int, str, str]] = []
        self._rotation = HostRotation(rests)

    def want(self, host: str, key: str) -> None:
        """Let an image be handed out; no effect if it waits or is handed out already."""
        if key in self._held:
            return
        self._held.add(key)
        self._ids.setdefault(host, deque()).append(key)
        self._rotation.add(host)

    def want_later(self, due: int, host: str, key: str) -> None:
        """Let an image be tried again at ``due`` (microseconds)."""
        if key not in self._held:
            self._held.add(key)
            heapq.heappush(self._retries, (due, host, key))

    def hold(self, key: str) -> None:
        """Let an image wait elsewhere: it runs alone, or is about to be set aside."""
        self._held.add(key)

    def let_go(self, key: str) -> None:
        """An image that was handed out has ended, or will be wanted anew."""
        self._held.discard(key)

    def take(self, has_room: HasRoom, now: int) -> Lease | None:
        """Return the next image whose host has room, or None."""
        while self._retries and self._retries[0][0] <= now:
            _, due_host, due_key = heapq.heappop(self._retries)
            self._ids.setdefault(due_host, deque()).appendleft(due_key)
            self._rotation.add(due_host)
        while (host := self._rotation.take(has_room, now)) is not None:
            ids = self._ids[host]
            key = ids.popleft()
            if ids:
                self._rotation.add(host)
            else:
                del self._ids[host]
            lease = self.lease_of(key)
            if lease is not None:
                return lease
            self._held.discard(key)
        return None

    def lease_of(self, key: str) -> Lease | None:
        """Return the lease for an image by its id, or None: unreadable, or nothing to try."""
        record = self._read(key)
        if record is None:
            self.unreadable.add(key)
            return None
        is_stored = key in self.stored
        is_failed = key in self._store.failed.ids and not is_stored
        failure = (self._store.failed.read(key) or {}) if is_failed else earlier_tries(record)
        tried, judged = standing(failure, self._wanted)
        candidate = self._choice.next(record, stored=is_stored, tried=tried)
        if candidate is None:
            return None
        attempts = failure.get("attempts")
        return Lease(
            "image",
            key,
            host_name(candidate.url),
            candidate.url,
            record,
            attempts=attempts if isinstance(attempts, int) else 0,
            tried=tried,
            judged=judged,
            derived_by=candidate.derived_by,
            hoped_for=is_stored and not self._choice.lacks_files(record),
        )

    def following(self, lease: Lease) -> ImageCandidate | None:
        """Return the rendition to fetch after those that a lease has tried, or None."""
        is_stored = lease.key in self.stored
        return self._choice.next(lease.entry, stored=is_stored, tried=lease.tried, hopefully=False)

    def release(self, host: str) -> None:
        """A request of a host ended: it may have room again."""
        self._rotation.release(host)

    def has_ready(self, now: int) -> bool:
        """Whether an image waits for nothing but room."""
        return self._rotation.has_ready(now)

    def rests_until(self, now: int) -> int | None:
        """Return when the first of the resting hosts that have images may be asked, or None."""
        return self._rotation.next_due(now)

    def resting(self, now: int) -> set[str]:
        """Return the hosts that have images and rest."""
        return self._rotation.resting(now)

    def waiting(self) -> int:
        """Return how many images are wanted, those handed out or waiting for a retry included."""
        return len(self._held)

    def retries(self) -> int:
        """Return how many images wait for another try."""
        return len(self._retries)

    def next_due(self) -> int | None:
        """Return when the earliest retry is due, in microseconds, or None."""
        return self._retries[0][0] if self._retries else None

    def id_of(
        self,
        found: FoundImage,
        is_known: Callable[[str], bool],
        id_of_key: Callable[[int], str | None],
    ) -> str:
        """Return the id under which a picture is recorded: its own, or one it is an alias of.

        ``is_known(id)`` says whether the store has an id, or is about to; ``id_of_key`` returns
        such an id by its key, or None.
        """
        if is_known(found.id):
            return found.id
        for candidate in found.candidates:
            shape = id_shape(candidate.url)
            if shape and is_known(shape) and self._same_host(shape, candidate.url):
                return shape
        # Only its own URL makes it another's rendition: two pictures may link to one file.
        owner = self.aliases.get(alias_key(found.url))
        alias = id_of_key(owner) if owner is not None else None
        if alias is not None:
            return alias
        for candidate in found.candidates:
            own = image_id(candidate.url)
            if own != found.id and is_known(own):
                return own
        return found.id

    def add_aliases(self, key: str, urls: Sequence[str]) -> None:
        """Remember which URLs lead to an image besides those that give its id themselves."""
        for url in urls:
            if image_id(url) != key:
                self.add_alias(alias_key(url), id_key(key))

    def add_alias(self, alias: int, owner: int) -> None:
        """Remember that the URL with a key leads to the image with a key.

        Of several images the one with the least key has it, in whatever order they are read.
        """
        if owner < self.aliases.setdefault(alias, owner):
            self.aliases[alias] = owner

    def _same_host(self, key: str, url: str) -> bool:
        record = self._read(key)
        return record is not None and host_name(record["url"]) == host_name(url)
