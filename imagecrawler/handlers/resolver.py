"""Names to addresses, IPv4 and IPv6, with a cache and a time limit. Nothing is judged here.

Set as ``TWISTED_DNS_RESOLVER``. Scrapy's own resolvers keep an answer for ever, and the one
that knows IPv6 has no time limit.
"""

from __future__ import annotations

import socket
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scrapy.utils.defer import deferred_to_future
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

Address = IPv4Address | IPv6Address
Lookup = Callable[[str], Sequence[str]]

# Long enough that a host is asked for once per burst, short enough to follow a move.
_ANSWER_SECONDS = 600.0
# A name that failed: a page of a hundred pictures on a dead host asks once.
_FAILURE_SECONDS = 30.0
# A dead name server holds a thread for as long as the C library tries, often 10 s and more.
_THREADS = 32


class _Answer(NamedTuple):
    hosts: tuple[str, ...]
    expires: float


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Do nothing: the answer is still good for the cache, and nobody has to take it."""


@implementer(IHostnameResolver)
class CachingNameResolver:
    """Resolve a name once for all who ask at the same time, and remember the answer.

    An answer is kept 10 minutes, a failure 30 seconds, ``cache_entries`` of them, 0 for
    none; a lookup that takes longer than ``timeout_seconds`` has failed. The lookups run in
    daemon threads of their own: one that hangs delays neither the end of the process nor
    the reactor's other work in threads.
    """

    def __init__(
        self,
        reactor: ReactorBase,
        *,
        cache_entries: int,
        timeout_seconds: float,
        lookup: Lookup | None = None,
    ) -> None:
        self._reactor: Any = reactor
        self._cache_entries = cache_entries
        self._timeout_seconds = timeout_seconds
        self._lookup = lookup or system_lookup
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._asking: dict[str, list[Callable[[Sequence[str]], None]]] = {}
        self._waiting: deque[str] = deque()
        self._threads = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> CachingNameResolver:
        """Read DNSCACHE_ENABLED, DNSCACHE_SIZE and DNS_TIMEOUT."""
        settings = crawler.settings
        entries = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, cache_entries=entries, timeout_seconds=settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        """Answer for everything that this reactor connects to by name."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Address]] | None = None,  # noqa: N803
        transportSemantics: Literal["TCP", "UDP"] = "TCP",  # noqa: N803
    ) -> _Resolution:
        """Give the receiver each address of the name, none when it has none.

        https://docs.twisted.org/en/stable/api/twisted.internet.interfaces.IHostnameResolver.html
        """
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)

        def deliver(hosts: Sequence[str]) -> None:
            for host in hosts:
                kind = IPv6Address if ":" in host else IPv4Address
                if addressTypes is None or kind in addressTypes:
                    resolutionReceiver.addressResolved(kind(transportSemantics, host, portNumber))
            resolutionReceiver.resolutionComplete()

        self._ask(hostName, deliver)
        return resolution

    def _ask(self, name: str, deliver: Callable[[Sequence[str]], None]) -> None:
        answer = self._answers.get(name)
        if answer is not None and answer.expires > self._reactor.seconds():
            self._answers.move_to_end(name)
            deliver(answer.hosts)
        elif name in self._asking:
            self._asking[name].append(deliver)
        else:
            self._asking[name] = [deliver]
            timeout = self._reactor.callLater(self._timeout_seconds, self._settle, name, ())
            self._asking[name].append(lambda _: timeout.active() and timeout.cancel())
            self._waiting.append(name)
            self._start_lookups()

    def _start_lookups(self) -> None:
        while self._waiting and self._threads < _THREADS:
            name = self._waiting.popleft()
            if name in self._asking:  # It may have timed out in the queue.
                self._threads += 1
                # Not the reactor's pool: it has 10 threads, and ends only when they do.
                threading.Thread(
                    target=self._look_up, args=(name,), name="resolver", daemon=True
                ).start()

    def _look_up(self, name: str) -> None:
        hosts: Sequence[str] = ()
        try:
            hosts = self._lookup(name)
        except (OSError, ValueError):  # A UnicodeError is a name that IDNA cannot write.
            pass
        finally:
            self._reactor.callFromThread(self._looked_up, name, hosts)

    def _looked_up(self, name: str, hosts: Sequence[str]) -> None:
        self._threads -= 1
        self._settle(name, hosts)
        self._start_lookups()

    def _settle(self, name: str, hosts: Sequence[str]) -> None:
        self._remember(name, tuple(hosts))
        for deliver in self._asking.pop(name, ()):
            deliver(hosts)

    def _remember(self, name: str, hosts: tuple[str, ...]) -> None:
        if not self._cache_entries:
            return
        kept_seconds = _ANSWER_SECONDS if hosts else _FAILURE_SECONDS
        self._answers[name] = _Answer(hosts, self._reactor.seconds() + kept_seconds)
        self._answers.move_to_end(name)
        while len(self._answers) > self._cache_entries:
            self._answers.popitem(last=False)


def system_lookup(name: str) -> list[str]:
    """Return the addresses of ``name`` as the system knows them, the preferred one first.

    Raises:
        OSError: it has none, or nobody answers.
        UnicodeError: it is no host name.
    """
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@implementer(IResolutionReceiver)
class _Collector:
    def __init__(self, name: str) -> None:
        self._name = name
        self._addresses: list[Address] = []
        self.found: Deferred[list[Address]] = Deferred()

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        """Nothing to note."""

    def addressResolved(self, address: Address) -> None:  # noqa: N802
        """Take one address."""
        self._addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        """Fire, unless whoever asked has gone."""
        if self._addresses:
            self.found.callback(self._addresses)
        else:
            self.found.errback(DNSLookupError(f"no address found for {self._name!r}"))


def resolve(reactor: Any, host: str, port: int) -> Deferred[list[Address]]:
    """Return the addresses of ``host``, as the reactor's name resolver finds them, never none.

    Raises:
        DNSLookupError: it has none, or the name server did not answer in time.
    """
    collector = _Collector(host)
    reactor.nameResolver.resolveHostName(collector, host, port)
    return collector.found


async def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of ``host`` as text; ``[]`` when it has none just now."""
    from twisted.internet import reactor

    try:
        found = await deferred_to_future(resolve(reactor, host, port))
    except DNSLookupError:
        return []
    return [address.host for address in found]
