"""How sites write the size of a rendition into a URL: one table, one row per habit.

Extending it is adding a row to ``RESIZE_RULES``; ``pictures.py`` applies them. A row may only
remove what chooses a rendition, never what chooses a picture: two pictures with one identity
lose one of them, two identities for one picture only cost a download, which the content hash
catches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["query", "path"]

_RASTER = r"\.(?:jpe?g|jpe|jfif|png|gif|webp|avif)$"
_PIXELS = r"\d{1,5}(?:px)?"


@dataclass(frozen=True, slots=True)
class ResizeRule:
    """One habit of writing a size into a URL.

    ``kind`` "query" removes each parameter ``name=value`` that ``pattern`` matches as a
    whole; "path" replaces what ``pattern`` finds in the path by ``replacement``. ``hosts``
    matches the whole host name and ``within`` a part of the path; None is any. A ``guarded``
    row only counts when something else still says which picture it is: the path names an
    image file, or other parameters remain. ``source`` says who writes so.
    """

    kind: Kind
    pattern: re.Pattern[str]
    source: str
    hosts: re.Pattern[str] | None = None
    within: re.Pattern[str] | None = None
    replacement: str = ""
    guarded: bool = False


def _rule(
    kind: Kind,
    pattern: str,
    source: str,
    *,
    hosts: str | None = None,
    within: str | None = None,
    replacement: str = "",
    guarded: bool = False,
) -> ResizeRule:
    return ResizeRule(
        kind,
        re.compile(pattern, re.IGNORECASE),
        source,
        re.compile(hosts) if hosts else None,
        re.compile(within) if within else None,
        replacement,
        guarded,
    )


_IMGIX_NAMES = (
    r"w|h|q|dpr|fit|crop|auto|fm|ar|max-[wh]|min-[wh]|cs|ch|lossless|fp-[xyz]|facepad"
    r"|ixlib|ixid|ixjsv|s|usm|usmrad|sharp"
)
# Sizes, crops and formats; an overlay (l_) or an effect (e_) makes another picture and stays.
_CLOUDINARY_STEP = r"(?:w|h|c|q|f|g|ar|dpr|z|fl|x|y)_[^,/]+"
_SHOPIFY_NAMES = r"pico|icon|thumb|small|compact|medium|large|grande|master"
_FITS = r"cover|contain|crop|clip|fill|fillmax|max|min|scale|scale-down|inside|outside|bounds|pad"
_EDGES = r"faces|entropy|edges|center|centre|top|bottom|left|right|smart|true|1"

RESIZE_RULES: tuple[ResizeRule, ...] = (
    _rule(
        "query",
        r".*",
        "https://unsplash.com/documentation#dynamically-resizable-images: the path is the photo",
        hosts=r"(?:images|plus)\.unsplash\.com",
    ),
    _rule(
        "query",
        rf"(?:{_IMGIX_NAMES})=.*",
        "https://docs.imgix.com/apis/rendering",
        hosts=r".+\.imgix\.net",
    ),
    _rule(
        "query",
        r"(?:w|h|resize|fit|crop|quality|strip|zoom|ssl|unsharp|lb)=.*",
        "https://developer.wordpress.com/docs/photon/api/",
        hosts=r"i[0-3]\.wp\.com|.+\.files\.wordpress\.com",
    ),
    _rule(
        "path",
        rf"(?<=[^/])(?:-\d{{2,5}}x\d{{2,5}}|-scaled)+(?={_RASTER})",
        "https://developer.wordpress.org/reference/functions/image_make_intermediate_size/",
        within=r"/wp-content/|^/files/\d{4}/",
    ),
    _rule(
        "path",
        rf"(?<=[^/])(?:_(?:\d{{1,5}}x\d{{0,5}}|x\d{{1,5}}|{_SHOPIFY_NAMES})"
        rf"(?:_crop_(?:top|center|bottom|left|right))?(?:@[23]x)?(?:\.progressive)?)+(?={_RASTER})",
        "https://shopify.dev/docs/api/liquid/filters/img_url",
        within=r"^/s/files/|/cdn/shop/",
    ),
    _rule(
        "query",
        r"(?:width|height|crop|pad_color|format)=.*",
        "https://shopify.dev/docs/api/liquid/filters/image_url",
        within=r"^/s/files/|/cdn/shop/",
    ),
    _rule(
        "path",
        r"(/image/(?:upload|fetch|private|authenticated)/)"
        rf"(?:{_CLOUDINARY_STEP}(?:,{_CLOUDINARY_STEP})*/)+(?=[^/])",
        "https://cloudinary.com/documentation/transformation_reference",
        replacement=r"\1",
    ),
    _rule(
        # Not `page3-300px-…`, nor `lossy-page…`: pages of one document are many pictures.
        "path",
        r"/thumb(/[0-9a-f]/[0-9a-f]{2}/[^/]+)/\d{1,5}px-[^/]+$",
        "https://www.mediawiki.org/wiki/Manual:Thumb.php, Wikimedia's upload.wikimedia.org",
        replacement=r"\1",
    ),
    # Any host. Only with a value that looks like a size, and guarded: `?w=…` may be all there is.
    _rule(
        "query",
        rf"(?:w|h|width|height|mw|mh|max-?_?(?:w|h|width|height)|size)=(?:{_PIXELS}|auto)"
        rf"|(?:resize|size)={_PIXELS}[,x](?:{_PIXELS})?",
        "servers that resize by parameter; next/image, ImageSharp, Thumbor front ends",
        guarded=True,
    ),
    _rule(
        "query",
        r"(?:q|quality|qlt)=\d{1,3}|dpr=\d(?:\.\d+)?"
        rf"|fit=(?:{_FITS})|crop=(?:{_EDGES})(?:,(?:{_EDGES}))*|auto=(?:format|compress|webp)(?:,\w+)*"
        r"|(?:fm|format)=(?:auto|p?jpe?g|pjpg|png|webp|avif)",
        "the imgix vocabulary as others took it over: Sanity, Contentful, DatoCMS, Prismic",
        guarded=True,
    ),
)
