"""A crawl through the guarded handler, run as a process by the tests of this folder.

``crawl.py JOB`` with JOB a JSON object: ``urls`` to fetch, ``pins`` to pin at the start,
``names`` that the resolver knows (a list of addresses, or a list of lists: one per lookup),
``settings``, ``meta``, ``content_filter``, ``abort`` (end the downloads when this many answers
have begun), ``cancel`` (the task of the first).
Prints one JSON object: ``results`` by URL, ``stats``, ``closed`` (when).
"""

import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess

from imagecrawler.coordinator.signals import abort_in_flight
from imagecrawler.handlers.guard import guard_for
from imagecrawler.handlers.resolver import CachingNameResolver, system_lookup
from imagecrawler.policies.content_filter import ContentFilter

JOB = json.loads(sys.argv[1]) if __name__ == "__main__" else {}
HANDLER = "imagecrawler.handlers.http.GuardedHTTPHandler"
OUT = {"results": {}, "looked_up": []}


def limit(url):
    """``?limit=2`` in a URL is its own download_timeout."""
    asked = parse_qs(urlsplit(url).query).get("limit")
    return {"download_timeout": float(asked[0])} if asked else {}


def wanted():
    """``content_filter`` of the job, as the scheduler gives it to image requests."""
    values = JOB.get("content_filter")
    return {} if values is None else {"content_filter": ContentFilter(**values)}


class NamedResolver(CachingNameResolver):
    """The resolver, with the test's names in place of the internet's."""

    def __init__(self, reactor, **options):
        super().__init__(reactor, lookup=self._known, **options)

    @staticmethod
    def _known(name):
        OUT["looked_up"].append(name)
        answer = JOB.get("names", {}).get(name)
        if answer is None:
            return system_lookup(name)
        if answer == "silence":
            time.sleep(3600)
        if isinstance(answer[0], list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer


class Probe(scrapy.Spider):
    name = "probe"

    @classmethod
    def from_crawler(cls, crawler, *args, **kwargs):
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.closed_at, signals.spider_closed)
        crawler.signals.connect(spider.count, signals.bytes_received)
        spider.began = 0
        return spider

    async def start(self):
        OUT["pinned"] = [
            await guard_for(self.crawler).pin_start(url) for url in JOB.get("pins", ())
        ]
        for url in JOB["urls"]:
            yield scrapy.Request(
                url,
                callback=self.arrived,
                errback=self.failed,
                dont_filter=True,
                cb_kwargs={"asked": url},
                meta={"asked": url, **limit(url), **wanted(), **JOB.get("meta", {})},
            )

    def arrived(self, response, asked):
        OUT["results"][asked] = {
            "url": response.url,
            "status": response.status,
            "bytes": len(response.body),
            "address": str(response.ip_address),
        }

    def failed(self, failure):
        OUT["results"][failure.request.meta["asked"]] = {
            "error": failure.type.__name__,
            "message": str(failure.value),
            "mro": [kind.__name__ for kind in failure.type.__mro__],
        }

    def count(self, request):
        # Only the first bytes of each hanging answer.
        if "began" not in request.meta and "/hang" in urlsplit(request.url).path:
            request.meta["began"] = True
            self.began += 1
            if JOB.get("cancel"):
                handler = self.crawler.engine.downloader.handlers._get_handler("http")
                handler._in_flight.cancel_all()
            if self.began == JOB.get("abort"):
                self.crawler.signals.send_catch_log(abort_in_flight)

    def closed_at(self, reason):
        OUT["closed"] = time.time()
        OUT["reason"] = reason
        OUT["stats"] = {k: str(v) for k, v in self.crawler.stats.get_stats().items()}


def settings():
    return {
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, "file": None, "data": None},
        "TWISTED_DNS_RESOLVER": NamedResolver,
        "RETRY_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "HTTPPROXY_ENABLED": False,
        **JOB.get("settings", {}),
    }


if __name__ == "__main__":
    process = AsyncCrawlerProcess(settings())
    process.crawl(Probe)
    process.start()
    print(json.dumps(OUT))
