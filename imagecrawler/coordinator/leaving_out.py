"""An image gives up its files because a larger one looks like it: in which order that is written.

With ``IMAGES_NEAR_DUPLICATES=keep-largest`` alone. A kill between any two steps leaves an
image that is wanted, so that the next run fetches it again and decides anew: the first step is
`announced`, while the files are there, the last one the failure that says why there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imagecrawler.coordinator.near import Near
from imagecrawler.storage.instants import to_text
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store

REASON = "near-duplicate"

Put = Callable[[str, Record], None]


def announced(near: Near, by: str) -> Record:
    """Return the record of a first picture that is about to give way to ``by``.

    Its ``upgrade`` and its missing ``files`` have it fetched again if the run dies before it is
    left out, and it is a first one no longer: whatever is stored by then is what it will be
    held against.
    """
    marks = {"near_duplicate_of": by, "near_distance": near.distance}
    return {**near.record, **marks, "upgrade": True, "files": {}}


def leave_out(
    store: Store, put: Put, key: str, record: Record, *, smallest: str, attempts: int
) -> str:
    """Remove an image's files, if it has any, and say why; return the URL it came from.

    ``record`` names the picture that is kept. Raises OSError.
    """
    store.downloaded.remove(key, smallest=smallest)
    put(key, {name: v for name, v in record.items() if name not in ("files", "upgrade")})
    url = str(record.get("fetched_url") or record["url"])
    first, distance = record["near_duplicate_of"], record["near_distance"]
    message = f"looks like {first}, which is no smaller ({distance} of 64 bits differ)"
    failure = failure_for_good(url, REASON, message, store.clock.now(), attempts)
    store.failed.write(key, {**failure, "first": first})
    return url


def failure_for_good(
    url: str, reason: str, message: str, now: int, attempts: int = 0
) -> dict[str, Any]:
    """Return what failed/ says of an image that is not tried again by itself."""
    return {
        "url": url,
        "reason": reason,
        "attempts": attempts,
        "message": message,
        "last_try": to_text(now),
        "next_try": None,
    }
