"""What a robots.txt says to one crawler, by RFC 9309. Pure: bytes in, answers out.

https://www.rfc-editor.org/rfc/rfc9309.html. Not Protego, Scrapy's parser: its ``imagecrawler``
obeys a group for ``image`` too, a Crawl-delay line ends the head of its groups, an allowed
``index.html`` allows its folder, ``%2F`` in a query is no slash, and it keeps all groups of all
crawlers. tests/policies/test_robots.py has the cases.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_BYTES = 500 * 1024  # section 2.5

_AGENT = {"user-agent", "useragent", "user agent"}
_ALLOW = {"allow"}
# Slips of the hand that Google's parser obeys too, https://github.com/google/robotstxt
_DISALLOW = {"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}
_DELAY = {"crawl-delay", "crawl delay", "crawldelay"}
_SITEMAP = {"sitemap", "site-map"}
_KNOWN = _AGENT | _ALLOW | _DISALLOW | _DELAY | _SITEMAP

_TOKEN = re.compile(r"[a-z_-]+", re.IGNORECASE)  # section 2.2.1
_COMPATIBLE = re.compile(r"\(compatible;\s*([a-z_-]+)", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-f]{2})|([^!%&'()+,./0-9:;=?@A-Z\[\]_a-z~#*$-])", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9_.~/=&:;,@!+?-]*").fullmatch
_KEPT_IN_PATH = frozenset("%/?#*$")
_KEPT_IN_QUERY = frozenset("%#*$")


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules for one product token: those of its own groups, else those of ``*``.

    ``sitemaps`` are as they are written. ``size`` is about what it takes in memory, in bytes.
    """

    crawl_delay_seconds: float | None = None
    sitemaps: tuple[str, ...] = ()
    rules: tuple[tuple[str, bool], ...] = ()  # pattern, allowed; the first that matches decides
    _prefixes: tuple[str, ...] = field(default=(), repr=False)

    def allows(self, url: str) -> bool:
        """Whether the crawler may fetch ``url``: what its longest match says, or no match.

        Of an allowing and a forbidding rule of one length the allowing one counts.
        """
        path = _target(url)
        if path == "/robots.txt":
            return True
        maybe_plain = path.startswith(self._prefixes)
        for pattern, is_allowed in self.rules:
            if (maybe_plain or _is_special(pattern)) and _matches(pattern, path):
                return is_allowed
        return True

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        texts = [*self.sitemaps, *(pattern for pattern, _ in self.rules)]
        return 500 + sum(130 + len(text) for text in texts)


def parse_robots(body: bytes, *, token: str) -> RobotsRules:
    """Return what a robots.txt says to the crawler whose product token is ``token``.

    Only the first 500 KiB count, a line that they cut is left out. Raises nothing: what is no
    rule is passed over.
    """
    wanted = {token.lower(), "*"}
    agents: set[str] = set()
    named: set[str] = set()
    groups: dict[str, list[tuple[str, bool]]] = {}
    delays: dict[str, float] = {}
    sitemaps = []
    in_head = False
    for name, value in _lines(body):
        if name in _AGENT:
            agents = agents if in_head else set()
            agents |= {_agent(value)} & wanted
            named |= {_agent(value)}
            in_head = True
            groups.update({agent: [] for agent in agents if agent not in groups})
        elif name in _SITEMAP:
            sitemaps.append(value)
        elif name in _DELAY:
            # No rule of the RFC's, it ends no head; who writes it under a name means that one.
            meant = named & agents if named else agents
            delays.update(dict.fromkeys(meant, _seconds(value)))
            named = set()
        else:
            in_head, named = False, set()
            for agent in agents if value else ():
                groups[agent].append((_normal(value, is_pattern=True), name in _ALLOW))
    ours = token.lower() if token.lower() in groups else "*"
    delay = delays.get(ours, -1.0)
    return _rules(groups.get(ours, ()), delay if delay >= 0 else None, sitemaps)


def product_token(user_agent: str) -> str:
    """Return the name by which robots.txt calls a crawler, in lower case; ``""`` without one.

    ``imagecrawler/0.1 (+https://example.org)`` is imagecrawler, and so is
    ``Mozilla/5.0 (compatible; imagecrawler/0.1)``.
    """
    found = _COMPATIBLE.search(user_agent)
    if found is not None:
        return found[1].lower()
    name = _TOKEN.match(user_agent.strip())
    return name[0].lower() if name else ""


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    if len(body) > MAX_BYTES:
        body = body[: max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES)) + 1]
    for line in body.removeprefix(b"\xef\xbb\xbf").splitlines():
        # Octets stay what they are: latin-1 gives each one its own character.
        text = line.partition(b"#")[0].decode("latin-1").strip(" \t\x00")
        name, colon, value = text.partition(":")
        if name.strip().lower() not in _KNOWN:
            name, colon, value = text.partition(" ")  # a colon forgotten, as Google obeys it too
        if colon and (name := name.strip().lower()) in _KNOWN:
            yield name, value.strip()


def _agent(value: str) -> str:
    if value == "*" or value.startswith(("* ", "*\t")):
        return "*"
    found = _TOKEN.match(value)
    return found[0].lower() if found else ""


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return -1.0
    return seconds if math.isfinite(seconds) else -1.0


def _rules(
    rules: Iterable[tuple[str, bool]], delay: float | None, sitemaps: list[str]
) -> RobotsRules:
    # "The most specific match is the match that has the most octets", section 2.2.2.
    ordered = sorted(set(rules), key=lambda rule: (-len(rule[0]), not rule[1]))
    prefixes = tuple(pattern for pattern, _ in ordered if not _is_special(pattern))
    return RobotsRules(delay, tuple(sitemaps), tuple(ordered), prefixes)


def _is_special(pattern: str) -> bool:
    return "*" in pattern or pattern.endswith("$")


def _matches(pattern: str, path: str) -> bool:
    if not _is_special(pattern):
        return path.startswith(pattern)
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    last = others.pop() if pattern.endswith("$") and others else None
    for part in others:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if not pattern.endswith("$"):
        return True
    return place == len(path) if last is None else path.endswith(last, place)


def _target(url: str) -> str:
    rest = url.partition("#")[0].partition("://")[2]
    place = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    path = rest[place:]
    path = path if path.startswith("/") else f"/{path}"
    return path if _PLAIN(path) else _normal(path.encode("utf-8", "replace").decode("latin-1"))


def _normal(text: str, *, is_pattern: bool = False) -> str:
    """Return a path and query so that two spellings of one are equal, section 2.2.2.

    Escapes of characters that need none are undone; in a query that goes for the slash too,
    as in the RFC's second example. What is not ASCII is escaped, octet for octet.
    """
    ending = "$" if is_pattern and text.endswith("$") else ""
    path, mark, query = text.removesuffix(ending).partition("?")
    parts = [_escaped(path, _KEPT_IN_PATH), mark, _escaped(query, _KEPT_IN_QUERY)]
    whole = "".join(parts).replace("$", "%24")
    return whole + ending if is_pattern else whole.replace("*", "%2A")


def _escaped(text: str, kept: frozenset[str]) -> str:
    def spell(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else ord(match[2])
        char = chr(code)
        if _ESCAPE.fullmatch(char) or char in kept:
            return f"%{code:02X}"
        return char

    return _ESCAPE.sub(spell, text)
