"""The state of a store in words: from what `store_status` counts to what a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagecrawler.coordinator.source_status import source_lines
from imagecrawler.policies.causes import cause_lines

_IN_USE = {True: "a crawl is using it now", False: "no crawl is using it", None: ""}


def status_text(status: Mapping[str, Any]) -> str:
    """Return the status in plain text, no newline at the end."""
    in_use = _IN_USE[status["in_use"]]
    lines = [
        f"Store    {status['store']}{f' ({in_use})' if in_use else ''}",
        "",
        *_pages(status["pages"]),
        "",
        *_images(status["images"]),
        *_sources(status["sources"]),
        *_notes(status),
    ]
    return "\n".join(lines)


def _pages(pages: Mapping[str, Any]) -> Iterator[str]:
    yield f"Pages    {pages['queued']:,} queued, {pages['visited']:,} visited{_rate(pages)}"
    yield from _failures(pages)


def _images(images: Mapping[str, Any]) -> Iterator[str]:
    yield f"Images   {images['visited']:,} visited, {images['wanted']:,} wanted{_rate(images)}"
    for version, number in images["versions"].items():
        yield f"         {version or '(no version)'}: {number:,}"
    if images["classes"].keys() - {"content"}:
        classes = ", ".join(f"{number:,} {name}" for name, number in images["classes"].items())
        yield f"         by class: {classes}"
    for bucket, counts in images["widths"].items():
        name = f"{bucket} px" if bucket.isdecimal() else bucket
        yield f"         {name}: {counts['downloaded']:,} downloaded, {counts['left']:,} left"
    if images["near_duplicates"]:
        yield f"         {images['near_duplicates']:,} marked as near duplicates of others"
    yield from _failures(images)


def _sources(sources: list[dict[str, Any]]) -> Iterator[str]:
    if sources:
        yield ""
        yield f"Sources  {len(sources):,}"
    for line in source_lines(sources):
        yield f"         {line}"


def _rate(part: Mapping[str, Any]) -> str:
    return f"; {part['success_rate']:.1%} of those tried went well" if part["failed"] else ""


def _failures(part: Mapping[str, Any]) -> Iterator[str]:
    for line in cause_lines(part["causes"]):
        yield f"         {line}"
    retries = part["retries"]
    if retries["count"]:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in retries["reasons"].items())
        yield f"         to be tried again: {reasons}; {_when(retries)}"


def _when(retries: Mapping[str, Any]) -> str:
    if retries["due_now"]:
        return f"{retries['due_now']:,} due now"
    return f"the next at {retries['next'][:19].replace('T', ' ')} UTC"


def _notes(status: Mapping[str, Any]) -> Iterator[str]:
    if status["dropped_hosts"]:
        yield f"Dropped  {', '.join(status['dropped_hosts'])}"
    torn = ", ".join(f"{number:,} in {name}/" for name, number in status["torn"].items() if number)
    if torn:
        yield f"Torn     {torn}: scrapy verify --repair"
    foreign = status["foreign"]
    if foreign["count"]:
        yield f"Foreign  {foreign['count']:,} files not the store's, such as {foreign['example']}"
