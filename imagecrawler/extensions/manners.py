"""Has each host asked as often as it wants to be: Crawl-delay, back-off, and budgets of a day.

What is decided is in ``policies/politeness.py`` and in the coordinator; here is what the
downloader tells and what it is told. Hosts go by their name without port, as its slots do.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Self

from scrapy import Request, signals
from scrapy.http import Response

from imagecrawler.coordinator.contract import Frontier
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.identity.urls import authority, host_name
from imagecrawler.policies.failures import retry_after_seconds
from imagecrawler.policies.politeness import BackOff

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

# More than robots.txt is remembered of: who is forgotten here says it again.
_MAX_HOSTS = 50_000


class Manners:
    """Listens to the downloader while a store is open; after AutoThrottle, whose delays it raises.

    A host that answers 429, or 503 twice in a row or with Retry-After, rests: nothing more of
    it is handed out until then.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._back_off = BackOff(crawler.settings.getfloat("RETRY_DELAY_SECONDS"))
        self._delays: dict[str, dict[str, float]] = {}  # by host, then with its port
        self._received: Counter[Request] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to what the downloader tells."""
        manners = cls(crawler)
        connect = crawler.signals.connect
        connect(manners.robots_parsed, signal=signals.robots_parsed)
        connect(manners.request_reached_downloader, signal=signals.request_reached_downloader)
        connect(manners.response_downloaded, signal=signals.response_downloaded)
        if crawler.settings.getfloat("HOST_BYTES_PER_DAY"):
            # They come with each chunk: nobody listens who need not.
            connect(manners.bytes_received, signal=signals.bytes_received)
            connect(manners.request_left_downloader, signal=signals.request_left_downloader)
        return manners

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Take the pace that a robots.txt asks for."""
        agent = self._crawler.settings.get("USER_AGENT") or ""
        host, seconds = host_name(request.url), robotparser.crawl_delay(agent) or 0.0
        of_ports = {**self._delays.pop(host, {}), authority(request.url): seconds}
        slowest = max(of_ports.values())
        if slowest:
            self._delays[host] = of_ports
        if len(self._delays) > _MAX_HOSTS:
            del self._delays[next(iter(self._delays))]
        if (coordinator := self._coordinator()) is not None:
            coordinator.slow_host(host, slowest)

    def request_reached_downloader(self, request: Request) -> None:
        """Keep the pace before it is sent, and count it."""
        self._keep_pace(request)
        coordinator = self._coordinator()
        if coordinator is not None and not request.meta.get("dont_obey_robotstxt"):
            coordinator.spend(host_name(request.url), requests=1)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Let a host rest that has too much to do."""
        self._keep_pace(request)
        coordinator, host, now = self._coordinator(), host_name(request.url), time.time()
        asked = retry_after_seconds(response.headers.get("Retry-After"), now=now)
        wait = self._back_off.answered(host, response.status, now=now, retry_after_seconds=asked)
        if coordinator is not None and wait:
            self._crawler.stats.inc_value(f"manners/rests/{response.status}")
            named = f" and asked to wait {asked:,.0f} s" if asked else ""
            why = f"it answered {response.status}{named}"
            coordinator.rest_host(host, wait, why, outlasts=True)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Add up what comes of a body."""
        if not request.meta.get("dont_obey_robotstxt"):
            self._received[request] += len(data)

    def request_left_downloader(self, request: Request) -> None:
        """Count what came, however it ended."""
        received, coordinator = self._received.pop(request, 0), self._coordinator()
        if coordinator is not None and received:
            coordinator.spend(host_name(request.url), size_bytes=received)

    def _keep_pace(self, request: Request) -> None:
        # By its slot: a redirect of robots.txt goes through that of the host it began at.
        name = request.meta.get("download_slot", "")
        of_ports = self._delays.get(name)
        if of_ports and (slot := self._crawler.engine.downloader.slots.get(name)) is not None:
            slot.delay = max(slot.delay, *of_ports.values())
            slot.jitter = 0.0  # which would go below it half of the time

    def _coordinator(self) -> Frontier | None:
        scheduler = getattr(self._crawler.engine, "scheduler", None)
        return scheduler.coordinator if isinstance(scheduler, StoreScheduler) else None
