"""URLs that nothing but their look makes images: in attributes of no standard, in scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS
from imagecrawler.identity.pictures import IMAGE_SUFFIXES, is_image_file
from imagecrawler.identity.urls import absolute_url

# More in one text are a shop's whole catalogue, which its pages show one by one.
MAX_GUESSES = 1_000
MAX_SCANNED_CHARS = 2_000_000

_SUFFIX = re.compile(rf"\.(?:{'|'.join(sorted(IMAGE_SUFFIXES))})(?![a-z0-9])", re.IGNORECASE)
# A string that is an absolute address, or one from the root or the folder: `a.jpg` alone may be
# the name of a file anywhere. Each begins at a quote and ends before one, so time is linear.
_STRING = re.compile(
    r"[\"'`]((?:https?:(?:\\?/){2}|(?:\\?/|\\u002[fF]){1,2}|\.{1,2}\\?/)"
    r"[^\"'`\s<>{}\\]*(?:\\(?:/|u00[0-9a-fA-F]{2})[^\"'`\s<>{}\\]*)*)(?=\\?[\"'`])"
)
# `"heroImage": "https://…"`: named as an image, so that it needs no suffix. The value is looked
# for first: a colon is found at once, any of six names takes four times as long.
_VALUE = re.compile(
    r":\s{0,9}[\"'](https?:(?:\\?/){2}[^\"'\s<>{}\\]*"
    r"(?:\\(?:/|u00[0-9a-f]{2})[^\"'\s<>{}\\]*)*)(?=[\"'])",
    re.IGNORECASE,
)
_NAME_CHARS = 70  # no fewer than the longest match of the following
_ENDS_WITH_NAME = re.compile(
    r"(?:image|img|photo|picture|thumbnail|poster)(?:_?(?:url|src|uri|href))?[\"']?\s{0,9}"
    r"(?::\s{0,9}\{\s{0,9}[\"']?(?:url|src)[\"']?\s{0,9})?\Z",
    re.IGNORECASE,
)
# What a handler is given, `popup('photos/a.jpg', 640)`, is an address even if it is a bare name.
_ARGUMENT = re.compile(r"[\"'`]([^\"'`\s<>{}\\]{1,2000})(?=[\"'`])")
_MAX_ARGUMENTS = 100
# `location = '/a'`, `top.location.href='/a'`, `location.replace('/a')`, `window.open('/a', 'w')`.
# An address has a slash, a dot or a query: `location = 'Berlin'` is something else.
_DESTINATION = re.compile(
    r"(?<![\w$-])(?:location(?:\.href)?\s{0,9}=|location\.(?:replace|assign)\(|window\.open\()"
    r"\s{0,9}[\"'`](?=[^\"'`\s]{0,2000}?[/.?])([^\"'`\s<>{}]{1,2000})[\"'`]\s{0,9}(?:[;,)}\r\n]|$)"
)
_DIVIDED = re.compile(r"[\s|]+|[,;](?=\s|/|\.\.?/|https?:|$)")
_CLAIM = re.compile(r"[0-9]+(?:\.[0-9]+)?[wx]")
_NOT_IN_URLS = re.compile(r"[\"'<>{}\\^`]")
_NO_IMAGE = re.compile(
    r"\.(?:html?|php|aspx?|jsp|js|mjs|css|json|xml|txt|pdf|mp[34]|webm|m3u8|woff2?|ttf|zip)$",
    re.IGNORECASE,
)


def image_file_urls(text: str, base_url: str) -> list[str]:
    """Return the URL that ``text`` is, or those it lists, if anybody would take them for images'.

    A list is divided by commas, semicolons, bars or spaces; one of a ``srcset`` is such a list.
    """
    if _SUFFIX.search(text, 0, MAX_SCANNED_CHARS) is None:
        return []
    parts = [text.strip()]
    if len(_SUFFIX.findall(text, 0, MAX_SCANNED_CHARS)) > 1 or _DIVIDED.search(parts[0]):
        parts = _DIVIDED.split(text[:MAX_SCANNED_CHARS])[:MAX_GUESSES]
    urls = [_file_url(part, base_url) for part in parts if part and not _CLAIM.fullmatch(part)]
    # With anything else among them it is a text, or code.
    return list(dict.fromkeys(url for url in urls if url)) if all(urls) else []


def _file_url(text: str, base_url: str) -> str | None:
    if len(text) > MAX_IMAGE_URL_CHARS or _NOT_IN_URLS.search(text):
        return None
    url = absolute_url(text, base_url)
    return url if url and is_image_file(url) and len(url) <= MAX_IMAGE_URL_CHARS else None


def script_urls(text: str, base_url: str) -> Iterator[str]:
    """Yield the strings of a script or of JSON that clearly are URLs of images, each once.

    At most ``MAX_GUESSES`` of the first ``MAX_SCANNED_CHARS`` characters. A script is not run:
    what it puts together from parts is not found.
    """
    text = text[:MAX_SCANNED_CHARS]
    seen: dict[str, None] = {}
    if _SUFFIX.search(text):
        for found in _STRING.finditer(text):
            url = absolute_url(_unescaped(found[1]), base_url)
            if url is not None and is_image_file(url):
                seen[url] = None
            if len(seen) >= MAX_GUESSES:
                break
    for found in _VALUE.finditer(text):
        before = text[max(0, found.start() - _NAME_CHARS) : found.start()]
        if _ENDS_WITH_NAME.search(before) is None:
            continue
        url = absolute_url(_unescaped(found[1]), base_url)
        if url is not None and not _NO_IMAGE.search(url.partition("?")[0]):
            seen[url] = None
        if len(seen) >= MAX_GUESSES:
            break
    yield from (url for url in seen if len(url) <= MAX_IMAGE_URL_CHARS)


def handler_urls(program: str, base_url: str) -> list[str]:
    """Return the image files that the program of an ``on…`` attribute or a link names."""
    if _SUFFIX.search(program, 0, MAX_SCANNED_CHARS) is None:
        return []
    named = islice(_ARGUMENT.finditer(program, 0, MAX_SCANNED_CHARS), _MAX_ARGUMENTS)
    urls = [_file_url(found[1], base_url) for found in named]
    return list(dict.fromkeys(url for url in urls if url))


def destination_urls(program: str, base_url: str) -> Iterator[str]:
    """Yield the pages that a script or the program of an ``on…`` attribute goes to or opens.

    Only where it names the whole address: what it puts together from parts is not found.
    """
    if "location" not in program and "window.open" not in program:
        return
    for found in islice(_DESTINATION.finditer(program, 0, MAX_SCANNED_CHARS), _MAX_ARGUMENTS):
        url = absolute_url(_unescaped(found[1]), base_url)
        if url is not None and not is_image_file(url):
            yield url


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text.replace("\\/", "/")
