"""The early end of an image's body: who sees its first bytes, and what ending it takes.

Scrapy's signals (headers_received, bytes_received with StopDownload) could do it too, but they
do not tell the status, and would call us with every chunk of every page and image. This is
asked once for each chunk until the first look has decided, which is the first chunk nearly
always; from then on the bytes go where they would go without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.python.failure import Failure
from twisted.web.iweb import UNKNOWN_LENGTH

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.first_bytes import BodyWatch
from imagecrawler.policies.content_filter import ContentFilter

if TYPE_CHECKING:
    from scrapy.statscollectors import StatsCollector
    from twisted.web.client import Response as TxResponse

_Cut = Callable[[ImageRejectedError], None]


def has_plain_body(txresponse: TxResponse) -> bool:
    """Whether an answer's body is a file as it is: neither an error's page nor compressed."""
    encodings = txresponse.headers.getRawHeaders(b"content-encoding", [])
    return 200 <= txresponse.code < 300 and all(e.lower() == b"identity" for e in encodings)


def begin_watching(txresponse: TxResponse, wanted: ContentFilter, stats: StatsCollector) -> None:
    """Have a body end as soon as it is seen that ``wanted`` excludes it.

    Its connection is closed then, so it ends only where more is left than a new one costs.
    Raises ImageRejectedError: it need not begin.
    """
    length: Any = txresponse.length
    watch = BodyWatch(wanted, None if length is UNKNOWN_LENGTH else length)
    if (rejection := watch.claim()) is not None:
        _end(txresponse, watch, rejection, stats)
        raise rejection
    deliver = txresponse.deliverBody

    def deliver_watched(reader: Any) -> None:
        # Else the answer would hold itself, and wait for the garbage collector.
        del txresponse.deliverBody

        def cut(rejection: ImageRejectedError) -> None:
            _end(txresponse, watch, rejection, stats)
            reader._finished.errback(Failure(rejection))  # type: ignore[no-untyped-call]

        deliver(_WatchedReader(reader, watch, cut))  # type: ignore[no-untyped-call]

    txresponse.deliverBody = deliver_watched  # type: ignore[method-assign]


def _end(
    txresponse: TxResponse, watch: BodyWatch, rejection: ImageRejectedError, stats: StatsCollector
) -> None:
    # Not loseConnection: the server would go on sending into a socket that is read no more.
    txresponse._transport._producer.abortConnection()
    stats.inc_value(f"images/cut_off/{rejection.reason}")
    stats.inc_value("images/saved_bytes", watch.saved_bytes)
    # What did come counts for max_bytes; Scrapy counts only responses that came to their end.
    stats.inc_value("downloader/response_bytes", watch.received_bytes)


class _WatchedReader:
    """Stands before the protocol that reads a body, and steps aside when it has seen enough."""

    def __init__(self, reader: Any, watch: BodyWatch, cut: _Cut) -> None:
        self._reader = reader
        self._watch = watch
        self._cut = cut
        self.makeConnection = reader.makeConnection
        self.connectionLost = reader.connectionLost

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._reader._finished.called:
            return
        rejection = self._watch.see(data)
        if rejection is not None:
            self._cut(rejection)
            return
        if self._watch.is_over:
            self.dataReceived = self._reader.dataReceived  # type: ignore[method-assign]
        self._reader.dataReceived(data)
