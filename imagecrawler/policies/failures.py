"""Why a request failed, and when to try again: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

# Exception class names (Scrapy's, and ours) to reason classes of the ledger; the first base
# class that is listed decides.
_REASONS = {
    "BlockedAddressError": "blocked-address",
    "RobotsUnavailableError": "robots-unavailable",
    "CannotResolveHostError": "dns",
    "DNSLookupError": "dns",
    "DownloadConnectionRefusedError": "refused",
    "ConnectionRefusedError": "refused",
    "DownloadTimeoutError": "timeout",
    "TimeoutError": "timeout",
    "ResponseDataLossError": "broken-off",
    "DownloadFailedError": "broken-off",
    "ConnectionLost": "broken-off",
    "ConnectError": "refused",
    "TunnelError": "refused",  # by a proxy, which says no more of it
    "DownloadCancelledError": "too-large",
    "UnsupportedURLSchemeError": "bad-url",
    "NotSupported": "bad-url",
    "IgnoreRequest": "excluded",
    # A body that is not what its Content-Encoding says: gzip; zlib's and brotli's; zstd.
    "BadGzipFile": "bad-encoding",
    "error": "bad-encoding",
    "ZstdError": "bad-encoding",
    "EOFError": "bad-encoding",
    "ValueError": "bad-url",
}

# Reasons that may pass by themselves; status codes are RETRY_HTTP_CODES' business.
_PASSING = frozenset({"dns", "refused", "timeout", "broken-off", "robots-unavailable"})


@dataclass(frozen=True, slots=True)
class RetryRules:
    """How often to try again and how long to wait: Scrapy's retry settings, and ours.

    ``times`` counts tries after the first. The wait grows fourfold from ``delay_seconds``.
    """

    enabled: bool = True
    times: int = 2
    http_codes: frozenset[int] = frozenset()
    delay_seconds: float = 5.0

    def wait_seconds(
        self,
        *,
        attempts: int,
        reason: str,
        status: int | None = None,
        retry_after_seconds: float | None = None,
        listed_exception: bool = False,
    ) -> float | None:
        """Return how long to wait before the next try, or None: there is none.

        ``attempts`` are the tries made so far. A server that names a time is obeyed.
        """
        passing = status in self.http_codes if status else reason in _PASSING or listed_exception
        if reason == "blocked-address" or not self.enabled or not passing or attempts > self.times:
            return None
        wait = self.delay_seconds * 4.0 ** (attempts - 1)
        return max(wait, retry_after_seconds) if retry_after_seconds is not None else wait


def reason_of_exception(class_names: Iterable[str], message: str = "") -> str:
    """Return the reason class for an exception, given the names along its MRO."""
    for name in class_names:
        if name == "IgnoreRequest":
            return _ignored(message)
        if name in _REASONS:
            return _REASONS[name]
    return "error"


def reason_of(error: BaseException) -> str:
    """Return the reason class for an exception."""
    return reason_of_exception([cls.__name__ for cls in type(error).__mro__], str(error))


def reason_of_status(status: int) -> str:
    """Return the reason class of a response that is no success: ``http-404``."""
    return f"http-{status}"


def retry_after_seconds(header: bytes | None, *, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None: none, or unreadable.

    Both forms of RFC 9110, section 10.2.3: a number of seconds, or a date. ``now`` is in
    seconds since the epoch. Never negative, at most a year.
    """
    if not header:
        return None
    text = header.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), 31_536_000.0)
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, moment - now), 31_536_000.0)


def _ignored(message: str) -> str:
    if "exceeded DOWNLOAD_MAXSIZE" in message:  # HttpCompressionMiddleware's: a bomb
        return "too-large"
    if "robots.txt" in message:
        return "robots"
    return "redirect-loop" if "redirection" in message else "excluded"
