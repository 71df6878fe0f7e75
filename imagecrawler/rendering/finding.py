"""Which browser there is to render pages with. Looks at files alone: nothing is started."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from imagecrawler.exceptions import SettingError

# Where `playwright install chromium` puts it: https://playwright.dev/python/docs/browsers
_PLAYWRIGHT_FOLDERS = (
    ".cache/ms-playwright",
    "Library/Caches/ms-playwright",
    "AppData/Local/ms-playwright",
)
# Inside a folder like chromium-1234 or chromium_headless_shell-1234; the names of the archives
# changed now and then, so any one level between is taken.
_PLAYWRIGHT_FILES = (
    "chromium-*/*/chrome",
    "chromium-*/*/chrome.exe",
    "chromium-*/*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/*/headless_shell",
    "chromium_headless_shell-*/*/chrome-headless-shell",
    "chromium_headless_shell-*/*/chrome-headless-shell.exe",
)
_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
_ELSEWHERE = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

NO_BROWSER = (
    "no browser was found to render pages with; type: playwright install chromium, "
    "or: apt-get install chromium, or name one with -s BROWSER_EXECUTABLE=/path/to/chromium"
)


@dataclass(frozen=True, slots=True)
class FoundBrowser:
    """An executable, and who put it there: ``BROWSER_EXECUTABLE``, ``Playwright``, ``system``."""

    path: str
    source: str


def find_browser(
    setting: str | None,
    *,
    environment: Mapping[str, str],
    home: Path,
    elsewhere: Iterable[str] = _ELSEWHERE,
) -> FoundBrowser | None:
    """Return the browser to use, or None: there is none.

    ``setting`` (BROWSER_EXECUTABLE: a path, or a command) wins. Else Playwright's own install,
    the newest, for it is the one that it was made for; else what the system has, by its usual
    names or ``elsewhere``.

    Raises:
        SettingError: ``setting`` names no executable file.
    """
    path = environment.get("PATH")
    if setting:
        found = shutil.which(str(Path(setting).expanduser()), path=path)
        if found is None:
            raise SettingError(f"BROWSER_EXECUTABLE={setting}: there is no such program")
        return FoundBrowser(found, "BROWSER_EXECUTABLE")
    for own in _own_installs(environment, home):
        return FoundBrowser(own, "Playwright")
    for name in (*_COMMANDS, *elsewhere):
        if found := shutil.which(name, path=path):
            return FoundBrowser(found, "system")
    return None


def _own_installs(environment: Mapping[str, str], home: Path) -> Iterable[str]:
    named = environment.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(named)] if named and named != "0" else [home / f for f in _PLAYWRIGHT_FOLDERS]
    for pattern in _PLAYWRIGHT_FILES:
        found = [file for folder in folders for file in folder.glob(pattern)]
        for file in sorted(found, key=_revision, reverse=True):
            if os.access(file, os.X_OK) and file.is_file():
                yield str(file)


def _revision(file: Path) -> int:
    numbers = re.findall(r"-(\d+)/", file.as_posix())
    return int(numbers[-1]) if numbers else 0


def _main() -> int:
    """Say which browser there is (``make browser`` asks)."""
    found = find_browser(None, environment=os.environ, home=Path.home())
    print(f"{found.path} ({found.source})" if found else NO_BROWSER)
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(_main())
