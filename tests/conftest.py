"""Fixtures for every test: ``site`` starts local sites, ``crawl`` runs scrapy on them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.crawls import Crawls
from tests.quick_disk import quick_disk
from tests.site.generated import Generated
from tests.site.running import Site
from tests.site.spec import Routes

# How quick the machine is says nothing of what is tested on it.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

StartSite = Callable[..., Site]

# Those with tests of ten seconds and more.
_LONGEST = ("galleries/test_crawl", "test_crash_sweep", "test_scrapyd", "crawl/test_rendering")


def pytest_xdist_auto_num_workers() -> int | None:
    """Use three workers for two cores: half of the time a test waits, for a server or a clock."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0))
    return cores + (cores + 1) // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests, which would keep one worker busy alone at the end."""

    def rank(item: pytest.Item) -> int:
        if any(name in item.nodeid for name in _LONGEST):
            return 0
        return 1 if "site" in getattr(item, "fixturenames", ()) else 2

    items.sort(key=rank)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[StartSite]:
    """Start a local site: ``site({"/": page("…")}, {"/b.jpg": image()})``, one dict per host.

    ``site(Generated(pages=300, hosts=3))`` starts a computed one; routes may come after it
    and win. ``ports=old.ports`` starts one where another was.
    """
    running: list[Site] = []

    def start(*parts: Routes | Generated, ports: list[int] | None = None) -> Site:
        generated = next((part for part in parts if isinstance(part, Generated)), None)
        hosts = [part for part in parts if not isinstance(part, Generated)]
        if generated:
            hosts += [{} for _ in range(generated.hosts - len(hosts))]
        folder = tmp_path / f"site-{len(running)}"
        running.append(Site(folder, hosts, generated=generated, ports=ports))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder for stores that die hundreds of times, in memory where there is room."""
    with tempfile.TemporaryDirectory(dir=quick_disk()) as folder:
        yield Path(folder)


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawls]:
    """Run scrapy: ``crawl(site.url, max_pages=3)``, ``crawl.command("status")``."""
    crawls = Crawls(tmp_path)
    yield crawls
    crawls.close()
