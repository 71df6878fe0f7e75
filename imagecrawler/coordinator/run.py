"""What one run may do: the limits and rules that its arguments and settings give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.policies.failures import RetryRules
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.policies.near import NearRules


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one run; None is no limit, 0 is none at all."""

    max_pages: int | None = None
    max_images: int | None = None
    max_seconds: float | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class HostLimits:
    """What every host may be asked for in a day, over all runs; 0 is no limit."""

    requests_per_day: int = 0
    bytes_per_day: int = 0

    @property
    def are_set(self) -> bool:
        """Whether there is any."""
        return bool(self.requests_per_day or self.bytes_per_day)


@dataclass(frozen=True, slots=True)
class RunRules:
    """Everything the coordinator has to know about a run.

    ``widths`` are ints ascending, then perhaps ``"original"``; ``smallest`` is the bucket
    that says an image is settled. ``revisit_seconds`` is None for never. ``concurrency``
    bounds the leases of each kind. ``visit_pages`` is False for `scrapy crawl download`.
    """

    widths: Sequence[Any]
    smallest: str
    concurrency: int = 8
    limits: Limits = field(default_factory=Limits)
    host_limits: HostLimits = field(default_factory=HostLimits)
    retries: RetryRules = field(default_factory=RetryRules)
    near: NearRules = field(default_factory=NearRules)
    retry_wait_seconds: float = 60.0
    image_filter: UrlFilter = field(default_factory=UrlFilter)
    content_filter: ContentFilter = field(default_factory=ContentFilter)
    revisit_seconds: float | None = None
    visit_pages: bool = True
    bytes_downloaded: Callable[[], int] = lambda: 0
