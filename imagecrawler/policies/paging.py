"""What a policy for paged sources is asked and answers: facts in, the next list page out.

A policy decides which list page of one source is read next. It knows no clock, no network and no
store: the present, what the store knows and how many images are wanted are told to it. Its state
is plain JSON that the caller keeps, and may have to begin again with an older one: each decision
may be made twice. Which source has its turn is decided in ``source_turns``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from imagecrawler.items import ListedItem, Listing, Place

State = dict[str, Any]
"""The state of one source under one policy: what `json.dumps` takes, its size bounded."""

Purpose = Literal["head", "gap", "deeper", "audit"]
"""What a list page is read for: news, what was cut short, older items, or late insertions."""

Knows = Callable[[ListedItem], bool]
"""Whether the store had an item before this listing: its images, or its page."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is wanted of a source now.

    ``images`` is how many new images are still wanted, 0: none. ``refill`` counts the occasions on
    which images were wanted: with a new number a new refill has begun. ``polls``: the newest page
    is due. ``gaps``: what was cut short may be read though no image is wanted.
    """

    images: int = 0
    refill: int = 0
    polls: bool = False
    gaps: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One list page to read. ``place`` None is the newest one, wherever the source has it."""

    place: Place | None
    purpose: Purpose


class PagingPolicy(Protocol):
    """One way to read a paged source. All calls are pure; states are never changed in place."""

    def next(self, state: State, demand: Demand, *, now: float) -> Ask | None:
        """Return the page to read next, or None: nothing for this demand. ``{}`` begins."""

    def read(
        self, state: State, ask: Ask, demand: Demand, listing: Listing, knows: Knows, *, now: float
    ) -> tuple[State, list[ListedItem]]:
        """Return the state after a page was read, and its new items in the order of the page.

        The state may be kept only when the items are safe: with their images recorded and their
        pages queued.
        """

    def missed(self, state: State, ask: Ask, demand: Demand, *, now: float) -> State:
        """Return the state after a page that was not there (404, 410, no list)."""
