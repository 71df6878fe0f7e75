"""Whether a setting is what it has to be: a number, a truth value, a dictionary.

Scrapy reads most of its own when a request needs them, and then fails with a traceback. What
has a form of its own (widths, classes, networks …) is parsed where it is used, not here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.settings import default_settings
from scrapy.utils.misc import load_object

from imagecrawler.coordinator.options import number
from imagecrawler.exceptions import SettingError
from imagecrawler.policies.politeness import is_contact

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

# Ours that are numbers, with the least that makes sense.
WHOLE_NUMBERS = {
    "PAGE_MAX_BYTES": 0,
    "QUERIES_PER_PATH_LIMIT": 1,
    "BARREN_PAGES_LIMIT": 0,
    "STYLE_SHEETS_PER_HOST_LIMIT": 0,
    "HOST_REQUESTS_PER_DAY": 0,
    "HOST_BYTES_PER_DAY": 0,
    "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
    "RENDER_PAGES_PER_CONTEXT": 1,
    "IMAGES_QUALITY": 1,
    "IMAGES_NEAR_DISTANCE": 0,
    "IMAGES_MAX_PIXELS": 1,
    "IMAGES_WORKERS": 0,
    "IMAGES_MAX_BYTES_IN_FLIGHT": 1,
    "STORE_FREE_BYTES": 0,
    "SOURCE_LOW_WATER": 0,
}
NUMBERS = {
    "RENDER_MAX_SECONDS": 0.1,
    "IMAGES_TIMEOUT_SECONDS": 0,
    "RETRY_DELAY_SECONDS": 0,
    "RETRY_WAIT_SECONDS": 0,
    "HOST_AWAY_SECONDS": 0,
    "PAUSE_MAX_SECONDS": 0,
    "PAUSE_CHECK_SECONDS": 0.01,
    "STALL_SECONDS": 0,
    "SOURCE_MAX_AGE_SECONDS": 60,
    "SOURCE_REQUESTS_PER_HOUR": 0,
    "SOURCE_FORGET_SECONDS": 1,
}
BOOLEANS = ("STORE_FSYNC",)
DICTIONARIES = ("PLAYWRIGHT_LAUNCH_OPTIONS",)

# Scrapy's are of the kind that their defaults are of, at least 0, but for these.
_LEAST = {
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "CONCURRENT_ITEMS": 1,
    "URLLENGTH_LIMIT": 1,
    "AUTOTHROTTLE_TARGET_CONCURRENCY": 0.01,
    "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 1,
    "REACTOR_THREADPOOL_MAXSIZE": 1,
    "DEPTH_PRIORITY": float("-inf"),
    "REDIRECT_PRIORITY_ADJUST": float("-inf"),
    "RETRY_PRIORITY_ADJUST": float("-inf"),
}
_SECONDS = ("DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT", "DNS_TIMEOUT")  # whole by default alone


def check_kinds(settings: BaseSettings) -> None:
    """Raise SettingError for the first setting, of ours or Scrapy's, of a wrong kind."""
    for name in BOOLEANS:
        _check_boolean(settings, name)
    for name in DICTIONARIES:
        _check_dictionary(settings, name)
    for name, least in NUMBERS.items():
        number(settings, name, least=least)
    for name, least in WHOLE_NUMBERS.items():
        _check_whole(settings, name, least)
    for name, default in vars(default_settings).items():
        # Not as Scrapy has it; feeds are not what a crawl here depends on.
        if name.isupper() and settings.getpriority(name) and not name.startswith("FEED_"):
            _check_like(settings, name, default)
    _check_words(settings)


def _check_like(settings: BaseSettings, name: str, default: Any) -> None:
    if isinstance(default, bool) or name == "TELNETCONSOLE_ENABLED":
        _check_boolean(settings, name)
    elif isinstance(default, float) or name in _SECONDS:
        number(settings, name, least=_LEAST.get(name, 0))
    elif isinstance(default, int):
        _check_whole(settings, name, _LEAST.get(name, 0))


def _check_words(settings: BaseSettings) -> None:
    agent = settings.get("USER_AGENT")
    if not (isinstance(agent, str) and agent.strip() and agent.isprintable()):
        raise SettingError(f"USER_AGENT={agent!r}: give one line that says who asks")
    contact = settings.get("CONTACT") or ""
    if contact and not (isinstance(contact, str) and is_contact(contact)):
        raise SettingError(
            f"CONTACT={contact!r}: give a URL or an e-mail address by which you can be reached"
        )
    _check_log_level(settings.get("LOG_LEVEL"))
    if log_file := settings.get("LOG_FILE"):
        _check_log_file(log_file)
    for name in settings.getlist("RETRY_EXCEPTIONS"):
        _check_exception(name)


def _check_log_level(level: Any) -> None:
    try:
        logging.NullHandler().setLevel(level)
    except (TypeError, ValueError):
        raise SettingError(
            f"LOG_LEVEL={level!r}: give DEBUG, INFO, WARNING, ERROR or CRITICAL"
        ) from None


def _check_log_file(path: str) -> None:
    try:
        with open(path, "a", encoding="utf-8"):
            return
    except OSError as error:
        raise SettingError(f"LOG_FILE={path}: {error.strerror}") from None


def _check_boolean(settings: BaseSettings, name: str) -> None:
    try:
        settings.getbool(name)
    except ValueError:
        raise SettingError(f"{name}={settings.get(name)!r}: give True or False") from None


def _check_whole(settings: BaseSettings, name: str, least: float) -> None:
    found = number(settings, name, least=least)
    try:
        is_whole = int(settings.get(name)) == found
    except ValueError:
        is_whole = False
    if not is_whole:
        raise SettingError(f"{name}={settings.get(name)!r}: give a whole number")


def _check_dictionary(settings: BaseSettings, name: str) -> None:
    try:
        settings.getdict(name)
    except (TypeError, ValueError) as error:
        raise SettingError(
            f"{name}={settings.get(name)!r}: give a dictionary as JSON ({error})"
        ) from None


def _check_exception(name: Any) -> None:
    try:
        found = load_object(name)
    except (ImportError, NameError, TypeError, ValueError) as error:
        raise SettingError(f"RETRY_EXCEPTIONS: {name!r} cannot be found ({error})") from None
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise SettingError(f"RETRY_EXCEPTIONS: {name!r} is no class of exceptions")
