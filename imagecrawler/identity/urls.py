"""URLs of pages: how they are written, when two are the same page, whose they are.

Nothing here asks a network. The functions are called for every link of every page, and the
links of a site repeat from page to page, so results are remembered in bounded caches.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

import ada_url

# A site's navigation fits many times over; 16k entries of some 400 bytes are about 6 MB.
_CACHE_ENTRIES = 16_384
# A longer URL is worked out each time, or a hostile page could fill a cache with megabytes.
_CACHED_URL_CHARS = 1_000

_HTTP_SCHEMES = ("https://", "http://")

# Parameters that tell a server where a visitor came from, and never what to show.
# https://github.com/brave/brave-browser/wiki/Query-String-Filter, https://docs.clearurls.xyz/
_TRACKING = re.compile(
    r"utm_.*|[gd]clid|gclsrc|[gw]braid|fbclid|msclkid|yclid|twclid|ttclid|igshid|li_fat_id"
    r"|mc_[ce]id|_ga|_gl|_hsenc|_hsmi|__hs[a-z]+|hsctatracking|mkt_tok|oly_(?:anon|enc)_id"
    r"|vero_(?:conv|id)|wickedid|rb_clickid|s_cid|ml_subscriber(?:_hash)?|ysclid|srsltid|_openstat"
)
_SESSION = re.compile(r"phpsessid|jsessionid|aspsessionid[a-z]*|cfid|cftoken")
# Names that also mean other things (`sid` may be a story): only with a value like a session's.
_MAYBE_SESSION = re.compile(r"sid|s?ess(?:ion)?_?id|session")
_SESSION_VALUE = re.compile(r"[0-9A-Za-z]{16,}")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?;]*", re.IGNORECASE)


def absolute_url(href: str, base: str) -> str | None:
    """Return ``href`` as the WHATWG URL standard serialises it on a page at ``base``.

    Only http and https; without fragment, without credentials. None for everything else:
    other schemes, unparsable text, a relative reference on an unusable base.

        absolute_url("../b?x#y", "https://example.com/a/c") == "https://example.com/b?x"
        absolute_url("javascript:void(0)", "https://example.com/") is None

    Raises nothing. https://url.spec.whatwg.org/
    """
    if len(href) > _CACHED_URL_CHARS:
        return _joined(href, base)
    # A reference that does not depend on the page is remembered for the whole site.
    if href.startswith(_HTTP_SCHEMES):
        return _remembered_join(href, "")
    root, folder = _base_parts(base)
    first = href[:1]
    if first == "/":
        return _remembered_join(href, root)
    if first.isalnum():
        return _remembered_join(href, folder)
    return _joined(href, base)


def canonical_url(url: str) -> str:
    """Return the spelling that all addresses of one page share.

    Tracking parameters and session ids go (``utm_*``, ``gclid``, ``PHPSESSID``,
    ``;jsessionid=`` …), the query is sorted by name with equal names in their order, an
    empty query goes. ``url`` is as ``absolute_url`` returns it; a fragment is dropped.
    Applying it twice changes nothing more.
    """
    if "#" in url:
        url = url.partition("#")[0]
    if ";" in url:
        address, mark, query = url.partition("?")
        url = _PATH_SESSION.sub("", address) + mark + query
    if "?" not in url:
        return url
    address, _, query = url.partition("?")
    kept = sorted((p for p in query.split("&") if p and not _is_noise(p)), key=_parameter_name)
    return f"{address}?{'&'.join(kept)}" if kept else address


def page_key(url: str) -> str:
    """Return the 16 lowercase hex digits that name a page: a 64-bit hash of its canonical URL."""
    if len(url) > _CACHED_URL_CHARS:
        return _page_key(url)
    return _remembered_page_key(url)


def authority(url: str) -> str:
    """Return the host with its port, ``example.com:8000``; the scheme's own port is left out.

    ``""`` for what is no http or https URL.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return ""
    end = rest.find("/")
    # Without a path it is not serialised: a query or fragment may follow the host at once.
    rest = rest[:end] if end >= 0 else re.split(r"[?#]", rest, maxsplit=1)[0]
    if "@" in rest:
        rest = rest.rpartition("@")[2]
    if rest.endswith(":443") and scheme == "https":
        return rest[:-4]
    if rest.endswith(":80") and scheme == "http":
        return rest[:-3]
    return rest


def host_name(url: str) -> str:
    """Return the host without port or IPv6 brackets: the name of Scrapy's download slot."""
    host = authority(url)
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _joined(href: str, base: str) -> str | None:
    try:
        url = ada_url.join_url(base, href) if base else ada_url.normalize_url(href)
    except ValueError:  # Includes UnicodeEncodeError: a lone surrogate is no character.
        return None
    if not url.startswith(_HTTP_SCHEMES):
        return None
    if "#" in url:
        url = url.partition("#")[0]
    if "@" in url:
        url = _without_credentials(url)
    return url


_remembered_join = lru_cache(maxsize=_CACHE_ENTRIES)(_joined)


@lru_cache(maxsize=1_024)
def _base_parts(base: str) -> tuple[str, str]:
    """Return what of a page's address matters to ``/x`` and to ``x``; a base as it is if odd."""
    url = _joined(base, "")
    if url is None or url != base.partition("#")[0]:
        return base, base
    path_start = url.index("/", 8)
    return url[: path_start + 1], url.partition("?")[0].rpartition("/")[0] + "/"


def _without_credentials(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _parameter_name(parameter: str) -> str:
    return parameter.partition("=")[0]


def _is_noise(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower()
    if _TRACKING.fullmatch(name) or _SESSION.fullmatch(name):
        return True
    return bool(_MAYBE_SESSION.fullmatch(name) and _SESSION_VALUE.fullmatch(value))


def _page_key(url: str) -> str:
    return blake2b(canonical_url(url).encode(errors="surrogatepass"), digest_size=8).hexdigest()


_remembered_page_key = lru_cache(maxsize=_CACHE_ENTRIES)(_page_key)
