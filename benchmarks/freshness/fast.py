"""The spider of ``scrapy crawl feed`` with a clock that goes faster: the days of `real`.

What the policies and the shares of the sources go by is this clock; the engine, its timeouts and
its delays keep the wall's. FRESHNESS_CLOCK says since when and how much faster, as two numbers.
"""

from __future__ import annotations

import os
import time

from imagecrawler.policies import fresh, seeking
from imagecrawler.spiders import feed

# The network is as slow as ever: a walk from page to page may take so long on the wall's clock.
_WALK_SECONDS = 2.0


class FastTime:
    """What the spider uses of the module `time`."""

    def __init__(self, began: float, factor: float) -> None:
        self._began = began
        self._factor = factor

    def time(self) -> float:
        """Seconds since the epoch, as if time had run faster since it ``began``."""
        return self._began + (time.time() - self._began) * self._factor

    def time_ns(self) -> int:
        """The same in nanoseconds."""
        return int(self.time() * 1e9)


class FastFeedSpider(feed.FeedSpider):
    """The same spider, under the same name."""


BEGAN, FACTOR = map(float, os.environ["FRESHNESS_CLOCK"].split(","))
feed.time = FastTime(BEGAN, FACTOR)  # type: ignore[assignment]
feed._TICK_SECONDS = 0.1
fresh._WALK_SECONDS = max(fresh._WALK_SECONDS, _WALK_SECONDS * FACTOR)
seeking._JUMPS_SECONDS = fresh._WALK_SECONDS
