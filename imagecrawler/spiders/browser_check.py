"""Whether a run has the browser that its ``render`` argument asks for. Nothing is started."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from imagecrawler.exceptions import SettingError
from imagecrawler.rendering.finding import NO_BROWSER, find_browser


class SettingsLike(Protocol):
    """What is used of Scrapy's settings object."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a setting's value."""


def check_browser(settings: SettingsLike, render: str) -> None:
    """Refuse a run that would be without the browser that it needs.

    Raises:
        SettingError: BROWSER_EXECUTABLE names none; or ``render`` is ``always``, and there is
            none.
    """
    if render == "never":
        return
    named = settings.get("BROWSER_EXECUTABLE")
    found = find_browser(named, environment=os.environ, home=Path.home())
    if found is None and render == "always":
        raise SettingError(f"render=always: {NO_BROWSER}")
