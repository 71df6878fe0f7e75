"""The renditions that one ``img`` element offers, its lazy-loading attributes included."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from imagecrawler.discovery.srcset import parse_srcset
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import ImageCandidate

Attributes = Mapping[str, str | None]

# No ceiling of a standard; longer URLs are refused by most servers and bloat every record.
MAX_IMAGE_URL_CHARS = 4_096

# What a page's script puts into src when the picture comes into view, best known first:
# lazysizes, jQuery Lazy Load, WP Rocket, a3 Lazy Load, Slick, Flickity, Echo; then Jetpack,
# Cloudflare, Ezoic, Optimole, NitroPack, LiteSpeed, Revolution Slider, Tencent, Zhihu, Discuz.
LAZY_SRC = (
    *("data-src", "data-lazy-src", "data-original", "data-original-src", "data-lazy"),
    *("data-orig-src", "data-echo", "data-flickity-lazyload", "data-url", "data-image"),
    *("data-lazyload", "data-lazyload-src", "data-lazysrc", "data-ll-src", "data-cfsrc"),
    *("data-ezsrc", "data-opt-src", "nitro-lazy-src", "data-delayed-url", "data-img-src"),
    *("data-imgsrc", "data-img", "data-image-src", "data-img-url", "data-image-url", "data-o_src"),
    *("data-actualsrc", "data-croporisrc", "data-ks-lazyload", "data-default-src", "data-srcimg"),
    *("data-src-img", "data-thumb-src", "data-deferred", "data-defer-src", "data-async-src"),
    *("data-real-src", "data-realsrc", "data-source", "data-path", "data-interchange-src"),
    *("lazy-src", "lazysrc", "loadsrc", "original", "_src", "lsrc", "real_src", "file"),
)
LAZY_SRCSET = (
    *("data-srcset", "data-lazy-srcset", "data-original-set", "data-flickity-lazyload-srcset"),
    *("data-bgset", "data-cfsrcset", "data-ezsrcset", "data-opt-srcset", "nitro-lazy-srcset"),
    *("data-lazyload-srcset", "data-image-srcset", "data-ll-srcset", "lazy-srcset"),
)
# A larger copy for a zoom or a light box: one more rendition, not the picture's own URL.
FULL_SIZE = (
    *("data-full", "data-full-src", "data-full-url", "data-zoom-image", "data-zoom-src"),
    *("data-large_image", "data-large-image", "data-hi-res", "data-hires", "data-high-res-src"),
    *("data-orig-file", "data-large-file", "data-large-src", "data-large", "data-zoom"),
    *("data-fullsrc", "data-full-image", "data-fullsize", "data-full-size", "data-highres"),
    *("data-high-res", "data-old-hires", "data-src-retina", "data-src2x", "data-2x", "data-at2x"),
    *(
        "data-retina",
        "data-big",
        "data-big-src",
        "data-bigimg",
        "data-magnify-src",
        "data-pin-media",
    ),
    *("data-lightbox-src", "data-fancybox-href", "data-mfp-src", "data-original-image", "zoomfile"),
    *("data-download-url", "data-media", "data-highres-src", "data-max-res"),
)
# Names that also hold what is no image: a page, a credit, a key.
_MANY_MEANINGS = frozenset(
    ("data-url", "data-image", "data-img", "data-source", "data-path", "original", "file")
)
# What waits in `src` for a lazy set, whatever its name.
_DRAWN = re.compile(r"\.(?:gif|svg)(?:\?|$)", re.IGNORECASE)
_PHOTO = re.compile(r"\.(?:jpe?g|webp|avif)(?:\?|$)", re.IGNORECASE)
_EXTRA = frozenset((*LAZY_SRC, *LAZY_SRCSET, *FULL_SIZE))

_PLACEHOLDER = re.compile(
    r"(?:^|[-_])(?:1x1|blank|spacer|placeholder|transparent|pixel|lazy|lazyload|loading|loader)"
    r"(?:[-_.]|$)",
    re.IGNORECASE,
)
# What is shown on a link to a file without being a picture of it.
_SIGN = re.compile(
    r"(?:^|[-_])(?:download|save|zoom|enlarge|magnif\w*|lupe|expand|fullscreen|full-size|fullsize"
    r"|icon|ico|button|btn)(?:[-_.0-9]|$)",
    re.IGNORECASE,
)
_ICON_PX = re.compile(r"\s*(?:[1-9]|[1-3][0-9]|4[0-8])(?:px)?\s*")


def image_candidates(
    attributes: Attributes,
    *,
    base_url: str,
    sources: Iterable[tuple[Attributes, bool]] = (),
    linked_file: str | None = None,
) -> tuple[list[ImageCandidate], tuple[str, ...]]:
    """Return the renditions of one picture, its own URL first, each URL once; and their kinds.

    The own URL is what ends up in ``src``: a lazy-loading attribute before ``src`` itself,
    which then is only a placeholder and no rendition. Without either it is the largest
    candidate. Then come the image file it links to, zoom copies, and the ``srcset`` of the
    ``img`` and its ``sources``, each with whether it may ever be shown. Where a URL appears
    with and without a claim, the claim stays; shown at one place it is shown. The kinds are
    those of ``finds.py``, surest first: ``img``, ``srcset``, ``picture`` …
    """
    own: str | None = None
    full: list[str] = []
    lazy_set: str | None = None
    if not _EXTRA.isdisjoint(attributes):
        lazy_own, doubtful = _lazy_sources(attributes, base_url)
        own = lazy_own[0] if lazy_own else None
        full = [*lazy_own[1:], *doubtful, *_urls(attributes, FULL_SIZE, base_url)]
        lazy_set = _first(attributes, LAZY_SRCSET)
    lazy = _described(lazy_set, base_url)
    described = [*lazy, *_described(attributes.get("srcset"), base_url)]
    kinds: dict[str, object] = {"lazy": own or lazy, "srcset": len(described) > len(lazy)}
    number, waits = len(described), bool(lazy)
    for source, is_shown in sources:
        of_source = _described(_first(source, LAZY_SRCSET), base_url)
        waits = waits or bool(of_source)
        of_source += _described(source.get("srcset"), base_url)
        described += of_source if is_shown else [replace(c, is_shown=False) for c in of_source]
    kinds |= {"picture": len(described) > number, "zoom": full, "link": linked_file}
    if linked_file is not None:
        full = [linked_file, *full]
    if own is None and (own := own_source(attributes, base_url)) is not None:
        if (_is_placeholder(own) and (described or full)) or (waits and _DRAWN.search(own)):
            own = None
        kinds = {"img": own, **kinds}
    if not all(candidate.is_shown for candidate in described):
        described = _shown_first(described, {own, *full})
    if own is None and described:
        own = max(described, key=lambda c: (c.is_shown, c.width_px or 0, c.density or 0.0)).url
    found_by = tuple(kind for kind, given in kinds.items() if given)
    return _each_once(own, full, described), found_by


def zoom_copy(attributes: Attributes, base_url: str) -> str | None:
    """Return the image file that a link shows in a light box, if its attributes name one."""
    if _EXTRA.isdisjoint(attributes):
        return None
    urls = (*_urls(attributes, FULL_SIZE, base_url), *_urls(attributes, LAZY_SRC, base_url))
    return next(filter(is_image_file, urls), None)


def is_sign(attributes: Attributes) -> bool:
    """Tell whether an image only says what a link does: an icon, by its size or its name."""
    sizes = (attributes.get("width") or "", attributes.get("height") or "")
    name = (attributes.get("src") or "").partition("?")[0].rpartition("/")[2]
    if all(map(_ICON_PX.fullmatch, sizes)):
        return True
    return _SIGN.search(name) is not None and not _PHOTO.search(name)


def own_source(attributes: Attributes, base_url: str) -> str | None:
    """Return the URL of ``src``, if it is one that can be kept."""
    src = attributes.get("src")
    url = absolute_url(src, base_url) if src else None
    return url if url is not None and len(url) <= MAX_IMAGE_URL_CHARS else None


def _each_once(
    own: str | None, full: Iterable[str], described: Iterable[ImageCandidate]
) -> list[ImageCandidate]:
    claims: dict[str, ImageCandidate] = {}
    for candidate in described:
        claims.setdefault(candidate.url, candidate)
    first = [own] if own is not None else []
    order = dict.fromkeys((*first, *full, *claims))
    return [claims.get(url) or ImageCandidate(url) for url in order]


def _shown_first(
    described: Iterable[ImageCandidate], urls: Container[str | None]
) -> list[ImageCandidate]:
    told = [replace(c, is_shown=c.is_shown or c.url in urls) for c in described]
    return sorted(told, key=lambda candidate: not candidate.is_shown)


def _described(srcset: str | None, base_url: str) -> list[ImageCandidate]:
    if not srcset:
        return []
    found = parse_srcset(srcset, base_url=base_url)
    return [candidate for candidate in found if len(candidate.url) <= MAX_IMAGE_URL_CHARS]


def _first(attributes: Attributes, names: Iterable[str]) -> str | None:
    return next((value for name in names if (value := attributes.get(name))), None)


def _lazy_sources(attributes: Attributes, base_url: str) -> tuple[list[str], list[str]]:
    """Return what may be the own URL, and what is too doubtful beside a photo in ``src``."""
    own = list(_urls(attributes, LAZY_SRC, base_url))
    src = own_source(attributes, base_url)
    if not own or src is None or not _PHOTO.search(src) or _is_placeholder(src):
        return own, []
    odd = {u for u in _urls(attributes, _MANY_MEANINGS, base_url) if not is_image_file(u)}
    return [url for url in own if url not in odd], [url for url in own if url in odd]


def _urls(attributes: Attributes, names: Iterable[str], base_url: str) -> Iterator[str]:
    for name in names:
        value = attributes.get(name)
        # Such attributes also hold flags, JSON and templates (`photo_{width}x.jpg`).
        if not value or "{" in value or not ("/" in value or "." in value):
            continue
        url = absolute_url(value, base_url)
        if url is not None and len(url) <= MAX_IMAGE_URL_CHARS:
            yield url


def _is_placeholder(url: str) -> bool:
    return _PLACEHOLDER.search(url.partition("?")[0].rpartition("/")[2]) is not None
