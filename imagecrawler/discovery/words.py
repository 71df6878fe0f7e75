"""The words nearest to an image: the heading that it stands under, and the text beside it."""

from __future__ import annotations

from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from imagecrawler.discovery.metadata import collapsed

MAX_TEXT_CHARS = 300
MAX_HEADING_CHARS = 200
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# How far out the text beside an image is looked for, and what is enough of it. Beyond, it is
# the page's text and not the image's.
_OUTWARDS = 4
_ENOUGH_CHARS = 20
_TOO_WIDE = frozenset(("body", "main", "html", "head", "form"))
# A container of a hundred thousand characters says nothing of one image in it, and reading
# it for each would take a page's length times its depth.
_MOST_IMAGES = 3
# What may stand within a word, https://html.spec.whatwg.org/multipage/text-level-semantics.html:
# at the edges of any other element a reader sees words end.
_WITHIN_WORDS = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "ins", "kbd", "mark", "nobr", "q", "ruby", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)
_UNREAD = frozenset(("script", "style", "template"))


def words_in(node: LexborNode, limit: int) -> str | None:
    """Return at most ``limit`` characters of what an element has to read, or None.

    Words of different blocks and lines do not run together, however close they are written.
    """
    parts: list[str] = []
    length = 0
    stack: list[LexborNode | None] = [node]  # None: the end of a block
    while stack and length < 4 * limit:
        inner = stack.pop()
        length += 1  # Elements without a text are no way to make a page slow.
        if inner is None or inner.tag == "-text":
            parts.append(" " if inner is None else inner.text())
            length += len(parts[-1])
        elif inner.tag not in _UNREAD:
            if inner.tag not in _WITHIN_WORDS:
                parts.append(" ")
                stack.append(None)
            stack += reversed(list(inner.iter(include_text=True)))
    return collapsed("".join(parts), limit)


class Words:
    """The words of one page. Each heading and each container is read once.

    ``nodes`` are its headings and its images, in document order.
    """

    def __init__(self, nodes: Iterable[LexborNode]) -> None:
        self._under: dict[int, LexborNode] = {}
        self._texts: dict[int, str | None] = {}
        self._held: dict[int, int] = {}
        heading: LexborNode | None = None
        for node in nodes:
            if node.tag in HEADINGS:
                heading = node
                continue
            if heading is not None:
                self._under[node.mem_id] = heading
            self._count(node)

    def heading(self, node: LexborNode) -> str | None:
        """Return the text of the last heading before an image, which may also be in it."""
        heading = self._under.get(node.mem_id)
        return self._text(heading, MAX_HEADING_CHARS) if heading is not None else None

    def text(self, node: LexborNode) -> str | None:
        """Return the text of the nearest element around an image that has some of its own."""
        found = None
        around = node.parent
        for _ in range(_OUTWARDS):
            if around is None or around.tag in _TOO_WIDE:
                break
            if self._held.get(around.mem_id, 0) > _MOST_IMAGES:
                break
            text = self._text(around, MAX_TEXT_CHARS)
            found = text or found
            if text is not None and len(text) >= _ENOUGH_CHARS:
                break
            around = around.parent
        return found

    def _count(self, node: LexborNode) -> None:
        around = node.parent
        for _ in range(_OUTWARDS):
            if around is None:
                break
            self._held[around.mem_id] = self._held.get(around.mem_id, 0) + 1
            around = around.parent

    def _text(self, node: LexborNode, limit: int) -> str | None:
        key = node.mem_id
        if key not in self._texts:
            self._texts[key] = words_in(node, limit)
        return self._texts[key]
