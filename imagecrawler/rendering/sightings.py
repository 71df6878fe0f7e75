"""What a page answers becomes sightings: whatever is not of the form expected is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from imagecrawler.items import FrameLook, ObservedImage

MAX_SIGHTINGS = 50_000
MAX_LINKS = 50_000
_MAX_FRAMES = 100
_MAX_CHARS = 20_000
KINDS = frozenset(("img", "background", "poster", "svg", "input", "blob", "canvas"))


class Sightings:
    """All that was seen of one page. The page may lie, but not make this grow without end."""

    def __init__(self) -> None:
        self._images: dict[tuple[str, str, str], ObservedImage] = {}
        self._shown: set[str] = set()
        self._links: dict[str, None] = {}
        self.unreachable = 0

    def add(self, answer: Mapping[str, Any]) -> None:
        """Add what a page answered to one ``step``."""
        for value in _dicts(answer.get("images")):
            image = _observed(value)
            if image is not None and len(self._images) < MAX_SIGHTINGS:
                self._images[image.kind, image.url, image.markup] = image
                self._shown.add(image.url)
        for url in _texts(answer.get("links")):
            if len(self._links) < MAX_LINKS:
                self._links.setdefault(url)
        lost = answer.get("unreachable")
        self.unreachable = lost if isinstance(lost, int) else self.unreachable

    @property
    def links(self) -> list[str]:
        """The addresses of all links, in the order they were first seen."""
        return list(self._links)

    def images(self, requested: Iterable[str]) -> list[ObservedImage]:
        """Return all sightings, and after them the addresses that no element showed."""
        others = [url for url in requested if url not in self._shown]
        return [*self._images.values(), *(ObservedImage("request", url) for url in others)]

    def number(self, requested: Iterable[str]) -> int:
        """Return how many different addresses were shown or asked for."""
        return len(self._shown) + sum(url not in self._shown for url in requested)

    def measure(self) -> tuple[int, int]:
        """Return how many sightings and links there are: it grows when something is new."""
        return len(self._images), len(self._links)


def frame_looks(values: object) -> list[FrameLook]:
    """Return the documents of a page's frames as it answered."""
    return [
        FrameLook(value["url"], value["html"])
        for value in _dicts(values)[:_MAX_FRAMES]
        if isinstance(value.get("url"), str) and isinstance(value.get("html"), str)
    ]


def _observed(value: Mapping[str, Any]) -> ObservedImage | None:
    kind, url, markup = (_text(value.get(name)) for name in ("kind", "url", "markup"))
    if kind not in KINDS or not (url or markup):
        return None
    return ObservedImage(
        kind=kind,
        url=url,
        base_url=_text(value.get("base_url")),
        markup=markup,
        srcset=_text(value.get("srcset")),
        link=_text(value.get("link")) or None,
        description=_text(value.get("description")) or None,
        width_px=_pixels(value.get("width_px")),
        height_px=_pixels(value.get("height_px")),
    )


def _dicts(values: object) -> list[dict[str, Any]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def _texts(values: object) -> list[str]:
    return [v for v in values if _text(v)] if isinstance(values, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _MAX_CHARS else ""


def _pixels(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < 1_000_000 else 0
