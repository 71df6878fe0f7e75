"""What is found and fetched before the background read of the store has ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagecrawler.coordinator.contract import GivenBack, Lease, Rendered
from imagecrawler.items import PageItem
from imagecrawler.storage import atomic


@dataclass(slots=True)
class EarlyWork:
    """Pages and images that wait for the aliases and content hashes of the whole store.

    A picture that is new by its name may be known by another URL, and bytes may be those of
    a stored image. Never more waits than is leased. ``ended`` has the images that ended in
    the meantime: what the reader saw of them is out of date.
    """

    items: list[tuple[Lease, PageItem]] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)

    def keeps(self, lease: Lease) -> bool:
        """Take a lease that has ended, if it has to wait; return whether it does."""
        if isinstance(lease.outcome, GivenBack):
            return False
        # The states of a source follow one another: none may pass one that waits.
        waits = lease.kind == "list" or isinstance(lease.outcome, Rendered)
        waits = waits or any(h is lease for h, _ in self.items)
        if waits:
            self.leases.append(lease)
        return waits

    def give_back(self) -> list[Lease]:
        """Return the leases that waited in vain: they are to be done again."""
        leases, self.leases, self.items = self.leases, [], []
        for lease in leases:
            if isinstance(lease.outcome, Rendered):
                for _, _, temporary in lease.outcome.files:
                    atomic.remove(temporary)
            lease.outcome = GivenBack()
        return leases
