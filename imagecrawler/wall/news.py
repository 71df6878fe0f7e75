"""Tells open pages that images have come, as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

# A line now and then shows either side that the other has gone.
_SILENCE_SECONDS = 15.0


class News:
    """Open streams. ``state`` returns what `events` tells, called in a thread."""

    def __init__(self, state: Callable[[], dict[str, Any]]) -> None:
        self._state = state
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._is_closed = False

    def tell(self) -> None:
        """Let all streams look again; from any thread."""
        for event, loop in list(self._waiting.items()):
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """End all streams."""
        self._is_closed = True
        self.tell()

    async def events(self) -> AsyncIterator[str]:
        """Yield what happens from now on, until the stream or the server ends."""
        changed = asyncio.Event()
        self._waiting[changed] = asyncio.get_running_loop()
        try:
            state = await run_in_threadpool(self._state)
            yield "retry: 2000\n\n" + _event("state", state)
            while not self._is_closed:
                before, text = state, ":\n\n"
                if await _is_set(changed):
                    changed.clear()
                    state = await run_in_threadpool(self._state)
                    text = _told(before, state)
                if text and not self._is_closed:
                    yield text
        finally:
            del self._waiting[changed]


def _told(before: dict[str, Any], state: dict[str, Any]) -> str:
    if state == before:
        return ""
    came = (state["seq"] or 0) - (before["seq"] or 0)
    if before["seq"] is None or came <= 0:  # while the index is made nothing is new
        return _event("state", state)
    return _event("fresh", {"seq": state["seq"], "came": came})


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _is_set(event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), _SILENCE_SECONDS)
    except TimeoutError:
        return False
    return True
