"""Stored images that may get a better rendition: what their records and files say of it."""

from __future__ import annotations

from typing import Any

from imagecrawler.coordinator.choosing import Widths
from imagecrawler.storage.records import Record
from imagecrawler.storage.store import Store


def earlier_tries(record: Record) -> dict[str, Any]:
    """Return what is known of the tries to better a stored image, as a failure has it.

    An image that has its files has no entry in the ledger: its record counts the tries.
    """
    upgrade = record.get("upgrade")
    if not isinstance(upgrade, dict):
        return {}
    tried = upgrade.get("tried")
    tried = [url for url in tried if isinstance(url, str)] if isinstance(tried, list) else []
    return {**upgrade, "tried": tried}


def lacks_a_bucket(store: Store, image_id: str, widths: Widths) -> bool:
    """Whether an image has no file in one of these buckets, whatever its record says.

    For images that the first seed's program stored: their records tell neither size nor files.
    """
    return not all(store.downloaded.of_image(str(width), image_id) for width in widths)
