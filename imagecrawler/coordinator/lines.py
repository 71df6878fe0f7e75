"""What the store keeps of an outcome: page lines, failures, sightings. Pure functions."""

from __future__ import annotations

from typing import Any

from imagecrawler.coordinator.contract import Failed, Lease, Redirected, Visited
from imagecrawler.coordinator.pages import ENTRY_FIELDS
from imagecrawler.identity.renditions import candidate_to_json
from imagecrawler.items import FoundImage, PageItem
from imagecrawler.policies.image_marks import marks_of
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.pages import PageLine
from imagecrawler.storage.records import Record

_VALIDATORS = ("etag", "last_modified")


def page_line(lease: Lease, *, now: int) -> PageLine:
    """Return the line of a page that ended, but for ``when``: the writer knows that.

    ``now`` is in microseconds. What the queue entry said is kept, so that the page can be
    queued again.
    """
    outcome = lease.outcome
    line: PageLine = {"key": lease.key, "url": lease.url}
    line.update({name: value for name, value in lease.entry.items() if name in ENTRY_FIELDS})
    if isinstance(outcome, Visited):
        line.update(status=outcome.status, images=outcome.image_ids)
        line.update(links_new=outcome.links_new, links_known=outcome.links_known)
        line.update(_found_besides(lease, outcome.item))
    elif isinstance(outcome, Redirected):
        line.update(status=outcome.status, redirect=outcome.target)
    elif isinstance(outcome, Failed):
        line.update(status=outcome.status, error=outcome.reason, message=outcome.message)
        line.update(attempts=lease.attempts + 1, next_try=next_try(outcome, now=now))
    return line


def image_failure(lease: Lease, outcome: Failed, *, now: int) -> dict[str, Any]:
    """Return the ledger's entry for an image that has no file."""
    failure = {
        "url": lease.url,
        "reason": outcome.reason,
        "status": outcome.status,
        "attempts": lease.attempts + 1,
        "message": outcome.message,
        "last_try": to_text(now),
        "next_try": next_try(outcome, now=now),
        "tried": lease.tried,
        "judged": lease.judged,
    }
    return {name: v for name, v in failure.items() if v not in (None, [], {}) or name == "next_try"}


def next_try(outcome: Failed, *, now: int) -> str | None:
    """Return when a failed try is repeated, or None for never."""
    if outcome.wait_seconds is None:
        return None
    return to_text(now + int(outcome.wait_seconds * 1_000_000))


def sighting_of(image: FoundImage, item: PageItem) -> Record:
    """Return what one page says about a picture, as a record has it."""
    sighting: Record = {
        "url": image.url,
        "follow": image.link or item.url,
        "description": image.description,
        "tags": list(dict.fromkeys([*image.tags, *_source_tags(item)])),
        "page": item.url,
        "title": item.title,
        "candidates": [candidate_to_json(candidate) for candidate in image.candidates],
        "found_by": image.found_by,
        "certainty": image.certainty,
        "marks": marks_of(image, item.url),
        "language": item.language,
        "heading": image.heading,
        "text": image.text,
        "position": [image.position, len(item.images)] if image.position else None,
        "sources": _source_names(item),
        **_stated(image),
    }
    sighting["date"] = sighting["date"] or _posted(item)
    return {name: value for name, value in sighting.items() if value}


def _source_tags(item: PageItem) -> list[str]:
    tags = (item.source or {}).get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _source_names(item: PageItem) -> list[str]:
    name = (item.source or {}).get("name")
    return [name] if isinstance(name, str) else []


def _posted(item: PageItem) -> str | None:
    posted = (item.source or {}).get("posted")
    return posted if isinstance(posted, str) else None


def _stated(image: FoundImage) -> Record:
    """Return what a page states of a picture; the size as it claims it, in ``claimed``."""
    stated = image.stated
    told = image.evidence[0] if image.evidence else None
    width = (told.width_px if told else None) or stated.width_px
    height = (told.height_px if told else None) or stated.height_px
    names = ("author", "credit", "copyright", "date", "acquire_licence_page")
    licence = ("licence", "licence_url", "licence_name", "licence_of_page")
    facts = {name: getattr(stated, name) for name in (*names, *licence)}
    return {**facts, "claimed": [width, height] if width or height else None}


def _found_besides(lease: Lease, item: PageItem | None) -> PageLine:
    if item is None:  # Unchanged: its validators are still those of the last visit.
        found = {name: lease.entry.get(name) for name in _VALIDATORS}
    else:
        found = {name: getattr(item, name) for name in (*_VALIDATORS, "canonical", "rendered")}
    return {name: value for name, value in found.items() if value}
