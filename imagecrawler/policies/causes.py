"""Why is my success rate low? Reasons of the ledger, gathered to causes with what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_SHOWN = 5
_URL_CHARS = 76


class _Cause(NamedTuple):
    name: str
    reasons: frozenset[str]
    advice: str  # {reasons} stands for those that were met, as scrapy retry takes them


def _cause(name: str, reasons: str, advice: str) -> _Cause:
    return _Cause(name, frozenset(reasons.split()), advice)


_RETRY = "scrapy retry --only {reasons}"
_CAUSES = (
    _cause("dns", "dns", f"no such host: check the link, or your resolver, then {_RETRY}"),
    _cause(
        "rate-limited",
        "http-429 http-503",
        f"go slower (CONCURRENT_REQUESTS_PER_DOMAIN=1, DOWNLOAD_DELAY), then {_RETRY}",
    ),
    _cause(
        "blocked",
        "http-401 http-402 http-403 http-407 http-451",
        "set CONTACT and ask the owner; for a site of your own see COOKIES_FILE, HEADERS_FILE",
    ),
    _cause("robots", "robots", "robots.txt asks crawlers to stay away: ask the owner"),
    _cause(
        "dead", "http-404 http-410", "gone: nothing to do, the pages that name it are out of date"
    ),
    _cause(
        "unreachable",
        "refused timeout broken-off robots-unavailable",
        f"no answer that could be used: later {_RETRY}",
    ),
    _cause(
        "not an image",
        "not-an-image bad-encoding",
        "it is something else, or damaged: look at one in a browser",
    ),
    _cause("too small", "too-small", "as you ask: IMAGES_MIN_WIDTH, _HEIGHT, _BYTES"),
    _cause(
        "too large",
        "too-large",
        "over a ceiling: IMAGES_MAX_PIXELS, IMAGES_MAX_BYTES, DOWNLOAD_MAXSIZE, PAGE_MAX_BYTES",
    ),
    _cause("duplicate", "duplicate near-duplicate", "nothing to do: the picture is stored already"),
    _cause("opted out", "opted-out", "nothing to do: its owner does not want it used"),
    _cause(
        "left out",
        "excluded dropped",
        "as you ask: IMAGES_CLASSES, IMAGES_KINDS, image_allow, image_deny, scrapy drop",
    ),
    _cause("private address", "blocked-address", "if the network is yours: ALLOWED_NETWORKS"),
    _cause("bad link", "bad-url redirect-loop", "nothing to do: a mistake of the page or server"),
    _cause(
        "our mistake",
        "error parser-error pipeline-error dropped-by-pipeline crashed",
        f"please report it with the log, then {_RETRY}",
    ),
)
_BY_REASON = {reason: cause for cause in _CAUSES for reason in cause.reasons}
_BY_NAME = {cause.name: cause for cause in _CAUSES}


def causes(
    failed: Mapping[str, int], *, good: int, examples: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return why what failed did, the most frequent cause first, as JSON has it.

    ``share`` is that of all that were tried to their end, the ``good`` ones included.
    ``examples`` are URLs by reason; three are kept.
    """
    total = good + sum(failed.values())
    found: dict[str, dict[str, int]] = {}
    for reason, number in sorted(failed.items(), key=lambda item: (-item[1], item[0])):
        found.setdefault(_cause_of(reason).name, {})[reason] = number
    ordered = sorted(found.items(), key=lambda item: -sum(item[1].values()))
    return [
        {
            "cause": name,
            "count": sum(reasons.values()),
            "share": round(sum(reasons.values()) / total, 4),
            "reasons": reasons,
            "advice": _BY_NAME[name].advice.format(reasons=",".join(reasons)),
            "examples": [url for reason in reasons for url in examples.get(reason, ())][:3],
        }
        for name, reasons in ordered
        if sum(reasons.values())
    ]


def success_rate(failed: Mapping[str, int], *, good: int) -> float | None:
    """Return which part of what was tried to its end went well; None: nothing was tried."""
    total = good + sum(failed.values())
    return round(good / total, 4) if total else None


def cause_lines(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield two lines for each cause: how many, how large a part, an example; what to do."""
    for cause in found[:_SHOWN]:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in cause["reasons"].items())
        urls = cause["examples"]
        example = f", such as {_short(str(urls[0]))}" if urls else ""
        share = f"{cause['share']:.1%}"
        yield f"failed: {cause['count']:,} {cause['cause']} ({share}: {reasons}){example}"
        yield f"        {cause['advice']}"
    others = found[_SHOWN:]
    if others:
        number = sum(cause["count"] for cause in others)
        yield f"failed: {number:,} for {', '.join(str(cause['cause']) for cause in others)}"


def _cause_of(reason: str) -> _Cause:
    if reason in _BY_REASON:
        return _BY_REASON[reason]
    if reason.startswith("http-4"):
        return _BY_NAME["dead"]
    return _BY_NAME["unreachable" if reason.startswith("http-") else "our mistake"]


def _short(url: str) -> str:
    return url if len(url) <= _URL_CHARS else f"{url[: _URL_CHARS - 1]}…"
