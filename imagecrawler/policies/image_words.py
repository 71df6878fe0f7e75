"""Words and hosts that say what an image is for: data, read by ``image_marks``.

Gathered for this project from the documentation of the services (what their own snippets put
into pages) and from pages of WordPress, Drupal, Shopify, Discourse, MediaWiki and the like.
EasyList and its kin are not included: their licences (GPL-3.0, CC BY-SA 3.0) are not ours, and
the engines that read them (adblock 0.6 of 2022, braveblock 0.5 of 2024) come without lists.
"""

from __future__ import annotations

import re

# Who is asked for an invisible image so as to count a visit. The snippets' own hosts:
# developers.facebook.com/docs/meta-pixel, developers.google.com/analytics, learn.microsoft.com
# (bat.bing.com, LinkedIn), matomo.org/docs, vgwort.de, yandex.com/support/metrica and others.
TRACKER_HOSTS = frozenset(
    (
        *("google-analytics.com", "googletagmanager.com", "analytics.google.com"),
        *("stats.g.doubleclick.net", "bat.bing.com", "c.bing.com", "clarity.ms"),
        *("px.ads.linkedin.com", "dc.ads.linkedin.com", "ct.pinterest.com", "tr.snapchat.com"),
        *("analytics.tiktok.com", "analytics.twitter.com", "alb.reddit.com", "pixel.wp.com"),
        *(
            "stats.wp.com",
            "scorecardresearch.com",
            "quantserve.com",
            "comscore.com",
            "chartbeat.net",
        ),
        *("demdex.net", "omtrdc.net", "2o7.net", "everesttech.net", "bluekai.com", "krxd.net"),
        *("agkn.com", "rlcdn.com", "adsrvr.org", "crwdcntrl.net", "exelator.com", "mathtag.com"),
        *(
            "mc.yandex.ru",
            "counter.yadro.ru",
            "top-fwz1.mail.ru",
            "counter.rambler.ru",
            "tns-counter.ru",
        ),
        *(
            "hm.baidu.com",
            "cnzz.com",
            "51.la",
            "statcounter.com",
            "histats.com",
            "hitwebcounter.com",
        ),
        *(
            "met.vgwort.de",
            "ioam.de",
            "ivwbox.de",
            "etracker.com",
            "econda-monitor.de",
            "webtrekk.net",
        ),
        *("xiti.com", "weborama.fr", "gemius.pl", "mouseflow.com"),
        *("nr-data.net", "parsely.com", "segment.io", "mixpanel.com", "heapanalytics.com"),
        *("amplitude.com", "track.hubspot.com", "bizible.com", "6sc.co"),
        *("ir-na.amazon-adsystem.com", "ir-de.amazon-adsystem.com", "ir-uk.amazon-adsystem.com"),
        *("assoc-amazon.com", "sitemeter.com", "w55c.net", "track.adform.net", "imrworldwide.com"),
        *(
            "pixel.facebook.com",
            "www.facebook.com/tr",
            "facebook.com/tr",
            "sp.analytics.yahoo.com",
            "usage.trackjs.com",
        ),
        *("q.quora.com", "leadfeeder.com", "piwik.pro", "matomo.cloud", "goatcounter.com"),
        *("freecounterstat.com", "flagcounter.com", "whos.amung.us", "tracking.g2crowd.com"),
    )
)
# Who is asked for what is shown in a space that was sold. The ad servers' own documentation,
# and what Amazon, CJ, Awin, Rakuten and Impact give their partners to paste.
AD_HOSTS = frozenset(
    (
        *("doubleclick.net", "googlesyndication.com", "googleadservices.com", "2mdn.net"),
        *("adnxs.com", "rubiconproject.com", "pubmatic.com", "openx.net", "casalemedia.com"),
        *(
            "criteo.com",
            "criteo.net",
            "taboola.com",
            "outbrain.com",
            "outbrainimg.com",
            "revcontent.com",
        ),
        *("mgid.com", "teads.tv", "smartadserver.com", "adroll.com", "amazon-adsystem.com"),
        *(
            "carbonads.com",
            "carbonads.net",
            "buysellads.com",
            "buysellads.net",
            "servedby-buysellads.com",
        ),
        *("awin1.com", "zenaps.com", "tqlkg.com", "ftjcfx.com", "lduhtrp.net", "awltovhc.com"),
        *("linksynergy.com", "shareasale.com", "pxf.io", "7eer.net", "tradedoubler.com"),
        *("zanox.com", "belboon.de", "adserver.com", "adzerk.net", "media.net", "popads.net"),
        *("propellerads.com", "exoclick.com", "juicyads.com", "adfox.ru", "an.yandex.ru"),
        *("adform.net", "moatads.com", "yieldmo.com", "sharethrough.com", "triplelift.com"),
        *("partnerstack.com", "sponsorize.com", "ligatus.com", "plista.com", "adition.com"),
    )
)
AVATAR_HOSTS = frozenset(
    (
        *(
            "gravatar.com",
            "avatars.githubusercontent.com",
            "yt3.ggpht.com",
            "yt3.googleusercontent.com",
        ),
        *("cdn.discordapp.com/avatars", "pbs.twimg.com/profile_images"),
        *("ui-avatars.com", "api.dicebear.com", "avatars.dicebear.com", "robohash.org"),
        *("avatars.discourse.org", "avatars.discourse-cdn.com", "secure.gravatar.com"),
        *("unavatar.io", "avatar.skype.com", "graph.facebook.com", "www.redditstatic.com/avatars"),
        *("static-cdn.jtvnw.net/jtv_user_pictures", "lh3.googleusercontent.com/a"),
    )
)
ICON_HOSTS = frozenset(
    (
        *("s.w.org/images/core/emoji", "twemoji.maxcdn.com", "abs.twimg.com/emoji", "flagcdn.com"),
        *("img.shields.io", "badge.fury.io", "cdn.simpleicons.org", "icons.duckduckgo.com"),
        *("www.google.com/s2/favicons", "flagpedia.net", "badgen.net", "badges.gitter.im"),
        *("static.xx.fbcdn.net/images/emoji.php", "travis-ci.org", "codecov.io", "coveralls.io"),
        *("images.emojiterra.com", "ssl.gstatic.com/ui", "api.iconify.design", "img.icons8.com"),
    )
)

