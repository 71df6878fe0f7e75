"""One paged source of a run: what it is asked, what its answers change, what is kept of it.

No Scrapy here. The policies decide; this keeps their states and counts what was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.discovery.paging.reading import ListReader
from imagecrawler.identity.urls import page_key
from imagecrawler.items import ListedItem, Listing, Source
from imagecrawler.policies.choice import DEFAULT_POLICY
from imagecrawler.policies.list_ends import PagesInARow
from imagecrawler.policies.paging import Ask, Demand, Knows, PagingPolicy, State
from imagecrawler.policies.polling import PollState
from imagecrawler.policies.websub import Subscription

# What others might still give is waited for before deeper pages are asked for, but not for ever.
_PATIENCE_SECONDS = 5.0


@dataclass(slots=True)
class SourceRun:
    """One source in a run. ``asked`` counts the places of this refill.

    ``again`` is when the page of ``ask`` is to be asked for once more, None: it is under way
    ``since`` then. ``is_slow``: its last page took so long that no other source waits for it.
    ``safe`` is what was last kept of it: what it knows since may not be in the store yet.
    ``is_listening``: its hub is heard in this run. ``is_untold``: its newest page is read because
    it is time, though its hub tells of news.
    """

    source: Source
    policy_name: str
    policy: PagingPolicy
    poll: PollState = field(default_factory=PollState)
    subscription: Subscription | None = None
    safe: Mapping[str, Any] = field(default_factory=dict)
    state: State = field(default_factory=dict)
    others: dict[str, State] = field(default_factory=dict)
    ask: Ask | None = None
    demand: Demand = field(default_factory=Demand)
    again: float | None = None
    since: float = 0.0
    is_slow: bool = False
    tries: int = 0
    is_polled: bool = False
    is_stopped: bool = False
    is_untold: bool = False
    is_listening: bool = False
    deeper: float = 0.0
    gives: int | None = None  # the last refill to which it gave
    asked: Counter[str] = field(default_factory=Counter)
    row: PagesInARow = field(default_factory=PagesInARow)
    reader: ListReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = ListReader(self.source)

    @property
    def key(self) -> str:
        """The name of its file in sources/."""
        return page_key(self.reader.head.url)

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take what an earlier run knew; what cannot be used is as if it were not known."""
        try:
            poll = PollState.from_json(kept.get("poll") or {})
            others = dict(kept.get("policies") or {})
            state = others.pop(self.policy_name, {})
            self.policy.next(state, Demand(images=1), now=0.0)
        except (TypeError, ValueError, AttributeError, KeyError, IndexError):
            return
        self.poll, self.others, self.state = poll, others, state
        self.subscription, self.safe = Subscription.from_json(kept.get("websub")), kept

    def to_json(self) -> dict[str, Any]:
        """Return what is known of it now, to be kept when all it was found with is safe."""
        return {
            "name": self.source.name,
            "url": self.source.url,
            "tags": list(self.source.tags),
            "poll": self.poll.to_json(),
            "policies": {**self.others, self.policy_name: self.state},
        }

    def to_keep(self) -> dict[str, Any]:
        """Return what sources/ has of it: what is ``safe``, and what it has at its hub."""
        return {**self.safe, "websub": self.subscription and self.subscription.to_json()}

    def due(self, period_seconds: float, *, max_age_seconds: float) -> float:
        """Return when its newest page is to be asked for."""
        due = self.poll.due(period_seconds, max_age_seconds=max_age_seconds)
        noticed = self.subscription.noticed if self.subscription is not None else None
        return due if noticed is None else min(due, self.poll.due_by_notice(noticed))

    def is_announced(self, now: float) -> bool:
        """Whether a hub tells of its news. What it told before this run, nobody knows."""
        is_heard = self.is_listening and self.is_polled
        return is_heard and self.subscription is not None and self.subscription.announces(now)

    def polls(self, now: float) -> None:
        """Note that its newest page is being asked for: what comes from now on is news again."""
        noticed = self.subscription.noticed if self.subscription is not None else None
        self.is_untold = noticed is None and self.is_announced(now)
        if self.subscription is not None:
            self.subscription = self.subscription.followed()

    @property
    def url(self) -> str:
        """The list page that is being asked for."""
        place = self.ask.place if self.ask is not None else None
        return (place or self.reader.head).url

    @property
    def is_at_head(self) -> bool:
        """Whether it is its newest page that is being asked for."""
        return self.ask is None or self.ask.place in (None, self.reader.head)

    def conditions(self) -> dict[str, str]:
        """Return the request headers by which an unchanged list costs nothing.

        The article's policies have to read the newest page each time to know the next one.
        """
        is_new = not self.state.get("intervals") or self.state.get("is_away")
        if self.ask != Ask(None, "head") or self.policy_name != DEFAULT_POLICY or is_new:
            return {}
        pairs = {"If-None-Match": self.poll.etag, "If-Modified-Since": self.poll.last_modified}
        return {name: value for name, value in pairs.items() if value}

    def read(self, answer: Answer | None, knows: Knows, *, now: float) -> Read:
        """Take an answer (None: status 304), and return what it lists."""
        assert self.ask is not None
        self.tries, self.is_slow = 0, self.is_overdue(now)
        place = self.ask.place or self.reader.head
        listing = Listing(place, is_unchanged=True)
        if answer is not None:
            found = self.reader.read(place, answer)
            if found is None:
                self.failed("no-list", is_gone=False, now=now)
                return Read(None)
            listing = self._in_row(found, answer, now=now)
        new: list[ListedItem] = []
        is_first = self.poll.answered is None
        if not listing.is_unchanged:
            self.state, new = self.policy.read(
                self.state, self.ask, self.demand, listing, knows, now=now
            )
        if self.ask.purpose == "head" and self.ask.place is None:
            self.poll = self.poll.answered_with(listing, now=now)
        if self.ask.purpose == "head" and self.is_untold and new and self.subscription is not None:
            self.subscription = self.subscription.with_news()
        if self.ask.purpose in ("head", "gap") and not is_first:
            self.poll = self.poll.counted(len(new))
        if self.ask.purpose == "deeper":
            self.deeper += max(1, len(new)) / self.source.weight
        self.is_polled = self.is_polled or self.demand.polls
        return Read(listing, new)

    def _in_row(self, listing: Listing, answer: Answer, *, now: float) -> Listing:
        """Return what a page adds to those read before it: nothing, beyond the end of the list."""
        place, numbering = listing.place, listing.numbering
        is_first = numbering is not None and place.number == numbering.first
        is_newest = is_first or place == self.reader.head
        if (self.ask and not self.ask.place) or (is_newest and not self.row.leads_to(place)):
            self.row.begin(listing, address=page_key(answer.url), now=now)
        elif not self.reader.has_part(place):  # an index says itself where it ends
            return self.row.further(listing, address=page_key(answer.url), now=now)
        return listing

    def is_overdue(self, now: float) -> bool:
        """Whether its page has been under way for longer than other sources wait for it."""
        is_under_way = self.ask is not None and self.again is None
        return is_under_way and now - self.since > _PATIENCE_SECONDS

    def put_off(self, until: float) -> None:
        """Ask for the same page once more, at another time."""
        self.again = until

    def leave(self) -> None:
        """Ask for nothing more of it in this run, unless it is polled again."""
        self.is_polled = self.is_polled or self.demand.polls
        self.ask, self.is_stopped = None, True

    def failed(self, reason: str, *, is_gone: bool, now: float) -> None:
        """Note that a page was not there (``is_gone``), or that there was no answer."""
        assert self.ask is not None
        self.tries = 0
        self.is_polled = self.is_polled or self.demand.polls
        if is_gone:
            self.state = self.policy.missed(self.state, self.ask, self.demand, now=now)
            if self.ask.purpose != "head":
                return
        self.poll = self.poll.failed(reason, now=now)
        self.is_stopped = True  # until its next poll


@dataclass(frozen=True, slots=True)
class Read:
    """What a list page gave; ``listing`` None: it was no list."""

    listing: Listing | None
    new: Sequence[ListedItem] = ()


def knows_item(
    knows_page: Callable[[str], bool], knows_image: Callable[[str], bool]
) -> Callable[[ListedItem], bool]:
    """Return what tells whether the store has an item: its page, or its pictures, if any."""

    def knows(item: ListedItem) -> bool:
        if item.page is not None:
            return knows_page(item.page)
        return all(knows_image(image.id) for image in item.images)

    return knows
