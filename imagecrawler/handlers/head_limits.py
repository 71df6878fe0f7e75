"""The head of an answer: ceilings on its bytes and on how often its body says to be compressed,
and headers that are none.

Twisted reads the head of an answer for as long as a server sends one, and keeps all of it;
Scrapy undoes as many compressions as a header names. Either may take all time and memory.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.http_headers import InvalidHeaderName

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.web.client import Response as TxResponse
    from twisted.web.iweb import IResponse

# Status, headers and what comes before them ("100 Continue"): as much as Chromium takes
# (net/http/http_stream_parser.cc, kMaxHeaderBufSize).
MAX_HEAD_BYTES = 256 * 1024

# As many as curl takes (lib/content_encoding.c, MAX_ENCODE_STACK).
_MAX_CODINGS = 5


class HeadTooLongError(Exception):
    """An answer's head has more than `MAX_HEAD_BYTES`, or a line of 16 KiB."""


class LimitedHeadFactory(_LenientHTTP11ClientFactory):
    """Build the protocol of a connection, which ends at a head that is too long."""

    def buildProtocol(self, addr: IAddress | None) -> _LimitedHeadProtocol:  # noqa: N802
        """Return the protocol of a new connection."""
        return _LimitedHeadProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _TolerantParser(_LenientHTTPClientParser):
    """Leaves a header whose name is none out, alone, as browsers do.

    Twisted gives the whole answer up for `Access-Control-Allow-Origin : *`.
    """

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802
        with suppress(InvalidHeaderName):
            super().headerReceived(name.rstrip(b" \t"), value)  # type: ignore[no-untyped-call]


class _LimitedHeadProtocol(_LenientHTTP11ClientProtocol):
    _head_bytes = 0

    def request(self, request: Any) -> Deferred[IResponse]:
        self._head_bytes = 0
        answered = super().request(request)
        assert self._parser is not None
        # Else the connection is closed as if the server had done so, and tried again.
        self._parser.lineLengthExceeded = self._end_long_line  # type: ignore[method-assign]
        # As Scrapy does: an attribute that leads back to the parser would keep each answer.
        self._parser.__class__ = _TolerantParser
        return answered

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        parser = self._parser
        if parser is not None and parser.state in (STATUS, HEADER):
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._end(f"its head has more than {MAX_HEAD_BYTES} bytes")

    def _end_long_line(self, line: bytes) -> None:
        self._end(f"its head has a line of {len(line)} bytes or more")

    def _end(self, message: str) -> None:
        assert self.transport is not None
        self.transport.abortConnection()
        self._disconnectParser(Failure(HeadTooLongError(message)))  # type: ignore[no-untyped-call]


def head_too_long(error: DownloadFailedError) -> DownloadCancelledError | None:
    """Return the error for a download that failed by its head, None when it failed otherwise."""
    for reason in getattr(error.__cause__, "reasons", ()):
        if reason.check(HeadTooLongError):
            return DownloadCancelledError(str(reason.value))
    return None


def check_codings(txresponse: TxResponse) -> None:
    """Raise DownloadCancelledError, and close the connection, for a body packed too often."""
    lines = txresponse.headers.getRawHeaders(b"content-encoding", [])
    codings = sum(line.count(b",") + 1 for line in lines)
    if codings > _MAX_CODINGS:
        txresponse._transport._producer.abortConnection()
        raise DownloadCancelledError(f"its body is compressed {codings} times over")
