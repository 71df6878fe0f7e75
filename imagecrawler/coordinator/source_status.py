"""What each paged source of a store has told so far, for those who look at the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagecrawler.policies.fresh import gaps
from imagecrawler.policies.polling import PollState
from imagecrawler.policies.websub import Subscription
from imagecrawler.storage import instants
from imagecrawler.storage.store import Store

_HOUR_SECONDS = 3_600.0
_HEALTH = {"ok": "", "slow": "does not answer", "dead": "has not answered for a day"}


def source_status(store: Store, *, now: float) -> list[dict[str, Any]]:
    """Return the sources, by name; what another hand wrote and cannot be read is left out.

    Each has ``name``, ``url``, ``tags``, ``health`` (``ok``, ``slow``, ``dead``) with the
    ``reason`` if it is not ok, when its newest page was last ``asked`` for and last
    ``answered`` (instants, or null), ``news_per_hour`` (null before anything is known),
    ``gaps``: stretches of the list that are known to be unread, and whether it is ``announced``: a
    hub tells of its news. ``now`` is in seconds.
    """
    return [facts for state in store.sources.read_all() if (facts := _facts(state, now))]


def source_lines(sources: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each source, for people."""
    for source in sources:
        parts = [_HEALTH[source["health"]], source["reason"] or ""]
        trouble = ": ".join(part for part in parts if part)
        gap = "gap" if source["gaps"] == 1 else "gaps"
        told = [
            f"{source['news_per_hour']:,.1f} new an hour" if source["news_per_hour"] else "",
            f"{source['gaps']:,} {gap} to fill" if source["gaps"] else "",
            f"last answer {source['answered'][:16].replace('T', ' ')} UTC"
            if source["answered"]
            else "no answer yet",
            "announced by a hub" if source["announced"] else "",
            trouble,
        ]
        yield f"{source['name']}: {', '.join(part for part in told if part)}"


def _facts(state: Mapping[str, Any], now: float) -> dict[str, Any] | None:
    try:
        poll = PollState.from_json(state.get("poll") or {})
        subscription = Subscription.from_json(state.get("websub"))
        fresh = (state.get("policies") or {}).get("fresh") or {}
        return {
            "name": str(state["name"]),
            "url": str(state["url"]),
            "tags": [str(tag) for tag in state.get("tags") or ()],
            "health": poll.health(now),
            "reason": poll.failure,
            "asked": _instant(poll.polled),
            "answered": _instant(poll.answered),
            "news_per_hour": round(poll.rate * _HOUR_SECONDS, 2) if poll.seconds else None,
            "gaps": gaps(fresh),
            "announced": subscription is not None and subscription.announces(now),
        }
    except (TypeError, ValueError, AttributeError, KeyError):
        return None


def _instant(seconds: float | None) -> str | None:
    return None if seconds is None else instants.to_text(int(seconds * 1e6))
