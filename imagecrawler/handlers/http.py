"""The download handler of http and https: checked addresses, a total time limit, an abort, a
ceiling on heads, and the end of bodies that are not worth having.

Everything else (TLS, pooling, ceilings on bodies, proxies) is Scrapy's HTTP/1.1 handler.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _BindAddressAgent,
    _ScrapyAgent,
)
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import deferred_to_future

from imagecrawler.handlers.body_end import begin_watching, has_plain_body
from imagecrawler.handlers.endpoints import GuardedEndpointFactory
from imagecrawler.handlers.guard import AddressGuard, guard_for
from imagecrawler.handlers.head_limits import LimitedHeadFactory, check_codings, head_too_long
from imagecrawler.handlers.in_flight import InFlight
from imagecrawler.handlers.left_timers import LeftTimers
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.security.addresses import Origin

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Response
    from twisted.web.client import Agent
    from twisted.web.client import Response as TxResponse

logger = logging.getLogger(__name__)

# Closing a healthy connection takes a millisecond; who takes longer is not waited for, or
# the process would end late.
_DISCONNECT_SECONDS = 0.1


class GuardedHTTPHandler(HTTP11DownloadHandler):
    """Download over http and https, within the rules of ``guard_for(crawler)``.

    ``download_timeout`` in the request's meta, else DOWNLOAD_TIMEOUT, bounds the whole of a
    request: name, connection, TLS, headers and body. 0 is no limit.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = LimitedHeadFactory
        self._guard = guard_for(crawler)
        self._timeout_seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._disconnect_timeout = _DISCONNECT_SECONDS  # type: ignore[assignment]
        self._in_flight = InFlight(crawler)
        self._left_timers = LeftTimers()
        self._warned_of_proxy = False

    async def download_request(self, request: Request) -> Response:
        """Return the response, whole.

        Raises:
            BlockedAddressError: a forbidden address; nothing was sent.
            DownloadTimeoutError: the time is up, however far it got.
            ImageRejectedError: its ``content_filter`` (in the request's meta) leaves out what
                this is, as its length or first bytes tell.
            DownloadAbortedError: the run is ending.
            DownloadCancelledError: too many bytes, in its head too; or someone else cancelled it.
        """
        limit_seconds = request.meta.get("download_timeout") or self._timeout_seconds
        request.meta["sent_at"] = time.monotonic()
        with self._in_flight.tracked(request.url):
            try:
                async with asyncio.timeout(limit_seconds or None):
                    return await self._fetch(request, limit_seconds)
            except TimeoutError:
                raise DownloadTimeoutError(
                    f"{request.url} took longer than {limit_seconds:g} seconds"
                ) from None
            finally:
                self._left_timers.note_download()

    async def close(self) -> None:
        """Close the idle connections, in a tenth of a second at most."""
        await super().close()

    async def _fetch(self, request: Request, limit_seconds: float) -> Response:
        if request.meta.get("proxy"):
            self._check_for_proxy(request)
        agent = _GuardedAgent(
            guard=self._guard,
            contextFactory=self._contextFactory,
            # It guards its own part of the way with the same limit, where ours is none.
            connectTimeout=limit_seconds or 10**6,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=request.meta.get("download_fail_on_dataloss", self._fail_on_dataloss),
            crawler=self.crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        try:
            with wrap_twisted_exceptions():
                return await deferred_to_future(agent.download_request(request))
        except DownloadFailedError as error:
            if (too_long := head_too_long(error)) is not None:
                raise too_long from error
            raise

    def _check_for_proxy(self, request: Request) -> None:
        self._guard.check_named(Origin.of(request.url))
        if not self._warned_of_proxy:
            self._warned_of_proxy = True
            logger.warning(
                "A proxy is set (HTTPPROXY_URL, the environment's http_proxy or a request's meta): "
                "it resolves names itself, so a name that points to a private address is refused "
                "by it or not at all. HTTPPROXY_ENABLED=False connects without it."
            )


class _GuardedAgent(_ScrapyAgent):
    def __init__(self, *, guard: AddressGuard, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self._guard = guard
        self._headers: Headers | None = None

    def _headers_from_twisted_response(  # type: ignore[override]
        self, response: TxResponse
    ) -> Headers:
        # Scrapy makes them twice, for headers_received and for the response: an agent has one.
        if self._headers is None:
            self._headers = super()._headers_from_twisted_response(response)
        return self._headers

    def _cb_bodyready(self, txresponse: TxResponse, request: Request) -> Any:
        check_codings(txresponse)
        wanted = request.meta.get("content_filter")
        if isinstance(wanted, ContentFilter) and has_plain_body(txresponse):
            begin_watching(txresponse, wanted, self._crawler.stats)
        return super()._cb_bodyready(txresponse, request)

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        if request.meta.get("proxy"):
            return agent  # It connects to the proxy that the user named.
        if type(agent) is not _BindAddressAgent:
            raise TypeError(f"{type(agent)} connects past the address rules")
        plain = agent._endpointFactory
        agent._endpointFactory = GuardedEndpointFactory(
            plain._reactor,
            plain._policyForHTTPS,
            plain._connectTimeout,
            plain._bindAddress,
            guard=self._guard,
        )
        return agent
