"""A style sheet in; the images that its rules name and the sheets that it imports out."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagecrawler.discovery.css import imported_sheets, sheet_images
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.pictures import pictures
from imagecrawler.items import FoundImage


@dataclass(slots=True)
class StyleSheet:
    """What one sheet names; ``imports`` are absolute URLs, on any host."""

    images: list[FoundImage] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)


def parse_style_sheet(css: str, *, url: str) -> StyleSheet:
    """Return what the style sheet ``css`` at ``url`` names. Raises nothing."""
    finds = [Find(candidates, ("style-sheet",)) for candidates in sheet_images(css, url)]
    return StyleSheet(pictures(finds), imported_sheets(css, url))
