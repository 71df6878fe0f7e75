"""The same days without a network: the crawl's own decisions, on lists made as they are asked for.

Who has their turn, when, and what a page tells is all as in a crawl (`FeedRun`, the policies, the
rates); a list request takes a second, and an image is there as soon as a list has shown it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.freshness.figures import Item, Journal
from benchmarks.freshness.truth import HOUR, Scenario, Stream
from benchmarks.freshness.viewer import Viewer
from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.discovery.paging.reading import ListReader
from imagecrawler.items import ListedItem, Listing, Numbering, Place, Source
from imagecrawler.policies.choice import policy_named
from imagecrawler.spiders.feed_run import FeedRules, FeedRun
from imagecrawler.spiders.source_run import SourceRun

MAX_AGE_SECONDS = 6 * HOUR
FORGET_SECONDS = 3 * HOUR
_TICK_SECONDS = 60.0
_REQUEST_SECONDS = 1.0


class _Lists(ListReader):
    """The lists of one source, counted in pages, as they are at ``now``."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(Source(stream.name, f"https://{stream.name}.example/?page={{page}}"))
        self.stream = stream
        self.now = 0.0

    def read(self, place: Place, answer: Answer) -> Listing | None:
        number = place.number or 1
        items = self.stream.page(number - 1, self.now)
        numbering = Numbering(f"https://{self.stream.name}.example/?page={{n}}")
        older = numbering.place(number + 1) if items and items[-1] else None
        listed = tuple(ListedItem(str(item)) for item in items)
        return Listing(place, listed, older, "numbered", numbering)


@dataclass(slots=True)
class _Crawl:
    feed: FeedRun
    lists: Sequence[_Lists]
    journal: Journal

    def turn(self, now: float) -> None:
        """Ask for all that has its turn, and again, until nothing has."""
        while asked := self.feed.turn(now=now):
            for run in asked:
                self._read(run, now)
            now += _REQUEST_SECONDS

    def _read(self, run: SourceRun, now: float) -> None:
        number = self.feed.runs.index(run)
        self.lists[number].now = now
        found = self.journal.found
        read = run.read(
            Answer(run.url, b"", {}), lambda item: (number, int(item.id)) in found, now=now
        )
        run.ask = None
        for item in read.new:
            found[number, int(item.id)] = now
        self.journal.lists.append((now, len(read.new)))
        self.feed.found(len(read.new))


def simulate_days(
    policy: str,
    streams: Sequence[Stream],
    scenario: Scenario,
    *,
    seconds: float,
    low_water: int,
    requests_an_hour: float,
) -> Journal:
    """Return what happened in ``seconds``. The crawl stays up, whether or not somebody looks."""
    found: dict[Item, float] = {}
    journal, lists = Journal(found=found, ready=found), [_Lists(stream) for stream in streams]
    runs = []
    for reader in lists:
        run = SourceRun(reader.source, policy, policy_named(policy, forget_seconds=FORGET_SECONDS))
        run.reader = reader
        runs.append(run)
    feed = FeedRun(runs, FeedRules(True, MAX_AGE_SECONDS, requests_an_hour, low_water))
    crawl, viewer, tick = _Crawl(feed, lists, journal), Viewer(streams, journal), 0.0
    for refill, moment in enumerate(scenario.moments(seconds), 1):
        while tick < moment:
            crawl.turn(tick)
            tick += _TICK_SECONDS
        feed.demanded(viewer.unseen, refill=refill)
        if feed.wanted:
            crawl.turn(moment)
            feed.wanted = 0  # as the spider does when the sources have no more
        viewer.look(moment)
    return journal
