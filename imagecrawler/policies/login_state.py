"""What makes a visitor somebody who has logged in: cookies and browser storage, from a file's text.

Its values are secrets: no message says one. Which of them goes where is the cookie jar's and the
browser's decision.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import Cookie, LoadError, MozillaCookieJar
from typing import Any

_MAGIC = "# Netscape HTTP Cookie File\n"


@dataclass(frozen=True, slots=True)
class LoginState:
    """Cookies that still hold, those that do not any more, and the storage of origins.

    ``origins`` are as Playwright's storage state has them: ``origin`` and ``localStorage``.
    """

    cookies: tuple[Cookie, ...] = ()
    expired: tuple[Cookie, ...] = ()
    origins: tuple[Mapping[str, Any], ...] = ()


def parse_login_state(text: str, *, now: float) -> LoginState:
    """Return what a file says: a Netscape cookies.txt, or a storage state of Playwright.

    cookies.txt is read as `MozillaCookieJar` does, ``#HttpOnly_`` lines included; that a session
    cookie expires at 0 is curl's way to write it. https://curl.se/docs/http-cookies.html,
    https://playwright.dev/python/docs/auth#core-concepts. ``now`` is in seconds since the epoch.

    Raises:
        ValueError: neither of them, or nothing in it holds any more; one line, without secrets.
    """
    if text.lstrip().startswith(("{", "[")):
        cookies, origins = _storage_state(text)
    else:
        cookies, origins = _netscape(text), ()
    for cookie in cookies:
        _check_characters(cookie)
    expired = tuple(cookie for cookie in cookies if cookie.is_expired(int(now)))
    good = tuple(cookie for cookie in cookies if cookie not in expired)
    if not good and not origins:
        raise ValueError(_why_nothing(expired))
    return LoginState(good, expired, origins)


def cookie_of(fields: Mapping[str, Any]) -> Cookie:
    """Return a cookie as `http.cookiejar` has it from one as Playwright has it.

    Raises KeyError, TypeError or ValueError for what is none.
    """
    domain = str(fields["domain"])
    is_for_all = domain.startswith(".")
    bare = domain.lstrip(".")
    expires = fields.get("expires", -1)
    return Cookie(
        version=0,
        name=str(fields["name"]),
        value=str(fields["value"]),
        port=None,
        port_specified=False,
        # It calls a host without a dot, like localhost, localhost.local.
        domain=domain if "." in bare or ":" in bare else f"{domain}.local",
        domain_specified=is_for_all,
        domain_initial_dot=is_for_all,
        path=str(fields.get("path") or "/"),
        path_specified=True,
        secure=bool(fields.get("secure")),
        expires=None if expires < 0 else int(expires),
        discard=expires < 0,
        comment=None,
        comment_url=None,
        rest=_rest(fields),
    )


def names_of(cookies: Iterable[Cookie]) -> str:
    """Return what may be said of cookies: their names and domains."""
    return ", ".join(f"{cookie.name} ({cookie.domain})" for cookie in cookies)


def _storage_state(text: str) -> tuple[list[Cookie], tuple[Mapping[str, Any], ...]]:
    try:
        state = json.loads(text)
    except ValueError as error:  # which says where, and not what
        raise ValueError(f"it begins like JSON and is none ({error})") from None
    try:
        cookies = [cookie_of(fields) for fields in state.get("cookies", ())]
        return cookies, tuple(_checked(origin) for origin in state.get("origins", ()))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise ValueError("it is JSON, but no storage state as Playwright saves it") from None


def _checked(origin: Mapping[str, Any]) -> Mapping[str, Any]:
    for item in origin["localStorage"]:
        if not (isinstance(item["name"], str) and isinstance(item["value"], str)):
            raise TypeError
    if not str(origin["origin"]).startswith(("http://", "https://")):
        raise ValueError
    return origin


def _rest(fields: Mapping[str, Any]) -> dict[str, str]:
    http_only = {"HttpOnly": ""} if fields.get("httpOnly") else {}
    same_site = {"SameSite": str(fields["sameSite"])} if fields.get("sameSite") else {}
    return http_only | same_site


def _netscape(text: str) -> list[Cookie]:
    try:
        return [_from_netscape(cookie) for cookie in _loaded(text)]
    except LoadError:
        number = _wrong_line(text)
    if number is None:
        raise ValueError(
            "it is no cookies.txt, whose first line is # Netscape HTTP Cookie File, "
            "and no storage state"
        )
    raise ValueError(
        f"line {number} is no cookie: seven fields with tabs between them, the second TRUE where "
        "the first begins with a dot"
    )


def _loaded(text: str) -> MozillaCookieJar:
    jar: Any = MozillaCookieJar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which would show the line
        jar._really_load(io.StringIO(text), "", ignore_discard=True, ignore_expires=True)
    found: MozillaCookieJar = jar
    return found


def _wrong_line(text: str) -> int | None:
    """Return the number of the first line that cannot be read; None: it is the very first."""
    head, *lines = text.split("\n")
    try:
        _loaded(head + "\n")
    except LoadError:
        return None
    for number, line in enumerate(lines, start=2):
        try:
            _loaded(_MAGIC + line)
        except LoadError:
            return number
    return None


def _from_netscape(cookie: Cookie) -> Cookie:
    return cookie_of(
        {
            "name": cookie.name,
            "value": cookie.value or "",
            "domain": cookie.domain,
            "path": cookie.path,
            "expires": cookie.expires or -1,
            "secure": cookie.secure,
            "httpOnly": cookie.has_nonstandard_attr("HTTPOnly"),
        }
    )


def _check_characters(cookie: Cookie) -> None:
    if not (f"{cookie.name}{cookie.value}{cookie.domain}{cookie.path}").isprintable():
        raise ValueError(f"the cookie {cookie.name!r} has a character that no cookie may have")


def _why_nothing(expired: tuple[Cookie, ...]) -> str:
    if not expired:
        return "it has no cookie"
    last = datetime.fromtimestamp(max(cookie.expires or 0 for cookie in expired), UTC)
    count = f"all {len(expired)} cookies have" if len(expired) > 1 else "its only cookie has"
    return f"{count} expired, the last on {last:%Y-%m-%d}: log in again, and save them anew"
