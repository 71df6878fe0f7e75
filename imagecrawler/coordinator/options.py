"""The settings that the coordinator reads, checked: one line of error for a wrong one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies

from imagecrawler.coordinator.run import HostLimits, Limits, RunRules
from imagecrawler.exceptions import SettingError
from imagecrawler.imaging.rules import ImageRules, parse_format
from imagecrawler.imaging.widths import parse_widths, smallest_bucket
from imagecrawler.policies.content_filter import (
    PARSERS,
    UNLIMITED,
    ContentFilter,
    contradiction,
)
from imagecrawler.policies.failures import RetryRules
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.policies.near import MAX_DISTANCE, NearRules, parse_near_mode


class SettingsLike(Protocol):
    """What is used of Scrapy's settings object."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a setting's value."""

    def getbool(self, name: str, default: bool = False) -> bool:
        """Return a setting's value as a truth value."""

    def getlist(self, name: str, default: Any = None) -> list[Any]:
        """Return a setting's value as a list."""


def store_path(settings: SettingsLike, *, relative_is_wrong: bool = False) -> str:
    """Return the absolute path of IMAGES_STORE.

    Raises SettingError: empty, a cloud address, or relative where the working directory is
    not the user's (scrapyd).
    """
    value = str(settings.get("IMAGES_STORE") or "").strip()
    if not value:
        raise SettingError("IMAGES_STORE is empty: set it to a folder, for example data")
    if "://" in value:
        raise SettingError(f"IMAGES_STORE={value}: only a local folder can be a store")
    if relative_is_wrong and not os.path.isabs(value):
        raise SettingError(
            f"IMAGES_STORE={value} is relative, and scrapyd runs in its own folder: set an "
            "absolute path, for example IMAGES_STORE=/srv/images"
        )
    return os.path.abspath(value)


def run_rules(
    settings: SettingsLike,
    *,
    limits: Limits,
    images: UrlFilter,
    contents: Mapping[str, Any] | None = None,
    revisit_seconds: float | None = None,
    visit_pages: bool = True,
    bytes_downloaded: Callable[[], int] = lambda: 0,
) -> RunRules:
    """Return the rules of one run; ``contents`` is as in `content_filter`. Raises SettingError."""
    widths = parse_widths(settings.get("IMAGES_WIDTHS"))
    codes = settings.getlist("RETRY_HTTP_CODES")
    try:
        http_codes = frozenset(int(code) for code in codes)
    except ValueError:
        raise SettingError(f"RETRY_HTTP_CODES={codes}: give a list of status codes") from None
    return RunRules(
        widths=widths,
        smallest=str(smallest_bucket(widths)),
        concurrency=max(1, int(number(settings, "CONCURRENT_REQUESTS", least=1))),
        limits=limits,
        host_limits=host_limits(settings),
        retries=RetryRules(
            enabled=settings.getbool("RETRY_ENABLED"),
            times=int(number(settings, "RETRY_TIMES")),
            http_codes=http_codes,
            delay_seconds=number(settings, "RETRY_DELAY_SECONDS"),
        ),
        near=near_rules(settings),
        retry_wait_seconds=number(settings, "RETRY_WAIT_SECONDS"),
        image_filter=images,
        content_filter=content_filter(settings, contents or {}),
        revisit_seconds=revisit_seconds,
        visit_pages=visit_pages,
        bytes_downloaded=bytes_downloaded,
    )


def host_limits(settings: SettingsLike) -> HostLimits:
    """Return what every host may be asked for in a day. Raises SettingError."""
    return HostLimits(
        requests_per_day=int(number(settings, "HOST_REQUESTS_PER_DAY")),
        bytes_per_day=int(number(settings, "HOST_BYTES_PER_DAY")),
    )


def content_filter(settings: SettingsLike, contents: Mapping[str, Any]) -> ContentFilter:
    """Return what a kept image has to be: ``contents`` (a run's arguments), else the settings.

    Raises SettingError.
    """
    values = {name: _parsed(settings, name) for name in PARSERS} | dict(contents)
    ceiling = int(number(settings, "DOWNLOAD_MAXSIZE")) or UNLIMITED
    values["max_bytes"] = min(ceiling, values["max_bytes"])
    values["max_pixels"] = int(number(settings, "IMAGES_MAX_PIXELS", least=1))
    values["vectors"] = "original" in parse_widths(settings.get("IMAGES_WIDTHS"))
    wanted = ContentFilter(**values)
    if (names := contradiction(wanted)) is not None:
        least, most = (f"{name} ({getattr(wanted, name):g})" for name in names)
        raise SettingError(f"No image can be kept: {least} of images is more than {most}")
    return wanted


def _parsed(settings: SettingsLike, name: str) -> Any:
    setting = f"IMAGES_{name.upper()}"
    value = settings.get(setting)
    try:
        return PARSERS[name](value)
    except ValueError as error:
        raise SettingError(f"{setting}={value!r}: {error}") from None


def image_rules(settings: SettingsLike, wanted: ContentFilter | None = None) -> ImageRules:
    """Return what is asked of every image, ``wanted`` where it is given. Raises SettingError."""
    quality = int(number(settings, "IMAGES_QUALITY", least=1))
    if quality > 100:
        raise SettingError(f"IMAGES_QUALITY={quality}: give a number from 1 to 100")
    return ImageRules(
        widths=parse_widths(settings.get("IMAGES_WIDTHS")),
        quality=quality,
        format=parse_format(settings.get("IMAGES_FORMAT")),
        **asdict(wanted or content_filter(settings, {})),
    )


def near_rules(settings: SettingsLike) -> NearRules:
    """Return what becomes of near duplicates. Raises SettingError."""
    distance = int(number(settings, "IMAGES_NEAR_DISTANCE"))
    if distance > MAX_DISTANCE:
        raise SettingError(f"IMAGES_NEAR_DISTANCE={distance}: give a number up to {MAX_DISTANCE}")
    return NearRules(parse_near_mode(settings.get("IMAGES_NEAR_DUPLICATES")), distance)


def proxy_url(settings: SettingsLike) -> str | None:
    """Return HTTPPROXY_URL, or None: the environment says whether there is a proxy.

    Raises SettingError, without passwords, for what is no HTTP proxy, of the environment's too.
    """
    if not settings.getbool("HTTPPROXY_ENABLED"):
        if settings.get("HTTPPROXY_URL"):
            raise SettingError("HTTPPROXY_URL is set, and HTTPPROXY_ENABLED is False: choose one")
        return None
    if url := str(settings.get("HTTPPROXY_URL") or ""):
        _check_proxy("HTTPPROXY_URL", url)
        return url
    for scheme, url in getproxies().items():
        if scheme in ("http", "https"):
            # Without a scheme Scrapy takes that of what is asked for.
            _check_proxy(f"{scheme}_proxy", url if "://" in url else f"{scheme}://{url}")
    return None


def _check_proxy(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not (is_good and url.isascii() and url.isprintable()):
        raise SettingError(
            f"{name}={url.rpartition('@')[2]} (without its password): give an HTTP proxy, for "
            "example http://name:password@proxy.example:3128; SOCKS and https are not spoken"
        )


def number(settings: SettingsLike, name: str, *, least: float = 0) -> float:
    """Return a setting that has to be a number of at least ``least``. Raises SettingError."""
    value = settings.get(name)
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise SettingError(f"{name}={value!r}: give a number") from None
    if not found >= least or found == float("inf"):
        raise SettingError(f"{name}={value!r}: give a number of at least {least:g}")
    return found
