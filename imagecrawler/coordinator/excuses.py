"""Failures that are nobody's fault but the network's: the work is given back, as if not tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from imagecrawler.coordinator.contract import Frontier, Lease
from imagecrawler.coordinator.ending import Ending
from imagecrawler.coordinator.engine import Request
from imagecrawler.policies.failures import reason_of
from imagecrawler.policies.reach import SILENCE

# (lease, reason, whether there is no further try, when it was sent)
IsExcused = Callable[[Lease, str, bool, float], Awaitable[bool]]


class Excuses:
    """Asks ``is_excused`` of failures that are silence: it may know better what they tell."""

    def __init__(self, ending: Ending) -> None:
        self.is_excused: IsExcused | None = None
        self._ending = ending

    async def let_pass(
        self, coordinator: Frontier, lease: Lease, error: BaseException, request: Request
    ) -> bool:
        """Whether a failure does not count; none that was asked about does once the end begins."""
        reason = reason_of(error)
        if self.is_excused is None or reason not in SILENCE:
            return False
        retries = coordinator.rules.retries
        wait = retries.wait_seconds(attempts=lease.attempts + 1, reason=reason)
        sent = request.meta.get("sent_at", request.meta["leased_at"])
        is_excused = await self.is_excused(lease, reason, wait is None, sent)
        return is_excused or self._ending.has_begun
