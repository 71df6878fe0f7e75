"""The paged sources of one run: which list pages are asked for, and in which order.

No Scrapy here: `FeedRun` shares out the demand among its sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagecrawler.policies.choice import DEFAULT_POLICY
from imagecrawler.policies.paging import Demand, Purpose
from imagecrawler.policies.polling import poll_periods
from imagecrawler.spiders.source_run import SourceRun

# A list that leads back to itself: so often is a page asked for in one refill, and no more.
_MOST_OFTEN = 4
# What a list page is taken to hold until it is read: so many are asked for at once.
_PAGE_ITEMS = 20


@dataclass(frozen=True, slots=True)
class FeedRules:
    """The settings of a run. ``watch``: polls when due, without end."""

    watch: bool
    max_age_seconds: float
    requests_per_hour: float
    low_water: int


class FeedRun:
    """All sources of a run. `turn` says what to ask now, `want` how many images are wanted."""

    def __init__(self, runs: Sequence[SourceRun], rules: FeedRules) -> None:
        self.runs = list(runs)
        self.rules = rules
        self.wanted = 0
        self.refill = 0

    def want(self, images: int, *, refill: int) -> None:
        """Say how many images are wanted now; what is still wanted goes on as the same refill."""
        goes_on, self.wanted = self.wanted > 0, images
        if goes_on:
            return
        self.refill = refill
        for run in self.runs:
            run.asked.clear()
            run.is_stopped = run.is_stopped and run.poll.failing is not None

    def demanded(self, unseen: int, *, refill: int) -> None:
        """Take how many images are left to see: below the low-water mark a refill begins.

        It is of one low-water mark's worth, so that the next one is not begun at once: each
        costs a look for the place where the last one ended.
        """
        if unseen >= self.rules.low_water:
            self.wanted = 0
        elif not self.wanted:
            self.want(self.rules.low_water, refill=refill)

    def found(self, images: int) -> None:
        """Count new images against what is wanted."""
        self.wanted = max(0, self.wanted - images)

    @property
    def is_busy(self) -> bool:
        """Whether a list page is being asked for, or is to be asked for once more."""
        return any(run.ask is not None for run in self.runs)

    def turn(self, *, now: float) -> list[SourceRun]:
        """Return the sources to ask now, each with its ``ask``: heads, then gaps, then deeper.

        Call it again when one has answered, and every few seconds: what is still awaited of the
        others is waited for, unless they hang or are slow.
        """
        for run in self.runs:
            run.is_slow = run.is_slow or run.is_overdue(now)
        idle = [run for run in self.runs if run.ask is None]
        due = self._due(now)
        heads = self._once_more(now)
        heads += [run for run in idle if run.key in due and self._ask(run, now, polls=True)]
        if "head" in self._awaited():
            return heads
        begun = [run for run in idle if self._ask(run, now, purposes=("head", "gap", "audit"))]
        busy = self._awaited()
        if "gap" in busy or "head" in busy:
            return heads + begun
        # One source gives a low-water mark's worth, or a whole refill, before the next one does:
        # only the first page of a walk has to be looked for.
        worth = max(_PAGE_ITEMS, self.rules.low_water)
        coming = len(busy) * worth
        for run in sorted(idle, key=lambda run: (run.gives != self.refill, run.deeper)):
            if coming >= self.wanted:
                break
            if run.ask is None and self._ask(run, now):
                coming += worth
                run.gives = self.refill
                begun.append(run)
        return heads + begun

    def _once_more(self, now: float) -> list[SourceRun]:
        again = [run for run in self.runs if run.again is not None and run.again <= now]
        for run in again:
            run.again, run.since = None, now
        return again

    def _awaited(self) -> list[Purpose]:
        prompt = [run for run in self.runs if run.again is None and not run.is_slow]
        return [run.ask.purpose for run in prompt if run.ask is not None]

    def _due(self, now: float) -> set[str]:
        """Return the keys of the sources whose newest page is to be read now."""
        if not self.rules.watch:
            return {run.key for run in self.runs if not run.is_polled}
        periods = poll_periods(
            [run.poll for run in self.runs],
            [run.source.weight for run in self.runs],
            requests_per_hour=self.rules.requests_per_hour,
            max_age_seconds=self.rules.max_age_seconds,
            announced=[run.is_announced(now) for run in self.runs],
        )
        most = self.rules.max_age_seconds
        # The article's policies look only when images are wanted.
        due = [
            run
            for run, period in zip(self.runs, periods, strict=True)
            if run.policy_name == DEFAULT_POLICY and run.due(period, max_age_seconds=most) <= now
        ]
        for run in due:
            run.is_stopped = False
        return {run.key for run in due}

    def _ask(
        self, run: SourceRun, now: float, *, polls: bool = False, purposes: Sequence[str] = ()
    ) -> bool:
        if run.is_stopped:
            return False
        gaps = self.rules.watch or self.wanted > 0
        demand = Demand(self.wanted, self.refill, polls=polls, gaps=gaps)
        ask = run.policy.next(run.state, demand, now=now)
        if ask is None or (purposes and ask.purpose not in purposes):
            return False
        url = (ask.place or run.reader.head).url
        run.asked[url] += not polls
        if run.asked[url] > _MOST_OFTEN:
            run.is_stopped = True
            return False
        run.ask, run.demand, run.since = ask, demand, now
        if polls:
            run.polls(now)
        return True
