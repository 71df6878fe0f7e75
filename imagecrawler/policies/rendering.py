"""Which pages are worth a browser: by the signs they show, and by what rendering has given so far.

What was learned is an estimate: losing it costs time and no image.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

# One more picture or link in twenty is what advertising makes of any page.
_NOISE_SHARE = 20
# So many times the trials of a kind say something of the host.
_LONG = 4
_MAX_SEGMENTS = 8
_NUMBER = re.compile(r"\d")
_MAX_PATTERN_CHARS = 300


class Gain(NamedTuple):
    """What one page showed without a browser and with it: pictures, and links."""

    images_before: int
    images_after: int
    links_before: int = 0
    links_after: int = 0

    @property
    def pays(self) -> bool:
        """Whether rendering found more than any page gains: one, and a twentieth of what it had."""
        return _grew(self.images_before, self.images_after) or _grew(
            self.links_before, self.links_after
        )


class Choice(NamedTuple):
    """Whether to render a page, and why, in words."""

    render: bool
    why: str


@dataclass(slots=True)
class _Kind:
    """What is known of one host, or of the pages of one host whose URLs are alike.

    ``results``: whether rendering paid, the last few, as text of 0 and 1. ``passed_by``: pages
    with signs that were not rendered since the last that was.
    """

    asked: int = 0
    results: str = ""
    passed_by: int = 0

    def add(self, pays: bool, *, kept: int) -> None:
        self.results = (self.results + "01"[pays])[-kept:]

    @property
    def pays(self) -> bool:
        return "1" in self.results


class RenderLearning:
    """Learns per host and kind of URL whether rendering pays.

    The first ``trials`` pages of a kind that show signs are rendered, or one only where the host
    has given nothing for long. While one of the last
    ``trials`` gained by it, all further ones are, those without signs too; otherwise one in
    ``probe_every`` with signs is, so that a site that changes is noticed. A kind without signs
    is tried once where the host has gained already, until that has given nothing ``trials``
    times. So a site whose pages show no signs is never rendered.

    Memory is bounded: the ``max_kinds`` kinds met last are kept. Deterministic: the same calls
    in the same order give the same choices.
    """

    def __init__(self, *, trials: int = 3, probe_every: int = 50, max_kinds: int = 10_000) -> None:
        self._trials, self._probe_every, self._max_kinds = trials, probe_every, max_kinds
        self._kinds: OrderedDict[str, _Kind] = OrderedDict()

    def choice(self, url: str, signs: Iterable[str]) -> Choice:
        """Return whether to render the page at ``url``, which shows these ``signs``; counts it."""
        why = "; ".join(signs)
        chosen = self._with_signs(url, why) if why else self._without_signs(url)
        if chosen.render:
            self._kind(url_kind(url)).asked += 1
        return chosen

    def learned(self, url: str, gain: Gain, *, signs: Iterable[str]) -> None:
        """Take note of what rendering the page at ``url`` gave, which had these ``signs``.

        To be called for every page chosen; one that could not be rendered gained nothing.
        """
        kind = self._kind(url_kind(url))
        kind.add(gain.pays, kept=self._trials)
        kind.asked = max(kind.asked, len(kind.results))
        if any(signs):
            self._kind(_host(url)).add(gain.pays, kept=_LONG * self._trials)
        else:
            self._kind(_unsigned(url)).add(gain.pays, kept=self._trials)

    def _with_signs(self, url: str, why: str) -> Choice:
        kind = self._kind(url_kind(url))
        trials = self._trials_on(_host(url))
        if kind.asked < trials or len(kind.results) < trials or kind.pays:
            return Choice(True, why)
        kind.passed_by += 1
        if kind.passed_by < self._probe_every:
            return Choice(False, f"{why}; but rendering such pages gave nothing")
        kind.passed_by = 0
        return Choice(True, f"{why}; such pages gave nothing so far, and are tried again")

    def _trials_on(self, host: str) -> int:
        known = self._kinds.get(host)
        if known is None or known.pays or len(known.results) < _LONG * self._trials:
            return self._trials
        return 1

    def _without_signs(self, url: str) -> Choice:
        kind, host = self._kinds.get(url_kind(url)), self._kinds.get(_host(url))
        if kind is not None and kind.pays:
            return Choice(True, "rendering such pages gave more")
        if (kind is not None and kind.asked) or host is None or not host.pays:
            return Choice(False, "")
        unsigned = self._kinds.get(_unsigned(url))
        if unsigned is not None and len(unsigned.results) == self._trials and not unsigned.pays:
            return Choice(False, "")
        return Choice(True, "rendering other pages of this host gave more")

    def _kind(self, name: str) -> _Kind:
        kind = self._kinds.setdefault(name, _Kind())
        self._kinds.move_to_end(name)
        if len(self._kinds) > self._max_kinds:
            self._kinds.popitem(last=False)
        return kind

    def to_json(self) -> dict[str, Any]:
        """Return all that was learned, least recently met first."""
        return {name: [k.asked, k.results, k.passed_by] for name, k in self._kinds.items()}

    def restore(self, value: object) -> None:
        """Take up what ``to_json`` gave; what is not of that form is left out."""
        for name, kind in _kinds(value):
            kind.results = kind.results[-_LONG * self._trials :]
            # A page that was being rendered when this was written has said nothing.
            kind.asked = len(kind.results)
            kind.passed_by = min(max(0, kind.passed_by), self._probe_every)
            self._kinds[name] = kind
            if len(self._kinds) > self._max_kinds:
                self._kinds.popitem(last=False)


def url_kind(url: str) -> str:
    """Return what is the same for the URLs of a host's alike pages: ``host/photo/*?page``.

    A part of the path with a digit in it, or made of more than two words, is ``*``; of a query
    the names are kept.
    """
    parts = _split(url)
    path = "/".join(map(_general, parts.path.split("/")[: _MAX_SEGMENTS + 1]))
    named = sorted({_general(pair.partition("=")[0]) for pair in parts.query.split("&") if pair})
    mark = "?" if named else ""
    return f"{parts.netloc}{path}{mark}{'&'.join(named)}"[:_MAX_PATTERN_CHARS]


def _general(part: str) -> str:
    stem, dot, suffix = part.rpartition(".")
    name = stem if dot and len(suffix) <= 5 else part
    words = re.split("[-_+]|%20", name)
    if _NUMBER.search(name) or len(words) > 2 or len(name) > 24 or "%" in name:
        return "*" + (dot + suffix if name is stem else "")
    return part


def _split(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _host(url: str) -> str:
    return f"host {_split(url).netloc}"


def _unsigned(url: str) -> str:
    return f"without signs {_split(url).netloc}"


def _grew(before: int, after: int) -> bool:
    return after - before >= 1 + before // _NOISE_SHARE


def _kinds(value: object) -> Iterator[tuple[str, _Kind]]:
    for name, entry in value.items() if isinstance(value, dict) else ():
        match entry:
            case [int(asked), str(results), int(passed_by)] if set(results) <= {"0", "1"}:
                yield str(name), _Kind(asked, results, passed_by)
