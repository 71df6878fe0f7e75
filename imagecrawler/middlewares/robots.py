"""robots.txt by RFC 9309, for every host that pages or images come from.

Scrapy's own middleware takes a server error, or no answer at all, for permission, and keeps
what it read for the whole run. https://www.rfc-editor.org/rfc/rfc9309.html#section-2.3.1
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from imagecrawler.exceptions import RobotsUnavailableError

_MAX_AGE_SECONDS = 24 * 3600  # section 2.4
_MAX_BYTES = 500 * 1024  # section 2.5
_MAX_HOSTS = 10_000

_Answer = asyncio.Future[RobotParser | None]


class RobotsMiddleware(RobotsTxtMiddleware):
    """Refuses what robots.txt forbids, and what it may forbid while it cannot be read.

    A host that cannot be reached fails the request with the very error that its robots.txt
    met, so that the ledger has the true reason, and is asked again at the next try.
    """

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of the request's host, or None: it has none.

        Raises:
            RobotsUnavailableError: the server answered 5xx.
            Exception: whatever the download of robots.txt met.
        """
        url = urlparse_cached(request)
        host = f"{url.scheme}://{url.netloc}"
        answer = self._answer(host, request)
        if answer.done() and not answer.cancelled() and answer.exception() is None:
            return answer.result()  # as for nearly every request: nothing to wait for
        try:
            return await asyncio.shield(answer)
        except Exception:
            if self._answers.get(host, (0.0, None))[1] is answer:
                del self._answers[host]
            raise

    _answers: OrderedDict[str, tuple[float, _Answer]]

    def _answer(self, host: str, request: Request) -> _Answer:
        if not hasattr(self, "_answers"):
            self._answers = OrderedDict()
        known = self._answers.get(host)
        if known is not None and time.monotonic() - known[0] < _MAX_AGE_SECONDS:
            self._answers.move_to_end(host)
            return known[1]
        answer: _Answer = asyncio.ensure_future(self._fetch(host, request))
        self._answers[host] = (time.monotonic(), answer)
        if len(self._answers) > _MAX_HOSTS:
            self._answers.popitem(last=False)
        return answer

    async def _fetch(self, host: str, request: Request) -> RobotParser | None:
        self._stats.inc_value("robotstxt/request_count")
        robots = Request(
            f"{host}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, "download_maxsize": 10 * _MAX_BYTES},
            callback=NO_CALLBACK,
        )
        response = await self.crawler.engine.download_async(robots)
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status >= 500:
            raise RobotsUnavailableError(f"{host}/robots.txt answered {response.status}")
        if not 200 <= response.status < 300:
            return None
        parser = build_from_crawler(self._parserimpl, self.crawler, response.body[:_MAX_BYTES])
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return parser