# Addresses at which many programs count visits, wherever they run.
TRACKER_PATHS = re.compile(
    r"""
    /(?:piwik|matomo)\.php | /__utm\.gif | /b/ss/[^/]+/\d+/ | /ibs:dpid | /__ptq\.gif | /njs\.gif
    | /tr/?\?id=\d{6,} | /collect/?\?(?:.*&)?(?:tid|pid|v)= | /i/adsct
    | /(?:tracking|track|pixel|beacon|open|impression)s?/(?:open|pixel|px|track|imp)
      (?:[/?]|$|\.(?:gif|php|aspx?)(?:$|\?))
    | /(?:pixel|px|beacon|tracker|tracking|impression|count_?pixel|zaehlpixel|__imp_apg__)
      \.(?:gif|php|aspx?|ashx|cgi)(?:$|\?)
    | /pagead/(?:1p-|viewthrough)?conversion | /wf/open\? | /pixel/?(?:\?|$) | /aff_i\?
    | /(?:1x1|1px|onepix|trans(?:parent)?_?pixel|tracking-?pixel)\.(?:gif|png)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# They may as well be counters that are seen, or pictures of a log: not enough alone.
COUNTER_PATHS = re.compile(
    r"/(?:track|imp|hits?|counter|cnt|count|stats?|collect|log|visit|analytics|conversion)"
    r"\.(?:gif|php|aspx?|ashx|cgi)(?:$|\?)",
    re.IGNORECASE,
)
# OpenX and Revive, AdServer and their kin: scripts that answer with a banner.
AD_SCRIPTS = re.compile(
    r"/(?:avw|ai|adview|adimage|ajs|banner|showad|getad|adserve)\.(?:php|aspx?)$"
)
AD_PATHS = re.compile(
    r"/(?:ads?|advert(?:s|isements?|ising)?|adserver?|adimg|adimages|banner_?ads?|sponsors?"
    r"|werbung|publicidad|affiliates?/banners?)/",
    re.IGNORECASE,
)
AVATAR_PATHS = re.compile(
    r"/(?:avatars?|gravatar|user_?avatars?|profile_?(?:images?|pictures?|pics?|photos?)"
    r"|headshots?|author(?:s|[_-](?:images?|photos?))|mugshots?)/",
    re.IGNORECASE,
)

# What one word of a name says. Names are split at spaces, hyphens, underscores and humps.
WORDS: dict[str, str] = {}


def _say(what: str, *words: str) -> None:
    WORDS.update(dict.fromkeys(words, what))


_say("logo", *("logo", "logos", "logotype", "logotipo", "logotyp", "wordmark", "logomark"))
_say("brand", *("brand", "branding", "brands"))
_say("icon", *("icon", "icons", "ico", "favicon", "favicons", "glyph", "icone", "icones", "icono"))
_say("icon", *("iconos", "glyphs", "picto", "pictogram", "touchicon"))
_say(
    "emoji", *("emoji", "emojis", "emoticon", "emoticons", "smiley", "smilies", "smileys", "emote")
)
_say("emoji", *("twemoji",))
_say("social", *("social", "socials", "share", "sharing", "addthis", "sharethis", "followus"))
_say("badge", *("badge", "badges", "appstore", "googleplay", "playstore"))
_say("payment", *("payment", "payments", "visa", "mastercard", "paypal", "amex", "maestro"))
_say("payment", *("klarna", "applepay", "googlepay", "sofort", "americanexpress", "diners"))
_say("flag", *("flag", "flags", "drapeau"))
_say("control", *("btn", "button", "buttons", "arrow", "arrows", "chevron", "caret", "bullet"))
_say("control", *("hamburger", "spinner", "loader", "preloader", "toggle", "rating", "stars"))
_say("control", *("close", "prev", "next", "dropdown", "checkbox", "tick", "checkmark", "burger"))
_say("sprite", *("sprite", "sprites", "spritesheet"))
_say("avatar", *("avatar", "avatars", "gravatar", "userpic", "userphoto", "profilepic", "headshot"))
_say("avatar", *("userpicture", "profilepicture", "profileimage", "authorimage", "mugshot"))
_say("avatar", *("useravatar", "userimage", "userimg", "profilephoto", "authorphoto"))
_say(
    "author", *("author", "byline", "vcard", "contributor", "autor", "auteur", "authors", "writer")
)
_say("author", *("bio", "biography", "authorbox"))
_say("comment", *("comment", "comments", "commentlist", "commenter", "reply", "testimonial"))
_say("comment", *("testimonials", "reviewer"))
_say("profile", *("profile", "profil", "user", "member", "username", "userinfo", "poster"))
_say("round", *("circle", "rounded", "round"))
_say("ad", *("ad", "ads", "adv", "advertisement", "advertisements"))
# Both what was paid for, and what readers of a market offer to each other.
_say("advert", *("advert", "adverts", "anzeige", "anzeigen", "anuncio", "anuncios"))
_say("ad", *("advertising", "adsense", "adsbygoogle", "adslot", "adunit", "adbox", "adbanner"))
_say("ad", *("adcontainer", "adwrapper", "adspace", "adserver", "dfp", "gpt", "adzone"))
_say("ad", *("werbung", "publicidad", "reklama", "reklam"))
_say("ad", *("publicite", "adbanners", "bannerad", "adarea", "adsbox", "skyscraper", "leaderboard"))
_say("sponsor", *("sponsor", "sponsors", "sponsored", "promoted"))
_say("banner", *("banner", "banners", "promo", "promos", "promotion"))
_say("pixel", *("pixel", "pixels", "beacon", "tracking", "tracker", "zaehlpixel"))
_say("spacer", *("spacer", "shim"))
_say("decor", *("divider", "separator", "ornament", "decoration", "decor", "pattern", "bg"))
_say("decor", *("background", "backgrounds", "texture", "watermark"))
_say("content", *("gallery", "galleries", "photo", "photos", "product", "products", "hero"))
_say("content", *("featured", "thumbnail", "thumb", "attachment", "entry", "article", "story"))
_say("content", *("post", "lightbox", "fancybox", "carousel", "slide", "slider", "slideshow"))
_say("content", *("swiper", "masonry", "portfolio", "artwork", "picture", "caption", "teaser"))
_say("content", *("aligncenter", "alignnone", "alignleft", "alignright", "recipe", "lead"))
_say("content", *("thumbimage", "thumbinner", "mw", "zoom", "wp", "media", "card"))
_say("header", *("header", "masthead", "topbar", "siteheader", "pageheader", "navbar"))
_say("footer", *("footer", "sitefooter", "colophon", "pagefooter", "foot"))
_say("nav", *("nav", "navigation", "menu", "breadcrumb", "breadcrumbs", "navi", "megamenu"))
_say("aside", *("sidebar", "aside", "widget", "widgets", "rail", "sidecol"))

# "article-header" is the head of an article, "has-ads" and "no-ads" are no advertising.
NOT_SITEWIDE = frozenset(
    (
        *("entry", "post", "article", "story", "card", "section", "content", "product", "panel"),
        *("hero", "gallery", "block", "modal", "media", "item", "feature", "profile", "event"),
        *("recipe", "figure", "image", "tile", "teaser", "lead", "cover", "news", "main", "slide"),
    )
)
NEGATING = frozenset(("no", "not", "has", "have", "with", "without", "free", "hide", "enable"))
NEGATING |= frozenset(
    (
        "non",
        "disclaimer",
        "and",
        "interruptus",
        "message",
        "enabled",
        "disable",
        "disabled",
        "lazy",
        "lazyload",
        "is",
        "show",
    )
)

# A file or an alternative text that is this and nothing else (but for numbers).
SOCIAL_NAMES = frozenset(
    (
        *(
            "facebook",
            "fb",
            "twitter",
            "x",
            "instagram",
            "insta",
            "ig",
            "youtube",
            "yt",
            "linkedin",
        ),
        *("pinterest", "whatsapp", "telegram", "tiktok", "snapchat", "reddit", "tumblr", "vimeo"),
        *("rss", "feed", "email", "mail", "phone", "tel", "skype", "vk", "weibo", "wechat", "xing"),
        *("github", "mastodon", "flickr", "discord", "medium", "googleplus", "gplus", "threads"),
        *("bluesky", "line", "viber", "odnoklassniki", "ok"),
    )
)
CONTROL_NAMES = frozenset(
    (
        *("search", "menu", "close", "share", "print", "arrow", "next", "prev", "previous", "back"),
        *("play", "pause", "cart", "basket", "user", "login", "home", "top", "up", "down", "left"),
        *("right", "star", "heart", "like", "plus", "minus", "check", "info", "warning", "help"),
        *("download", "upload", "edit", "delete", "settings", "location", "pin", "marker", "globe"),
        *("calendar", "clock", "bullet", "dropdown", "loading", "external", "external-link"),
    )
)
SPACER_NAMES = frozenset(
    (
        *("spacer", "blank", "transparent", "clear", "shim", "dot", "trans", "empty", "pix"),
        *("cleardot", "clearpixel", "space", "null", "nothing", "invisible"),
    )
)
# Interactive Advertising Bureau, Fixed Size Ad Specification, and the older ones still in use.
# https://www.iab.com/guidelines/iab-display-advertising-guidelines/
AD_SIZES = frozenset(
    (
        *((728, 90), (970, 250), (970, 90), (468, 60), (320, 50), (320, 100), (300, 50), (234, 60)),
        *((160, 600), (120, 600), (300, 600), (300, 1050), (300, 250), (336, 280), (250, 250)),
        *((125, 125), (120, 240), (120, 60), (180, 150), (970, 66), (980, 120), (930, 180)),
    )
)
# A width and height that are a ratio and no size: the style sheet says how large.
RATIOS = frozenset(
    (
        *((16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (2, 3), (2, 1), (21, 9), (5, 4), (4, 5)),
        *((16, 10), (10, 16), (5, 3), (3, 5), (5, 7), (7, 5), (1, 2), (8, 5)),
    )
)
