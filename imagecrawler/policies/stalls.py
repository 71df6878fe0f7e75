"""Whether a crawl makes progress, from what is in flight: pure decisions, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Work:
    """A request that is under way: ``doing`` says where it is, ``seconds`` for how long."""

    url: str
    doing: str
    seconds: float


@dataclass(slots=True)
class Quiet:
    """Counts the seconds without progress; ``add`` is called with each look.

    A look that comes late (a machine that slept) counts as one that came in time.
    """

    look_seconds: float
    seconds: float = 0.0
    _mark: object = None

    def add(self, mark: object, *, excused: bool) -> float:
        """Return the seconds by now; ``mark`` is another one when something has ended."""
        if excused or mark != self._mark:
            self._mark, self.seconds = mark, 0.0
        else:
            self.seconds += self.look_seconds
        return self.seconds


def stall_words(works: Sequence[Work], quiet_seconds: float) -> str:
    """Return what is in flight, longest first, and what to do about it."""
    ordered = sorted(works, key=lambda work: -work.seconds)
    lines = [f"  {work.seconds:.0f} s {work.doing} {work.url[:200]}" for work in ordered[:_SHOWN]]
    if len(ordered) > _SHOWN:
        lines.append(f"  and {len(ordered) - _SHOWN} more")
    return "\n".join(
        [
            f"Nothing has ended for {quiet_seconds:.0f} s (STALL_SECONDS). In flight:",
            *lines,
            "Downloads are given up now and tried again later, as after a timeout: lower "
            "DOWNLOAD_TIMEOUT if that happens often. What does not end by that is code of a spider "
            "or pipeline that waits for ever.",
        ]
    )
