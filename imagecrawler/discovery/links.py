"""Where a page leads: the links of its ``a`` and ``area`` elements, and those of other kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.elements import Elements
from imagecrawler.discovery.guesses import destination_urls, handler_urls
from imagecrawler.discovery.refreshes import refresh_target
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url

MAX_LINKS = 10_000
_MAX_OTHERS = 1_000
_SERIES = frozenset(("next", "prev"))


@dataclass(slots=True)
class PageLinks:
    """The links of one page; ``urls`` and ``skipped`` as ``ParsedPage`` has them.

    ``image_files`` has the elements that link to an image file, by their place in memory,
    with the file's URL; ``tags`` the texts of ``a rel=tag``.
    """

    urls: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    image_files: dict[int, tuple[LexborNode, str]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def skip(self, reason: str, number: int = 1) -> None:
        """Count a link that is left out."""
        self.skipped[reason] = self.skipped.get(reason, 0) + number


def page_links(
    nodes: Sequence[LexborNode],
    *,
    others: Sequence[str] = (),
    base_url: str,
    nofollow: bool,
) -> PageLinks:
    """Return what ``nodes`` link to, in document order, each URL once, then ``other_links``.

    A link to a place on the same page is none, and not counted. Links to image files, or to
    programs that open one, are found whether or not links may be followed: they are images.
    """
    links = PageLinks()
    seen: dict[str, None] = {}
    for number, node in enumerate(nodes):
        if len(seen) >= MAX_LINKS or number >= 10 * MAX_LINKS:
            links.skip("too-many", len(nodes) - number)
            break
        attributes = node.attributes
        href, rel = attributes.get("href") or attributes.get("xlink:href"), attributes.get("rel")
        program = _program(href, attributes.get("onclick"))
        rel_words = rel.lower().split() if rel else ()
        if program and (opened := handler_urls(program, base_url)):
            links.image_files[node.mem_id] = (node, opened[0])
        elif program and not nofollow and "nofollow" not in rel_words:
            seen.update(dict.fromkeys(destination_urls(program, base_url)))
        if not href or href[0] == "#":
            continue
        url = absolute_url(href, base_url)
        if "tag" in rel_words and len(links.tags) < MAX_LINKS:
            links.tags.append(node.text())
        if url is None:
            links.skip("not-http")
        elif url in seen:
            pass
        elif is_image_file(url):
            links.image_files[node.mem_id] = (node, url)
            links.skip("image-file")
        elif nofollow or "nofollow" in rel_words:
            links.skip("nofollow")
        else:
            seen[url] = None
    for source in others[:_MAX_OTHERS] if not nofollow else ():
        if (url := absolute_url(source, base_url)) is not None:
            seen.setdefault(url)
    links.urls = list(seen)
    return links


def other_links(page: Elements, base_url: str) -> Iterator[str]:
    """Yield where a page leads but by its anchors, as written or absolute.

    These are its frames, where it goes on to by itself, the pages before and after it in a series,
    and where its scripts and what is pressed go to.
    """
    yield from page.frames
    yield from (to[1] for said in page.refreshes if (to := refresh_target(said, base_url)))
    for link in page.linking:
        rel, href = link.get("rel"), link.get("href")
        if rel and href and not _SERIES.isdisjoint(rel.lower().split()):
            yield href
    odd = [attributes for node, attributes in page.odd if node.tag not in ("a", "area")]
    programs = [attributes.get(name) for attributes in odd for name in ("onclick", "onload")]
    programs += [node.text() for node, attributes in page.scripts if "src" not in attributes]
    for program in programs:
        if program:
            yield from destination_urls(program, base_url)


def _program(href: str | None, onclick: str | None) -> str | None:
    """Return what opens a link that leads nowhere itself: of a light box or a window."""
    if not href or href[0] == "#":
        return onclick
    return f"{onclick} {href}" if href[:11].lower() == "javascript:" else None
