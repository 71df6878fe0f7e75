"""Which elements of a page are the entries of its list: repeated alike, each with its own link."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.discovery.candidates import Attributes
from imagecrawler.identity.urls import absolute_url, canonical_url

_MAX_IMAGES = 2_000
_MAX_DEPTH = 40
# Where the list of a page is not.
_APART = frozenset(("nav", "header", "footer", "aside"))
_NEVER = frozenset(("a", "picture", "img", "span", "figure", "body", "html", "noscript", "p"))
_ENTRY = re.compile(
    r"(?:^|[-_\s])(?:post|entry|item|card|story|thing|tile|hentry|result)s?(?:$|[-_\s])"
)
_IMAGES = "img, amp-img, video[poster], [data-src], [style*=background]"


def repeated_entries(tree: LexborHTMLParser, base_url: str) -> list[LexborNode]:
    """Return the elements that are the entries of a list with pictures, in document order.

    Alike are elements at the same depth of the same kinds of elements that share their commonest
    class, in any row or column. Of several sets the one with most elements that have a picture and
    a link of their own wins, and what is an `article` or is called an entry before what is not.
    ``[]``: nothing is repeated.
    """
    sets = _alike(tree)
    best: list[LexborNode] = []
    best_worth = 0.0
    for nodes in sets:
        if len(nodes) > 1 and (worth := _worth(nodes, base_url)) > best_worth:
            best, best_worth = nodes, worth
    return best


def _alike(tree: LexborHTMLParser) -> list[list[LexborNode]]:
    """Return the sets of alike elements around the page's images, the outermost first."""
    by_path: dict[tuple[str, ...], dict[int, LexborNode]] = defaultdict(dict)
    for image in tree.css(_IMAGES)[:_MAX_IMAGES]:
        outwards = list(_outwards(image))
        if any(_is_apart(node) for node in outwards):
            continue
        tags = [node.tag or "" for node in reversed(outwards)]
        for depth, node in enumerate(reversed(outwards), 1):
            if node.tag not in _NEVER:
                by_path[tuple(tags[:depth])].setdefault(node.mem_id, node)
    found = []
    for path in sorted(by_path, key=len):
        found += _by_class(list(by_path[path].values()))
    return found


def _by_class(nodes: list[LexborNode]) -> list[list[LexborNode]]:
    names = [_classes(node.attributes) for node in nodes]
    often = Counter(name for own in names for name in set(own))
    sets: dict[str, list[LexborNode]] = defaultdict(list)
    for node, own in zip(nodes, names, strict=True):
        sets[max(own, key=lambda name: (often[name], name), default="")].append(node)
    return list(sets.values())


def _classes(attributes: Attributes) -> list[str]:
    return (attributes.get("class") or "")[:500].split()[:20]


def _outwards(node: LexborNode) -> Iterator[LexborNode]:
    outer = node.parent
    for _ in range(_MAX_DEPTH):
        if outer is None or outer.tag in ("body", "html"):
            return
        yield outer
        outer = outer.parent


def _is_apart(node: LexborNode) -> bool:
    # An article may have a header with its picture in it.
    if node.tag == "header":
        return node.parent is not None and node.parent.tag == "body"
    return node.tag in _APART or node.attributes.get("role") in ("navigation", "complementary")


def _worth(nodes: list[LexborNode], base_url: str) -> float:
    """Return how many of the elements have a link that no other one has, more for entries."""
    links = [set(links_of(node, base_url)) for node in nodes]
    shared = Counter(url for own in links for url in own)
    own = sum(any(shared[url] == 1 for url in urls) for urls in links)
    if own < 0.6 * len(nodes):
        return 0.0
    first = nodes[0].attributes
    named = _ENTRY.search(f"{first.get('class') or ''} {first.get('id') or ''}".lower())
    is_entry = nodes[0].tag == "article" or named or "itemscope" in first
    return own * (4.0 if is_entry else 1.0)


def links_of(node: LexborNode, base_url: str) -> Iterator[str]:
    """Yield the canonical URLs of the pages that an element links to, itself included."""
    for anchor in node.css("a[href]")[:100]:
        href = (anchor.attributes.get("href") or "").strip()
        url = absolute_url(href, base_url) if href and href[0] != "#" else None
        if url is not None:
            yield canonical_url(url)
