"""The end of a crawl in words: from what summary.json says to what a person reads, purely."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.filesize import decimal

from imagecrawler.policies.causes import cause_lines

_REASONS_SHOWN = 4
_RESTS_SHOWN = 3
_WARNINGS_MOST = 3
_URL_SHOWN = 76
_MEANINGS = {
    "render-hang": "its scripts did not end in time",
    "render-crash": "the browser's page crashed",
    "no-browser": "install one: playwright install chromium",
}
# Those that may be over: worth another try by hand before their time comes.
_PASSING = ("timeout", "dns", "refused", "http-429", "http-5")


def summary_text(summary: Mapping[str, Any], *, default_store: str | None = None) -> str:
    """Return the account of one run in plain text, some 25 lines at most, no newline at the end.

    Commands to type next name the store unless it is ``default_store`` or that is None.
    Whatever is missing in ``summary`` is left out or counts as 0.
    """
    pages, images = _part(summary, "pages"), _part(summary, "images")
    examples = _part(summary, "examples")
    commands = _next(summary, _option(summary, default_store))
    lines = [
        _ending(summary),
        "",
        f"Pages    {_counted(pages, 'visited', 'unchanged', 'rendered', 'queued')}",
        *_reasons("not rendered", _part(pages, "not_rendered"), examples),
        *_causes(pages),
        f"Images   {_counted(images, 'found', 'stored', 'wanted')}",
        *_widths(_part(images, "by_width")),
        *_near(images),
        *_causes(images),
        *_reasons("skipped", _part(images, "skipped"), examples),
        *_links(_part(summary, "links_skipped")),
        *_waiting(_part(summary, "hosts_resting")),
        f"Data     {_data(summary)}",
        *_pauses(_part(summary, "paused_seconds")),
        *_totals(_part(summary, "totals")),
        *_warnings(summary.get("warnings")),
        "",
        *_where(summary),
        "What to type next:",
        *(f"  {command:<36} {why}" for command, why in commands),
    ]
    return "\n".join(_printable(line.rstrip()) for line in lines)


def _warnings(found: Any) -> Iterator[str]:
    lines = [str(line) for line in found] if isinstance(found, list) else []
    for line in lines[:_WARNINGS_MOST]:
        yield f"Note     {line}"
    if len(lines) > _WARNINGS_MOST:
        yield f"         and {len(lines) - _WARNINGS_MOST:,} more in summary.json"


def _part(summary: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = summary.get(name)
    return found if isinstance(found, Mapping) else {}


def _ending(summary: Mapping[str, Any]) -> str:
    took = f"after {_duration(summary.get('seconds') or 0)}"
    reason = f" ({summary['reason']})" if summary.get("reason") else ""
    left = _part(summary, "pages").get("queued", 0) or _part(summary, "images").get("wanted", 0)
    outcome = summary.get("outcome")
    if outcome == "finished":
        return f"Finished {took}." if left else f"Finished {took}: nothing is left to do."
    if outcome == "limit":
        return f"Stopped {took} at a limit that you set{reason}. What is left is kept for later."
    if outcome == "stopped":
        return f"Stopped {took} as you asked{reason}. Nothing is lost: what is left is kept."
    return f"Failed {took}{reason}. What was done until then is kept."


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _counted(counts: Mapping[str, Any], first: str, *others: str) -> str:
    """Say the first and what is not zero of the others, with the failed and skipped."""
    said = [f"{counts.get(first) or 0:,} {first}"]
    said += [f"{counts[name]:,} {_STATES[name]}" for name in others if counts.get(name)]
    for name in ("failed", "skipped"):
        number = sum(_part(counts, name).values())
        if number:
            said.append(f"{number:,} {name}")
    return ", ".join(said)


_STATES = {
    "unchanged": "of them unchanged",
    "rendered": "rendered in a browser",
    "queued": "still to visit",
    "stored": "stored",
    "wanted": "still to fetch",
}


def _widths(by_width: Mapping[str, int]) -> Iterator[str]:
    if by_width:
        said = ", ".join(f"{number:,} {_width(width)}" for width, number in by_width.items())
        yield f"         stored: {said}"


def _causes(part: Mapping[str, Any]) -> Iterator[str]:
    if part.get("causes"):
        yield f"         {part['success_rate']:.1%} of those tried went well"
        yield from (f"         {line}" for line in cause_lines(part["causes"]))


def _near(images: Mapping[str, Any]) -> Iterator[str]:
    if images.get("near_duplicates"):
        yield f"         {images['near_duplicates']:,} of them look like others that are stored"


def _width(width: str) -> str:
    return f"at {width} px" if width.isdecimal() else f"as {width}"


def _reasons(
    state: str, reasons: Mapping[str, int], examples: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    for reason, number in ordered[:_REASONS_SHOWN]:
        meaning = f" ({_MEANINGS[reason]})" if reason in _MEANINGS else ""
        urls = examples.get(reason)
        example = f", such as {_short(urls[0])}" if urls else ""
        yield f"         {state}: {number:,} {reason}{meaning}{example}"
    others = ordered[_REASONS_SHOWN:]
    if others:
        number = sum(count for _, count in others)
        yield f"         {state}: {number:,} for {len(others)} other reasons"


def _links(skipped: Mapping[str, int]) -> Iterator[str]:
    ordered = sorted(skipped.items(), key=lambda item: (-item[1], item[0]))
    if ordered:
        said = ", ".join(f"{number:,} {reason}" for reason, number in ordered[:6])
        yield f"Links    not followed: {said}{', …' if len(ordered) > 6 else ''}"


def _waiting(resting: Mapping[str, Any]) -> Iterator[str]:
    shown = resting.get("examples") or []
    for place, rest in enumerate(shown[:_RESTS_SHOWN]):
        until = _instant(rest.get("until"))
        when = f" until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
        head = "        " if place else "Waiting "
        yield f"{head} {rest.get('host')}{when}: {rest.get('why')}"
    if (others := (resting.get("count") or 0) - _RESTS_SHOWN) > 0:
        yield f"         and {_number(others, 'host')} more: scrapy status --hosts"


def _data(summary: Mapping[str, Any]) -> str:
    downloaded, written = (
        decimal(int(summary.get(name) or 0)) for name in ("bytes_downloaded", "bytes_written")
    )
    requests = summary.get("requests") or 0
    saved = int(summary.get("bytes_saved") or 0)
    spared = f", {decimal(saved)} not sent" if saved else ""
    return f"{downloaded} downloaded in {requests:,} requests{spared}, {written} written"


_PAUSES = {"network": "no host answered", "disk": "for want of room on the disk"}


def _pauses(seconds: Mapping[str, Any]) -> Iterator[str]:
    if seconds:
        said = (f"{_duration(s)}: {_PAUSES.get(name, name)}" for name, s in seconds.items())
        yield f"Paused   {', '.join(said)}"


def _totals(totals: Mapping[str, Any]) -> Iterator[str]:
    if totals:
        widths = ", ".join(
            f"{number:,} {_width(width)}" for width, number in _part(totals, "downloaded").items()
        )
        stored = f"; stored: {widths}" if widths else ""
        yield f"Store    {totals.get('visited') or 0:,} images known in all{stored}"
        classes = _part(totals, "classes")
        if classes.keys() - {"content"}:
            said = ", ".join(f"{number:,} {name}" for name, number in classes.items())
            yield f"         by what they are for: {said}"


def _where(summary: Mapping[str, Any]) -> Iterator[str]:
    store = summary.get("store")
    if store:
        yield f"The images are in {store}/downloaded"


def _option(summary: Mapping[str, Any], default_store: str | None) -> str:
    store = summary.get("store")
    named = store and default_store is not None and store != default_store
    return f" -s {shlex.quote(f'IMAGES_STORE={store}')}" if named else ""


def _next(summary: Mapping[str, Any], option: str) -> Iterator[tuple[str, str]]:
    pages, images = _part(summary, "pages"), _part(summary, "images")
    queued, wanted = pages.get("queued") or 0, images.get("wanted") or 0
    due = (pages.get("retries_due") or 0) + (images.get("retries_due") or 0)
    spider = "feed" if summary.get("spider") == "feed" else "site"
    if queued or due:
        yield f"scrapy crawl {spider}{option}", _going_on(summary, queued, due)
    if wanted:
        yield f"scrapy crawl download{option}", f"fetches {_number(wanted, 'image')} still wanted"
    failed = {**_part(pages, "failed"), **_part(images, "failed")}
    passing = sorted(reason for reason in failed if reason.startswith(_PASSING))[:_REASONS_SHOWN]
    if passing:
        yield f"scrapy retry --only {','.join(passing)}{option}", "tries those again at once"
    if summary.get("outcome") == "finished" and not queued and not wanted:
        if spider == "feed":
            yield f"scrapy crawl feed{option}", "looks for what is new since"
        else:
            again = "looks again at pages older than a day"
            yield f"scrapy crawl site -a revisit=86400{option}", again
    yield f"scrapy status{option}", "shows what the store has"


def _going_on(summary: Mapping[str, Any], queued: int, due: int) -> str:
    said = [f"goes on with {_number(queued, 'page')}"] if queued else []
    if due:
        said.append(f"tries {_number(due, 'failure')} again when due{_next_time(summary)}")
    return ", ".join(said)


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _next_time(summary: Mapping[str, Any]) -> str:
    times = [_part(summary, name).get("next_retry") for name in ("pages", "images")]
    instants = sorted(instant for time in times if (instant := _instant(time)))
    return f": the next {instants[0]:%Y-%m-%d %H:%M:%S} UTC" if instants else ""


def _instant(time: object) -> datetime | None:
    if isinstance(time, (int, float)):
        return datetime.fromtimestamp(time, UTC)
    if not isinstance(time, str) or not time:
        return None
    try:
        return datetime.fromisoformat(time).astimezone(UTC)
    except ValueError:
        return None


def _short(url: str) -> str:
    return url if len(url) <= _URL_SHOWN else f"{url[: _URL_SHOWN - 1]}…"


def _printable(line: str) -> str:
    """A URL or a reason from the web must not steer the terminal."""
    return "".join(char if char.isprintable() else "?" for char in line)
