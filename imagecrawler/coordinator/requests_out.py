"""The requests that the engine works on, each with its lease, until it has dropped them.

Also those that go on under the lease they have: list pages and what a redirect led to.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from imagecrawler.coordinator.contract import Frontier, GivenBack, Lease
from imagecrawler.coordinator.ending import Ending
from imagecrawler.coordinator.engine import Engine, Request
from imagecrawler.coordinator.room import Room

R = TypeVar("R", bound=Request)


class RequestsOut(Generic[R]):
    """Takes leases back when their requests have ended; ``ended`` counts those that came back."""

    def __init__(self, coordinator: Frontier, engine: Engine, room: Room, ending: Ending) -> None:
        self.ended = 0
        self._coordinator = coordinator
        self._engine = engine
        self._room = room
        self._ending = ending
        self._leases: dict[R, Lease] = {}
        self._continued: deque[R] = deque()

    def add(self, request: R, lease: Lease) -> None:
        """Note a request that is handed to the engine."""
        self._leases[request] = lease
        self._room.take(request)

    def sweep(self) -> None:
        """Take back the leases of what the engine has dropped since."""
        slot = self._engine._slot
        inprogress = slot.inprogress if slot is not None else ()
        self._room.release()
        for request in [r for r in self._leases if r not in inprogress]:
            self.finish(self._leases.pop(request))

    def finish(self, lease: Lease) -> None:
        """Take back a lease; without an outcome it is given back once the end has begun."""
        if lease.outcome is None and self._ending.has_begun:
            lease.outcome = GivenBack()
        self.ended += 1
        self._coordinator.finish(lease)

    def go_on(self, request: R, lease: Lease) -> None:
        """Let a request follow the one that its lease was handed out for."""
        for previous in [r for r, held in self._leases.items() if held is lease]:
            del self._leases[previous]
        # The slot of the first host came along: the limits of the host that is asked now count.
        request.meta.pop("download_slot", None)
        # Tracked when it is handed out: until then it is not in progress, as if it had ended.
        self.wait(request)

    def wait(self, request: R) -> None:
        """Let a request be the next for its host; its lease is in its ``meta``."""
        self._continued.append(request)

    @property
    def are_waiting(self) -> bool:
        """Whether a request waits for its turn."""
        return bool(self._continued)

    def next_waiting(self) -> R | None:
        """Return the first waiting request whose host has room, now noted as handed out, or None.

        A slot lets through all that enter it at one go: its limit is held here.
        """
        slot_of = self._engine.downloader.get_slot_key
        for request in self._continued:
            if self._room.is_at(slot_of(request)):
                self._continued.remove(request)
                self.add(request, request.meta["lease"])
                return request
        return None

    def give_up_waiting(self) -> None:
        """Take back the leases of those that wait."""
        while self._continued:
            self.finish(self._continued.popleft().meta["lease"])

    def worked_on(self) -> list[R]:
        """Return what the engine works on now."""
        slot = self._engine._slot
        inprogress = slot.inprogress if slot is not None else ()
        return [request for request in self._leases if request in inprogress]
