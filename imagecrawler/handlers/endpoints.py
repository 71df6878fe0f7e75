"""Where a connection goes: resolve, check, and connect to exactly what was checked.

The check lies under the HTTP client, in the endpoint it opens new connections with, and
takes scheme, host and port from the URL that this client parsed. So no spelling of a host is
read twice in two ways, a connection that the client opens by itself (a retry on a stale one)
is checked too, and one from the pool was checked when it opened: the pool's key is scheme,
host and port, like an origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import (
    IHostnameResolver,
    IReactorPluggableNameResolver,
    IStreamClientEndpoint,
)
from twisted.web.client import URI, _StandardEndpointFactory
from twisted.web.error import SchemeNotSupported
from zope.interface import implementer  # type: ignore[import-untyped]

from imagecrawler.handlers.resolver import Address, resolve
from imagecrawler.security.addresses import DEFAULT_PORTS, Origin

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocolFactory

    from imagecrawler.handlers.guard import AddressGuard


class GuardedEndpointFactory(_StandardEndpointFactory):
    """Make endpoints that ask ``guard`` before each connection; TLS names stay the URL's."""

    def __init__(
        self,
        reactor: Any,
        context_factory: Any,
        connect_timeout: float | None,
        bind_address: tuple[str, int] | None,
        *,
        guard: AddressGuard,
    ) -> None:
        super().__init__(reactor, context_factory, connect_timeout, bind_address)  # type: ignore[no-untyped-call]
        self._guard = guard

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802
        """Return the endpoint of one URL: TCP for http, TLS over TCP for https."""
        scheme = uri.scheme.decode("ascii", "replace")
        if scheme not in DEFAULT_PORTS:
            raise SchemeNotSupported(f"Unsupported scheme: {scheme!r}")
        host = uri.host.decode("ascii", "backslashreplace")
        endpoint: Any = GuardedEndpoint(
            self._reactor,
            Origin(scheme, host, uri.port),
            host,
            guard=self._guard,
            timeout_seconds=self._connectTimeout or 30,
            bind_address=self._bindAddress,
        )
        if scheme == "http":
            return endpoint
        creator = self._policyForHTTPS.creatorForNetloc(uri.host, uri.port)
        return wrapClientTLS(creator, endpoint)


@implementer(IStreamClientEndpoint)
class GuardedEndpoint:
    """Connect to the first address of ``host`` that answers, of those that are admitted."""

    def __init__(
        self,
        reactor: Any,
        origin: Origin,
        host: str,
        *,
        guard: AddressGuard,
        timeout_seconds: float,
        bind_address: tuple[str, int] | None,
    ) -> None:
        self._reactor = reactor
        self._origin = origin
        self._host = host
        self._guard = guard
        self._timeout_seconds = timeout_seconds
        self._bind_address = bind_address

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:  # noqa: N803
        """Return the connected protocol.

        Raises:
            BlockedAddressError: no address is admitted; no socket was opened.
            DNSLookupError: no address found.
            ConnectError: nobody answers at any of them.
        """
        found: Deferred[Any] = resolve(self._reactor, self._host, self._origin.port)
        found.addCallback(self._admitted)
        return found.addCallback(self._connect, protocolFactory)

    def _admitted(self, addresses: list[Address]) -> list[Address]:
        good = self._guard.admitted(self._origin, [address.host for address in addresses])
        return [address for address in addresses if address.host in good]

    def _connect(self, addresses: list[Address], factory: IProtocolFactory) -> Deferred[Any]:
        # HostnameEndpoint tries addresses side by side (RFC 8305). It gets a reactor whose
        # name resolver knows this list and nothing else: no second resolution.
        return HostnameEndpoint(
            _ReactorKnowing(self._reactor, addresses),
            self._host,
            self._origin.port,
            self._timeout_seconds,
            self._bind_address,
        ).connect(factory)


@implementer(IHostnameResolver)
class _Known:
    def __init__(self, addresses: list[Address]) -> None:
        self._addresses = addresses

    def resolveHostName(  # noqa: N802
        self, receiver: Any, *_args: object, **_kwargs: object
    ) -> None:
        for address in self._addresses:
            receiver.addressResolved(address)
        receiver.resolutionComplete()


@implementer(IReactorPluggableNameResolver)
class _ReactorKnowing:
    def __init__(self, reactor: Any, addresses: list[Address]) -> None:
        self._reactor = reactor
        self.nameResolver = _Known(addresses)

    def installNameResolver(self, resolver: IHostnameResolver) -> None:  # noqa: N802
        raise NotImplementedError("the addresses are checked already")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)
