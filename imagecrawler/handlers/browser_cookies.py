"""Cookies, from Scrapy's jar to the browser and back, so that both are one visitor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.cookiejar import Cookie, CookieJar
from typing import Any
from urllib.parse import urlsplit


def browser_cookies(jar: Iterable[Cookie], url: str) -> list[dict[str, Any]]:
    """Return the cookies of ``jar`` that the host of ``url`` may see, as Playwright takes them.

    https://playwright.dev/python/docs/api/class-browsercontext#browser-context-add-cookies
    """
    host = (urlsplit(url).hostname or "").lower()
    return [_to_browser(cookie, host) for cookie in jar if _is_for(cookie, host)]


def keep_cookies(jar: CookieJar, cookies: Iterable[Mapping[str, Any]]) -> None:
    """Put the browser's cookies into ``jar``; one that is there is replaced."""
    for cookie in cookies:
        jar.set_cookie(_from_browser(cookie))


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


def _to_browser(cookie: Cookie, host: str) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "value": cookie.value or "",
        "domain": f".{_domain(cookie)}" if cookie.domain_specified else host,
        "path": cookie.path or "/",
        "expires": -1 if cookie.expires is None else cookie.expires,
        "httpOnly": cookie.has_nonstandard_attr("HttpOnly"),
        "secure": cookie.secure,
    }


def _from_browser(cookie: Mapping[str, Any]) -> Cookie:
    domain = str(cookie["domain"])
    is_for_all = domain.startswith(".")
    bare = domain.lstrip(".")
    expires = cookie.get("expires", -1)
    return Cookie(
        version=0,
        name=str(cookie["name"]),
        value=str(cookie["value"]),
        port=None,
        port_specified=False,
        domain=domain if "." in bare or ":" in bare else f"{domain}.local",
        domain_specified=is_for_all,
        domain_initial_dot=is_for_all,
        path=str(cookie.get("path") or "/"),
        path_specified=True,
        secure=bool(cookie.get("secure")),
        expires=None if expires < 0 else int(expires),
        discard=expires < 0,
        comment=None,
        comment_url=None,
        rest={"HttpOnly": ""} if cookie.get("httpOnly") else {},
    )
