"""Links that lead nowhere new for ever: calendars, doubled paths, endless filters."""

from __future__ import annotations

import re
from collections import OrderedDict
from hashlib import blake2b

from imagecrawler.identity.urls import authority

DEFAULT_MAX_URL_CHARS = 2_000
_REPETITIONS = 3
# A sequence longer than this that comes three times makes a URL too long anyhow.
_MAX_PERIOD = 16

_MIN_COMBINATIONS = 100
_HASH_BYTES = 8
_DIGITS = re.compile(r"[0-9]+")


def trap_reason(
    url: str, *, depth: int, max_depth: int | None, max_url_length: int = DEFAULT_MAX_URL_CHARS
) -> str | None:
    """Return why a link looks like a trap, or None.

    ``too-deep``: more than ``max_depth`` links from the start (None is no limit).
    ``url-too-long``: more than ``max_url_length`` characters.
    ``repeated-segments``: a path segment, or a sequence of them, three times in a row, as
    broken relative links make: ``/a/b/a/b/a/b/``.
    """
    if max_depth is not None and depth > max_depth:
        return "too-deep"
    if len(url) > max_url_length:
        return "url-too-long"
    # Five slashes are the least that three segments need: most links are shorter.
    if url.count("/") >= 5 and _repeats(_segments(url)):
        return "repeated-segments"
    return None


def _segments(url: str) -> list[str]:
    return [part for part in url.partition("?")[0].split("/")[3:] if part]


def _repeats(segments: list[str]) -> bool:
    for period in range(1, min(len(segments) // _REPETITIONS, _MAX_PERIOD) + 1):
        run = 0
        for place in range(period, len(segments)):
            run = run + 1 if segments[place] == segments[place - period] else 0
            if run == period * (_REPETITIONS - 1):
                return True
    return False


class QueryBudget:
    """How many query URLs of one form are followed: a shop's filters combine without end.

    A form is an authority, a path and a set of parameter names. ``limit`` distinct URLs are
    admitted for one or two parameters, a tenth of it for each further one, never fewer than
    100. Memory is bounded: at most ``max_forms`` forms, the least recently used is forgotten
    first, and ``max_urls`` URLs of 8 bytes and their place in a set. A forgotten form starts
    afresh, which costs requests and loses nothing.
    """

    def __init__(
        self, *, limit: int = 10_000, max_forms: int = 10_000, max_urls: int = 1_000_000
    ) -> None:
        self._limit = limit
        self._max_forms = max_forms
        self._max_urls = max_urls
        self._urls = 0
        self._forms: OrderedDict[bytes, set[bytes]] = OrderedDict()

    def admits(self, url: str) -> bool:
        """Tell whether ``url`` may be followed, and count it; a known URL is always admitted."""
        address, mark, query = url.partition("?")
        if not mark:
            return True
        names = sorted({part.partition("=")[0] for part in query.split("&") if part})
        form = _digest("\n".join((authority(url), address.partition("://")[2], *names)))
        urls = self._forms.setdefault(form, set())
        self._forms.move_to_end(form)
        key = _digest(query)
        if key in urls:
            return True
        if len(urls) >= self.limit_for(len(names)):
            return False
        urls.add(key)
        self._urls += 1
        self._forget()
        return True

    def limit_for(self, parameters: int) -> int:
        """Return how many distinct URLs with this many parameter names are admitted."""
        # Beyond some twenty parameters the quotient is 0 for any limit.
        tenths: int = 10 ** min(max(0, parameters - 2), 20)
        return max(self._limit // tenths, _MIN_COMBINATIONS)

    def _forget(self) -> None:
        while len(self._forms) > 1 and (
            len(self._forms) > self._max_forms or self._urls > self._max_urls
        ):
            _, urls = self._forms.popitem(last=False)
            self._urls -= len(urls)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=_HASH_BYTES).digest()


class BarrenPatterns:
    """Gives up on pages that are alike but for numbers when many in a row show nothing new.

    A calendar or a counter has endless pages; none of them has a picture that is not known,
    or leads to anything but more of its kind. A page that does begins the count anew.
    Memory is bounded: the counts of the least recently visited patterns are forgotten.
    """

    def __init__(self, limit: int, max_patterns: int = 10_000) -> None:
        self._limit = limit
        self._max_patterns = max_patterns
        self._barren: dict[str, int] = {}

    @staticmethod
    def pattern(url: str) -> str:
        """Return what is the same for URLs that differ in numbers and parameter values."""
        address, _, query = url.partition("?")
        names = "&".join(part.partition("=")[0] for part in query.split("&")) if query else ""
        return f"{_DIGITS.sub('0', address)}?{_DIGITS.sub('0', names)}"

    def visited(self, url: str, *, fruitful: bool) -> None:
        """Note a page that was visited, and whether it showed something new."""
        pattern = self.pattern(url)
        count = self._barren.pop(pattern, 0)
        self._barren[pattern] = 0 if fruitful else count + 1
        if len(self._barren) > self._max_patterns:
            del self._barren[next(iter(self._barren))]

    def is_given_up(self, url: str) -> bool:
        """Whether links like this one are not worth following any more. Limit 0: never."""
        if not self._limit or not self._barren:
            return False
        return self._barren.get(self.pattern(url), 0) >= self._limit
