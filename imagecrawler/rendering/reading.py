"""What a parsed page has and lacks: its programs, its readable text, elements that are empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SCRIPTS_READ = 200
_PROGRAM_CHARS = 200_000
_HEAD_CHARS = 2_000
# An enclosing form is near; pages made to be deep are not climbed.
_MAX_ANCESTORS = 40

# So many scripts have pages that count, sell or ask for consent; none of them makes galleries.
# Words of lower case and not one pattern: ten times as fast, and some pages have 200 scripts.
_OTHER_SCRIPTS = (
    *("google-analytics", "googleanalytics", "googletagmanager", "gtag", "gtm.", "plausible"),
    *("matomo", "piwik", "hotjar", "clarity.ms", "cloudflareinsights", "cdn-cgi", "facebook.net"),
    *("fbevents", "doubleclick", "adsbygoogle", "googlesyndication", "cookie", "consent"),
    *("onetrust", "recaptcha", "hcaptcha", "turnstile", "disqus", "addthis", "sharethis", "umami"),
    *("statcounter", "quantserve", "newrelic", "sentry", "intercom", "hubspot", "hs-scripts"),
    *("livereload", "serviceworker", "taboola", "outbrain", "googletag", "chartbeat", "comscore"),
)
_BUNDLE = re.compile(
    r"(?:^|[/_.-])(?:main|app|bundle|index|vendors?|chunk|runtime|polyfills|build|client|entry)"
    r"(?:[._-][\w.-]{0,80})?\.m?js(?:$|\?)",
    re.IGNORECASE,
)


class Document:
    """A page that was parsed with ``noscript`` as markup, as without scripts."""

    def __init__(self, html: str, tree: LexborHTMLParser) -> None:
        self.html = html
        self.tree = tree

    @cached_property
    def scripts(self) -> list[LexborNode]:
        """The scripts that may build something: no data, no templates, no analytics."""
        return [node for node in self.tree.css("script")[:_SCRIPTS_READ] if _builds(node)]

    @cached_property
    def programs(self) -> list[str]:
        """The texts of the inline ones, in lower case."""
        inline = (node for node in self.scripts if not node.attributes.get("src"))
        return [text[:_PROGRAM_CHARS].lower() for node in inline if (text := _text(node).strip())]

    @cached_property
    def is_application(self) -> bool:
        """Whether its scripts are a module or a bundle, as of an application."""
        sources = [node.attributes.get("src") or "" for node in self.scripts]
        is_module = any(node.attributes.get("type") == "module" for node in self.scripts)
        return is_module or any(_BUNDLE.search(source) for source in sources)

    @cached_property
    def chars(self) -> int:
        """How many characters a person can read, blanks not counted."""
        return readable_chars(self.tree.body) if self.tree.body is not None else 0

    @cached_property
    def leads_on(self) -> bool:
        """Whether links lead to further pages: what is on those is found without scripts."""
        selector = "a[rel~=next][href],link[rel~=next][href],[class*=paginat] a[href]"
        return self.tree.css_first(selector) is not None

    def elements(self, selector: str, most: int = 1_000) -> Iterator[LexborNode]:
        """Yield the elements that ``selector`` finds, the first ``most`` of them."""
        yield from self.tree.css(selector)[:most]


def _builds(node: LexborNode) -> bool:
    attributes = node.attributes
    if not is_program((attributes.get("type") or "").strip().lower()):
        return False
    head = (attributes.get("src") or _text(node)[:_HEAD_CHARS]).lower()
    return not any(word in head for word in _OTHER_SCRIPTS)


def is_program(kind: str) -> bool:
    """Tell whether a script of this type runs: ``application/json`` does not."""
    return kind in ("", "module", "text/babel") or kind.endswith(("javascript", "ecmascript"))


def is_empty(node: LexborNode, few_chars: int) -> bool:
    """Tell whether an element has neither pictures nor links, and hardly any text."""
    if node.css_first("img,picture,video,iframe,canvas,svg image,input,a[href]") is not None:
        return False
    return readable_chars(node) < few_chars


def readable_chars(node: LexborNode) -> int:
    """Return how many characters of an element a person can read, blanks not counted."""
    hidden = sum(_chars(inner) for inner in node.css("script,style,noscript,template"))
    return _chars(node) - hidden


def is_within(node: LexborNode, tag: str) -> bool:
    """Tell whether an element is in one of this name."""
    parent = node.parent
    for _ in range(_MAX_ANCESTORS):
        if parent is None or parent.tag == tag:
            break
        parent = parent.parent
    return parent is not None and parent.tag == tag


def names(node: LexborNode) -> str:
    """Return the id and the classes of an element."""
    attributes = node.attributes
    return f"{attributes.get('id') or ''} {attributes.get('class') or ''}"


def _chars(node: LexborNode) -> int:
    return len("".join(_text(node).split()))


def _text(node: LexborNode) -> str:
    return node.text() or ""
