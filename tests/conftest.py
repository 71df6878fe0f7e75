"""Fixtures for every test: ``site`` starts local sites, ``crawl`` runs scrapy on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crawls import Crawls
from tests.site.generated import Generated
from tests.site.running import Site
from tests.site.spec import Routes

StartSite = Callable[..., Site]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests, which would keep one worker busy alone at the end."""
    items.sort(key=lambda item: "test_crash_sweep" not in item.nodeid)


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
def crawl(tmp_path: Path) -> Iterator[Crawls]:
    """Run scrapy: ``crawl(site.url, max_pages=3)``, ``crawl.command("status")``."""
    crawls = Crawls(tmp_path)
    yield crawls
    crawls.close()
