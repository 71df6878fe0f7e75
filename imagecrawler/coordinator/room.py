"""Which hosts may be sent one more request now: by their slots, budgets, delays and pauses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

from imagecrawler.coordinator.contract import Frontier
from imagecrawler.coordinator.engine import Downloader, Request, Slot

# How often the scheduler looks, when nothing else makes it.
TICK_SECONDS = 0.1


class Room:
    """The room that hosts have, beside the requests that were handed out and are under way."""

    def __init__(
        self, coordinator: Frontier, downloader: Downloader, wake: Callable[[], None]
    ) -> None:
        self._coordinator = coordinator
        self._downloader = downloader
        self._wake = wake
        self._downloading: dict[str, set[Request]] = {}
        self._held_hosts: set[str] = set()
        self._waking: set[str] = set()  # hosts that will be due, each with a timer

    def hold(self, host: str) -> None:
        """Let a host have no room until `go_on_with` is called with it."""
        self._held_hosts.add(host)

    def go_on_with(self, host: str) -> None:
        """End the pause of one host."""
        self._held_hosts.discard(host)
        self._coordinator.release_host(host)
        self._wake()

    def take(self, request: Request) -> None:
        """Count a request that is handed out for its host, until the downloader is done with it."""
        slot = self._downloader.get_slot_key(request)
        self._downloading.setdefault(slot, set()).add(request)

    def release(self) -> None:
        """Count no more what the downloader is done with."""
        active = self._downloader.active
        for host, requests in list(self._downloading.items()):
            left = {request for request in requests if request not in active}
            if left:
                requests -= left
                if not requests:
                    del self._downloading[host]
                self._coordinator.release_host(host)

    def requests_of(self, host: str) -> Collection[Request]:
        """Return what is under way of a host."""
        return self._downloading.get(host, ())

    def is_at(self, host: str) -> bool:
        """Whether a host may be sent one more request. One that is not due yet wakes the engine."""
        if host in self._held_hosts:
            return False
        downloader = self._downloader
        slot = downloader.slots.get(host)
        if slot is not None:
            limit = slot.concurrency
        else:
            own = downloader.per_slot_settings.get(host, {})
            limit = own.get("concurrency", downloader.domain_concurrency)
        under_way = self.requests_of(host)
        return (
            len(under_way) < max(1, limit)
            and self._has_budget(host, under_way)
            and (slot is None or self._is_due(host, slot))
        )

    def _has_budget(self, host: str, under_way: Collection[Request]) -> bool:
        left = self._coordinator.requests_left(host)
        # One that has not reached its slot yet is not counted yet.
        return left is None or sum("download_slot" not in r.meta for r in under_way) < left

    def _is_due(self, host: str, slot: Slot) -> bool:
        """Whether a request would not have to wait in its slot.

        Those that wait there count for CONCURRENT_REQUESTS: some slow hosts would slow down all.
        """
        if not slot.delay:
            return True
        # The slot draws each delay by chance: it has the last word on all but the shortest.
        wait = slot.lastseen + slot.delay * (1 - min(slot.jitter, 1)) - time.monotonic()
        if slot.queue:
            wait = max(wait, slot.lastseen + slot.delay - time.monotonic(), TICK_SECONDS)
        if wait > 0 and host not in self._waking:
            self._waking.add(host)
            asyncio.get_running_loop().call_later(wait, self._is_due_now, host)
        return wait <= 0

    def _is_due_now(self, host: str) -> None:
        self._waking.discard(host)
        self._coordinator.release_host(host)
        self._wake()
