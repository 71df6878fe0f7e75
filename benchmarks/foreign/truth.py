"""What the pages of a folder reference, found with lxml and without our own discovery.

The pages are those that links lead to from a first one, as files in the folder. Only standard
library URL handling and lxml: a check that uses the code it checks shares its mistakes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
from lxml.etree import ParserError
from PIL import Image

_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff")
_PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
# What decoders are let at (DESIGN.md, sections 2 and 6): vector drawings are no such thing.
_LISTED_FORMATS = {"JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF"}
_EXIF_ORIENTATION = 0x0112


@dataclass(slots=True)
class Reference:
    """An image address, where it was met and how (``img``, ``srcset``, ``link``, ``meta``).

    ``reason`` says why nothing can come of it; None: it is an image that can be kept.
    ``duplicate_of`` is the first address with the same bytes.
    """

    url: str
    pages: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    path: Path | None = None
    size_px: tuple[int, int] = (0, 0)
    sha256: str = ""
    reason: str | None = None
    duplicate_of: str | None = None


@dataclass(slots=True)
class Truth:
    """Everything that can be reached from the start, and what lies in the folder besides.

    ``dead_pages`` are links to files that are not there, ``unlinked_pages`` counts pages that
    no link leads to, ``never_referenced`` are image files that no reached page references
    (a style sheet may show them, or a page that is not linked).
    """

    pages: list[str]
    references: dict[str, Reference]
    dead_pages: list[str]
    unlinked_pages: int
    never_referenced: list[Path]


def read_truth(root: Path, *, origin: str, start: str) -> Truth:
    """Return what can be reached from ``start`` by ``a`` and ``area`` links on the origin."""
    pages, dead = [], []
    references: dict[str, Reference] = {}
    waiting, known = [start], {start}
    while waiting:
        url = waiting.pop(0)
        path = _file_of(url, root, origin)
        if path is None:
            dead.append(url)
            continue
        pages.append(url)
        document, base = _parsed(path, url)
        if document is None:
            continue
        for kind, address in _images(document):
            absolute = _absolute(base, address)
            if absolute:
                reference = references.setdefault(absolute, Reference(absolute))
                reference.kinds.add(kind)
                reference.pages.append(url)
        for href in document.xpath("//a/@href | //area/@href"):
            link = _absolute(base, href)
            if link and link not in known and _is_page(link, origin):
                known.add(link)
                waiting.append(link)
    _look_at_files(references.values(), root, origin)
    shown = {reference.path for reference in references.values()}
    return Truth(
        pages=pages,
        references=references,
        dead_pages=dead,
        unlinked_pages=_unlinked(root, origin, pages),
        never_referenced=[
            path
            for path in sorted(root.rglob("*"))
            if path.suffix.lower() in _IMAGE_SUFFIXES and path.is_file() and path not in shown
        ],
    )


def _parsed(path: Path, url: str) -> tuple[lxml.html.HtmlElement | None, str]:
    # Bytes as they are: lxml reads the encoding that the page itself states.
    try:
        document = lxml.html.document_fromstring(path.read_bytes())
    except ParserError:
        return None, url
    bases = document.xpath("//base/@href")
    return document, urljoin(url, bases[0].strip()) if bases else url


def _images(document: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    for address in document.xpath("//img/@src | //input[@type='image']/@src"):
        yield "img", address
    for srcset in document.xpath("//img/@srcset | //picture/source/@srcset"):
        # Good enough for written pages: candidates are separated by a comma and a space.
        for candidate in re.split(r",\s+", srcset.strip()):
            yield "srcset", candidate.split()[0] if candidate.split() else ""
    for href in document.xpath("//a/@href | //area/@href"):
        if urlsplit(href.strip()).path.lower().endswith(_IMAGE_SUFFIXES):
            yield "link", href
    for address in document.xpath(
        "//meta[@property='og:image' or @property='og:image:url' or @name='og:image'"
        " or @name='twitter:image']/@content"
    ):
        yield "meta", address


def _absolute(base: str, address: str) -> str | None:
    address = address.strip()
    if not address:
        return None
    try:
        absolute = urljoin(base, address.replace(" ", "%20")).partition("#")[0]
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None


def _is_page(url: str, origin: str) -> bool:
    path = urlsplit(url).path.lower()
    return url.startswith(origin + "/") and path.endswith((*_PAGE_SUFFIXES, "/"))


def _file_of(url: str, root: Path, origin: str) -> Path | None:
    """Return the file that nginx answers a URL with, or None where it answers 404."""
    if not url.startswith(origin + "/"):
        return None
    path = root / unquote(urlsplit(url).path).lstrip("/")
    if path.is_dir():
        path = path / "index.html"
    return path if path.is_file() else None


def _unlinked(root: Path, origin: str, pages: list[str]) -> int:
    linked = {_file_of(url, root, origin) for url in pages}
    files = [p for p in root.rglob("*") if p.suffix.lower() in _PAGE_SUFFIXES and p.is_file()]
    return len(set(files) - linked)


def _look_at_files(references: Iterable[Reference], root: Path, origin: str) -> None:
    first: dict[str, str] = {}  # from content to the first address that has it
    for reference in references:
        if not reference.url.startswith(origin + "/"):
            reference.reason = "on another host"
            continue
        reference.path = _file_of(reference.url, root, origin)
        if reference.path is None:
            reference.reason = "missing file"
            continue
        reference.reason = _look(reference, reference.path)
        reference.sha256 = hashlib.sha256(reference.path.read_bytes()).hexdigest()
        if reference.reason is None:
            original = first.setdefault(reference.sha256, reference.url)
            reference.duplicate_of = original if original != reference.url else None


def _look(reference: Reference, path: Path) -> str | None:
    if path.suffix.lower() in (".svg", ".svgz"):
        return "svg"
    try:
        with Image.open(path) as image:
            width, height = image.size
            turned = image.getexif().get(_EXIF_ORIENTATION, 1) in (5, 6, 7, 8)
            reference.size_px = (height, width) if turned else (width, height)
            return None if image.format in _LISTED_FORMATS else f"format {image.format}"
    except OSError:
        return "not an image"
