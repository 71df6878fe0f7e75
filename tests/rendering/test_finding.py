"""Which browser is taken where there are several, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagecrawler.exceptions import SettingError
from imagecrawler.rendering.finding import FoundBrowser, find_browser


def program(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def find(tmp_path: Path, setting: str = "", **environment: str) -> FoundBrowser | None:
    variables = {"PATH": str(tmp_path / "bin"), **environment}
    return find_browser(setting, environment=variables, home=tmp_path / "home", elsewhere=())


def test_there_may_be_none(tmp_path: Path) -> None:
    assert find(tmp_path) is None


def test_the_system_s_own_is_found_by_its_usual_names(tmp_path: Path) -> None:
    chrome = program(tmp_path / "bin/google-chrome")
    assert find(tmp_path) == FoundBrowser(chrome, "system")
    chromium = program(tmp_path / "bin/chromium")
    assert find(tmp_path) == FoundBrowser(chromium, "system")


def test_playwright_s_own_comes_first_and_the_newest_of_them(tmp_path: Path) -> None:
    program(tmp_path / "bin/chromium")
    cache = tmp_path / "home/.cache/ms-playwright"
    shell = program(cache / "chromium_headless_shell-1300/chrome-linux/headless_shell")
    assert find(tmp_path) == FoundBrowser(shell, "Playwright")
    program(cache / "chromium-999/chrome-linux/chrome")
    newest = program(cache / "chromium-1255/chrome-linux64/chrome")
    (cache / "chromium-1256/chrome-linux64").mkdir(parents=True)  # an install that was cut off
    assert find(tmp_path) == FoundBrowser(newest, "Playwright")
    named = program(tmp_path / "own/chromium-7/chrome-linux/chrome")
    found = find(tmp_path, PLAYWRIGHT_BROWSERS_PATH=str(tmp_path / "own"))
    assert found == FoundBrowser(named, "Playwright")


def test_the_setting_wins_as_a_path_or_a_command(tmp_path: Path) -> None:
    program(tmp_path / "bin/chromium")
    mine = program(tmp_path / "bin/my-browser")
    for setting in (mine, "my-browser"):
        assert find(tmp_path, setting) == FoundBrowser(mine, "BROWSER_EXECUTABLE")


@pytest.mark.parametrize("setting", ["no-such-browser", "/no/such/browser", "bin"])
def test_a_setting_that_names_none_is_an_error_that_says_so(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingError, match=f"BROWSER_EXECUTABLE={setting}: there is no such"):
        find(tmp_path, setting)
