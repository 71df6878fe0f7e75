"""Why a crawl asks for nothing new just now, and how long it has not, by reason."""

from __future__ import annotations

from collections import Counter


class Holds:
    """Reasons to pause, each with its words for people. Times are seconds of any one clock."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[float, str]] = {}
        self._seconds: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._begun)

    def begin(self, reason: str, words: str, *, now: float) -> bool:
        """Pause for a reason; return whether it is a new one."""
        is_new = reason not in self._begun
        if is_new:
            self._begun[reason] = (now, words)
        return is_new

    def end(self, reason: str, *, now: float) -> bool:
        """Go on as far as this reason goes; return whether there was such a pause."""
        begun = self._begun.pop(reason, None)
        if begun is not None:
            self._seconds[reason] += max(0.0, now - begun[0])  # type: ignore[assignment]
        return begun is not None

    def words(self) -> str:
        """Return what to tell of the oldest pause, empty when there is none."""
        return next((words for _, words in self._begun.values()), "")

    def seconds(self, *, now: float) -> dict[str, float]:
        """Return how long the crawl has paused for each reason so far."""
        running = {reason: max(0.0, now - begun) for reason, (begun, _) in self._begun.items()}
        names = [*self._seconds, *(name for name in running if name not in self._seconds)]
        return {name: round(self._seconds[name] + running.get(name, 0.0), 3) for name in names}
