"""What is shown again because this process stood still, and what is not."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from scrapy import Request

from imagecrawler.exceptions import RenderingError
from imagecrawler.handlers import pauses
from imagecrawler.handlers.browser import BrowserPages, Shown
from imagecrawler.items import Look
from imagecrawler.rendering.contract import LookLimits


class Pages(BrowserPages):
    """Pages whose attempts end as told, after a pause of the whole process or after a wait."""

    def __init__(self, outcomes: list[tuple[bool, Any]]) -> None:
        self.outcomes = outcomes
        self.stats = self
        self._limits = LookLimits()

    def inc_value(self, name: str) -> None:
        pass

    async def _attempt(self, request: Request) -> Any:
        pause, outcome = self.outcomes.pop(0)
        await asyncio.sleep(0)
        if pause:
            time.sleep(0.3)
        else:
            await asyncio.sleep(0.3)
        return outcome

    async def _has_died(self, request: Request) -> bool:
        return False


HANG = RenderingError("render-hang", "no end")
PART = Shown(Look("", "https://x.example/"), [], "render-hang")
WHOLE = Shown(Look("<p>", "https://x.example/"), [])


def shown(outcomes: list[tuple[bool, Any]]) -> Shown:
    return asyncio.run(Pages(outcomes)._shown(Request("https://x.example/")))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "_BEAT_SECONDS", 0.02)
    monkeypatch.setattr(pauses, "_PAUSE_SECONDS", 0.15)


def test_a_page_whose_time_ran_out_in_a_pause_is_shown_again() -> None:
    assert shown([(True, HANG), (True, PART), (False, WHOLE)]) is WHOLE


def test_a_page_that_hangs_by_itself_is_not() -> None:
    with pytest.raises(RenderingError):
        shown([(False, HANG), (False, WHOLE)])


def test_a_machine_that_pauses_for_ever_ends_the_tries() -> None:
    assert shown([(True, PART)] * 4) is PART
