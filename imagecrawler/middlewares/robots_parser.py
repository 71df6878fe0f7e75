"""ROBOTSTXT_PARSER: `imagecrawler.policies.robots` as Scrapy wants a parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.robotstxt import RobotParser

from imagecrawler.policies.robots import RobotsRules, parse_robots, product_token

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class RFC9309RobotParser(RobotParser):
    """What a robots.txt says to this crawl, whichever ``user_agent`` is asked about.

    A crawl has one name, ROBOTSTXT_USER_AGENT or the product token of USER_AGENT. Groups for
    other crawlers are not kept. ``rp`` is a `RobotsRules`, as other parsers have theirs there.
    """

    def __init__(self, rules: RobotsRules) -> None:
        self.rp = rules

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Parse a file's content."""
        settings = crawler.settings
        agent = settings.get("ROBOTSTXT_USER_AGENT") or settings.get("USER_AGENT") or ""
        return cls(parse_robots(robotstxt_body, token=product_token(agent)))

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Whether this crawl may fetch ``url``."""
        return self.rp.allows(url.decode() if isinstance(url, bytes) else url)

    def crawl_delay(self, user_agent: str | bytes) -> float | None:
        """Return the seconds that are to lie between two requests, or None."""
        return self.rp.crawl_delay_seconds
