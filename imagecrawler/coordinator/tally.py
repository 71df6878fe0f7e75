"""What one run did, counted for the summary and for live progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagecrawler.coordinator.contract import Rendered, Visited

_EXAMPLES = 3


@dataclass(slots=True)
class Tally:
    """Counts of one run; the examples are up to three URLs for each reason.

    ``images_near`` are stored and marked as near duplicates. One that was stored and then left
    out for a larger one counts twice: as stored, and as failed (``near-duplicate``).
    ``sources_failing`` has the reason of each paged source that did not answer last.
    """

    pages_visited: int = 0
    pages_unchanged: int = 0
    pages_failed: Counter[str] = field(default_factory=Counter)
    images_found: int = 0
    images_stored: int = 0
    images_improved: int = 0
    images_near: int = 0
    by_width: Counter[str] = field(default_factory=Counter)
    images_failed: Counter[str] = field(default_factory=Counter)
    links_skipped: Counter[str] = field(default_factory=Counter)
    bytes_written: int = 0
    sources_failing: dict[str, str] = field(default_factory=dict)
    page_examples: dict[str, list[str]] = field(default_factory=dict)
    image_examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def examples(self) -> dict[str, list[str]]:
        """Failures of either kind, pages first."""
        pages, images = self.page_examples, self.image_examples
        return {
            reason: [*pages.get(reason, ()), *images.get(reason, ())][:_EXAMPLES]
            for reason in {**pages, **images}
        }

    def visited(self, outcome: Visited) -> None:
        """Count a page that ended well."""
        self.pages_visited += 1
        self.pages_unchanged += outcome.status == 304

    def listed(self, state: Mapping[str, Any]) -> None:
        """Note whether a source answers, as its state says."""
        name, reason = str(state.get("name")), (state.get("poll") or {}).get("failure")
        self.sources_failing.pop(name, None)
        if reason:
            self.sources_failing[name] = reason

    def stored(self, rendered: Rendered, *, again: bool) -> None:
        """Count an image that has its files; ``again``: a better rendition of one that had."""
        if again:
            self.images_improved += 1
            return
        self.images_stored += 1
        self.by_width.update(bucket for bucket, _, _ in rendered.files)

    def failed_page(self, reason: str, url: str) -> None:
        """Count a page that has no next try."""
        self.pages_failed[reason] += 1
        _add_example(self.page_examples, reason, url)

    def failed_image(self, reason: str, url: str) -> None:
        """Count an image that has no next try."""
        self.images_failed[reason] += 1
        _add_example(self.image_examples, reason, url)

    def skip_links(self, reasons: dict[str, int]) -> None:
        """Count links that were not queued."""
        self.links_skipped.update(reasons)


def _add_example(examples: dict[str, list[str]], reason: str, url: str) -> None:
    known = examples.setdefault(reason, [])
    if len(known) < _EXAMPLES:
        known.append(url)
