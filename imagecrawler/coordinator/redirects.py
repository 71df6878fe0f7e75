"""Where the redirect of a leased request leads: on, to a page of its own, or nowhere."""

from __future__ import annotations

from collections.abc import Callable

from imagecrawler.coordinator.contract import Frontier, Lease, Redirected
from imagecrawler.discovery.scope import Scope
from imagecrawler.identity.urls import absolute_url


def spelled(url: str) -> str:
    """Return a request's URL as links are spelled, so that one page has one key."""
    return absolute_url(url, url) or url


def goes_on(coordinator: Frontier, lease: Lease, target: str) -> bool:
    """Whether the target is asked for under the same lease: an image, or the page itself."""
    return lease.kind != "page" or coordinator.same_page(lease, target)


def lead_to(
    coordinator: Frontier,
    lease: Lease,
    target: str,
    *,
    status: int,
    hops: int,
    admits: Callable[[str], bool] | None,
) -> bool:
    """End a page's lease with its redirect; return whether the target is queued.

    ``admits`` is what the spider's rules say of it; a start page need not ask them.
    """
    scope = _scope_after_redirect(lease, target)
    lease.outcome = Redirected(status, target)
    if admits is not None and not lease.entry.get("start") and not admits(target):
        coordinator.skip_links({"redirect-filtered": 1})
        return False
    if scope is None:
        coordinator.skip_links({"redirect-out-of-scope": 1})
        return False
    return coordinator.add_redirect(lease, target, hops=hops, scope=scope)


def _scope_after_redirect(lease: Lease, target: str) -> str | None:
    """Return the scope for a page's redirect target, or None: it is out of scope.

    A start page takes its scope along: http to https, the bare domain to www.
    """
    text = lease.entry.get("scope")
    try:
        scope = Scope.parse(text) if text else Scope.of("host", lease.url)
    except ValueError:
        scope = Scope.of("host", lease.url)
    if scope.admits(target):
        return str(scope)
    if lease.entry.get("start"):
        return str(Scope.of(str(scope).partition(":")[0], target))
    return None
