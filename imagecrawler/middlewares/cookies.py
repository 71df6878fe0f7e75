"""Cookies for pages and images: those of a file first, then what servers say."""

from __future__ import annotations

import logging
from collections import defaultdict
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Self

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http.cookies import CookieJar

from imagecrawler.coordinator.site_files import login_state
from imagecrawler.policies.login_state import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from http.cookiejar import Cookie

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class LoginCookiesMiddleware(CookiesMiddleware):
    """Begins every cookie jar with the cookies of COOKIES_FILE."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the file. Raises SettingError."""
        middleware = super().from_crawler(crawler)
        state = login_state(crawler.settings)
        if state.expired:
            logger.warning(
                "%d of %d cookies of COOKIES_FILE have expired and are not sent: %s",
                len(state.expired),
                len(state.expired) + len(state.cookies),
                names_of(state.expired),
            )
        middleware.jars = defaultdict(partial(_jar, state.cookies))
        return middleware


def _jar(cookies: Iterable[Cookie]) -> CookieJar:
    # By default http.cookiejar sends a cookie without a domain to the hosts below its own too:
    # https://www.rfc-editor.org/rfc/rfc6265#section-5.4 does not.
    strict = DefaultCookiePolicy.DomainStrictNonDomain
    jar = CookieJar(DefaultCookiePolicy(strict_ns_domain=strict))
    for cookie in cookies:
        jar.set_cookie(cookie)
    return jar
