"""A page in; its images, metadata and links out. Knows HTML, not where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from imagecrawler.discovery.images import image_finds, social_finds
from imagecrawler.discovery.linked_data import linked_data
from imagecrawler.discovery.links import page_links
from imagecrawler.discovery.metadata import collapsed, forbids_following, keywords, tag_list
from imagecrawler.discovery.nesting import shallow
from imagecrawler.discovery.pictures import pictures
from imagecrawler.discovery.rights import Rights
from imagecrawler.discovery.stated import filled, stated_by_meta
from imagecrawler.discovery.words import Words
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import FoundImage

# One query in document order: each further one walks the whole tree again. Names only: with
# `a[href]` and the like the same query takes ten times as long (0.28 ms for 14 kB, not 0.03).
_SELECTOR = "img,a,area,meta,link,base,title"
_NO_EVENTS = LexborDocumentOptions.WO_EVENTS
_TAGS = ("article:tag", "og:article:tag")


@dataclass(slots=True)
class ParsedPage:
    """What one page shows and where it leads.

    ``links`` are absolute, without fragment, in document order, each once; ``nofollow``
    pages have none. ``skipped`` counts by reason what was left out: ``nofollow``,
    ``image-file``, ``not-http``, ``too-many``; ``too-many-images`` counts ``img`` elements.
    """

    base_url: str
    title: str | None = None
    language: str | None = None
    canonical: str | None = None
    nofollow: bool = False
    images: list[FoundImage] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)


def page_tree(html: str) -> LexborHTMLParser:
    """Return ``html`` parsed as a browser without scripts does.

    Raises nothing: every string is a possible page. Time is bounded by its length: one that
    nests by thousands is read flat, see ``nesting.py``.
    """
    source = shallow(html).encode(errors="replace").decode()  # Lone surrogates are no text.
    return LexborHTMLParser(source, options=_NO_EVENTS)


def parse_page(
    html: str | LexborHTMLParser, *, url: str, robots_tag: str | None = None
) -> ParsedPage:
    """Return what the page ``html``, or its ``page_tree``, at ``url`` shows and where it leads.

    As a browser without scripts sees it, so the images in ``noscript`` count, and the lazy
    ones by their ``data-`` attributes. ``base href`` is respected. ``robots_tag`` is the
    value of the X-Robots-Tag header; it and the robots meta element decide ``nofollow``.

    Raises nothing.
    """
    tree = page_tree(html) if isinstance(html, str) else html
    nodes = _Nodes.of(tree)
    meta = nodes.meta
    base_url = next(filter(None, (absolute_url(b, url) for b in nodes.bases)), url)
    rules = ",".join(meta.get("robots", ()))
    nofollow = forbids_following(rules) or forbids_following(robots_tag)
    links = page_links(nodes.anchors, base_url=base_url, nofollow=nofollow)
    tags = tag_list(
        [
            *(text for name in _TAGS for text in meta.get(name, ())),
            *links.tags,
            *(word for content in meta.get("keywords", ()) for word in keywords(content)),
        ]
    )
    rights = Rights(nodes.anchors if b"license" in tree.raw_html else (), base_url=base_url)
    words = Words(tree) if nodes.images else None
    finds, too_many = image_finds(
        nodes.images, links, base_url=base_url, words=words, rights=rights
    )
    social = social_finds(nodes.social, base_url=base_url)
    linked, of_page = linked_data(tree, base_url=base_url)
    found = [*finds, *social, *linked]
    of_page = filled(filled(of_page, rights.of_page), stated_by_meta(meta, base_url))
    skipped = links.skipped | ({"too-many-images": too_many} if too_many else {})
    return ParsedPage(
        base_url=base_url,
        title=nodes.title,
        canonical=absolute_url(nodes.canonical, base_url) if nodes.canonical else None,
        nofollow=nofollow,
        language=nodes.language or next(iter(meta.get("content-language", ())), None),
        images=pictures(found, tags=tags, of_page=of_page),
        links=links.urls,
        skipped=skipped,
    )


@dataclass(slots=True)
class _Nodes:
    """The elements that matter, by kind: ``base`` must be known before any URL is read."""

    images: list[LexborNode] = field(default_factory=list)
    anchors: list[LexborNode] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    social: list[tuple[str, str]] = field(default_factory=list)
    canonical: str | None = None
    title: str | None = None
    language: str | None = None

    @classmethod
    def of(cls, tree: LexborHTMLParser) -> _Nodes:
        root = tree.root
        language = root.attributes.get("lang") if root is not None else None
        nodes = cls(language=collapsed(language, 35))  # the longest tag, RFC 5646, 4.4.1
        for node in tree.css(_SELECTOR):
            tag = node.tag
            if tag == "a" or tag == "area":
                nodes.anchors.append(node)
            elif tag == "img":
                nodes.images.append(node)
            else:
                nodes._add_metadata(tag, node)
        return nodes

    def _add_metadata(self, tag: str | None, node: LexborNode) -> None:
        attributes = node.attributes
        if tag == "meta":
            content = attributes.get("content") or ""
            name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
            if name.startswith(("og:image", "twitter:image")):
                self.social.append((name, content))
            elif name:
                self.meta.setdefault(name, []).append(content)
        elif tag == "base":
            href = attributes.get("href")
            if href:
                self.bases.append(href)
        elif tag == "link":
            if "canonical" in (attributes.get("rel") or "").lower().split():
                self.canonical = self.canonical or attributes.get("href")
        elif self.title is None and (parent := node.parent) is not None and parent.tag != "svg":
            self.title = collapsed(node.text())
