"""The ``-a`` arguments of the spiders: text in, checked values out."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagecrawler.coordinator.run import Limits
from imagecrawler.discovery.scope import Scope
from imagecrawler.exceptions import ArgumentError
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Source
from imagecrawler.policies.choice import DEFAULT_POLICY, POLICIES
from imagecrawler.policies.content_filter import PARSERS
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.spiders.sources import read_sources, sources_of

SCOPES = ("page", "path", "host", "domain", "any")
RENDERING = ("never", "auto", "always")
_LIMITS = ("max_pages", "max_images", "max_seconds", "max_bytes")
# Kept in the store for the next run that does not say otherwise; the rest is per run.
IMAGE_FILTERS = ("image_allow", "image_deny", *(f"image_{name}" for name in PARSERS))
_KEPT = ("start", "scope", "allow", "deny", *IMAGE_FILTERS, "max_depth", "render")
_BY_SPIDER = {
    "site": (*_KEPT, *_LIMITS, "revisit"),
    "download": (*IMAGE_FILTERS, "max_images", "max_seconds", "max_bytes"),
    "feed": ("start", "sources", "policy", "watch", *IMAGE_FILTERS, "render", *_LIMITS),
}
_YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one run, checked. ``kept`` is what the store remembers of them.

    ``contents`` has the values of `ContentFilter` that were given: they win over the settings.
    """

    starts: tuple[str, ...] = ()
    scope: str = "host"
    links: UrlFilter = field(default_factory=UrlFilter)
    images: UrlFilter = field(default_factory=UrlFilter)
    contents: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    max_depth: int | None = None
    revisit_seconds: float | None = None
    render: str = "auto"
    sources: tuple[Source, ...] = ()
    policy: str = DEFAULT_POLICY
    watch: bool = False
    kept: Mapping[str, str] = field(default_factory=dict)


def parse_arguments(spider: str, given: Mapping[str, object]) -> Arguments:
    """Return the arguments of a spider run. Names that begin with ``_`` (scrapyd's) pass.

    Raises:
        ArgumentError: an unknown name or a value that cannot be used; one line.
    """
    texts = {name: str(value) for name, value in given.items() if not name.startswith("_")}
    known = _BY_SPIDER[spider]
    for name in texts:
        if name not in known:
            raise ArgumentError(
                f"-a {name}={texts[name]}: spider {spider} has no argument {name!r}; "
                f"it takes {', '.join(known)}"
            )
    if "scope" in texts and texts["scope"] not in SCOPES:
        raise ArgumentError(f"-a scope={texts['scope']}: choose one of {', '.join(SCOPES)}")
    if "render" in texts and texts["render"] not in RENDERING:
        raise ArgumentError(f"-a render={texts['render']}: choose one of {', '.join(RENDERING)}")
    if spider == "feed":
        return _feed_arguments(texts)
    starts = start_urls(texts["start"]) if "start" in texts else ()
    if starts:  # a file's name means nothing where the store may be copied to
        texts["start"] = ",".join(starts)
    return Arguments(
        starts=starts,
        scope=texts.get("scope", "host"),
        links=_filter(texts, "allow", "deny"),
        images=_filter(texts, "image_allow", "image_deny"),
        contents=_contents(texts),
        limits=_limits(texts),
        max_depth=_whole(texts, "max_depth"),
        revisit_seconds=_seconds(texts, "revisit"),
        render=texts.get("render", "auto"),
        kept={name: texts[name] for name in _KEPT if name in texts},
    )


def _feed_arguments(texts: dict[str, str]) -> Arguments:
    if "start" in texts and "sources" in texts:
        raise ArgumentError("-a start and -a sources: give one of them, a file names all it needs")
    policy = texts.get("policy", DEFAULT_POLICY)
    if policy not in POLICIES:
        raise ArgumentError(f"-a policy={policy}: choose one of {', '.join(POLICIES)}")
    watch = texts.get("watch", "0").strip().lower()
    if watch not in _YES_NO:
        raise ArgumentError(f"-a watch={texts['watch']}: choose 1 or 0")
    sources: tuple[Source, ...] = ()
    if "sources" in texts:
        sources = read_sources(texts["sources"], policies=POLICIES)
    elif "start" in texts:
        sources = sources_of(re.split(r"\s*,\s*(?=https?:)", texts["start"].strip()))
    return Arguments(
        sources=sources,
        policy=policy,
        watch=_YES_NO[watch],
        images=_filter(texts, "image_allow", "image_deny"),
        contents=_contents(texts),
        limits=_limits(texts),
        render=texts.get("render", "auto"),
        kept={name: texts[name] for name in IMAGE_FILTERS if name in texts},
    )


def start_urls(text: str) -> tuple[str, ...]:
    """Return the start URLs that ``start`` names.

    A URL; several, separated by a comma before the next http; or the name of a file with one
    URL a line and ``#`` comments. Raises ArgumentError.
    """
    text = text.strip()
    if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) or not Path(text).is_file():
        return tuple(_start_url(part) for part in re.split(r"\s*,\s*(?=https?:)", text))
    try:
        lines = Path(text).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"-a start={text}: the file cannot be read ({error})") from None
    urls = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    if not urls:
        raise ArgumentError(f"-a start={text}: the file has no URL; write one a line")
    return tuple(_start_url(url) for url in urls)


def scope_text(kind: str, start: str) -> str:
    """Return the scope that a start URL's links are kept to, as queue entries have it."""
    return str(Scope.of(kind, start))


def _start_url(text: str) -> str:
    url = absolute_url(text, text) if re.match(r"https?://[^/?#]", text, re.IGNORECASE) else None
    if url is None:
        raise ArgumentError(
            f"-a start={text}: not a URL that can be crawled; write it out, for example "
            "start=https://example.com/gallery"
        )
    return url


def _filter(texts: Mapping[str, str], allow: str, deny: str) -> UrlFilter:
    for name in (allow, deny):
        try:
            re.compile(texts.get(name, ""))
        except re.error as error:
            raise ArgumentError(
                f"-a {name}={texts[name]}: not a regular expression ({error})"
            ) from None
    return UrlFilter.of(texts.get(allow), texts.get(deny))


def _contents(texts: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, parse in PARSERS.items():
        if (text := texts.get(f"image_{name}")) is None:
            continue
        try:
            values[name] = parse(text)
        except ValueError as error:
            raise ArgumentError(f"-a image_{name}={text}: {error}") from None
    return values


def _limits(texts: Mapping[str, str]) -> Limits:
    return Limits(
        max_pages=_whole(texts, "max_pages"),
        max_images=_whole(texts, "max_images"),
        max_seconds=_seconds(texts, "max_seconds"),
        max_bytes=_whole(texts, "max_bytes"),
    )


def _whole(texts: Mapping[str, str], name: str) -> int | None:
    if name not in texts:
        return None
    text = texts[name].strip().replace("_", "")
    if not (text.isascii() and text.isdigit()):
        raise ArgumentError(f"-a {name}={texts[name]}: give a whole number, 0 or more")
    return int(text)


def _seconds(texts: Mapping[str, str], name: str) -> float | None:
    if name not in texts:
        return None
    try:
        seconds = float(texts[name])
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ArgumentError(f"-a {name}={texts[name]}: give a number of seconds, 0 or more")
    return seconds
