"""What viewers of the wall have hidden, dropped by whoever owns the store."""

from __future__ import annotations

import logging
import sqlite3

from imagecrawler.coordinator.drops import drop_image
from imagecrawler.storage import names, wall_notes
from imagecrawler.storage.store import Store

logger = logging.getLogger(__name__)


def drop_hidden(store: Store, *, smallest: str) -> list[str]:
    """Drop the images that wait for it in a store opened for writing; return their ids.

    The names of the store need not be loaded. Raises OSError. What the wall's file does not give
    is left for another time.
    """
    try:
        waiting = [i for i in wall_notes.to_be_dropped(store.root) if names.is_id(i)]
        for image_id in waiting:
            store.visited.look_again(image_id)
            drop_image(store, image_id, smallest=smallest)
        if waiting:
            wall_notes.note_dropped(store.root, waiting)
    except sqlite3.Error as error:
        logger.warning("What the wall has hidden could not be dropped: %s", error)
        return []
    return waiting
