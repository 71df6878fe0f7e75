"""Cookies, from Scrapy's jar to the browser and back, so that both are one visitor."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from http.cookiejar import Cookie, CookieJar
from typing import Any
from urllib.parse import urlsplit

from imagecrawler.policies.login_state import cookie_of


def browser_cookies(
    jar: Iterable[Cookie], url: str, *, also: Container[str] = ()
) -> list[dict[str, Any]]:
    """Return the cookies of ``jar`` that the host of ``url`` may see, as Playwright takes them.

    Those of the domains ``also`` come with them: a page may ask these hosts for its data.
    https://playwright.dev/python/docs/api/class-browsercontext#browser-context-add-cookies
    """
    host = (urlsplit(url).hostname or "").lower()
    return [_to_browser(c) for c in jar if _is_for(c, host) or c.domain in also]


def keep_cookies(jar: CookieJar, cookies: Iterable[Mapping[str, Any]]) -> None:
    """Put the browser's cookies into ``jar``; one that is there is replaced."""
    for cookie in cookies:
        jar.set_cookie(cookie_of(cookie))


def _is_for(cookie: Cookie, host: str) -> bool:
    domain = _domain(cookie)
    if host == domain:
        return True
    return cookie.domain_specified and host.endswith(f".{domain}")


def _domain(cookie: Cookie) -> str:
    # http.cookiejar calls a host without a dot, like localhost, localhost.local.
    domain = cookie.domain.lstrip(".").lower()
    name = domain.removesuffix(".local")
    return domain if "." in name else name


def _to_browser(cookie: Cookie) -> dict[str, Any]:
    # As servers spell it, or not at all: one that the browser does not know makes it refuse all.
    same_site = str(cookie.get_nonstandard_attr("SameSite") or "").capitalize()
    told = {"sameSite": same_site} if same_site in ("Strict", "Lax", "None") else {}
    return told | {
        "name": cookie.name,
        "value": cookie.value or "",
        "domain": f".{_domain(cookie)}" if cookie.domain_specified else _domain(cookie),
        "path": cookie.path or "/",
        "expires": -1 if cookie.expires is None else cookie.expires,
        "httpOnly": cookie.has_nonstandard_attr("HttpOnly"),
        "secure": cookie.secure,
    }
