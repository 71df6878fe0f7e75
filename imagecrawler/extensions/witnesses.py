"""Asks hosts whether they are there.

They are asked for robots.txt, which any crawler may ask for, and behind the delays of their host.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from imagecrawler.policies.failures import reason_of
from imagecrawler.policies.reach import SILENCE, Reach

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_ASK_SECONDS = 15.0  # a server that is there says something by then


class Witnesses:
    """Hosts that ``reach`` has an origin of; one that answered ``lately_seconds`` ago is there."""

    def __init__(self, crawler: Crawler, reach: Reach, *, lately_seconds: float) -> None:
        self._crawler = crawler
        self._reach = reach
        self._lately_seconds = lately_seconds
        limit = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._ask_seconds = min(_ASK_SECONDS, limit or _ASK_SECONDS)
        self._asking: dict[str, asyncio.Future[bool]] = {}

    async def any_answers(self, hosts: Sequence[str]) -> bool:
        """Return whether one of the hosts answers, whatever it says; all are asked at once."""
        return any(await asyncio.gather(*map(self._answers, hosts)))

    async def _answers(self, host: str) -> bool:
        if self._reach.answered_since(host, time.monotonic() - self._lately_seconds):
            return True
        asked = self._asking.get(host)
        if asked is None:
            asked = self._asking[host] = asyncio.ensure_future(self._ask(host))
            asked.add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(asked)

    async def _ask(self, host: str) -> bool:
        request = Request(
            f"{self._reach.origin_of(host)}/robots.txt",
            meta={"dont_obey_robotstxt": True, "download_timeout": self._ask_seconds},
            callback=NO_CALLBACK,
        )
        try:
            await self._crawler.engine.download_async(request)
        except Exception as error:  # too large, forbidden, …: all but silence is an answer
            return reason_of(error) not in SILENCE
        return True


async def with_address(hosts: Sequence[str]) -> list[str]:
    """Return the hosts whose names the system resolves, past what our resolver remembers."""
    found = await asyncio.gather(*map(_has_address, hosts))
    return [host for host, is_found in zip(hosts, found, strict=True) if is_found]


async def _has_address(host: str) -> bool:
    try:
        return bool(await asyncio.get_running_loop().getaddrinfo(host, None))
    except (OSError, ValueError):  # the latter is a name that IDNA cannot write
        return False
