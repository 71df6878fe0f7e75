"""A page in; its images, metadata and links out. Knows HTML, not where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.discovery.attributes import attribute_finds
from imagecrawler.discovery.css import has_images, imported_sheets, sheet_images
from imagecrawler.discovery.elements import Elements, documents, page_tree
from imagecrawler.discovery.finds import Find, is_guess
from imagecrawler.discovery.guesses import script_urls
from imagecrawler.discovery.images import (
    MAX_IMAGES,
    Place,
    image_finds,
    link_finds,
    social_finds,
)
from imagecrawler.discovery.linked_data import linked_data
from imagecrawler.discovery.links import other_links, page_links
from imagecrawler.discovery.metadata import forbids_following, keywords, tag_list
from imagecrawler.discovery.pictures import pictures
from imagecrawler.discovery.rights import Rights, page_rights
from imagecrawler.discovery.shown import linking_finds, shown_finds, style_sheet_urls
from imagecrawler.discovery.stated import filled, stated_by_meta
from imagecrawler.discovery.upgrading import (
    asks_for_upgrade,
    secure_finds,
    secure_link,
    secure_url,
)
from imagecrawler.discovery.words import Words
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import FoundImage, ImageCandidate

MAX_STYLE_SHEETS = 50
_MAX_FINDS = 30_000
_TAGS = ("article:tag", "og:article:tag")


@dataclass(slots=True)
class ParsedPage:
    """What one page shows and where it leads.

    ``links`` are absolute, without fragment, in document order, each once; ``nofollow``
    pages have none. ``skipped`` counts by reason what was left out: ``nofollow``,
    ``image-file``, ``not-http``, ``too-many``; ``too-many-images`` counts ``img`` elements.
    ``style_sheets`` are the absolute URLs of those that it links to, on any host. ``upgrades``:
    its policy has http asked for as https (see ``upgrading.py``), and all URLs here are so.
    """

    base_url: str
    title: str | None = None
    language: str | None = None
    canonical: str | None = None
    nofollow: bool = False
    images: list[FoundImage] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    style_sheets: list[str] = field(default_factory=list)
    upgrades: bool = False


def parse_page(
    html: str | LexborHTMLParser,
    *,
    url: str,
    robots_tag: str | None = None,
    policies: Sequence[str] = (),
) -> ParsedPage:
    """Return what the page ``html``, or its ``page_tree``, at ``url`` shows and where it leads.

    As a browser without scripts sees it, so the images in ``noscript`` count, and the lazy
    ones by their ``data-`` attributes. ``base href`` is respected. ``robots_tag`` is the
    value of the X-Robots-Tag header; it and the robots meta element decide ``nofollow``.
    ``policies`` are the values of the Content-Security-Policy header; those of meta elements join
    them.

    Raises nothing.
    """
    tree = page_tree(html) if isinstance(html, str) else html
    parts = list(documents(tree))
    page = parts[0]
    base_url = _base_url(page, url)
    rules = ",".join(page.meta.get("robots", ()))
    nofollow = forbids_following(rules) or forbids_following(robots_tag)
    anchors = [node for part in parts for node in part.anchors]
    others = list(other_links(page, base_url))
    links = page_links(anchors, others=others, base_url=base_url, nofollow=nofollow)
    rights = page_rights(tree, parts, base_url=base_url)
    files = dict(links.image_files)
    found = [find for part in parts for find in _part_finds(part, base_url, rights, files)]
    found += link_finds(files)
    canonical = absolute_url(page.canonical, base_url) if page.canonical else None
    own_urls = [own for own in (url, canonical) if own]
    linked, of_page, words = linked_data(tree, base_url=base_url, pages=own_urls)
    tags = tag_list(
        [
            *(text for name in _TAGS for text in page.meta.get(name, ())),
            *links.tags,
            *words,
            *(word for content in page.meta.get("keywords", ()) for word in keywords(content)),
        ]
    )
    found += linked
    of_page = filled(filled(of_page, rights.of_page), stated_by_meta(page.meta, base_url))
    upgrades = asks_for_upgrade([*policies, *page.policies])
    if upgrades:
        secure_finds(found, url)
        framed = {absolute_url(source, base_url) for source in page.frames}
        secured = (secure_url(u) if u in framed else secure_link(u, url) for u in links.urls)
        links.urls = list(dict.fromkeys(secured))
    found.sort(key=is_guess)  # What is sure gives a picture its own URL. A stable sort.
    too_many = max(0, sum(len(part.images) for part in parts) - MAX_IMAGES)
    sheets = [u for part in parts for u in _sheets(part, base_url)]
    return ParsedPage(
        base_url=base_url,
        title=page.title,
        canonical=canonical,
        nofollow=nofollow,
        language=page.language or next(iter(page.meta.get("content-language", ())), None),
        images=pictures(found[:_MAX_FINDS], tags=tags, of_page=of_page),
        links=links.urls,
        skipped=links.skipped | ({"too-many-images": too_many} if too_many else {}),
        style_sheets=list(dict.fromkeys(map(secure_url, sheets) if upgrades else sheets))[
            :MAX_STYLE_SHEETS
        ],
        upgrades=upgrades,
    )


def _base_url(part: Elements, fallback: str) -> str:
    return (absolute_url(part.base, fallback) if part.base else None) or fallback


def _part_finds(
    part: Elements,
    base_url: str,
    rights: Rights,
    linked_files: dict[int, tuple[LexborNode, str]],
) -> list[Find]:
    """Return what one document of a page shows, in the order of how sure it is."""
    if "srcdoc" in part.within:
        base_url = _base_url(part, base_url)
    place = Place(base_url, Words(part.headed), rights, linked_files)
    finds = [
        *image_finds(part.images, place),
        *shown_finds(part.shown, place),
        *attribute_finds(part.odd, place),
        *social_finds(part.social, base_url=base_url),
        *linking_finds(part.linking, base_url=base_url),
        *_style_finds(part, base_url),
        *_script_finds(part, base_url),
    ]
    for find in finds if part.within else ():
        find.found_by = tuple(dict.fromkeys((*find.found_by, *part.within)))
    return finds


def _sheets(part: Elements, base_url: str) -> Iterator[str]:
    yield from style_sheet_urls(part.linking, base_url=base_url)
    for node in part.styles:
        yield from imported_sheets(node.text(), base_url)


def _style_finds(part: Elements, base_url: str) -> Iterator[Find]:
    for node in part.styles:
        css = node.text()
        if has_images(css):
            for candidates in sheet_images(css, base_url):
                yield Find(candidates, ("style",))


def _script_finds(part: Elements, base_url: str) -> Iterator[Find]:
    for node, attributes in part.scripts:
        # JSON-LD is read for what it says, other scripts for what looks like an image in them.
        if "src" not in attributes and "ld+json" not in (attributes.get("type") or ""):
            for url in script_urls(node.text(), base_url):
                yield Find([ImageCandidate(url)], ("state",))
