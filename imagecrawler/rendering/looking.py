"""One look at one page: down to its end, again and again, until it shows nothing new."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

from imagecrawler.items import Look
from imagecrawler.rendering.contract import (
    MAX_IMAGES,
    MAX_ROUNDS,
    MAX_SECONDS,
    NOTHING_NEW,
    UNRESPONSIVE,
    BrowserPage,
    LookLimits,
)
from imagecrawler.rendering.sightings import Sightings, frame_looks
from imagecrawler.rendering.watching import Watch, listening, page_script
from imagecrawler.rendering.words import more_labels

_PARTS = ("roots", "seeing", "moving", "words", "pressing", "unfolding", "tasks")
# Part of the time is kept for the last question: what the document is in the end.
_LAST_SHARE = 0.2
_LAST_SECONDS = 3.0
_MAX_FAILURES = 3
# A carousel that goes round shows nothing new for ever: so many turns for nothing end it.
_FRUITLESS_TURNS = 2
_MAX_TURNS = 200
# Tabs that show texts come before the one with the pictures.
_FRUITLESS_PRESSES = 8
_POLL_SECONDS = 0.05


async def look(page: BrowserPage, limits: LookLimits, watch: Watch | None = None) -> Look:
    """Return what ``page`` shows, once it has been scrolled, pressed and waited for.

    Takes at most ``limits.max_seconds``. Images that the page asked for before the look, and
    the addresses behind its blobs and canvases, are known only with the ``watch`` that
    ``watch_page`` began before the navigation.

    Raises nothing that the page does: one that hangs, crashes or is closed gives what was seen
    until then, and ``unresponsive``.
    """
    async with _staying(page) as left:
        viewing = _Viewing(page, limits, watch if watch is not None else listening(page))
        stopped_by = await viewing.run()
        found = await viewing.result(stopped_by)
        found.links += [url for url in left if url not in found.links]
        return found


class _Ended(Exception):  # noqa: N818 - the way out of all loops, not an error
    """The look is over, for this reason."""


class _Viewing:
    def __init__(self, page: BrowserPage, limits: LookLimits, watch: Watch) -> None:
        self._page, self._limits, self._watch = page, limits, watch
        self._began = time.monotonic()
        last = min(_LAST_SECONDS, _LAST_SHARE * limits.max_seconds)
        self._until = self._began + limits.max_seconds - last
        self._seen = Sightings()
        self._height = self._rounds = self._steps = self._clicks = self._failures = 0
        self._answers_late = False
        self._document: dict[str, Any] = {}

    async def run(self) -> str:
        """Look until a limit is met or nothing is new; return why it ended."""
        try:
            await self._settle()
            await self._observe(backgrounds=True)
            await self._until_quiet()
            while await self._unfold():
                await self._until_quiet()
        except _Ended as end:
            return str(end)
        return NOTHING_NEW

    async def result(self, stopped_by: str) -> Look:
        """Return all that was seen, with the document as it is, or was before the unfolding."""
        self._until = self._began + self._limits.max_seconds
        with suppress(_Ended):
            self._document = self._document or await self._read_document()
        answer = self._document
        html, base_url, url = (answer.get(name) or "" for name in ("html", "base_url", "url"))
        return Look(
            html=html,
            base_url=base_url or self._page.url,
            url=url or self._page.url,
            observed=self._seen.images(self._watch.images),
            links=self._seen.links,
            frames=frame_looks(answer.get("frames")),
            rounds=self._rounds,
            clicks=self._clicks,
            unreachable=self._seen.unreachable,
            seconds=time.monotonic() - self._began,
            stopped_by=stopped_by,
        )

    async def _until_quiet(self) -> None:
        quiet = 0
        while quiet < self._limits.quiet_rounds:
            before = self._measure()
            is_last = quiet == self._limits.quiet_rounds - 1
            await self._round(fruitful=quiet == 0, patient=is_last or self._answers_late)
            quiet = 0 if self._measure() != before else quiet + 1
            self._answers_late |= is_last and quiet == 0

    async def _unfold(self) -> bool:
        """Open what a page hides until it is pressed; return whether that showed an image."""
        if not (await self._ask("folded")).get("hidden"):
            return False
        # What is pressed may take the place of what was there.
        self._document = self._document or await self._read_document()
        has_found, fruitless = False, 0
        for _ in range(_MAX_TURNS):
            if fruitless == _FRUITLESS_PRESSES:
                break
            before = self._seen.number(self._watch.images)
            if not await self._press("unfold", fruitful=fruitless == 0):
                break
            await self._settle()
            await self._observe(backgrounds=True)
            if self._seen.number(self._watch.images) == before:
                fruitless += 1
                continue
            has_found, fruitless = True, 0
            await self._round(fruitful=True, patient=False)
        return has_found

    async def _read_document(self) -> dict[str, Any]:
        return await self._ask("html", max_chars=self._limits.max_html_chars)

    async def _round(self, *, fruitful: bool, patient: bool) -> None:
        if self._rounds >= self._limits.max_rounds:
            raise _Ended(MAX_ROUNDS)
        self._rounds += 1
        if self._rounds > 1:
            await self._ask("bounce")
        while (await self._observe(scroll=True)).get("moved"):
            pass
        await self._settle(self._limits.answer_seconds if patient else 0.0)
        await self._turn_carousels()
        if await self._press("more", fruitful=fruitful):
            await self._settle()
        await self._observe(backgrounds=True)

    async def _turn_carousels(self) -> None:
        fruitless = 0
        for _ in range(_MAX_TURNS):
            before = self._measure()
            if fruitless == _FRUITLESS_TURNS or not await self._press("advance"):
                return
            await self._observe()
            fruitless = 0 if self._measure() != before else fruitless + 1

    async def _press(self, task: str, **details: Any) -> int:
        answer = await self._ask(task, **details)
        number = answer.get("pressed")
        pressed = number if isinstance(number, int) else 0
        self._clicks += pressed
        return pressed

    async def _observe(self, **details: Any) -> dict[str, Any]:
        if details.get("scroll"):
            self._steps += 1
            if self._steps > self._limits.max_steps:
                raise _Ended(MAX_ROUNDS)
        answer = await self._ask("step", **details)
        self._seen.add(answer)
        height = answer.get("height")
        if isinstance(height, int | float) and height > self._height + 8:
            self._height = int(height)
        if self._seen.number(self._watch.images) >= self._limits.max_images:
            raise _Ended(MAX_IMAGES)
        return answer

    def _measure(self) -> tuple[int, ...]:
        return (*self._seen.measure(), len(self._watch.images), self._height)

    async def _settle(self, at_least_seconds: float = 0.0) -> None:
        """Wait until the network is quiet, or has been loud for long enough."""
        limits, now = self._limits, time.monotonic()
        begin, give_up = now + at_least_seconds, min(now + limits.settle_seconds, self._until)

        def is_over() -> bool:
            quiet_seconds = self._watch.quiet_seconds(patience_seconds=limits.settle_seconds)
            is_quiet = quiet_seconds >= limits.network_idle_seconds
            return (is_quiet and time.monotonic() >= begin) or time.monotonic() >= give_up

        while True:
            while not is_over():
                await asyncio.sleep(_POLL_SECONDS)
            # On a busy machine what the page asked for lies unread: the answer comes behind it.
            await self._ask("draw")
            if is_over():
                return

    async def _ask(self, task: str, **details: Any) -> dict[str, Any]:
        left_seconds = self._until - time.monotonic()
        if left_seconds <= 0:
            raise _Ended(MAX_SECONDS)
        call_seconds = self._limits.call_seconds
        question = {"do": task, "pause_ms": self._limits.step_seconds * 1000, **details}
        try:
            async with asyncio.timeout(min(left_seconds, call_seconds)):
                answer = await self._page.evaluate(_script(), question)
        except TimeoutError:
            reason = UNRESPONSIVE if left_seconds > call_seconds else MAX_SECONDS
            raise _Ended(reason) from None
        except Exception as error:
            # Only the browser knows its errors (a closed page, a crash, a script of the page
            # that broke ours), and it is not imported here. None of them is worth a page.
            return await self._failed(error)
        return answer if isinstance(answer, dict) else {}

    async def _failed(self, error: Exception) -> dict[str, Any]:
        self._failures += 1
        if self._failures > _MAX_FAILURES:
            raise _Ended(UNRESPONSIVE) from error
        await asyncio.sleep(_POLL_SECONDS)
        return {}


@asynccontextmanager
async def _staying(page: BrowserPage) -> AsyncIterator[list[str]]:
    """Keep a page where it is; gives the list of the addresses it would have gone to."""
    left: list[str] = []

    async def stay(route: Any) -> None:
        request = route.request
        if request.is_navigation_request() and request.frame.parent_frame is None:
            left.append(request.url)
            await route.abort("aborted")  # The one error at which Chromium keeps the document.
        else:
            await route.fallback()

    with suppress(Exception):  # A page that is gone already is noticed at the first question.
        await page.route("**/*", stay)
    try:
        yield left
    finally:
        with suppress(Exception):
            async with asyncio.timeout(1.0):
                await page.unroute("**/*", stay)


@cache
def _script() -> str:
    parts = "\n".join(page_script(name) for name in _PARTS)
    labels = json.dumps(more_labels(letter=r"\p{L}"))
    return f"async (task) => {{\nconst LABELS = {labels};\n{parts}\n}}"
