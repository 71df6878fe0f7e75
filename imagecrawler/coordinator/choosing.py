"""Which rendition of a recorded picture to fetch next, for the widths of one run.

What a record says is read here, the decision is `imagecrawler.identity.renditions`'. A run
remembers on which hosts the renditions that no page offered are not to be had.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from imagecrawler.coordinator.contract import Failed, Lease, Rendered
from imagecrawler.identity.renditions import (
    Kept,
    better_candidate,
    candidate_from_json,
    choose_candidate,
    promised_width,
)
from imagecrawler.identity.urls import host_name
from imagecrawler.items import ImageCandidate
from imagecrawler.storage.records import Record

logger = logging.getLogger(__name__)

Widths = Sequence[Any]  # ints ascending, then "original"

# A rule that failed so often in a row on a host, and never worked since, is not asked again.
FAILURES_IN_A_ROW = 3
# Hosts whose failures are remembered: a bound, not a wish.
_HOSTS = 10_000


class RenditionChoice:
    """Chooses renditions. `note` is called on the event loop, the rest from any thread."""

    def __init__(self, widths: Widths) -> None:
        self.widths = widths
        self._failures: OrderedDict[tuple[str, str], int] = OrderedDict()

    def next(
        self, record: Record, *, stored: bool, tried: Sequence[str] = (), hopefully: bool = True
    ) -> ImageCandidate | None:
        """Return the rendition of a wanted picture to fetch, or None: there is nothing to try.

        One that was fetched before is wanted for more pixels, or for a file that it lacks: for
        that, what is known to be good is fetched again. ``stored``: it has its smallest file.
        """
        offered = candidates_of(record)
        if kept_rendition(record) is None:
            return choose_candidate(offered, self.widths, tried, self._is_trusted)
        better = self.better(record, tried=tried, hopefully=hopefully and stored)
        if better is not None or (stored and not self.lacks_files(record)):
            return better
        kept = kept_url(record)
        if kept is not None and kept not in tried:
            return ImageCandidate(kept)
        return choose_candidate(offered, self.widths, tried, self._is_trusted)

    def better(
        self, record: Record, *, tried: Sequence[str] = (), hopefully: bool = False
    ) -> ImageCandidate | None:
        """Return a rendition that promises more pixels than a stored picture has, or None."""
        kept = kept_rendition(record)
        if kept is None:
            return None
        tried = [*tried, *_strings(record.get("tried"))]
        return better_candidate(
            candidates_of(record),
            self.widths,
            kept,
            tried,
            self._is_trusted,
            hopefully=hopefully,
        )

    def wants_more(self, record: Record) -> bool:
        """Whether a stored picture may be had with more pixels, or nobody knows how many it has."""
        return kept_rendition(record) is None or self.better(record, hopefully=True) is not None

    def lacks_files(self, record: Record) -> bool:
        """Whether a measured picture has no file in a bucket that it is wide enough for."""
        files, width = record.get("files"), record.get("width")
        files = files if isinstance(files, dict) else {}
        numbers = [w for w in self.widths if isinstance(w, int)]
        fitting = [w for w in numbers if w <= (width or 0)] or numbers[:1]
        return any(str(w) not in files for w in self.widths if w == "original" or w in fitting)

    def note(self, lease: Lease) -> None:
        """Learn from an image's outcome whether its host gives what no page offered."""
        outcome = lease.outcome
        if lease.derived_by is None or not isinstance(outcome, Rendered | Failed):
            return
        rule = (lease.host, lease.derived_by)
        if isinstance(outcome, Rendered) and _keeps_promise(lease, outcome):
            self._failures.pop(rule, None)
        elif isinstance(outcome, Rendered) or lease.url in {*lease.tried} - lease.judged.keys():
            self._note_failure(rule)

    def _note_failure(self, rule: tuple[str, str]) -> None:
        count = self._failures[rule] = self._failures.pop(rule, 0) + 1
        if count == FAILURES_IN_A_ROW:
            logger.info("%s gave nothing for %d derived URLs (%s)", rule[0], count, rule[1])
        if len(self._failures) > _HOSTS:
            self._failures.popitem(last=False)

    def _is_trusted(self, candidate: ImageCandidate) -> bool:
        if candidate.derived_by is None:
            return True
        rule = (host_name(candidate.url), candidate.derived_by)
        return self._failures.get(rule, 0) < FAILURES_IN_A_ROW


def candidates_of(record: Record) -> list[ImageCandidate]:
    """Return what pages offered of a picture, its own URL first; at least that."""
    entries = record.get("candidates") or ()
    found = [c for e in entries if (c := candidate_from_json(e)) is not None]
    return found or [ImageCandidate(record["url"])]


def candidate_of(record: Record, url: str) -> ImageCandidate | None:
    """Return what pages said of the rendition with this URL, or None: nothing."""
    return next((candidate for candidate in candidates_of(record) if candidate.url == url), None)


def kept_url(record: Record) -> str | None:
    """Return the URL that was asked for to get what a picture is stored from, or None."""
    url = record.get("asked_url") or record.get("fetched_url")
    return url if isinstance(url, str) else None


def kept_rendition(record: Record) -> Kept | None:
    """Return what a picture is stored from, or None: its record does not tell."""
    width, height = record.get("width"), record.get("height")
    if not isinstance(width, int):
        return None
    return Kept(
        kept_url(record) or record["url"],
        width,
        height if isinstance(height, int) else 0,
        _pixels(record.get("refuted")),
        _pixels(record.get("doubted")),
    )


def with_tried(record: Record, *urls: str) -> Record:
    """Return a record that says of URLs that they are no good for its picture."""
    tried = list(dict.fromkeys((*_strings(record.get("tried")), *urls)))
    return {**record, "tried": tried} if tried else record


def with_refuted(record: Record, lease: Lease, width_px: int) -> Record:
    """Return a record that says which claim came to nothing, if others are left to doubt.

    The first is ``doubted``; with the second, ``refuted`` is the larger of them.
    """
    offered = candidates_of(record)
    if len(offered) < 2 or lease.derived_by is not None:
        return record
    if (claimed := promised_width(offered, lease.url)) <= width_px:
        return record
    refuted, doubted = _pixels(record.get("refuted")), _pixels(record.get("doubted"))
    if not (refuted or doubted):
        return {**record, "doubted": claimed}
    return {**record, "refuted": max(claimed, refuted, doubted)}


def _keeps_promise(lease: Lease, rendered: Rendered) -> bool:
    """Whether a derived rendition is as wide as anything that its page offered."""
    offered = candidates_of(lease.entry)
    claims = [promised_width(offered, candidate.url) for candidate in offered]
    return int(rendered.facts["width"]) >= max(claims)


def _pixels(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _strings(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
