"""``upgrade-insecure-requests``: what a page's policy has its browser ask for with https.

https://w3c.github.io/webappsec-upgrade-insecure-requests/
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace

from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.pictures import says_more
from imagecrawler.identity.urls import absolute_url, host_name
from imagecrawler.items import ImageCandidate

UPGRADE = "upgrade-insecure-requests"


def asks_for_upgrade(policies: Iterable[str]) -> bool:
    """Tell whether one of these values of ``Content-Security-Policy`` has the directive."""
    directives = (d for text in policies for policy in text.split(",") for d in policy.split(";"))
    return any(directive.lower().split(None, 1)[:1] == [UPGRADE] for directive in directives)


def secure_url(url: str) -> str:
    """Return the URL that is asked for instead of ``url``, which is as ``absolute_url`` has it.

    This machine's own hosts are as they were: nobody listens there. The port stays, but for 80.
    """
    if not url.startswith("http://") or _is_local(host_name(url)):
        return url
    upgraded = f"https{url.removeprefix('http')}"
    return absolute_url(upgraded, upgraded) or url


def secure_link(url: str, page_url: str) -> str:
    """Return where a link leads: only to the page's own host it is another URL, as others may
    have no https. By the name alone, as Chromium does it.
    """
    return secure_url(url) if host_name(url) == host_name(page_url) else url


def secure_finds(finds: Iterable[Find], page_url: str) -> None:
    """Have what ``finds`` show asked for with https; what then is one URL is one candidate."""
    for find in finds:
        each: dict[str, ImageCandidate] = {}
        for candidate in find.candidates:
            secure = replace(candidate, url=secure_url(candidate.url))
            if secure.url not in each or says_more(secure, each[secure.url]):
                each[secure.url] = secure
        find.candidates = list(each.values())
        find.link = find.link and secure_link(find.link, page_url)


def _is_local(host: str) -> bool:
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
