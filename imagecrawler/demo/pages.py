"""The demo gallery's HTML: from a path to a page, in the manners in which sites show images.

Of a work's three views, the first comes with ``srcset`` from this host, the second as a
``picture`` from the image host, the third lazily or behind a link to its file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from imagecrawler.demo.works import (
    SERIES,
    WIDTHS_PX,
    WORK_BY_SLUG,
    WORKS,
    Series,
    View,
    Work,
)

WORKS_PER_PAGE = 6
HIDDEN_PATH = "/attic/unlisted"
_BLANK = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_SIZES = "(min-width: 50rem) 33vw, 100vw"
_MONTH = re.compile(r"(\d{4})-(\d\d)")


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the site and its image host answer: ``http://127.0.0.1:8787``, no slash."""

    site: str
    images: str


def page(path: str, query: dict[str, str], origins: Origins) -> str | None:
    """Return the HTML of a page, or None where there is none."""
    first, _, rest = path.strip("/").partition("/")
    if first == "maze":
        return _maze(path, origins)
    if first == "calendar" and not rest:
        return _calendar(query, origins)
    if first == "works":
        return _listing(int(rest), origins) if rest.isdigit() else None
    if first == "series":
        found = next((series for series in SERIES if series.slug == rest), None)
        return _series(found, origins) if found else None
    if first == "work":
        work = WORK_BY_SLUG.get(rest)
        return _detail(work, origins) if work else None
    single = {"/": _home, "/about": _about, "/broken": _broken, HIDDEN_PATH: _hidden}.get(path)
    return single(origins) if single else _small_page(path, origins)


def sitemap(origins: Origins) -> str:
    """Return sitemap.xml: the home page, and the page that no link leads to."""
    urls = "".join(f"<url><loc>{origins.site}{path}</loc></url>" for path in ("/", HIDDEN_PATH))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>\n'
    )


def robots(origins: Origins) -> str:
    """Return robots.txt: one path that is off limits, and the sitemap."""
    return f"User-agent: *\nDisallow: /private/\n\nSitemap: {origins.site}/sitemap.xml\n"


