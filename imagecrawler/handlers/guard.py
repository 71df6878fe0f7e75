"""The address rules of one crawl: who sets them, who asks them. One object for each crawler.

``guard_for(crawler)`` returns it; the spider pins its start URLs there, and every endpoint
that a download handler connects through asks there first.

``scrapy fetch``, ``parse`` and ``shell`` take URLs that the user types, so what is typed
there is pinned at its first connection. Never in a crawl, and not what such a URL redirects
to or links to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

from scrapy import signals

from imagecrawler.coordinator import signals as our_signals
from imagecrawler.exceptions import ArgumentError, BlockedAddressError
from imagecrawler.handlers.resolver import addresses_of
from imagecrawler.security.addresses import AddressRules, Origin, allowed_networks

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

# They replace the spider's start() by one that yields the URL of the command line.
_COMMANDS_WITH_A_URL = ("scrapy.commands.fetch", "scrapy.commands.parse")


class AddressGuard:
    """Hold the rules of one crawl, and refuse what they forbid."""

    def __init__(self, rules: AddressRules) -> None:
        self.rules = rules
        self._typed: set[Origin] = set()

    def pin(self, origin: Origin, addresses: Iterable[str]) -> None:
        """Let ``origin`` be at these addresses even when they are not public."""
        self.rules = self.rules.with_pin(origin, addresses)

    async def pin_start(self, url: str) -> list[str]:
        """Resolve the host of a start URL and pin its origin to what it is at now.

        To be awaited before the first request. Returns the addresses; ``[]`` when the name
        has none just now, and then only a public one will do later in this run.

        Raises:
            ArgumentError: no http or https URL.
        """
        try:
            origin = Origin.of(url)
        except ValueError:
            raise ArgumentError(f"start={url!r} is not an http or https URL") from None
        addresses = await addresses_of(origin.host, origin.port)
        self.pin(origin, addresses)
        return addresses

    async def pin_starts(self, urls: list[str]) -> None:
        """Pin all start URLs of a run (the signal ``starts_known``).

        All at once: where names are a proxy's business each look-up may take its whole time.
        """
        await asyncio.gather(*map(self.pin_start, urls))

    def trust_typed(self, origin: Origin) -> None:
        """Pin ``origin`` at its next connection, to what it is at then."""
        self._typed.add(origin)

    def admitted(self, origin: Origin, addresses: list[str]) -> list[str]:
        """Return those of ``addresses`` that ``origin`` may be connected to, in their order.

        Raises:
            BlockedAddressError: none of them.
        """
        self._pin_if_typed(origin, addresses)
        refusals = {address: self.rules.refusal(origin, address) for address in addresses}
        good = [address for address, reason in refusals.items() if reason is None]
        if not good:
            raise BlockedAddressError(next(filter(None, refusals.values()), f"{origin}: nowhere"))
        return good

    def check_named(self, origin: Origin) -> None:
        """Refuse what is seen to be private before a proxy gets to resolve it.

        Raises:
            BlockedAddressError: an address in any spelling, or ``localhost``.
        """
        self._pin_if_typed(origin, ())
        reason = self.rules.named_refusal(origin)
        if reason is not None:
            raise BlockedAddressError(reason)

    def _pin_if_typed(self, origin: Origin, addresses: Iterable[str]) -> None:
        if origin in self._typed:
            self._typed.discard(origin)
            self.pin(origin, addresses)


_guards: WeakKeyDictionary[Crawler, AddressGuard] = WeakKeyDictionary()


def guard_for(crawler: Crawler) -> AddressGuard:
    """Return the guard of this crawler, always the same, made from ``ALLOWED_NETWORKS``.

    Raises:
        SettingError: ``ALLOWED_NETWORKS`` cannot be read.
    """
    guard = _guards.get(crawler)
    if guard is None:
        networks = allowed_networks(crawler.settings.getlist("ALLOWED_NETWORKS"))
        guard = _guards[crawler] = AddressGuard(AddressRules(networks))
        crawler.signals.connect(guard.pin_starts, our_signals.starts_known)
        _watch_typed_urls(crawler, guard)
    return guard


def _watch_typed_urls(crawler: Crawler, guard: AddressGuard) -> None:
    """Trust what the user types to ``fetch``, ``parse`` and ``shell``, and nothing else.

    Robots requests never reach the scheduler and redirects say that they are some, so the
    signal tells what was typed before anything is connected to.
    """
    # A crawler holds its signal receivers: without this it would never be collected.
    crawler_ref = ref(crawler)
    is_one_shot = getattr(crawler.spidercls.start, "__module__", "") in _COMMANDS_WITH_A_URL
    scheduled = 0

    def trust(request: Request) -> None:
        nonlocal scheduled
        scheduled += 1
        typed = scheduled == 1 if is_one_shot else _is_shell(crawler_ref())
        if typed and not request.meta.get("redirect_times"):
            try:
                guard.trust_typed(Origin.of(request.url))
            except ValueError:
                logger.debug("%s has no origin to trust", request)

    crawler.signals.connect(trust, signals.request_scheduled, weak=False)


def _is_shell(crawler: Crawler | None) -> bool:
    """Only the shell keeps an idle engine open. Without the attribute: no shell, no trust."""
    slot = getattr(crawler and crawler.engine, "_slot", None)
    return getattr(slot, "close_if_idle", True) is False
