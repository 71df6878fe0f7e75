"""What images are for, as the store has it: judged anew whenever a record is written.

A record keeps the marks that pages gave (``policies.image_marks``); its class follows from them,
from its native size and from how many of its sites' pages show it. The order in which pages were
seen changes nothing but when that is known.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from imagecrawler.coordinator.contract import Lease, Visited
from imagecrawler.identity.urls import host_name
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.policies.image_class import PIXEL_MARK, Known, is_pixel, judged
from imagecrawler.storage.pages import PageLine
from imagecrawler.storage.records import Record


class ImageClasses:
    """Judges the images of one store during one run.

    ``site_pages`` has how many pages of a host were visited, each once: counted when the store
    is opened, then by the committer's thread as it writes their lines. Others only read it.
    """

    def __init__(self, wanted: ContentFilter, urls: UrlFilter) -> None:
        self._wanted = wanted
        self._urls = urls
        self.site_pages: Counter[str] = Counter()

    def judged(self, record: Record) -> Record:
        """Return a record that says what its image is for: the same one if it does already."""
        marks = record.get("marks")
        marks = [m for m in marks if isinstance(m, str)] if isinstance(marks, list) else []
        verdict = judged(marks, self._known(record))
        said = {
            "class": verdict.image_class,
            "class_score": verdict.score,
            "class_reason": list(verdict.reason),
        }
        if all(record.get(name) == value for name, value in said.items()):
            return record
        return {**record, **said}

    def exclusion(self, record: Record) -> tuple[str, str] | None:
        """Return the reason class and message why an image is not to be fetched, or None."""
        name = str(self.judged(record)["class"])
        if name in self._wanted.classes:
            return None
        return "excluded", self._wanted.class_message(name)

    def admits_again(self, failure: dict[str, Any], record: Record) -> bool:
        """Whether an image that was left out by its addresses or its class is so no longer."""
        if failure.get("reason") != "excluded":
            return False
        if failure.get("url") in (failure.get("judged") or ()):  # by what it is: see verdicts
            return False
        urls = [record["url"], *(entry["url"] for entry in record.get("candidates") or ())]
        return self._urls.admits_any(urls) and self.exclusion(record) is None

    def note_page(self, lease: Lease | None) -> None:
        """Count a page that ended, if it is a page of a site and was not visited before."""
        if lease is None or not isinstance(lease.outcome, Visited) or "as" in lease.entry:
            return
        if lease.outcome.status != 304 and "images" not in lease.entry:
            self.site_pages[host_name(lease.url)] += 1

    def _known(self, record: Record) -> Known:
        pages, count = record.get("pages"), record.get("page_count")
        pages = pages if isinstance(pages, list) else ()
        hosts = {host_name(page) for page in pages if isinstance(page, str)}
        width, height = record.get("width"), record.get("height")
        return Known(
            width if isinstance(width, int) else None,
            height if isinstance(height, int) else None,
            count if isinstance(count, int) else 0,
            sum(self.site_pages[host] for host in hosts),
        )


def was_pixel(lease: Lease) -> bool:
    """Whether an image was left out that turned out to be a dot."""
    facts = lease.judged.get(lease.url, {})
    width, height = facts.get("width"), facts.get("height")
    return isinstance(width, int) and isinstance(height, int) and is_pixel(width, height)


def with_pixel_mark(record: Record) -> Record:
    """Return a record that says that its image is a dot, though it was not kept."""
    marks = record.get("marks")
    return {**record, "marks": sorted({*(marks if isinstance(marks, list) else ()), PIXEL_MARK})}


def is_first_visit(line: PageLine) -> bool:
    """Whether a line of pages/ tells of a page of a site that was visited well."""
    return isinstance(line.get("images"), list) and "as" not in line
