"""The same days with everything in it: the crawl as a user starts it, and the mock site.

Time goes faster by a factor, on the site and in what the sources' turns go by (`fast`). The viewer
takes what the site has delivered and says how much is left, as the wall does.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.crawls import CHECKOUT, Crawl, last_lines
from benchmarks.freshness.figures import Journal
from benchmarks.freshness.simulation import FORGET_SECONDS, MAX_AGE_SECONDS
from benchmarks.freshness.site import MockSite
from benchmarks.freshness.truth import Scenario, Stream
from benchmarks.freshness.viewer import Viewer
from imagecrawler.storage.wall_notes import connect, note_demand

# The crawl's own time to begin is no part of the days: they begin with its first request.
_START_SECONDS = 120.0
_TURN_SECONDS = 0.05
_DEMAND_SECONDS = 0.1


def crawl_days(
    policy: str,
    streams: Sequence[Stream],
    scenario: Scenario,
    *,
    seconds: float,
    factor: float,
    low_water: int,
    requests_an_hour: float,
) -> Journal:
    """Return what happened in ``seconds`` of the site's time. Raises RuntimeError: no crawl."""
    with tempfile.TemporaryDirectory(prefix="freshness-") as folder:
        days = _Days(Path(folder), policy, scenario, seconds, factor, low_water, requests_an_hour)
        return asyncio.run(days.run(streams))


class _Days:
    def __init__(
        self,
        folder: Path,
        policy: str,
        scenario: Scenario,
        seconds: float,
        factor: float,
        low_water: int,
        requests_an_hour: float,
    ) -> None:
        self.folder, self.policy, self.scenario = folder, policy, scenario
        self.seconds, self.factor, self.began = seconds, factor, time.time()
        self.settings = {
            "SPIDER_MODULES": "benchmarks.freshness.fast",
            "IMAGES_STORE": folder / "store",
            "SOURCE_REQUESTS_PER_HOUR": requests_an_hour,
            "SOURCE_MAX_AGE_SECONDS": MAX_AGE_SECONDS,
            "SOURCE_FORGET_SECONDS": FORGET_SECONDS,
            "SOURCE_LOW_WATER": low_water,
            "ROBOTSTXT_OBEY": False,
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            "CONCURRENT_REQUESTS": 16,
            "LOG_LEVEL": "INFO",
            "STORE_FSYNC": False,
        }

    async def run(self, streams: Sequence[Stream]) -> Journal:
        """Start everything, let the days go by, and stop the crawl."""
        async with MockSite(streams, factor=self.factor) as site:
            crawl = Crawl(
                ["crawl", "feed", *self._arguments(site), *self._options()],
                log=self.folder / "log",
                folder=CHECKOUT,
                environment={"FRESHNESS_CLOCK": f"{self.began},{self.factor}"},
            )
            try:
                began = time.monotonic()
                # Some policies read no list before a viewer wants images.
                while "Spider opened" not in last_lines(self.folder / "log", 1_000):
                    if crawl.poll() or time.monotonic() > began + _START_SECONDS:
                        raise RuntimeError(last_lines(self.folder / "log"))
                    await asyncio.sleep(_TURN_SECONDS)
                site.begin()
                await self._look(site, Viewer(streams, site.journal))
            finally:
                crawl.kill()
            return site.journal

    async def _look(self, site: MockSite, viewer: Viewer) -> None:
        noted = 0.0
        with closing(connect(str(self.folder / "store"))) as notes:
            for moment in self.scenario.moments(self.seconds):
                while site.now < moment:
                    await asyncio.sleep(_TURN_SECONDS)
                viewer.look(moment)
                if time.monotonic() > noted + _DEMAND_SECONDS:
                    fast = self.began + (time.time() - self.began) * self.factor
                    note_demand(notes, viewer.unseen, now=fast)
                    noted = time.monotonic()

    def _arguments(self, site: MockSite) -> list[str]:
        given = {"sources": self._sources(site), "policy": self.policy, "watch": 1}
        return [part for name, value in given.items() for part in ("-a", f"{name}={value}")]

    def _options(self) -> list[str]:
        return [part for name, value in self.settings.items() for part in ("-s", f"{name}={value}")]

    def _sources(self, site: MockSite) -> Path:
        path = self.folder / "sources.toml"
        tables = (
            f'[[source]]\nname = "{name}"\nurl = "{url}"\n'
            for name, url in site.source_urls().items()
        )
        path.write_text("\n".join(tables))
        return path
