"""Pages and images that were in flight when the crawler died, and what becomes of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from imagecrawler.coordinator.contract import Lease

logger = logging.getLogger(__name__)

# A page or image that was in flight at this many deaths in a row runs alone; one more, and it
# died alone.
CRASHES_BEFORE_ALONE = 3


class Suspects:
    """Who was present at ``crashes`` (``"page KEY"`` or ``"image ID"`` to a number).

    Those present often enough run alone, one after another; those that died alone are
    ``crashed``, to be set aside. Those that were present less often are done in their turn:
    an image that came first after each kill would be present again at the next one.
    """

    def __init__(self, crashes: Mapping[str, int]) -> None:
        self.crashed: list[Lease] = []
        self._crashes = crashes
        self._alone: deque[Lease] = deque()
        self._running: Lease | None = None

    def often(self, kind: str) -> set[str]:
        """Return the keys of a kind that were present often enough to run alone."""
        names = (n for n, count in self._crashes.items() if count >= CRASHES_BEFORE_ALONE)
        return {name.partition(" ")[2] for name in names if name.startswith(kind + " ")}

    def take(self, leases: Iterable[Lease]) -> None:
        """Take the leases of what was present often and is still to be done."""
        for lease in leases:
            died_alone = self._crashes[name_of(lease)] > CRASHES_BEFORE_ALONE
            (self.crashed if died_alone else self._alone).append(lease)

    def are_left(self, may_lease: Callable[[Lease], bool]) -> bool:
        """Whether one of those that run alone may still be handed out in this run."""
        return any(map(may_lease, self._alone))

    def keep_others_waiting(self, may_lease: Callable[[Lease], bool]) -> bool:
        """Whether nothing else may be handed out: one runs alone, or is about to."""
        return self._running is not None or self.are_left(may_lease)

    def next(self, may_lease: Callable[[Lease], bool]) -> Lease | None:
        """Return the next that runs alone, or None while one does. Nothing else may run."""
        if self._running is not None:
            return None
        lease = next(filter(may_lease, self._alone))
        self._alone.remove(lease)
        self._running = lease
        crashes = CRASHES_BEFORE_ALONE
        logger.warning("%s was in flight at %d crashes: it runs alone now", lease.url, crashes)
        return lease

    def ended(self, lease: Lease) -> None:
        """Note that a lease has ended, whether it ran alone or not."""
        if lease is self._running:
            self._running = None


def name_of(lease: Lease) -> str:
    """Return the name under which a lease is noted: ``"page KEY"`` or ``"image ID"``."""
    return f"{lease.kind} {lease.key}"
