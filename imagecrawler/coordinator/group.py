"""A group of changes that becomes durable together, and what became of it. See ``writing``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imagecrawler.coordinator.contract import Lease, Listed, Rendered
from imagecrawler.storage.pages import LineAt, PageLine
from imagecrawler.storage.queue import Batch, Entry
from imagecrawler.storage.records import Record


@dataclass(slots=True)
class Group:
    """Changes that wait to be written, in the order in which they came."""

    sightings: list[tuple[str, Record, tuple[str, str] | None]] = field(default_factory=list)
    seen_again: list[tuple[str, str]] = field(default_factory=list)  # image id, page URL
    links: dict[str, dict[str, Entry]] = field(default_factory=dict)
    lines: list[tuple[Lease | None, PageLine]] = field(default_factory=list)
    rendered: list[tuple[Lease, Rendered]] = field(default_factory=list)
    failures: list[tuple[Lease, dict[str, Any]]] = field(default_factory=list)
    listed: list[tuple[Lease | None, Listed]] = field(default_factory=list)
    estimates: dict[str, Any] = field(default_factory=dict)  # by name
    before: list[Callable[[], None]] = field(default_factory=list)  # what is written first
    size: int = 0

    def __bool__(self) -> bool:
        return self.size > 0


@dataclass(slots=True)
class Written:
    """What the event loop has to know about a group that is on disk."""

    wanted: list[tuple[str, str]] = field(default_factory=list)  # host, image id
    better: list[tuple[str, str]] = field(default_factory=list)  # the same, of stored images
    new_images: int = 0
    excluded: list[str] = field(default_factory=list)  # the reason of each
    batches: list[tuple[str, Batch]] = field(default_factory=list)
    places: list[LineAt] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)  # image id to the first's id
    no_better: set[str] = field(default_factory=set)  # ids whose new rendition was discarded
    left_out: dict[str, str] = field(default_factory=dict)  # near duplicates: id, URL
    near_marked: int = 0
    bytes_written: int = 0
