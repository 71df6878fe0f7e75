"""robots.txt by RFC 9309, for every host that pages or images come from.

Scrapy's own middleware takes a server error, or no answer at all, for permission, keeps what it
read for the whole run, and keeps all of it.
https://www.rfc-editor.org/rfc/rfc9309.html#section-2.3.1
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from imagecrawler.exceptions import RobotsUnavailableError
from imagecrawler.middlewares.kept import restore_kept
from imagecrawler.policies.failures import retry_after_seconds
from imagecrawler.policies.politeness import Outages
from imagecrawler.policies.robots import MAX_BYTES

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_MAX_AGE_SECONDS = 24 * 3600  # section 2.4
_MAX_REDIRECTS = 5  # section 2.3.1.2
_SHARED_SECONDS = 1.0
_MAX_SIZE = 64_000_000  # bytes of memory, of all hosts' rules: at least 30,000 hosts
_LEAST_SIZE = 2_000  # of a host without rules
# What it may be unpacked to, or say of its length; only the first 500 KiB are asked for.
_MAX_UNPACKED_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class _Answer:
    """What is known of a host's robots.txt, until ``until`` (of the monotonic clock)."""

    rules: asyncio.Future[RobotParser | None]
    until: float
    size: int = 0


class RobotsMiddleware(RobotsTxtMiddleware):
    """Refuses what robots.txt forbids, and what it may forbid while it cannot be read.

    Status codes 400 to 499 are permission, but for 429; a server error or no answer is none,
    for 30 days at most. A host that cannot be reached fails the request with the very error
    that its robots.txt met, so that the ledger has the true reason.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._size = 0
        self._first_wait_seconds = crawler.settings.getfloat("RETRY_DELAY_SECONDS")

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of the request's host, or None: it has none.

        Raises:
            RobotsUnavailableError: the server cannot say now, and is not asked for a while.
            Exception: whatever the download of robots.txt met.
        """
        url = urlparse_cached(request)
        host = f"{url.scheme}://{url.netloc}"
        answer = self._answer(host, request)
        if answer.rules.done() and not answer.rules.cancelled():
            return answer.rules.result()  # as for nearly every request: nothing to wait for
        return await asyncio.shield(answer.rules)

    def _answer(self, host: str, request: Request) -> _Answer:
        known = self._answers.get(host)
        if known is not None and time.monotonic() < known.until and not known.rules.cancelled():
            self._answers.move_to_end(host)
            return known
        self._forget(host)
        rules: asyncio.Future[RobotParser | None]
        rules = asyncio.ensure_future(self._ask(host, request))
        rules.add_done_callback(lambda done: done.cancelled() or done.exception())
        answer = self._answers[host] = _Answer(rules, time.monotonic() + _MAX_AGE_SECONDS)
        self._weigh(answer, _LEAST_SIZE)
        return answer

    async def _ask(self, host: str, request: Request) -> RobotParser | None:
        try:
            rules = await self._fetch(host, request)
        except RobotsUnavailableError as error:
            self._ask_again(host, error.wait_seconds)
            if self._outages.are_over_long(host):
                self._ask_again(host, _MAX_AGE_SECONDS)
                return None
            raise
        except Exception:
            # Those that come within a second share one answer.
            self._outages.note(host, now=time.time())
            self._ask_again(host, min(self._first_wait_seconds, _SHARED_SECONDS))
            if self._outages.are_over_long(host):
                return None  # and the request meets the error itself
            raise
        self._outages.over(host)
        return rules

    def _ask_again(self, host: str, wait_seconds: float) -> None:
        if (answer := self._answers.get(host)) is not None:
            answer.until = time.monotonic() + wait_seconds

    async def _fetch(self, host: str, request: Request) -> RobotParser | None:
        self._stats.inc_value("robotstxt/request_count")
        robots = Request(
            f"{host}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={
                "dont_obey_robotstxt": True,
                "download_maxsize": _MAX_UNPACKED_BYTES,
                "redirect_ttl": _MAX_REDIRECTS,
                "robots_of": host,
            },
            callback=NO_CALLBACK,
        )
        try:
            with self._cut_after(MAX_BYTES, host):
                response = await self.crawler.engine.download_async(robots)
        except IgnoreRequest as error:
            if "redirection" in str(error):
                return None  # section 2.3.1.2: more than five
            raise self._unavailable(host, f"cannot be read ({error})") from error
        except DownloadCancelledError as error:  # too large, by its own account
            raise self._unavailable(host, f"cannot be read ({error})") from error
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status >= 500 or response.status == 429:
            raise self._unavailable(host, f"answered {response.status}", response)
        if not 200 <= response.status < 300:
            return None
        return await self._parse(host, response, request)

    @contextmanager
    def _cut_after(self, most_bytes: int, host: str) -> Iterator[None]:
        # Connected only while it is asked for: it is called with each chunk of all that comes.
        received = 0

        def count(data: bytes, request: Request) -> None:
            nonlocal received
            if request.meta.get("robots_of") == host:
                received += len(data)
                if received > most_bytes:
                    raise StopDownload(fail=False)

        self.crawler.signals.connect(count, signal=signals.bytes_received, weak=False)
        try:
            yield
        finally:
            self.crawler.signals.disconnect(count, signal=signals.bytes_received)

    def _unavailable(
        self, host: str, why: str, response: Response | None = None
    ) -> RobotsUnavailableError:
        header = response.headers.get("Retry-After") if response is not None else None
        now = time.time()
        asked = retry_after_seconds(header, now=now)
        tries = self._outages.note(host, now=now)
        wait_seconds = self._outages.wait_seconds(tries, self._first_wait_seconds, asked)
        return RobotsUnavailableError(f"robots.txt of {host} {why}", wait_seconds)

    async def _parse(self, host: str, response: Response, request: Request) -> RobotParser:
        # The line that is cut has to be seen to be so: one byte more than counts.
        body = response.body[: MAX_BYTES + 1]
        parser = build_from_crawler(self._parserimpl, self.crawler, body)
        if (answer := self._answers.get(host)) is not None:
            self._weigh(answer, getattr(getattr(parser, "rp", None), "size", len(body)))
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return parser

    def _weigh(self, answer: _Answer, size: int) -> None:
        """Count what an answer takes, and forget those that were not asked for longest."""
        answer.size += size
        self._size += size
        while self._size > _MAX_SIZE and len(self._answers) > 1:
            self._forget(next(iter(self._answers)))

    def _forget(self, host: str) -> None:
        if (answer := self._answers.pop(host, None)) is not None:
            self._size -= answer.size

    @cached_property
    def _outages(self) -> Outages:
        outages = Outages()
        restore_kept(self.crawler, "robots", outages)
        return outages
