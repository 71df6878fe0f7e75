"""Whose fault a failure is, while somebody is being asked for it."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from imagecrawler.extensions.network import NetworkWatch

HOST = "a.test"


class _Witnesses:
    """A host that answers no earlier than it is let."""

    def __init__(self) -> None:
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def any_answers(self, hosts: list[str]) -> bool:
        self.asked.set()
        await self.let.wait()
        return bool(hosts)


@pytest.mark.parametrize("is_lost_meanwhile", [True, False])
def test_a_failure_before_the_network_was_lost_costs_no_try(is_lost_meanwhile: bool) -> None:
    async def failing() -> bool:
        engine = SimpleNamespace(scheduler=None)
        crawler: Any = SimpleNamespace(engine=engine, settings=Settings())
        watch = NetworkWatch(crawler, check_seconds=1, most_seconds=1, away_seconds=1)
        witnesses: Any = _Witnesses()
        watch._witnesses = witnesses
        watch.note_answer(Response(f"http://{HOST}/"), Request(f"http://{HOST}/"))
        lease: Any = SimpleNamespace(host=HOST, kind="image", key="1")
        asking = asyncio.create_task(watch.is_excused(lease, "timeout", True, time.monotonic()))
        await witnesses.asked.wait()
        watch._absences[""] += is_lost_meanwhile
        witnesses.let.set()
        return await asking

    assert asyncio.run(failing()) is is_lost_meanwhile
