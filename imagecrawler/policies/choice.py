"""The policies for paged sources by their names."""

from __future__ import annotations

from imagecrawler.policies.fresh import Fresh
from imagecrawler.policies.paging import PagingPolicy
from imagecrawler.policies.seed_paging import Book, Bookmark, Forget, Rescan

DEFAULT_POLICY = "fresh"
POLICIES = (DEFAULT_POLICY, "book", "rescan", "bookmark", "forget")


def policy_named(name: str, *, forget_seconds: float) -> PagingPolicy:
    """Return one of `POLICIES`. Raises KeyError for another name."""
    policies: dict[str, PagingPolicy] = {
        DEFAULT_POLICY: Fresh(),
        "book": Book(),
        "rescan": Rescan(),
        "bookmark": Bookmark(),
        "forget": Forget(forget_seconds),
    }
    return policies[name]
