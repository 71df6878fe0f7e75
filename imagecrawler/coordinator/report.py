"""summary.json: what one run did and what is left, for machines and people."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from imagecrawler.policies.causes import causes, success_rate
from imagecrawler.storage.instants import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagecrawler.coordinator.folders import Coordinator

_RESTING_SHOWN = 5
LIMITS = ("max_pages", "max_images", "max_seconds", "max_bytes")


def summary(
    coordinator: Coordinator,
    *,
    spider: str,
    reason: str,
    error: str | None,
    started: str,
    stats: Mapping[str, Any],
    files: Mapping[str, int],
) -> dict[str, Any]:
    """Return the content of summary.json. ``reason`` is Scrapy's close reason.

    ``files`` are the numbers of files by bucket, of this run and all before.
    """
    tally, pages, images = coordinator.tally, coordinator.pages, coordinator.images
    now = to_text(time.time_ns() // 1000)
    return {
        "spider": spider,
        "started": started,
        "finished": now,
        "seconds": round(coordinator.elapsed_seconds, 3),
        "paused_seconds": _below("run/paused_seconds/", stats),
        "outcome": _outcome(reason, error),
        "reason": error or ("signal" if reason == "shutdown" else reason),
        "store": coordinator.store.root,
        "pages": {
            "visited": tally.pages_visited,
            "unchanged": tally.pages_unchanged,
            "rendered": stats.get("render/pages", 0),
            "not_rendered": _below("render/failed/", stats),
            "failed": dict(tally.pages_failed),
            **_rate(tally.pages_failed, tally.pages_visited, tally.page_examples),
            "queued": pages.waiting,
            "retries_due": pages.retries(),
            "next_retry": _instant(pages.next_due()),
        },
        "images": {
            "found": tally.images_found,
            "stored": tally.images_stored,
            "improved": tally.images_improved,
            "near_duplicates": tally.images_near,
            "by_width": dict(tally.by_width),
            "failed": dict(tally.images_failed),
            **_rate(tally.images_failed, tally.images_stored, tally.image_examples),
            "wanted": images.waiting(),
            "retries_due": images.retries(),
            "next_retry": _instant(images.next_due()),
            "unreadable": len(coordinator.unreadable_records()),
        },
        "hosts_resting": _resting(coordinator),
        "links_skipped": dict(tally.links_skipped),
        "bytes_downloaded": coordinator.rules.bytes_downloaded(),
        "bytes_saved": stats.get("images/saved_bytes", 0),
        "bytes_written": tally.bytes_written,
        "requests": stats.get("downloader/request_count", 0),
        "totals": {
            "pages": len(pages.known) - pages.waiting,
            "visited": len(coordinator.store.visited.extensions),
            "classes": coordinator.store.visited.classes(),
            "downloaded": dict(files),
            "failed": len(coordinator.store.failed.ids),
        },
        "warnings": _warnings(coordinator),
        "examples": tally.examples,
    }


def _rate(
    failed: Mapping[str, int], good: int, examples: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    return {
        "success_rate": success_rate(failed, good=good),
        "causes": causes(failed, good=good, examples=examples),
    }


def _resting(coordinator: Coordinator) -> dict[str, Any]:
    """Return the hosts that the run left alone though it has work for them."""
    now = time.time_ns() // 1000
    rests = coordinator.rests.lasting(now)
    hosts = coordinator.pages.resting(now) | coordinator.images.resting(now)
    first = sorted((rests[host], host) for host in hosts if host in rests)
    examples = [
        {"host": host, "until": to_text(until), "why": why}
        for (until, why, _), host in first[:_RESTING_SHOWN]
    ]
    return {"count": len(first), "examples": examples}


def _below(prefix: str, stats: Mapping[str, Any]) -> dict[str, Any]:
    return {k.removeprefix(prefix): v for k, v in stats.items() if k.startswith(prefix)}


def _outcome(reason: str, error: str | None) -> str:
    if error is not None:
        return "failed"
    if reason == "finished":
        return "finished"
    return "limit" if reason in LIMITS else "stopped"


def _instant(micros: int | None) -> str | None:
    return None if micros is None else to_text(micros)


def _warnings(coordinator: Coordinator) -> list[str]:
    store = coordinator.store
    warnings = [
        f"{path} is torn and was left out: scrapy verify --repair saves its pages"
        for path in coordinator.pages.torn_batches
    ]
    strangers = [*store.queue.strangers, *store.pages.strangers, *store.visited.strangers]
    strangers += [*store.downloaded.strangers, *store.failed.strangers]
    strangers = list(dict.fromkeys(strangers))  # some folders are read twice in one run
    if strangers:
        warnings.append(
            f"{len(strangers)} files in the store are not its own and were left alone, "
            f"for example {strangers[0]}"
        )
    if store.pages.torn_lines:
        warnings.append(f"{store.pages.torn_lines} torn lines in pages/ were left out")
    if unreadable := coordinator.unreadable_records():
        warnings.append(
            f"{len(unreadable)} records in visited/ cannot be read: scrapy verify --repair"
        )
    if coordinator.torn_failures:
        warnings.append(
            f"{coordinator.torn_failures} files in failed/ could not be read: their images were "
            "tried again"
        )
    failing = coordinator.tally.sources_failing
    return warnings + [f"source {name} does not answer: {why}" for name, why in failing.items()]
