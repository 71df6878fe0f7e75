"""Sitemaps and feeds: lists of URLs that a site offers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from lxml import etree

SitemapKind = Literal["index", "urlset", "feed"]

# https://www.sitemaps.org/protocol.html: 50,000 URLs and 50 MB (52,428,800 bytes) unpacked.
MAX_ENTRIES = 50_000
MAX_BYTES = 52_428_800
# An entry has some ten elements with its images; a file of empty ones is no sitemap.
_MAX_ELEMENTS_PER_ENTRY = 20

_GZIP = b"\x1f\x8b"
_HTTP_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_KINDS: dict[str, SitemapKind] = {
    "sitemapindex": "index",
    "urlset": "urlset",
    "rss": "feed",
    "RDF": "feed",
    "feed": "feed",
}


@dataclass(slots=True)
class Sitemap:
    """What a sitemap lists, URLs as written, each once, in its order.

    ``kind`` is None for what is no sitemap. ``locs`` are sitemaps of an index, else pages;
    ``images`` the ``image:loc`` and enclosures. ``truncated``: there was more than the
    ceilings allow, or the text broke off; what came before is there.
    """

    kind: SitemapKind | None = None
    locs: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    truncated: bool = False


def parse_sitemap(body: bytes, *, max_entries: int = MAX_ENTRIES) -> Sitemap:
    """Return what a sitemap lists: XML (index, urlset, RSS, Atom) or text, gzipped or not.

    Entities are not expanded, nothing external is loaded, at most ``max_entries`` of each
    list and ``MAX_BYTES`` unpacked are read. Raises nothing: rubbish gives an empty result.
    """
    packed = body.startswith(_GZIP)
    data = _unpacked(body) if packed else body
    cut = len(data) > MAX_BYTES
    data = data[:MAX_BYTES]
    start = data[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    sitemap = _from_xml(data, max_entries) if start[:1] == b"<" else _from_text(data, max_entries)
    sitemap.truncated |= cut
    return sitemap


def _unpacked(body: bytes) -> bytes:
    """Return what a gzip stream holds, one byte more than the ceiling at most."""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)
    except zlib.error:
        return b""


def _from_text(data: bytes, max_entries: int) -> Sitemap:
    text = data.decode("utf-8-sig", errors="replace")
    sitemap = Sitemap()
    for line in text.split("\n"):
        if _HTTP_LINE.fullmatch(line.strip()) and not _append(
            sitemap, sitemap.locs, line, max_entries
        ):
            break
    sitemap.locs = list(dict.fromkeys(sitemap.locs))
    sitemap.kind = "urlset" if sitemap.locs else None
    return sitemap


def _from_xml(data: bytes, max_entries: int) -> Sitemap:
    sitemap = Sitemap()
    try:
        for number, (element, parent) in enumerate(_elements(data)):
            name = _local_name(element)
            if parent is None:
                sitemap.kind = _KINDS.get(name)
                if sitemap.kind is None:
                    return Sitemap()
                continue
            url, is_image = _listed_url(name, element, _local_name(parent))
            target = sitemap.images if is_image else sitemap.locs
            if url and not _append(sitemap, target, url, max_entries):
                break
            if number >= _MAX_ELEMENTS_PER_ENTRY * max_entries:
                sitemap.truncated = True
                break
    except etree.XMLSyntaxError:
        sitemap.truncated = sitemap.kind is not None
    sitemap.locs = list(dict.fromkeys(sitemap.locs))
    sitemap.images = list(dict.fromkeys(sitemap.images))
    return sitemap


def _elements(data: bytes) -> Iterator[tuple[etree._Element, etree._Element | None]]:
    """Yield the root at its start, then each element at its end, with its parent."""
    events = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    root: etree._Element | None = None
    for event, element in events:
        if root is None:
            root = element
            yield element, None
        elif event == "end" and (parent := element.getparent()) is not None:
            yield element, parent
            # What was read goes, or the whole tree stays in memory. Not root.clear(): lxml is
            # some elements ahead, and their parents would be gone.
            while (read := element.getprevious()) is not None:
                parent.remove(read)


def _listed_url(name: str, element: etree._Element, parent: str) -> tuple[str | None, bool]:
    """Return the URL that an element lists, and whether it is an image's."""
    if name == "loc":
        return element.text, parent == "image"
    if name == "link" and parent in ("item", "entry"):
        href = element.get("href")
        if href is None:
            return element.text, False
        return (href if element.get("rel", "alternate") == "alternate" else None), False
    if name == "enclosure" and (element.get("type") or "").startswith("image/"):
        return element.get("url"), True
    if name == "content" and element.get("medium") == "image":
        return element.get("url"), True
    return None, False


def _append(sitemap: Sitemap, target: list[str], url: str, max_entries: int) -> bool:
    url = url.strip()
    if len(target) >= max_entries:
        sitemap.truncated = True
        return False
    if url:
        target.append(url)
    return True


def _local_name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
