"""What an earlier run left in flight, taken from an opened store before anything is handed out."""

from __future__ import annotations

from imagecrawler.coordinator.contract import Lease
from imagecrawler.coordinator.images import ImageFrontier
from imagecrawler.coordinator.opening import StoreReader
from imagecrawler.coordinator.suspects import Suspects, name_of
from imagecrawler.storage.store import Store


def take_suspects(
    suspects: Suspects,
    pages: list[Lease],
    *,
    store: Store,
    images: ImageFrontier,
    reader: StoreReader,
    visit_pages: bool,
) -> None:
    """Hold what was present at too many deaths, and forget those that have ended since.

    ``pages`` are the suspect pages that are still to be visited. Raises OSError.
    """
    keys = suspects.often("image")
    leases = [lease for key in keys if (lease := _wanted_lease(key, store, images, reader))]
    for lease in leases:
        images.hold(lease.key)
    suspects.take([*pages, *leases])
    # One that has ended well since must not be set aside for a later crash.
    kinds = ("page", "image") if visit_pages else ("image",)
    taken = {name_of(lease) for lease in (*pages, *leases)}
    often = {f"{kind} {key}" for kind in kinds for key in suspects.often(kind)}
    store.inflight.forget(often - taken)


def _wanted_lease(
    key: str, store: Store, images: ImageFrontier, reader: StoreReader
) -> Lease | None:
    record = store.visited.read(key)
    if record is None:
        return None
    if key in images.stored:
        wanted = reader.lacks_files(key, record)
    else:
        failure = store.failed.read(key) if key in store.failed.ids else None
        wanted = failure is None or failure.get("next_try") is not None
    return images.lease_of(key) if wanted else None
