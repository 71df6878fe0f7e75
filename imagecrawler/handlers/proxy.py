"""The browser's only way out: a forward proxy on loopback that asks the address rules.

Routing inside the browser is no boundary: it never sees the targets of redirects, nor what
service workers, WebSockets and preconnects open (microsoft/playwright#3994). A browser that
has a proxy for everything opens no socket but to it and looks up no name, so here each
connection is checked as the crawler's own are, by the same `GuardedEndpoint`.

HTTP requests come one to a connection, tunnels (CONNECT: https, and WebSockets of both kinds)
are passed on as they are. proxy.py and mitmproxy would need our resolver and pins brought to
another thread or process; what is left of a proxy without them is this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from twisted.internet import error, protocol
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.python.failure import Failure

from imagecrawler.exceptions import BlockedAddressError
from imagecrawler.handlers.endpoints import GuardedEndpoint
from imagecrawler.handlers.guard import AddressGuard
from imagecrawler.handlers.proxy_messages import (
    BadMessageError,
    RequestHead,
    parse_request,
    rewrite_response,
    split_head,
    to_upstream,
)
from imagecrawler.security.addresses import Origin

_NOT_CONNECTED = "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

Note = Callable[[str, int], None]


class Upstream(NamedTuple):
    """Another proxy, and what it is told for ``Proxy-Authorization``."""

    host: str
    port: int
    authorization: bytes | None = None


class FilteringProxy(protocol.Factory):
    """Listens on loopback from `start` to `stop`.

    ``note(event, number)`` is called with ``received`` and bytes, and with ``refused`` and 1.
    ``upstream`` names the proxy that an origin is to be asked through, which then resolves its
    name, so that of the checks only those of the name are left.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        timeout_seconds: float,
        note: Note,
        upstream: Callable[[Origin], Upstream | None] = lambda _: None,
    ) -> None:
        self.guard = guard
        self.upstream = upstream
        self.timeout_seconds = timeout_seconds
        self.note = note
        self.refusals: list[str] = []
        self._clients: set[_Client] = set()
        self._listening: Any = None

    def start(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it. Raises OSError."""
        from twisted.internet import reactor

        listen: Any = reactor
        self._listening = listen.listenTCP(0, self, interface="127.0.0.1")
        return int(self._listening.getHost().port)

    def stop(self) -> None:
        """End all connections at once and listen no more."""
        if self._listening is not None:
            self._listening.stopListening()
            self._listening = None
        for client in list(self._clients):
            client.transport.abortConnection()

    def buildProtocol(self, addr: object) -> _Client:  # noqa: N802
        """Return the protocol of one connection."""
        return _Client(self)

    def connect(
        self, request: RequestHead, upstream: Upstream | None, factory: Any
    ) -> Deferred[Any]:
        """Return the connection for a request: to ``upstream``, or to its host.

        Raises:
            BlockedAddressError: also as the Deferred's failure.
        """
        from twisted.internet import reactor

        guard: Any = _TunnelGuard(self.guard) if request.is_tunnel else self.guard
        if upstream is not None:
            guard.check_named(request.origin)
            way = HostnameEndpoint(reactor, upstream.host, upstream.port, self.timeout_seconds)
            found: Deferred[Any] = way.connect(factory)
            return found
        return GuardedEndpoint(
            reactor,
            request.origin,
            request.origin.host,
            guard=guard,
            timeout_seconds=self.timeout_seconds,
            bind_address=None,
        ).connect(factory)

    def opened(self, client: _Client) -> None:
        """Know a connection, to end it with the rest."""
        self._clients.add(client)

    def closed(self, client: _Client) -> None:
        """Forget a connection that has ended."""
        self._clients.discard(client)


class _TunnelGuard:
    """What goes through a tunnel is https or a WebSocket's http: its origin is either."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    def admitted(self, origin: Origin, addresses: list[str]) -> list[str]:
        try:
            return self._guard.admitted(origin, addresses)
        except BlockedAddressError:
            return self._guard.admitted(_as_http(origin), addresses)

    def check_named(self, origin: Origin) -> None:
        try:
            self._guard.check_named(origin)
        except BlockedAddressError:
            self._guard.check_named(_as_http(origin))


def _as_http(origin: Origin) -> Origin:
    return Origin("http", origin.host, origin.port)


class _Client(protocol.Protocol):
    """One connection of the browser, and the one request or tunnel that it is for."""

    transport: Any

    def __init__(self, proxy: FilteringProxy) -> None:
        self.proxy = proxy
        self._unread = b""
        self._request: RequestHead | None = None
        self._upstream: Upstream | None = None
        self._body_left: int | None = None  # None: without end, a tunnel
        self._connecting: Deferred[Any] | None = None
        self._server: _Server | None = None

    def connectionMade(self) -> None:  # noqa: N802
        self.proxy.opened(self)

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:  # noqa: N802
        self.proxy.closed(self)
        if self._connecting is not None:
            self._connecting.cancel()
        if self._server is not None:
            self._server.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._request is not None:
            self._pass_on(data)
            return
        try:
            head, self._unread = split_head(self._unread + data)
            if head is not None:
                self._begin(parse_request(head))
        except BadMessageError:
            self._answer("400 Bad Request")

    def _begin(self, request: RequestHead) -> None:
        self._request = request
        self._body_left = None if request.is_tunnel else request.body_bytes
        self.transport.pauseProducing()
        factory: Any = protocol.Factory.forProtocol(lambda: _Server(self, request.is_tunnel))
        upstream = self._upstream = self.proxy.upstream(request.origin)
        self._connecting = maybeDeferred(self.proxy.connect, request, upstream, factory)
        self._connecting.addCallbacks(self._connected, self._not_connected)

    def _connected(self, server: _Server) -> None:
        assert self._request is not None
        self._connecting, self._server = None, server
        self.transport.registerProducer(server.transport, True)
        server.transport.registerProducer(self.transport, True)
        if self._upstream is not None:
            # Whether there is a tunnel is its answer, which goes to the browser as it is.
            server.transport.write(to_upstream(self._request, self._upstream.authorization))
        elif self._request.is_tunnel:
            self.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            server.transport.write(self._request.to_server)
        unread, self._unread = self._unread, b""
        self._pass_on(unread)
        self.transport.resumeProducing()

    def _not_connected(self, failure: Failure) -> None:
        self._connecting = None
        if isinstance(failure.value, BlockedAddressError):
            self.proxy.note("refused", 1)
            self._answer("403 Forbidden")
        elif isinstance(failure.value, error.TimeoutError):
            self._answer("504 Gateway Timeout")
        else:
            self._answer("502 Bad Gateway")

    def _answer(self, status: str) -> None:
        self.transport.write(_NOT_CONNECTED.format(status=status).encode("ascii"))
        self.transport.loseConnection()

    def _pass_on(self, data: bytes) -> None:
        # Nothing after the one request: the next may be meant for another host.
        if self._body_left is not None:
            data = data[: self._body_left]
            self._body_left -= len(data)
        if data and self._server is not None:
            self._server.transport.write(data)


class _Server(protocol.Protocol):
    """The connection that was admitted: everything it says goes to the browser."""

    transport: Any

    def __init__(self, client: _Client, is_tunnel: bool) -> None:
        self._client = client
        self._in_body = is_tunnel
        self._unread = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self._client.proxy.note("received", len(data))
        if self._in_body:
            self._client.transport.write(data)
            return
        try:
            self._unread += data
            self._pass_heads()
        except BadMessageError:
            self._client.transport.abortConnection()

    def _pass_heads(self) -> None:
        while not self._in_body:
            head, self._unread = split_head(self._unread)
            if head is None:
                return
            rewritten, self._in_body = rewrite_response(head)
            self._client.transport.write(rewritten)
        self._client.transport.write(self._unread)
        self._unread = b""

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:  # noqa: N802
        self._client.transport.unregisterProducer()
        self._client.transport.loseConnection()
