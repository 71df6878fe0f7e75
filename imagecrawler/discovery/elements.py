"""The elements of a document that matter, sorted by what they may say. Reads no URL yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from imagecrawler.discovery.candidates import Attributes
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.nesting import shallow
from imagecrawler.discovery.words import HEADINGS

_NO_EVENTS = LexborDocumentOptions.WO_EVENTS
# A document in a document in a document: what a person would write, and one more.
_MAX_SRCDOC_DEPTH = 3
_MAX_DOCUMENTS = 200

_IMAGES = frozenset(("img", "amp-img", "amp-anim"))
_SHOWN = frozenset(("video", "input", "image", "feImage", "object", "embed", "amp-video"))
# Attributes that name no image, or do so in an element that is read for it anyway.
_KNOWN_ATTRIBUTES = frozenset(
    (
        *("class", "id", "href", "src", "srcset", "sizes", "alt", "title", "width", "height"),
        *("rel", "type", "name", "content", "property", "lang", "dir", "role", "target"),
        *("tabindex", "hidden", "loading", "decoding", "fetchpriority", "crossorigin", "value"),
        *("media", "for", "action", "method", "colspan", "rowspan", "charset", "itemprop"),
        *("itemtype", "itemscope", "async", "defer", "integrity", "poster", "xlink:href", "d"),
        *("viewBox", "fill", "stroke", "xmlns", "x", "y", "referrerpolicy", "placeholder", "align"),
        *("border", "imagesrcset", "imagesizes", "as", "srcdoc", "http-equiv", "datetime"),
        *("aria-label", "aria-hidden", "aria-labelledby", "aria-expanded", "aria-controls"),
    )
)


@dataclass(slots=True)
class Elements:
    """What one document, or one shadow root, has; each list in document order.

    ``within`` says in what it is found: nothing, or ``srcdoc``, ``shadow`` or ``noscript``.
    ``headed`` are the images with the headings between them, ``shown`` elements that show one
    image of their own, ``linking`` the ``link`` elements, ``odd`` those with attributes of which
    no specification says that a URL is in them, ``social`` the names and contents of
    ``og:image``, ``twitter:image`` and their kind, ``policies`` what the head has of
    ``Content-Security-Policy``.
    """

    within: tuple[str, ...] = ()
    images: list[LexborNode] = field(default_factory=list)
    headed: list[LexborNode] = field(default_factory=list)
    anchors: list[LexborNode] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    shown: list[tuple[LexborNode, Attributes]] = field(default_factory=list)
    linking: list[Attributes] = field(default_factory=list)
    odd: list[tuple[LexborNode, Attributes]] = field(default_factory=list)
    styles: list[LexborNode] = field(default_factory=list)
    scripts: list[tuple[LexborNode, Attributes]] = field(default_factory=list)
    noscripts: list[LexborNode] = field(default_factory=list)
    templates: list[LexborNode] = field(default_factory=list)
    srcdocs: list[str] = field(default_factory=list)
    base: str | None = None
    meta: dict[str, list[str]] = field(default_factory=dict)
    social: list[tuple[str, str]] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=list)
    canonical: str | None = None
    title: str | None = None
    language: str | None = None
    # Nodes are only alive as long as their tree.
    tree: LexborHTMLParser | None = None

    @classmethod
    def of(cls, root: LexborHTMLParser | LexborNode, within: tuple[str, ...] = ()) -> Elements:
        """Return the elements below ``root``: one walk, as each further one costs as much.

        Of all elements, not of a list of names: beyond some ten names or with conditions on
        attributes lexbor takes longer to choose than it takes here to look at each.
        """
        elements = cls(within)
        odd, known = elements.odd, _KNOWN_ATTRIBUTES
        anchors, add = elements.anchors, elements._add
        for node in root.css("*"):
            tag, attributes = node.tag or "", node.attributes
            if tag == "a":
                anchors.append(node)
            elif tag in _OTHERS:
                add(tag, node, attributes)
            elif attributes and "-" in tag and not _SOURCES.isdisjoint(attributes):
                odd.append((node, attributes))
                continue
            if attributes and not known.issuperset(attributes):
                odd.append((node, attributes))
        return elements

    def _add(self, tag: str, node: LexborNode, attributes: Attributes) -> None:
        if tag in _IMAGES:
            self.images.append(node)
            self.headed.append(node)
        elif tag in HEADINGS:
            self.headed.append(node)
        elif tag == "area":
            self.anchors.append(node)
        elif tag == "meta":
            self._add_meta(node, attributes)
        elif tag == "link":
            self.linking.append(attributes)
            rel = attributes.get("rel")
            if self.canonical is None and rel and "canonical" in rel.lower().split():
                self.canonical = attributes.get("href")
        elif tag in _SHOWN:
            self.shown.append((node, attributes))
        elif tag == "script":
            self.scripts.append((node, attributes))
        elif tag == "style":
            self.styles.append(node)
        elif tag == "noscript":
            self.noscripts.append(node)
        elif tag == "iframe" or tag == "frame":
            self._add_frame(attributes)
        elif tag == "template":
            if "shadowrootmode" in attributes:
                self.templates.append(node)
        elif tag == "base":
            # The first with an href, whatever it is:
            # https://html.spec.whatwg.org/multipage/urls-and-fetching.html#document-base-url
            if self.base is None and "href" in attributes:
                self.base = attributes["href"] or ""
        elif self.title is None and (parent := node.parent) is not None and parent.tag != "svg":
            self.title = collapsed(node.text())

    def _add_meta(self, node: LexborNode, attributes: Attributes) -> None:
        content = attributes.get("content") or ""
        pragma = (attributes.get("http-equiv") or "").strip().lower()
        if pragma == "content-security-policy":
            # Elsewhere browsers take no notice of it.
            if (parent := node.parent) is not None and parent.tag == "head":
                self.policies.append(content)
            return
        if pragma == "refresh":
            self.refreshes.append(content)
            return
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        if name.startswith(("og:image", "twitter:image")):
            self.social.append((name, content))
        elif name:
            self.meta.setdefault(name, []).append(content)

    def _add_frame(self, attributes: Attributes) -> None:
        if (document := attributes.get("srcdoc")) is not None:
            self.srcdocs.append(document)
        elif source := attributes.get("src"):
            self.frames.append(source)


_SOURCES = frozenset(("src", "srcset", "href", "poster", "image"))
_OTHERS = (
    _SHOWN
    | _IMAGES
    | HEADINGS
    | {
        *("meta", "link", "script", "style", "noscript", "iframe", "frame", "template", "base"),
        *("title", "area"),
    }
)


def page_tree(html: str) -> LexborHTMLParser:
    """Return ``html`` parsed as a browser without scripts does.

    Raises nothing: every string is a possible page. Time is bounded by its length: one that
    nests by thousands is read flat, see ``nesting.py``.
    """
    source = shallow(html).encode(errors="replace").decode()  # Lone surrogates are no text.
    return LexborHTMLParser(source, options=_NO_EVENTS)


def documents(tree: LexborHTMLParser) -> Iterator[Elements]:
    """Yield the elements of a page, then those of what it holds: shadow roots, ``srcdoc`` frames,
    and what a ``noscript`` holds as text.

    At most ``_MAX_DOCUMENTS``, and no ``srcdoc`` beyond ``_MAX_SRCDOC_DEPTH``.
    """
    waiting: list[Elements | tuple[str, tuple[str, ...]]] = [_elements(tree, ())]
    for _ in range(_MAX_DOCUMENTS):
        if not waiting:
            return
        place = waiting.pop(0)
        elements = place if isinstance(place, Elements) else _document(*place)
        yield elements
        for template in elements.templates:
            for fragment in template.template_fragments():
                within = (*elements.within, "shadow")
                inner = Elements.of(fragment, within)
                inner.tree = elements.tree
                waiting.append(inner)
        if not elements.within:
            texts = (node.text() for node in elements.noscripts)
            waiting += [(text, ("noscript",)) for text in texts if "<img" in text]
        if elements.within.count("srcdoc") < _MAX_SRCDOC_DEPTH:
            within = (*elements.within, "srcdoc")
            waiting += [(document, within) for document in elements.srcdocs]


def _document(html: str, within: tuple[str, ...]) -> Elements:
    return _elements(page_tree(html), within)


def _elements(tree: LexborHTMLParser, within: tuple[str, ...]) -> Elements:
    elements = Elements.of(tree, within)
    elements.tree = tree
    root = tree.root
    language = root.attributes.get("lang") if root is not None else None
    elements.language = collapsed(language, 35)  # the longest tag, RFC 5646, 4.4.1
    return elements
