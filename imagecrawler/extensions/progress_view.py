"""What live progress looks like: from the coordinator's snapshots to lines, purely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

Snapshot = Mapping[str, Any]
_HOSTS = 5


def progress_view(history: Sequence[Snapshot]) -> RenderableType:
    """Return the lines for the last of ``history``, with rates since its first.

    A snapshot has counts (``pages_done``, ``images_stored`` …), ``bytes``,
    ``elapsed_seconds``, ``hosts`` and why the crawl pauses, ``paused``; whatever is missing
    counts as 0.
    """
    now = history[-1]
    lines: list[RenderableType] = [_counts(now), _speeds(history)]
    if now.get("paused"):
        lines.append(Text(str(now["paused"]), style="yellow"))
    if now.get("hosts"):
        lines.append(_host_table(now["hosts"]))
    return Group(*lines)


def rates(history: Sequence[Snapshot]) -> dict[str, float]:
    """Return what comes per second, by count, over the time that ``history`` spans."""
    first, last = history[0], history[-1]
    seconds = last.get("elapsed_seconds", 0) - first.get("elapsed_seconds", 0)
    if seconds <= 0:
        first, seconds = {}, last.get("elapsed_seconds", 0)
    return {
        name: (last.get(name, 0) - first.get(name, 0)) / seconds if seconds > 0 else 0.0
        for name in ("pages_done", "images_stored", "bytes")
    }


def busiest(hosts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the few hosts with the most at work, then with the most queued."""
    return sorted(hosts, key=lambda host: (-host.get("in_flight", 0), -host.get("queued", 0)))[
        :_HOSTS
    ]


def _counts(now: Snapshot) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    groups = (
        ("pages", ("done", "queued", "failed")),
        ("images", ("stored", "wanted", "failed")),
    )
    for subject, states in groups:
        line.append(f"{subject} ", style="bold")
        for state in states:
            number = now.get(f"{subject}_{state}", 0)
            style = "red" if state == "failed" and number else ""
            line.append(f"{number:,} {state}", style=style).append("  ")
        line.append(" ")
    return line


def _speeds(history: Sequence[Snapshot]) -> Text:
    now, per_second = history[-1], rates(history)
    line = (
        f"{decimal(int(now.get('bytes', 0)))}  "
        f"{decimal(int(per_second['bytes']))}/s  "
        f"{per_second['pages_done']:.1f} pages/s  "
        f"{per_second['images_stored']:.1f} images/s  "
        f"{_clock(now.get('elapsed_seconds', 0))}"
    )
    return Text(line, style="dim", no_wrap=True, overflow="ellipsis")


def _host_table(hosts: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("host", no_wrap=True, overflow="ellipsis", max_width=50)
    for heading in ("queued", "in flight", "delay"):
        table.add_column(heading, justify="right")
    for host in busiest(hosts):
        table.add_row(
            Text(str(host.get("host", "?"))),
            f"{host.get('queued', 0):,}",
            str(host.get("in_flight", 0)),
            f"{host.get('delay') or 0:.1f} s",
        )
    if len(hosts) > _HOSTS:
        table.add_row(Text(f"and {len(hosts) - _HOSTS:,} more", style="dim"), "", "", "")
    return table


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
