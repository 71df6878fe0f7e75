"""The files that settings name for sites of one's own: cookies and headers, read and checked."""

from __future__ import annotations

import time
from pathlib import Path

from imagecrawler.coordinator.options import SettingsLike
from imagecrawler.exceptions import SettingError
from imagecrawler.policies.login_state import LoginState, parse_login_state
from imagecrawler.policies.site_headers import SiteHeaders, parse_site_headers


def login_state(settings: SettingsLike) -> LoginState:
    """Return what COOKIES_FILE says; nothing where it is not set. Raises SettingError."""
    text = _text(settings, "COOKIES_FILE")
    if text is None:
        return LoginState()
    if not settings.getbool("COOKIES_ENABLED"):
        raise SettingError("COOKIES_FILE is set, and COOKIES_ENABLED is False: choose one")
    try:
        return parse_login_state(text, now=time.time())
    except ValueError as error:
        raise _wrong(settings, "COOKIES_FILE", error) from None


def site_headers(settings: SettingsLike) -> SiteHeaders:
    """Return what HEADERS_FILE says; nothing where it is not set. Raises SettingError."""
    text = _text(settings, "HEADERS_FILE")
    if text is None:
        return SiteHeaders()
    try:
        return parse_site_headers(text)
    except ValueError as error:
        raise _wrong(settings, "HEADERS_FILE", error) from None


def _text(settings: SettingsLike, name: str) -> str | None:
    if not settings.get(name):
        return None
    path = Path(str(settings.get(name))).expanduser().absolute()
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingError(f"{name}={path}: {error.strerror}") from None
    except ValueError:
        raise SettingError(f"{name}={path}: it is no text") from None


def _wrong(settings: SettingsLike, name: str, error: ValueError) -> SettingError:
    return SettingError(f"{name}={settings.get(name)}: {error}")
