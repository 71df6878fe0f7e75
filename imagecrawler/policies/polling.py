"""When a source is looked at again: its rate of news, its hints, its health. Pure decisions.

Polls are shared out in proportion to the square root of rate and weight, which makes the mean
delay of what arrives least for the number of polls (Sia, Cho and Cho, "Efficient monitoring
algorithm for fast news alerts", IEEE TKDE 2007). No source waits longer than the staleness that
the user sets, so with many sources the budget yields; and none is asked before there should be
news, or most polls of the slow ones would be for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import log, sqrt
from typing import Any, Literal

from imagecrawler.items import Listing

HALF_LIFE_SECONDS = 86_400.0
MIN_POLL_SECONDS = 60.0
# What is believed of a source before anything is seen: one in two hours, worth an hour's watching.
_PRIOR_ITEMS, _PRIOR_SECONDS = 0.5, 3_600.0
# Of polls at even intervals that catch so many on average, e^-2 find nothing: one in seven. Those
# of ten sources with 0.2 to 40 news an hour waste 3.7 % so and 5.2 % at 1.5, for 0.007 hours more
# of delay (python -m benchmarks.freshness, scenario B).
_NEWS_A_POLL = 2.0
_DEAD_SECONDS = 86_400.0
_LONGEST_PROBE_SECONDS = 7 * 86_400.0
_HOUR = 3_600.0

Health = Literal["ok", "slow", "dead"]


@dataclass(frozen=True, slots=True)
class PollState:
    """What is known of a source's news: ``items`` in ``seconds``, both fading with age.

    ``polled`` is when it was last asked, ``answered`` when it last answered, ``failing`` since when
    it does not. ``quiet_hours`` are those of the week in which it asks not to be read.
    ``capacity`` is how many items its one document holds; None: it has pages.
    """

    items: float = 0.0
    seconds: float = 0.0
    polled: float | None = None
    answered: float | None = None
    failing: float | None = None
    failure: str | None = None
    hint_seconds: float = 0.0
    quiet_hours: tuple[int, ...] = ()
    hub: str | None = None
    topic: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    capacity: int | None = None

    @property
    def rate(self) -> float:
        """New items a second, as far as is known."""
        return (self.items + _PRIOR_ITEMS) / (self.seconds + _PRIOR_SECONDS)

    def answered_with(self, listing: Listing, *, now: float) -> PollState:
        """Return the state after the newest page was read; its news are counted by `counted`."""
        hints = listing.hints
        seen = self._aged(now)
        if self.answered is None and not listing.is_unchanged:
            seen = _guessed(seen, listing)
        seen = replace(
            seen,
            polled=now,
            answered=now,
            failing=None,
            failure=None,
            hint_seconds=max(hints.ttl_seconds or 0.0, hints.max_age_seconds or 0.0),
        )
        if listing.is_unchanged:
            return seen
        is_whole = listing.addressing == "whole"
        return replace(
            seen,
            quiet_hours=tuple(sorted(hints.quiet_hours)),
            hub=hints.hub,
            topic=hints.topic,
            etag=hints.etag,
            last_modified=hints.last_modified,
            capacity=len(listing.items) if is_whole and listing.items else None,
        )

    def counted(self, news: int) -> PollState:
        """Return the state after ``news`` items were found that had arrived since the last poll."""
        return replace(self, items=self.items + news)

    def failed(self, reason: str, *, now: float) -> PollState:
        """Return the state after no answer, or one that is no list."""
        since = now if self.failing is None else self.failing
        return replace(self, polled=now, failing=since, failure=reason)

    def health(self, now: float) -> Health:
        """Whether it answers, does not, or has not for a day."""
        if self.failing is None:
            return "ok"
        return "dead" if now - self.failing >= _DEAD_SECONDS else "slow"

    def due(self, period_seconds: float, *, max_age_seconds: float) -> float:
        """Return when it is to be asked again, given how often its rate lets it be."""
        if self.polled is None:
            return 0.0
        if self.failing is not None:
            # Each wait is half of the time it has been away: it is back for no more than that.
            away = self.polled - self.failing
            wait = min(max(away / 2, MIN_POLL_SECONDS), _LONGEST_PROBE_SECONDS)
            return self.polled + wait
        # Before that its own caches would answer; but not even they make it older than wished.
        hinted = min(self.hint_seconds, max_age_seconds)
        wait = max(period_seconds, hinted, MIN_POLL_SECONDS)
        latest = self.polled + max(wait, max_age_seconds)
        return min(self._loud(self.polled + wait), latest)

    def due_by_notice(self, noticed: float) -> float:
        """Return when it is to be asked after a hub said that it has news, whatever else it says.

        A hub, or who passes for one, cannot have it asked more often than anything else can.
        """
        return noticed if self.polled is None else max(noticed, self.polled + MIN_POLL_SECONDS)

    def _loud(self, instant: float) -> float:
        for _ in self.quiet_hours:
            if _hour_of_week(instant) in self.quiet_hours:
                instant = (instant // _HOUR + 1) * _HOUR
        return instant

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> PollState:
        """Return what `to_json` gave; what a later version added is left out."""
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        return cls(**{**known, "quiet_hours": tuple(kept.get("quiet_hours", ()))})

    def _aged(self, now: float) -> PollState:
        if self.answered is None:
            return self
        passed = max(0.0, now - self.answered)
        left = 0.5 ** (passed / HALF_LIFE_SECONDS)
        # The time that passed fades while it passes: the integral of its weights.
        gained = HALF_LIFE_SECONDS / log(2) * (1 - left)
        return replace(self, items=self.items * left, seconds=self.seconds * left + gained)


def _hour_of_week(instant: float) -> int:
    """Return the hour of the UTC week, 0 for Monday's first: the epoch began on a Thursday."""
    return (int(instant // _HOUR) + 3 * 24) % (7 * 24)


def poll_periods(
    states: Sequence[PollState],
    weights: Sequence[float],
    *,
    requests_per_hour: float,
    max_age_seconds: float,
    announced: Sequence[bool] | None = None,
) -> list[float]:
    """Return after how many seconds each source is asked again, in their order.

    Their polls add up to at most ``requests_per_hour``, but none waits longer than
    ``max_age_seconds``, and one whose document holds so few items that some would be missed not
    that long. Those whose news are ``announced`` by a hub leave their share to the others: they are
    asked no more often than they have to be, should the hub fail.
    """
    floors = [_least_frequency(state, max_age_seconds) for state in states]
    roots = [sqrt(w * state.rate) for state, w in zip(states, weights, strict=True)]
    fixed = {i for i, is_told in enumerate(announced or ()) if is_told}
    while True:
        budget = requests_per_hour / _HOUR - sum(floors[i] for i in fixed)
        total = sum(root for i, root in enumerate(roots) if i not in fixed)
        share = max(0.0, budget) / total if total else 0.0
        low = {i for i, root in enumerate(roots) if i not in fixed and root * share <= floors[i]}
        if not low:
            frequency = [floors[i] if i in fixed else root * share for i, root in enumerate(roots)]
            waits = map(_until_news, states, weights)
            return [
                max(MIN_POLL_SECONDS, min(1 / floor, max(1 / f, wait)))
                for f, floor, wait in zip(frequency, floors, waits, strict=True)
            ]
        fixed |= low


def _least_frequency(state: PollState, max_age_seconds: float) -> float:
    overflow = 2 * state.rate / state.capacity if state.capacity else 0.0
    return max(1 / max_age_seconds, overflow)


def _until_news(state: PollState, weight: float) -> float:
    """Return after how long there should be news; 0.0 as long as nobody can say."""
    if state.seconds < _PRIOR_SECONDS:
        return 0.0
    return _NEWS_A_POLL / max(weight * state.rate, 1e-12)


def _guessed(state: PollState, listing: Listing) -> PollState:
    """Return a first idea of the rate, from the times that the newest page states."""
    posted = sorted(i.posted.timestamp() for i in listing.items if i.posted and not i.is_pinned)
    span = posted[-1] - posted[0] if len(posted) > 2 else 0.0
    if span <= 0:
        return state
    seconds = min(span, HALF_LIFE_SECONDS)
    return replace(state, items=(len(posted) - 1) * seconds / span, seconds=seconds)
