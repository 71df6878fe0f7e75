"""Sitemaps and feeds: lists of URLs that a site offers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from lxml import etree

from imagecrawler.discovery.listings import (
    ENTRIES,
    ListedImage,
    end_group,
    entry_pictures,
    listed_image,
    listed_page,
    local_name,
)

SitemapKind = Literal["index", "urlset", "feed"]

# https://www.sitemaps.org/protocol.html: 50,000 URLs and 50 MB (52,428,800 bytes) unpacked.
MAXENTRIES = 50_000
MAX_BYTES = 52_428_800
# An entry has some ten elements with its images; a file of empty ones is no sitemap.
_MAX_ELEMENTS_PER_ENTRY = 20

_DETAILS = {"title": "title", "caption": "caption", "license": "licence"}
_TEXTS = frozenset(("encoded", "description", "summary", "content"))
_MAX_DETAIL_CHARS = 4_000
_MAX_TEXT_CHARS = 5_000_000

GZIP = b"\x1f\x8b"
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # marks of UTF-8 and UTF-16, and white space
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)
_CONTROLS = bytes(range(0x20)).translate(None, b"\t\n\r")
# In a CDATA section and in a comment all but control characters stands as it is meant.
_SLIP = re.compile(
    rb"(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    rb"|&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)|[%b]" % re.escape(_CONTROLS),
    re.DOTALL,
)
_BLANKS = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_HTTP_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
KINDS: dict[str, SitemapKind] = {
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
    ``images`` those of ``image:image``, enclosures, ``media:content`` and thumbnails; ``texts``
    the HTML of feed entries with images in it, each with the page of its entry. ``truncated``:
    there was more than the ceilings allow, or the text broke off; what came before is there.
    """

    kind: SitemapKind | None = None
    locs: list[str] = field(default_factory=list)
    images: list[ListedImage] = field(default_factory=list)
    texts: list[tuple[str | None, str]] = field(default_factory=list)
    truncated: bool = False


def parse_sitemap(body: bytes, *, max_entries: int = MAXENTRIES) -> Sitemap:
    """Return what a sitemap lists: XML (index, urlset, RSS, Atom) or text, gzipped or not.

    Entities are not expanded, nothing external is loaded, at most ``max_entries`` of each
    list and ``MAX_BYTES`` unpacked are read. Raises nothing: rubbish gives an empty result.
    """
    packed = body.startswith(GZIP)
    data = unpacked(body) if packed else body
    cut = len(data) > MAX_BYTES
    data = data[:MAX_BYTES]
    is_xml = data[:1_000].lstrip(_BEFORE_XML)[:1] == b"<"
    sitemap = _from_xml(data, max_entries) if is_xml else _from_text(data, max_entries)
    sitemap.truncated |= cut
    return sitemap


def unpacked(body: bytes) -> bytes:
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
    entry = _Entry()
    try:
        for number, (element, parent) in enumerate(xml_elements(data)):
            name = local_name(element)
            if parent is None:
                sitemap.kind = KINDS.get(name)
                if sitemap.kind is None:
                    return Sitemap()
                continue
            if not _read(name, element, parent, sitemap, entry, max_entries):
                break
            if number >= _MAX_ELEMENTS_PER_ENTRY * max_entries:
                sitemap.truncated = True
                break
    except etree.XMLSyntaxError:
        sitemap.truncated = sitemap.kind is not None
    sitemap.locs = list(dict.fromkeys(sitemap.locs))
    sitemap.images = list({image.url: image for image in reversed(sitemap.images)}.values())[::-1]
    return sitemap


@dataclass(slots=True)
class _Entry:
    """Where the reading is: the page of the entry, and what the last image is described in."""

    page: str | None = None
    image: etree._Element | None = None
    first_image: int = 0
    chars: int = 0


def _read(
    name: str,
    element: etree._Element,
    parent: etree._Element,
    sitemap: Sitemap,
    entry: _Entry,
    max_entries: int,
) -> bool:
    """Take what an element says; False when that is more than the ceilings allow."""
    within = local_name(parent)
    if within == "image" and name in _DETAILS:
        if entry.image is parent and sitemap.images and element.text:
            setattr(sitemap.images[-1], _DETAILS[name], element.text[:_MAX_DETAIL_CHARS])
    elif (image := listed_image(name, element, within)) is not None:
        if len(sitemap.images) >= max_entries:
            sitemap.truncated = True
            return False
        image.page = entry.page
        entry.image = parent
        sitemap.images.append(image)
    elif name == "group":
        end_group(sitemap.images)
    elif name in ENTRIES:
        sitemap.images[entry.first_image :] = entry_pictures(sitemap.images[entry.first_image :])
        entry.page, entry.first_image = None, len(sitemap.images)
    elif name in _TEXTS and within in ENTRIES:
        text = element.text or ""
        entry.chars += len(text)
        if "<img" in text and len(sitemap.texts) < max_entries and entry.chars < _MAX_TEXT_CHARS:
            sitemap.texts.append((entry.page, text))
    elif url := listed_page(name, element, within):
        entry.page = url.strip() or None
        return _append(sitemap, sitemap.locs, url, max_entries)
    return True


def xml_elements(data: bytes) -> Iterator[tuple[etree._Element, etree._Element | None]]:
    """Yield the root at its start, then each element at its end, with its parent.

    Raises:
        etree.XMLSyntaxError: it is torn; what came before has been yielded.
    """
    events = etree.iterparse(
        BytesIO(_without_slips(data)),
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


def _without_slips(data: bytes) -> bytes:
    """Return XML without what programs that print it often get wrong, and readers forgive.

    A line before the declaration, ``&`` and HTML's entities as they are, a wrong byte. Not lxml's
    ``recover``: behind the first slip that loses what is written as it should be, ``&amp;`` too.
    """
    if data.startswith(_UTF_16):
        return data
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not data.isascii() and not _OTHER_ENCODING.match(data):
        data = data.decode(errors="replace").encode()
    return data if b"<!DOCTYPE" in data[:1_000] else _SLIP.sub(_escaped, data)


def _escaped(slip: re.Match[bytes]) -> bytes:
    return b"&amp;" if slip[0] == b"&" else slip[0].translate(_BLANKS)


def _append(sitemap: Sitemap, target: list[str], url: str, max_entries: int) -> bool:
    url = url.strip()
    if len(target) >= max_entries:
        sitemap.truncated = True
        return False
    if url:
        target.append(url)
    return True
