"""The image services of the web and how each writes a size into a URL: one table.

Extending it is adding a row to ``SERVICES``; what the fields mean is in ``resizing.py``. Only
what chooses a rendition may be taken away, never what chooses a picture: two pictures with one
identity lose one of them, two identities for one picture only cost a download, which the content
hash catches. A row of one host comes before the rows of any host: the first that fits a URL says
which renditions can be asked for. Nothing here may enlarge: where a service would, the row adds
the parameter that forbids it, or it only asks for the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from imagecrawler.identity.resizing import AS_INNER, AS_STRIPPED, Service

_RASTER = r"\.(?:jpe?g|jpe|jfif|png|gif|webp|avif)$"
_PIXELS = r"\d{1,5}(?:px)?"
_PATTERNS = frozenset(("hosts", "within", "having", "cut", "drop", "inner", "stays", "named"))


def _service(name: str, source: str, example: str, **fields: Any) -> Service:
    """Return a row: what `Service` wants as patterns is written as text here."""
    for field in _PATTERNS & fields.keys():
        fields[field] = re.compile(fields[field], re.IGNORECASE)
    return Service(name, source, example, **fields)


def _numbers(widths: Iterable[int]) -> Mapping[int, str]:
    return {width: str(width) for width in widths}


_W = r"[?&]w=(?P<width>\d{1,5})"
_WIDTH = r"[?&]width=(?P<width>\d{1,5})"

_WORDPRESS_SUFFIX = rf"(?<=[^/])(?:-\d{{2,5}}x\d{{2,5}}|-scaled)+(?={_RASTER})"
# The size is the longest edge: https://www.flickr.com/services/api/misc.urls.html
_FLICKR_HOSTS = r"live\.staticflickr\.com|farm\d+\.static\.?flickr\.com"
_FLICKR_FILE = r"^(/\d+/\d+)(_[0-9a-f]{6,})(?:_[0-9a-z]{1,2})?\.(?:jpg|png|gif)$"
_THUMB = r"/thumb(/[0-9a-f]/[0-9a-f]{2}/[^/]+)/\d{1,5}px-([^/]+)$"
_THUMB_OF_RASTER = r"/thumb/[0-9a-f]/[0-9a-f]{2}/[^/]+\.(?:jpe?g|png|gif|webp)/\d{1,5}px-"
_THUMB_WIDTH = r"/(?P<width>\d{1,5})px-[^/?]+\?"
# https://www.mediawiki.org/wiki/Manual:$wgThumbnailSteps
_THUMB_STEPS = _numbers((20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840))
_SHOPIFY_NAMES = r"pico|icon|thumb|small|compact|medium|large|grande|master"
# Sizes, crops and formats; an overlay (l_) or an effect (e_) makes another picture and stays.
_CLOUDINARY_STEP = r"(?:w|h|c|q|f|g|ar|dpr|z|fl|x|y)_[^,/]+"
_CLOUDINARY_STEPS = rf"(?:{_CLOUDINARY_STEP}(?:,{_CLOUDINARY_STEP})*/)"
_CLOUDFLARE_OPTION = (
    r"(?:width|w|height|h|quality|q|fit|format|f|gravity|g|dpr|metadata|onerror|anim|compression"
    r"|sharpen|slow-connection-quality|scq)=[^,/]+"
)
_IMAGEKIT_STEP = r"(?:w|h|c|cm|fo|ar|dpr|q|f|pr|lo|x|y|xc|yc)-[^,:/&]+"
_IMAGEKIT_STEPS = rf"{_IMAGEKIT_STEP}(?:[,:]{_IMAGEKIT_STEP})*"
_IMGIX_NAMES = (
    r"w|h|q|dpr|fit|crop|auto|fm|ar|max-[wh]|min-[wh]|cs|ch|lossless|fp-[xyz]|facepad"
    r"|ixlib|ixid|ixjsv|s|usm|usmrad|sharp"
)
_FITS = r"cover|contain|crop|clip|fill|fillmax|max|min|scale|scale-down|inside|outside|bounds|pad"
_EDGES = r"faces|entropy|edges|center|centre|top|bottom|left|right|smart|true|1"

# https://nextjs.org/docs/app/api-reference/components/image#devicesizes (and #imagesizes)
_NEXT_WIDTHS = (16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840)

SERVICES: tuple[Service, ...] = (
    _service(
        "unsplash",
        "https://unsplash.com/documentation#dynamically-resizable-images",
        "https://images.unsplash.com/photo-1413745000559-46fdd2d81cd7?w=300&q=80",
        hosts=r"images\.unsplash\.com",
        drop=r".*",  # the path alone is the photo
        ask="?w={width}&fit=max",
        original=AS_STRIPPED,
        named=_W,
    ),
    _service(  # What is paid for there is marked by parameters: nothing is asked without them.
        "unsplash+",
        "https://unsplash.com/documentation#dynamically-resizable-images",
        "https://plus.unsplash.com/premium_photo-1413745000559-46fdd2d81cd7?w=300",
        hosts=r"plus\.unsplash\.com",
        drop=r".*",
        named=_W,
    ),
    _service(
        "imgix",
        "https://docs.imgix.com/apis/rendering/size",
        "https://assets.imgix.net/a/photo.jpg?w=300&h=200&fit=crop&auto=format",
        hosts=r".+\.imgix\.net|images\.prismic\.io|www\.datocms-assets\.com",
        drop=rf"(?:{_IMGIX_NAMES})=.*",
        ask="?w={width}&fit=max",
        original=AS_STRIPPED,
        stays=r"(?:auto|cs|ixlib|ixid)=.*",
        widest=8192,
        named=_W,
    ),
    _service(
        "contentful",
        "https://www.contentful.com/developers/docs/references/images-api/",
        "https://images.ctfassets.net/space/asset/hash/photo.jpg?w=300&h=200&fit=fill&fm=webp",
        hosts=r"images\.(?:[a-z]+\.)?ctfassets\.net",
        drop=r"(?:w|h|q|f|fit|fm|fl)=.*",
        ask="?w={width}",
        original=AS_STRIPPED,
        widest=4000,
        named=_W,
    ),
    _service(
        "sanity",
        "https://www.sanity.io/docs/image-urls",
        "https://cdn.sanity.io/images/project/production/abc-2000x3000.jpg?w=300&fit=crop",
        hosts=r"cdn\.sanity\.io",
        drop=r"(?:w|h|q|dpr|fit|crop|auto|fm|max-[wh]|min-[wh]|sharp)=.*",
        ask="?w={width}&fit=max",
        original=AS_STRIPPED,
        named=_W,
    ),
    _service(
        "wordpress photon, of an upload",
        "https://developer.wordpress.com/docs/photon/api/",
        "https://i0.wp.com/e.com/wp-content/uploads/2020/01/a-300x200.jpg?w=300&ssl=1",
        hosts=r"i[0-3]\.wp\.com",
        within=r"/wp-content/",
        cut=_WORDPRESS_SUFFIX,
        drop=r"(?:w|h|resize|fit|crop|quality|strip|zoom|ssl|unsharp|lb)=.*",
        stays=r"ssl=.*",
        ask="?w={width}",
        original="?ssl=1",
        named=r"(?:-(?=\d{2,5}x\d{2,5}\.)|[?&](?:w|resize|fit)=)(?P<width>\d{1,5})",
    ),
    _service(
        "wordpress photon",
        "https://developer.wordpress.com/docs/photon/api/",
        "https://i0.wp.com/e.com/a.jpg?resize=300%2C200&ssl=1",
        hosts=r"i[0-3]\.wp\.com",
        drop=r"(?:w|h|resize|fit|crop|quality|strip|zoom|ssl|unsharp|lb)=.*",
        stays=r"ssl=.*",
        ask="?w={width}",
        original="?ssl=1",
        named=r"[?&](?:w|resize|fit)=(?P<width>\d{1,5})",
    ),
    _service(
        "wordpress.com",
        "https://developer.wordpress.com/docs/photon/api/",
        "https://e.files.wordpress.com/2020/01/a.jpg?w=300&h=200&crop=1",
        hosts=r".+\.files\.wordpress\.com",
        drop=r"(?:w|h|resize|fit|crop|quality|strip|zoom|ssl|unsharp|lb)=.*",
        ask="?w={width}",
        original=AS_STRIPPED,
        named=r"[?&](?:w|resize|fit)=(?P<width>\d{1,5})",
    ),
    _service(
        "wikimedia",
        "https://www.mediawiki.org/wiki/Common_thumbnail_sizes",
        "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/250px-F.jpg",
        hosts=r"upload\.wikimedia\.org",
        within=_THUMB_OF_RASTER,
        cut=_THUMB,
        keep=r"\g<1>",
        ask=r"/thumb\g<1>/{width}px-\g<2>",
        original=r"\g<1>",
        sizes=_THUMB_STEPS,
        named=_THUMB_WIDTH,
        refuses_wider=True,
    ),
    _service(  # The original is a drawing, which is no file that is stored.
        "wikimedia, of a drawing",
        "https://www.mediawiki.org/wiki/Common_thumbnail_sizes",
        "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.svg/250px-F.svg.png",
        hosts=r"upload\.wikimedia\.org",
        within=r"/thumb/[0-9a-f]/[0-9a-f]{2}/[^/]+\.svg/\d{1,5}px-",
        cut=_THUMB,
        keep=r"\g<1>",
        ask=r"/thumb\g<1>/{width}px-\g<2>",
        sizes=_THUMB_STEPS,
        named=_THUMB_WIDTH,
    ),
    _service(
        "fandom",
        "https://github.com/Wikia/vignette",
        "https://static.wikia.nocookie.net/w/images/a/ab/F.png/revision/latest/scale-to-width-down/300?cb=1",
        hosts=r"static\.wikia\.nocookie\.net|vignette\d*\.wikia\.nocookie\.net",
        cut=r"(/revision/(?:latest|\d+))(?:/[a-z-]+/\d{1,5}){1,6}$",
        keep=r"\g<1>",
        ask=r"\g<1>/scale-to-width-down/{width}",
        original=r"\g<1>",
        named=r"/(?:scale-to-width(?:-down)?|width)/(?P<width>\d{1,5})",
    ),
    _service(
        "squarespace",
        "https://support.squarespace.com/hc/en-us/articles/206542517",
        "https://images.squarespace-cdn.com/content/v1/site/id/photo.jpg?format=300w",
        hosts=r"images\.squarespace-cdn\.com|static1\.squarespace\.com",
        drop=r"format=(?:\d+w|original)",
        ask="?format={width}w",
        original="?format=original",
        sizes=_numbers((100, 300, 500, 750, 1000, 1500, 2500)),
        named=r"[?&]format=(?P<width>\d{1,5})w",
    ),
    _service(  # DeviantArt too, whose URLs are signed: token=
        "wix",
        "https://github.com/wix/media-platform-js-sdk#image-url-creation",
        "https://static.wixstatic.com/media/ab_12~mv2.jpg/v1/fill/w_300,h_200,al_c,q_80/photo.jpg",
        hosts=r"static\.wixstatic\.com|images-wixmp-[0-9a-f]+\.wixmp\.com",
        cut=r"/v1/(?:(?:crop|fill|fit)/[^/]+/){1,3}[^/]*$",
        drop=r"token=.*",
        original=AS_STRIPPED,
        named=r"/(?:fill|fit)/(?:[^/?]*,)?w_(?P<width>\d{1,5})",
    ),
    _service(
        "blogger",
        "https://developers.google.com/people/image-sizing",
        "https://blogger.googleusercontent.com/img/b/R29/AVvX/s320/photo.jpg",
        hosts=r"\d\.bp\.blogspot\.com|blogger\.googleusercontent\.com|lh\d\.(?:googleusercontent|ggpht)\.com",
        within=r"/[swh]\d{1,5}(?:-[0-9a-z]+)*/[^/]+$",
        cut=r"/[swh]\d{1,5}(?:-[0-9a-z]+)*(?=/[^/]+$)",
        ask="/w{width}",
        original="/s0",
        named=r"/[sw](?P<width>\d{1,5})(?:-[0-9a-z]+)*/[^/?]+\?",
        by_edge=True,
    ),
    _service(
        "google",
        "https://developers.google.com/people/image-sizing",
        "https://lh3.googleusercontent.com/abc_DEF=w600-h400-no",
        hosts=r"(?:lh\d|yt3|play-lh)\.(?:googleusercontent|ggpht)\.com",
        cut=r"=[swh]\d{1,5}(?:-[0-9a-z]+)*$",
        ask="=w{width}",
        original="=s0",
        named=r"=[sw](?P<width>\d{1,5})(?:-[0-9a-z]+)*\?",
        by_edge=True,
    ),
    _service(
        "flickr",
        "https://www.flickr.com/services/api/misc.urls.html",
        "https://live.staticflickr.com/7372/12502775644_acfd415fa7_m.jpg",
        hosts=_FLICKR_HOSTS,
        within=r"^/\d+/\d+_[0-9a-f]{6,}(?:_[sqtmnwzcb])?\.jpg$",
        cut=_FLICKR_FILE,
        keep=r"\g<1>",
        ask=r"\g<1>\g<2>{size}.jpg",
        sizes={240: "_m", 320: "_n", 400: "_w", 500: "", 640: "_z", 800: "_c", 1024: "_b"},
        named=r"^/\d+/\d+_[0-9a-f]{6,}(?P<size>(?:_[mnwzcb])?)\.",
        by_edge=True,
    ),
    _service(  # Each of these has a secret of its own: another size cannot be asked for.
        "flickr, large",
        "https://www.flickr.com/services/api/misc.urls.html",
        "https://live.staticflickr.com/7372/12502775644_0123456789_h.jpg",
        hosts=_FLICKR_HOSTS,
        cut=_FLICKR_FILE,
        keep=r"\g<1>",
        sizes={1600: "h", 2048: "k", 3072: "3k", 4096: "4k", 5120: "5k", 6144: "6k"},
        named=r"^/\d+/\d+_[0-9a-f]{6,}_(?P<size>h|k|[3-6]k)\.",
        by_edge=True,
    ),
    _service(
        "tumblr",
        "https://www.tumblr.com/docs/en/api/v2#photo-posts",
        "https://64.media.tumblr.com/0123/tumblr_abc123_500.jpg",
        hosts=r"(?:\d+\.)?media\.tumblr\.com",
        cut=r"(/tumblr_[0-9a-z_]+)_\d{2,4}(?:sq)?(?=\.[a-z]{3,4}$)",
        keep=r"\g<1>",
        ask=r"\g<1>_{width}",
        sizes=_numbers((250, 400, 500, 540, 640, 1280)),
        named=r"/tumblr_[0-9a-z_]+_(?P<width>\d{2,4})\.",
    ),
    _service(
        "medium",
        "undocumented: the srcset of the pages of https://medium.com",
        "https://miro.medium.com/v2/resize:fit:700/format:webp/1*abc.jpeg",
        hosts=r"miro\.medium\.com|cdn-images-\d\.medium\.com",
        cut=r"^/(?:v2/(?:[a-z]+:[^/]+/){1,5}|(?:freeze/)?max/\d+/|fit/[a-z]/\d+/\d+/)(?=[^/]+$)",
        keep="/",
        ask="/v2/resize:fit:{width}/",
        original="/v2/",
        named=r"/(?:resize:[a-z]+:|max/|fit/[a-z]/)(?P<width>\d{1,5})[:/]",
    ),
    _service(
        "medium, original",
        "undocumented: the srcset of the pages of https://medium.com",
        "https://miro.medium.com/v2/1*abc.jpeg",
        hosts=r"miro\.medium\.com",
        cut=r"^/v2/(?=[^/:]+$)",
        keep="/",
    ),
    _service(
        "substack",
        "https://cloudinary.com/documentation/fetch_remote_images",
        "https://substackcdn.com/image/fetch/w_300,c_limit/https%3A%2F%2Fbucket.s3.amazonaws.com%2Fa.png",
        hosts=r"substackcdn\.com",
        within=r"^/image/fetch/",
        cut=r"(?<=^/image/fetch/)[^/]+/(?=https?(?::|%3A))",
        inner=r"/image/fetch/(?:[^/]*/)?(https?(?::|%3A)[^?#]+)",
        ask="w_{width},c_limit,f_auto,q_auto:good/",
        original=AS_INNER,
        named=r"/image/fetch/(?:[^/?]*,)?w_(?P<width>\d{1,5})[,/]",
    ),
    _service(
        "imagekit, by path",
        "https://imagekit.io/docs/image-resize-and-crop",
        "https://ik.imagekit.io/shop/tr:w-300,h-200/photo.jpg",
        hosts=r"ik\.imagekit\.io",
        within=r"/tr:",
        cut=rf"/tr:{_IMAGEKIT_STEPS}(?=/)",
        ask="/tr:w-{width},c-at_max",
        original=AS_STRIPPED,
        named=r"/tr:(?:[^/?]*[,:])?w-(?P<width>\d{1,5})[,:/]",
    ),
    _service(
        "imagekit",
        "https://imagekit.io/docs/image-resize-and-crop",
        "https://ik.imagekit.io/shop/photo.jpg?tr=w-300,h-200",
        hosts=r"ik\.imagekit\.io",
        drop=rf"tr={_IMAGEKIT_STEPS}|ik-sdk-version=.*",
        ask="?tr=w-{width},c-at_max",
        original=AS_STRIPPED,
        named=r"[?&]tr=(?:[^&]*[,:])?w-(?P<width>\d{1,5})(?![0-9.])",
    ),
    _service(
        "pinterest",
        "undocumented: the pages of https://www.pinterest.com",
        "https://i.pinimg.com/236x/ab/cd/ef/0123.jpg",
        hosts=r"i\.pinimg\.com",
        cut=r"^/(?:\d{2,4}x(?:\d{2,4})?(?:_RS)?|originals)(?=/)",
        ask="/{width}x",
        original="/originals",
        sizes=_numbers((236, 474, 564, 736)),
        named=r"^/(?P<width>\d{2,4})x/",
    ),
    _service(
        "twitter",
        "https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/entities",
        "https://pbs.twimg.com/media/Abc123?format=jpg&name=small",
        hosts=r"pbs\.twimg\.com",
        within=r"^/media/",
        cut=r":(?:thumb|small|medium|large|orig)$",
        drop=r"name=.*",
        ask="?name={size}",
        original="?name=orig",
        sizes={680: "small", 1200: "medium", 2048: "large"},
        named=r"(?:[?&]name=|:)(?:(?P<size>small|medium|large)|(?P<width>\d{1,4})x\d+)(?![a-z0-9])",
        by_edge=True,
    ),
    _service(
        "amazon",
        "undocumented: the pages of https://www.amazon.com and https://www.imdb.com",
        "https://m.media-amazon.com/images/I/71abcDEF._AC_SX300_.jpg",
        hosts=r"(?:m|images-[a-z]{2})\.media-amazon\.com|images-[a-z]{2}\.ssl-images-amazon\.com",
        within=r"^/images/",
        cut=r"\._[^/]{1,120}_(?=\.(?:jpe?g|png|gif|webp)$)",
        original=AS_STRIPPED,
        named=r"_[SU]X(?P<width>\d{2,4})_",
    ),
    _service(
        "etsy",
        "https://developers.etsy.com/documentation/reference#operation/getListingImage",
        "https://i.etsystatic.com/123/r/il/ab12/456/il_570xN.456_abc.jpg",
        hosts=r"i\.etsystatic\.com",
        cut=r"/il_(?:\d{2,4}x(?:\d{2,4}|N)|fullxfull)\.",
        keep="/il.",
        ask="/il_{width}xN.",
        original="/il_fullxfull.",
        sizes=_numbers((570, 794, 1140, 1588)),
        named=r"/il_(?P<width>\d{2,4})x",
    ),
    _service(
        "imgur",
        "https://api.imgur.com/models/image#thumbs",
        "https://i.imgur.com/abcDE12m.jpg",
        hosts=r"i\.imgur\.com",
        cut=r"(?<=^/.{7})[sbtmlh](?=\.(?:jpe?g|png|gif|webp)$)",
        original=AS_STRIPPED,
        sizes={160: "t", 320: "m", 640: "l", 1024: "h"},
        named=r"^/[0-9a-z]{7}(?P<size>[tmlh])\.",
        by_edge=True,
    ),
    _service(
        "youtube",
        "https://developers.google.com/youtube/v3/docs/thumbnails",
        "https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg",
        hosts=r"i\d?\.ytimg\.com|img\.youtube\.com",
        within=r"^/vi(?:_webp)?/[\w-]{11}/",
        cut=r"/(?:default|[mh]qdefault|sddefault|maxresdefault)(?=\.(?:jpg|webp)$)",
        keep="/",
        drop=r"(?:sqp|rs)=.*",
        ask="/{size}",
        sizes={
            120: "default",
            320: "mqdefault",
            480: "hqdefault",
            640: "sddefault",
            1280: "maxresdefault",
        },
        named=r"/(?P<size>[a-z]+)\.(?:jpg|webp)\?",
        made_to_size=False,
    ),
    _service(
        "ebay",
        "undocumented: the pages of https://www.ebay.com",
        "https://i.ebayimg.com/images/g/abcAAOSw/s-l300.jpg",
        hosts=r"i\.ebayimg\.com",
        cut=r"/s-l\d{2,4}(?=\.)",
        keep="/s-l",
        ask="/s-l{width}",
        sizes=_numbers((64, 96, 140, 225, 300, 400, 500, 640, 960, 1200, 1600)),
        named=r"/s-l(?P<width>\d{2,4})\.",
        by_edge=True,
    ),
    _service(
        "storyblok",
        "https://www.storyblok.com/docs/api/image-service",
        "https://a.storyblok.com/f/123/2000x1000/abc/photo.jpg/m/300x200/filters:quality(80)",
        hosts=r"a(?:-[a-z]+)?\.storyblok\.com",
        cut=r"/m(?:/(?:fit-in/)?\d{0,4}x\d{0,4})?(?:/smart)?"
        r"(?:/filters(?::(?:quality|format|focal|no_upscale)\([^)/]*\)){1,9})?/?$",
        ask="/m/{width}x0/filters:no_upscale()",
        original=AS_STRIPPED,
        widest=4000,
        named=r"/m/(?:fit-in/)?(?P<width>\d{1,4})x",
    ),
    _service(
        "webflow",
        "https://help.webflow.com/hc/en-us/articles/33961378697107-Responsive-images",
        "https://cdn.prod.website-files.com/0123/4567_photo-p-500.jpg",
        hosts=r"cdn\.prod\.website-files\.com|assets(?:-global)?\.website-files\.com|uploads-ssl\.webflow\.com",
        cut=rf"-p-(?:500|800|1080|1600|2000|2600|3200)(?={_RASTER})",
        original=AS_STRIPPED,
        named=r"-p-(?P<width>\d{3,4})\.",
        made_to_size=False,
    ),
    _service(
        "bigcommerce",
        "https://developer.bigcommerce.com/docs/storefront/stencil/themes/context/handlebars-reference",
        "https://cdn11.bigcommerce.com/s-abc/images/stencil/300x300/products/1/2/photo.jpg?c=2",
        hosts=r"cdn\d+\.bigcommerce\.com",
        cut=r"(?<=/images/stencil)/(?:\d{1,4}x\d{1,4}|\d{1,4}w|original)(?=/)",
        ask="/{width}w",
        original="/original",
        named=r"/stencil/(?P<width>\d{1,4})[wx]",
    ),
    # -- any host ---------------------------------------------------------------------------
    _service(
        "wordpress",
        "https://developer.wordpress.org/reference/functions/image_make_intermediate_size/",
        "https://e.com/wp-content/uploads/2020/01/a-300x200.jpg",
        within=r"/wp-content/|^/files/\d{4}/",
        cut=_WORDPRESS_SUFFIX,
        original=AS_STRIPPED,
        sizes={2560: "-scaled"},
        named=r"-(?P<width>\d{2,5})x\d{2,5}\.[a-z]+\?|(?P<size>-scaled)\.[a-z]+\?",
        by_edge=True,
        made_to_size=False,
    ),
    _service(
        "shopify",
        "https://shopify.dev/docs/api/liquid/filters/image_url",
        "https://e.com/cdn/shop/files/a_300x.jpg?v=1&width=300",
        within=r"^/s/files/|/cdn/shop/",
        cut=rf"(?<=[^/])(?:_(?:\d{{1,5}}x\d{{0,5}}|x\d{{1,5}}|{_SHOPIFY_NAMES})"
        rf"(?:_crop_(?:top|center|bottom|left|right))?(?:@[23]x)?(?:\.progressive)?)+(?={_RASTER})",
        drop=r"(?:width|height|crop|pad_color|format)=.*",
        ask="?width={width}",
        original=AS_STRIPPED,
        widest=5760,
        named=r"(?:_(?=\d{1,5}x\d{0,5}[_@.])|[?&]width=)(?P<width>\d{1,5})",
    ),
    _service(
        "cloudinary",
        "https://cloudinary.com/documentation/transformation_reference",
        "https://res.cloudinary.com/demo/image/upload/w_300,h_200,c_fill/v1/a.jpg",
        within=r"/image/(?:upload|fetch|private|authenticated)/",
        cut=r"(/image/(?:upload|fetch|private|authenticated)/)"
        rf"(?:s--[\w-]+--/{_CLOUDINARY_STEPS}*|{_CLOUDINARY_STEPS}+)(?=[^/])",
        keep=r"\g<1>",
        ask=r"\g<1>c_limit,w_{width}/",
        original=r"\g<1>",
        named=r"[/,]w_(?P<width>\d{1,5})(?=[,/])",
    ),
    _service(
        "cloudflare",
        "https://developers.cloudflare.com/images/transform-images/transform-via-url/",
        "https://e.com/cdn-cgi/image/width=300,quality=75/images/a.jpg",
        within=r"/cdn-cgi/image/",
        cut=rf"/cdn-cgi/image/{_CLOUDFLARE_OPTION}(?:,{_CLOUDFLARE_OPTION})*/(?=[^/])",
        keep="/",
        inner=rf"/cdn-cgi/image/{_CLOUDFLARE_OPTION}(?:,{_CLOUDFLARE_OPTION})*/(https?:.+)$",
        ask="/cdn-cgi/image/width={width},fit=scale-down/",
        original=AS_STRIPPED,
        named=r"/cdn-cgi/image/(?:[^/?]*,)?(?:width|w)=(?P<width>\d{1,5})",
    ),
    _service(
        "next.js",
        "https://nextjs.org/docs/app/api-reference/components/image",
        "https://e.com/_next/image?url=%2Fa.jpg&w=384&q=75",
        within=r"/_(?:next|vercel)/image/?$",
        having=r"url=.+",
        drop=r"[wq]=\d+",
        stays=r"q=\d+",  # only some qualities are allowed: the one that the page names is
        inner=r"[?&]url=([^&#]+)",
        ask="?w={width}",
        original=AS_INNER,
        sizes=_numbers(_NEXT_WIDTHS),
        named=_W,
    ),
    _service(
        "mediawiki",
        "https://www.mediawiki.org/wiki/Manual:Thumb.php",
        "https://e.com/w/images/thumb/a/ab/F.jpg/300px-F.jpg",
        within=_THUMB_OF_RASTER,
        cut=_THUMB,
        keep=r"\g<1>",
        original=r"\g<1>",
        named=_THUMB_WIDTH,
        made_to_size=False,
    ),
    _service(  # Not `page3-300px-…`, nor `lossy-page…`: pages of one document are many pictures.
        "mediawiki, of other kinds",
        "https://www.mediawiki.org/wiki/Manual:Thumb.php",
        "https://e.com/w/images/thumb/a/ab/F.svg/300px-F.svg.png",
        within=r"/thumb/",
        cut=_THUMB,
        keep=r"\g<1>",
        named=_THUMB_WIDTH,
    ),
    _service(
        "ghost",
        "https://docs.ghost.org/themes/assets#responsive-images",
        "https://e.com/content/images/size/w600/2020/01/a.jpg",
        within=r"/content/images/size/",
        cut=r"(?<=/content/images)/size/w\d{1,5}(?:h\d{1,5})?(?:/format/[a-z]+)?(?=/)",
        original=AS_STRIPPED,
        named=r"/size/w(?P<width>\d{1,5})[h/]",
        made_to_size=False,
    ),
    _service(
        "drupal",
        "https://www.drupal.org/docs/8/core/modules/image/working-with-images",
        "https://e.com/sites/default/files/styles/large/public/2020/a.jpg.webp?itok=abc",
        within=r"/files/styles/[^/]+/public/",
        cut=r"(?<=/files)/styles/[^/]+/public/(.+?)"
        r"(?:(?<=\.jpg|\.png|\.gif|jpeg)\.(?:webp|avif))?$",
        keep=r"/\g<1>",
        drop=r"itok=.*",
        original=r"/\g<1>",
        made_to_size=False,
    ),
    _service(
        "magento",
        "https://experienceleague.adobe.com/en/docs/commerce-operations/configuration-guide/cli/resize-images",
        "https://e.com/media/catalog/product/cache/0123456789abcdef0123456789abcdef/a/b/c.jpg",
        within=r"/media/catalog/product/cache/",
        cut=r"(?<=/media/catalog/product)/cache/(?:\d{1,3}/[a-z_]+/(?:\d{0,4}x\d{0,4}/)?)?"
        r"[0-9a-f]{32}(?=/)",
        original=AS_STRIPPED,
        made_to_size=False,
    ),
    _service(
        "mastodon",
        "https://docs.joinmastodon.org/entities/MediaAttachment/",
        "https://e.com/media_attachments/files/109/123/456/small/abc.jpg",
        within=r"/media_attachments/files/",
        cut=r"(/media_attachments/files/(?:\d{1,3}/){1,8})(?:small|original)/",
        keep=r"\g<1>",
        original=r"\g<1>original/",
        made_to_size=False,
    ),
    _service(
        "akamai",
        "https://techdocs.akamai.com/ivm/docs/control-image-size",
        "https://e.com/a.jpg?imwidth=300",
        having=r"imwidth=\d+",
        drop=r"imwidth=\d+",
        guarded=True,
        ask="?imwidth={width}",
        widest=5000,
        named=r"[?&]imwidth=(?P<width>\d{1,5})",
    ),
    _service(
        "fastly",
        "https://www.fastly.com/documentation/reference/io/",
        "https://e.com/a.jpg?width=300&optimize=medium",
        having=r"optimize=(?:low|medium|high)",
        drop=r"(?:width|height|quality|dpr)=[\d.]+(?:px)?|fit=(?:bounds|cover|crop)"
        r"|optimize=(?:low|medium|high)|(?:auto|format)=(?:webp|avif|auto|p?jpe?g|png)",
        guarded=True,
        ask="?width={width}",
        original=AS_STRIPPED,
        stays=r"(?:optimize|auto|format)=.*",
        named=_WIDTH,
    ),
    # Whose server this is nobody knows: the identity only, and nothing is asked for. Only with a
    # value that looks like a size, and guarded: `?w=…` may be all there is.
    _service(
        "any server that resizes by parameter",
        "https://docs.sixlabors.com/articles/imagesharp.web/processingcommands.html, and the "
        "imgix vocabulary as others took it over",
        "https://e.com/a.jpg?width=300&q=80",
        drop=rf"(?:w|h|width|height|mw|mh|max-?_?(?:w|h|width|height)|size)=(?:{_PIXELS}|auto)"
        rf"|(?:resize|size)={_PIXELS}[,x](?:{_PIXELS})?"
        r"|(?:q|quality|qlt)=\d{1,3}|dpr=\d(?:\.\d+)?"
        rf"|fit=(?:{_FITS})|crop=(?:{_EDGES})(?:,(?:{_EDGES}))*|auto=(?:format|compress|webp)(?:,\w+)*"
        r"|(?:fm|format)=(?:auto|p?jpe?g|pjpg|png|webp|avif)",
        guarded=True,
    ),
)
