"""Where a page leads: the links of its ``a`` and ``area`` elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.guesses import handler_urls
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url

MAX_LINKS = 10_000
_MAX_OTHERS = 100


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
    """Return what ``nodes`` link to, in document order, each URL once, then the ``others``.

    These are the sources of frames, and where the page goes on to by itself. A link to a place
    on the same page is none, and not counted. Links to image files, or to programs that open
    one, are found whether or not links may be followed: they are images.
    """
    links = PageLinks()
    seen: dict[str, None] = {}
    for number, node in enumerate(nodes):
        if len(seen) >= MAX_LINKS or number >= 10 * MAX_LINKS:
            links.skip("too-many", len(nodes) - number)
            break
        attributes = node.attributes
        href, rel = attributes.get("href"), attributes.get("rel")
        program = _program(href, attributes.get("onclick"))
        if program and (opened := handler_urls(program, base_url)):
            links.image_files[node.mem_id] = (node, opened[0])
        if not href or href[0] == "#":
            continue
        url = absolute_url(href, base_url)
        rel_words = rel.lower().split() if rel else ()
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


def _program(href: str | None, onclick: str | None) -> str | None:
    """Return what opens a link that leads nowhere itself: of a light box or a window."""
    if not href or href[0] == "#":
        return onclick
    return f"{onclick} {href}" if href[:11].lower() == "javascript:" else None
