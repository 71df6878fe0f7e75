"""What a try that did not work out becomes: its lease's outcome, with the wait for the next try."""

from __future__ import annotations

import time
from typing import Any

from imagecrawler.coordinator.contract import Failed, Frontier, GivenBack, Lease
from imagecrawler.exceptions import ImageRejectedError, RobotsUnavailableError
from imagecrawler.identity.urls import host_name
from imagecrawler.policies.failures import reason_of, reason_of_status, retry_after_seconds


def failed(
    coordinator: Frontier,
    lease: Lease,
    reason: str,
    message: str,
    *,
    status: int | None = None,
    retry_after: bytes | None = None,
    listed: bool = False,
    facts: dict[str, Any] | None = None,
) -> Failed:
    """Return the outcome of a failed try, with its wait; a picture may have other URLs."""
    wait = coordinator.rules.retries.wait_seconds(
        attempts=lease.attempts + 1,
        reason=reason,
        status=status,
        retry_after_seconds=retry_after_seconds(retry_after, now=time.time()),
        listed_exception=listed,
    )
    if wait is None and lease.kind == "image":
        wait = 0.0 if coordinator.try_another(lease, reason, facts) else None
    return Failed(reason, message, status, wait)


def failed_with(
    coordinator: Frontier, lease: Lease, error: BaseException, *, listed: bool
) -> Failed:
    """Return the outcome of a request without an answer; ``listed``: in RETRY_EXCEPTIONS."""
    message = str(error) or type(error).__name__
    return failed(coordinator, lease, reason_of(error), message[:500], listed=listed)


def failed_status(
    coordinator: Frontier, lease: Lease, status: int, retry_after: bytes | None
) -> Failed:
    """Return the outcome of an answer that is an error, with its header ``Retry-After``."""
    return failed(
        coordinator,
        lease,
        reason_of_status(status),
        f"the server answered {status}",
        status=status,
        retry_after=retry_after,
    )


def rejected(coordinator: Frontier, lease: Lease, error: ImageRejectedError) -> Failed:
    """Return the outcome of an image that is none, or that the rules leave out."""
    return failed(coordinator, lease, error.reason, str(error), facts=error.facts)


def untried(
    coordinator: Frontier, lease: Lease, url: str, error: RobotsUnavailableError
) -> Failed | GivenBack:
    """Return the outcome of what was not asked for: a try is one request."""
    host = host_name(url)
    coordinator.rest_host(host, error.wait_seconds, str(error))
    if host == lease.host:
        return GivenBack()
    # An image's redirect led there: the host that it is wanted of would be asked at once.
    return Failed("robots-unavailable", str(error)[:500], None, error.wait_seconds)