def listing_count() -> int:
    """Return the number of listing pages."""
    return -(-len(WORKS) // WORKS_PER_PAGE)


def _document(
    title: str, body: str, origins: Origins, path: str, *, head: str = "", robots: str = ""
) -> str:
    meta = f'<meta name="robots" content="{robots}">' if robots else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="canonical" href="{escape(origins.site + path)}">
<link rel="icon" href="/static/icon-32.png">
<link rel="stylesheet" href="/static/style.css">
{meta}{head}
</head>
<body>
<header>
<a href="/"><img src="/static/logo.png" alt="The Loopback Gallery" width="48" height="48"></a>
<nav><a href="/">Home</a> <a href="/works/1">Works</a> <a href="/calendar">Calendar</a>
<a href="/about">About</a></nav>
</header>
<main>
{body}
</main>
<footer>
<img src="/static/icon-leaf.png" alt="A leaf" width="24" height="24">
<p>The Loopback Gallery shows pictures that a program drew. It exists on this machine only.
<a href="/private/ledger">Staff</a></p>
</footer>
</body>
</html>
"""


def _srcset(view: View) -> str:
    return ", ".join(f"/img/{view.file}?w={width} {width}w" for width in WIDTHS_PX)


def _image_host_srcset(view: View, origins: Origins, widths: Sequence[int]) -> str:
    return ", ".join(f"{origins.images}/{width}/{view.file} {width}w" for width in widths)


def _img(view: View) -> str:
    return (
        f'<img src="/img/{view.file}?w=600" srcset="{_srcset(view)}" sizes="{_SIZES}" '
        f'width="600" height="400" alt="{escape(view.alt)}">'
    )


def _lazy_img(view: View) -> str:
    return (
        f'<img class="lazy" src="{_BLANK}" data-src="/img/{view.file}?w=600" '
        f'data-srcset="{_srcset(view)}" data-sizes="auto" width="600" height="400" '
        f'alt="{escape(view.alt)}">\n<noscript>{_img(view)}</noscript>'
    )


def _picture(view: View, origins: Origins) -> str:
    wide, narrow = (
        _image_host_srcset(view, origins, widths) for widths in (WIDTHS_PX[2:], WIDTHS_PX[:2])
    )
    return (
        f'<picture><source media="(min-width: 60rem)" srcset="{wide}">'
        f'<source srcset="{narrow}">'
        f'<img src="{origins.images}/600/{view.file}" alt="{escape(view.alt)}"></picture>'
    )


def _linked_img(view: View) -> str:
    return (
        f'<a href="/img/{view.file}"><img src="/img/{view.file}?w=300" width="300" height="200" '
        f'alt="{escape(view.alt)}"></a>'
    )


def _figure(inside: str, caption: str) -> str:
    return f"<figure>{inside}<figcaption>{escape(caption)}</figcaption></figure>"


def _grid(works: Sequence[Work], *, eager: int) -> str:
    cards = []
    for number, work in enumerate(works):
        image = _img(work.views[0]) if number < eager else _lazy_img(work.views[0])
        cards.append(
            f'<li><a href="/work/{work.slug}">{image}</a>'
            f'<h2><a href="/work/{work.slug}">{escape(work.title)}</a></h2></li>'
        )
    return f'<ul class="grid">{"".join(cards)}</ul>'


def _home(origins: Origins) -> str:
    cards = "".join(
        f'<li><a href="/series/{series.slug}">{escape(series.title)}</a>: '
        f"{escape(series.text)}</li>"
        for series in SERIES
    )
    body = (
        "<h1>The Loopback Gallery</h1><p>Eight series, three works each, every work in three "
        f"lights.</p>{_grid(WORKS[:8], eager=4)}<h2>Series</h2><ul>{cards}</ul>"
        '<p><a href="/works/1">All works</a></p>'
    )
    return _document("The Loopback Gallery", body, origins, "/")


def _listing(number: int, origins: Origins) -> str | None:
    works = WORKS[(number - 1) * WORKS_PER_PAGE : number * WORKS_PER_PAGE] if number else ()
    if not works:
        return None
    back = f'<a rel="prev" href="/works/{number - 1}">Previous</a> ' if number > 1 else ""
    more = number < listing_count()
    onward = f'<a rel="next" href="/works/{number + 1}">Next</a>' if more else ""
    body = f"<h1>Works, page {number}</h1>{_grid(works, eager=2)}<p>{back}{onward}</p>"
    return _document(f"Works, page {number}", body, origins, f"/works/{number}")


def _series(series: Series, origins: Origins) -> str:
    works = [work for work in WORKS if work.series is series]
    body = f"<h1>{escape(series.title)}</h1><p>{escape(series.text)}</p>{_grid(works, eager=1)}"
    return _document(series.title, body, origins, f"/series/{series.slug}")


def _detail(work: Work, origins: Origins) -> str:
    dawn, noon, dusk = work.views
    number = WORKS.index(work)
    following = WORKS[(number + 1) % len(WORKS)]
    last = _linked_img(dusk) if number % 2 else _lazy_img(dusk)
    tags = "".join(
        f'<li><a rel="tag" href="/series/{work.series.slug}">{escape(tag)}</a></li>'
        for tag in work.series.tags
    )
    body = (
        f"<article><h1>{escape(work.title)}</h1><p>{escape(work.series.text)}</p>"
        + _figure(_img(dawn), f"{work.title} as the gallery opens: {dawn.light}.")
        + _figure(_picture(noon, origins), f"{work.title} at {noon.light}.")
        + _figure(last, f"{work.title} at {dusk.light}, shortly before closing.")
        + f'<ul class="tags">{tags}</ul></article>'
        + f'<p>Next: <a href="/work/{following.slug}">{escape(following.title)}</a></p>'
    )
    head = (
        f'<meta property="og:title" content="{escape(work.title)}">'
        f'<meta property="og:image" content="{origins.site}/img/{dawn.file}?w=1200">'
        f'<meta name="description" content="{escape(work.series.text)}">'
        f'<meta name="keywords" content="{escape(", ".join(work.series.tags))}">'
    )
    return _document(work.title, body, origins, f"/work/{work.slug}", head=head)


def _about(origins: Origins) -> str:
    portrait = '<img src="/img/portrait.jpg" alt="The gardener\'s portrait of poppies, upright">'
    body = (
        "<h1>About</h1><p>This site shows what an image crawler meets. Some of its rooms are "
        'strange: a <a href="/calendar">calendar</a> without end, a <a href="/maze/">maze</a> '
        'that repeats itself, <a href="/broken">pictures that do not arrive</a>, a '
        '<a rel="nofollow" href="/guestbook">guestbook</a> that asks not to be followed.</p>'
        + _figure(portrait, "Taken with the camera held upright: the file lies on its side.")
    )
    return _document("About", body, origins, "/about")


def _broken(origins: Origins) -> str:
    cases = (
        ("missing.jpg", "A picture that was taken down (404)."),
        ("html.jpg", "A page that calls itself a picture."),
        ("truncated.jpg", "A picture whose second half is lost."),
        ("busy.jpg", "A picture that asks to be fetched again in a second (503)."),
    )
    figures = "".join(
        _figure(f'<img src="/broken/{name}" alt="{escape(caption)}">', caption)
        for name, caption in cases
    )
    return _document("Broken pictures", f"<h1>Broken pictures</h1>{figures}", origins, "/broken")


def _hidden(origins: Origins) -> str:
    image = f'<img src="{origins.images}/1200/unlisted-attic.jpg" alt="Hills seen from the attic">'
    body = "<h1>The attic</h1><p>Only the sitemap knows the way here.</p>" + _figure(
        image, "The view from the attic window."
    )
    return _document("The attic", body, origins, HIDDEN_PATH)


def _small_page(path: str, origins: Origins) -> str | None:
    text = {
        "/private/ledger": "robots.txt asks crawlers to stay out of here.",
        "/guestbook": "Every link to this page says nofollow.",
    }.get(path)
    if text is None:
        return None
    return _document("A quiet room", f"<h1>A quiet room</h1><p>{text}</p>", origins, path)


def _calendar(query: dict[str, str], origins: Origins) -> str:
    """Return one month of a calendar that never ends: each page links to two new ones."""
    found = _MONTH.fullmatch(query.get("month", ""))
    months = (int(found[1]) * 12 + int(found[2]) - 1) if found else 2026 * 12
    label, before, after = (
        f"{n // 12:04}-{n % 12 + 1:02}" for n in (months, months - 1, months + 1)
    )
    body = (
        f"<h1>Calendar {label}</h1><p>The gallery is open every day of {label}.</p>"
        f'<p><a href="/calendar?month={before}">Earlier</a> '
        f'<a href="/calendar?month={after}">Later</a> '
        f'<a href="/calendar?month={label}&amp;view=week">By week</a></p>'
    )
    asked = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return _document(
        f"Calendar {label}", body, origins, f"/calendar?{asked}" if asked else "/calendar"
    )


def _maze(path: str, origins: Origins) -> str:
    """Return a room of the maze: a relative link that makes the path longer, for ever."""
    body = '<h1>The maze</h1><p>You are here. <a href="corridor/">Go on</a>.</p>'
    return _document("The maze", body, origins, path)
