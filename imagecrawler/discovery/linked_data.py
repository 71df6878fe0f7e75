"""What structured data says of a page's pictures: addresses, captions, makers, licences.

https://schema.org/ImageObject, and the properties of any other thing whose value is an image.
https://developers.google.com/search/docs/appearance/structured-data/image-license-metadata
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import replace
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from imagecrawler.discovery.candidates import MAX_IMAGE_URL_CHARS
from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.metadata import collapsed, keywords
from imagecrawler.discovery.stated import NOTHING, agreed, filled, of_licence
from imagecrawler.discovery.things import (
    Thing,
    json_ld_things,
    microdata_things,
    rdfa_things,
    type_names,
)
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Evidence, ImageCandidate, Stated

MAX_THINGS = 20_000
MAX_FINDS = 2_000
_MAX_TEXTS = 50  # of one property: a thousand things may refer to one that has many
_IMAGE_TYPES = frozenset(
    ("imageobject", "imageobjectsnapshot", "photograph", "stillimage", "image")
)
# Things that are a page or what it is about: what they say of themselves, the page says.
_PAGE_TYPES = re.compile(r"article|page|posting|report|recipe|product|creativework|gallery|photo")
_IMAGE_PROPERTIES = (
    "image",
    "images",
    "photo",
    "photos",
    "thumbnailUrl",
    "thumbnail",
    "logo",
    "primaryImageOfPage",
    "screenshot",
)
_MAKERS = ("creator", "author", "contributor")
_HOLDERS = ("attributionName", "copyrightHolder")
_DATES = ("datePublished", "dateCreated", "uploadDate", "dateModified")
_PIXELS = re.compile(r"\s*([1-9][0-9]{0,5})(?:\.[0-9]+)?(?:\s*px)?\s*", re.IGNORECASE)


def linked_data(
    tree: LexborHTMLParser, *, base_url: str, pages: Collection[str] = ()
) -> tuple[list[Find], Stated, list[str]]:
    """Return the pictures that a page's structured data names, what it says of the page, its tags.

    ``pages`` are the page's own addresses: what is at another one, as the posts of a blog's first
    page are, speaks for its own images alone. The text is looked through first: most pages have
    one of the three at most.
    """
    html = tree.raw_html
    kinds: list[tuple[str, Iterable[Thing]]] = []
    if b"ld+json" in html:
        kinds.append(("json-ld", json_ld_things(tree)))
    if b"itemprop" in html:
        kinds.append(("microdata", microdata_things(tree)))
    if b"typeof=" in html or b"about=" in html:
        kinds.append(("rdfa", rdfa_things(tree)))
    finds: list[Find] = []
    page, tags = NOTHING, []
    here = {_bare(url) for url in pages}
    for kind, outermost in kinds:
        things = list(_all_things(outermost))
        named = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str)}
        of_images, of_page = _of_pages(things, named, base_url, here)
        page = filled(page, of_page)
        tags += _tags_of_page(things, base_url, here)
        for thing in things:
            stated = of_images.get(id(thing), NOTHING)
            for find in _finds_of(thing, kind, named, base_url):
                find.stated = filled(find.stated, stated)
                finds.append(find)
        if len(finds) > MAX_FINDS:
            break
    return finds[:MAX_FINDS], page, tags


def _of_pages(
    things: Iterable[Thing], named: dict[str, Thing], base_url: str, here: Set[str]
) -> tuple[dict[int, Stated], Stated]:
    """Return what pages and their like say of themselves: for their images, and for this page.

    The first is by the ``id`` of the things and of the things that are their images. Where
    several may be this page and differ, none of them speaks for it.
    """
    of_images: dict[int, Stated] = {}
    sure, unsure = NOTHING, []
    for thing in things:
        types = type_names(thing)
        if types & _IMAGE_TYPES or not any(_PAGE_TYPES.search(name) for name in types):
            continue
        own = _stated(thing, named, base_url)
        # Its size, if it has one, is that of no picture.
        own = replace(own, width_px=None, height_px=None, licence_of_page=bool(own.licence))
        for image in (thing, *_own_images(thing, named)):
            of_images.setdefault(id(image), own)
        is_here = _is_here(thing, base_url, here)
        if is_here:
            sure = filled(sure, own)
        elif is_here is None:
            unsure.append(own)
    return of_images, filled(sure, agreed(unsure))


def _tags_of_page(things: Iterable[Thing], base_url: str, here: Set[str]) -> list[str]:
    """Return the keywords of what is at this page; of several that may be, none are its own."""
    sure, unsure = [], []
    for thing in things:
        if not thing.get("keywords") or type_names(thing) & _IMAGE_TYPES:
            continue
        is_here = _is_here(thing, base_url, here)
        if is_here:
            sure += _keywords(thing)
        elif is_here is None:
            unsure.append(_keywords(thing))
    return [*sure, *(unsure[0] if len(unsure) == 1 else ())]


def _keywords(thing: Thing) -> list[str]:
    found: list[str] = []
    for value in _values(thing.get("keywords"))[:_MAX_TEXTS]:
        if isinstance(value, dict):  # a DefinedTerm
            found += _texts(value, "name")[:1]
        elif isinstance(value, str):
            found += keywords(value)
    return found


def _own_images(thing: Thing, named: dict[str, Thing]) -> Iterator[Thing]:
    for name in _IMAGE_PROPERTIES:
        for value in _values(thing.get(name)):
            if isinstance(value, dict):
                key = value.get("@id")
                yield named.get(key, value) if isinstance(key, str) else value


def _is_here(thing: Thing, base_url: str, here: Set[str]) -> bool | None:
    """Tell whether a thing says that it is at one of these addresses; None: it does not say."""
    stated = _texts(thing, "mainEntityOfPage", "url")
    urls = {_bare(url) for text in stated if (url := _address(text, base_url))}
    key = thing.get("@id")
    named = _address(key, base_url) if isinstance(key, str) else None
    if not here.isdisjoint(urls) or (named is not None and _bare(named) in here):
        return True
    # A name with a fragment is often made up: of the site's first page.
    return False if urls or (named is not None and "#" not in str(key)) else None


def _bare(url: str) -> str:
    """Return an address without what two spellings of one page's differ in."""
    return re.split(r"[?#]", url.partition("://")[2])[0].rstrip("/").removeprefix("www.")


def _all_things(outermost: Iterable[Thing]) -> Iterator[Thing]:
    """Yield things and those within them, each once, in document order."""
    seen: set[int] = set()
    waiting: list[Any] = list(outermost)[::-1]
    while waiting and len(seen) < MAX_THINGS:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += [v for v in reversed(value[:MAX_THINGS]) if isinstance(v, dict | list)]
        elif id(value) not in seen:
            seen.add(id(value))
            yield value
            waiting += [v for v in reversed(value.values()) if isinstance(v, dict | list)]


def _finds_of(thing: Thing, kind: str, named: dict[str, Thing], base_url: str) -> Iterator[Find]:
    types = type_names(thing)
    if types & _IMAGE_TYPES or (not types and _names_image_file(thing, base_url)):
        if (find := _image_object(thing, kind, named, base_url)) is not None:
            yield find
        return
    for name in _IMAGE_PROPERTIES:
        for value in _values(thing.get(name)):
            if isinstance(value, dict) and not type_names(value):
                value = {"@type": "ImageObject", **value} if "@id" not in value else None
                find = _image_object(value, kind, named, base_url) if value else None
            elif isinstance(value, str):
                find = _plain(value, kind, sorted(types), name, base_url)
            else:
                continue  # an ImageObject of its own, or a reference to one
            if find is not None:
                yield find


def _names_image_file(thing: Thing, base_url: str) -> bool:
    about = thing.get("@id")
    url = _address(about, base_url) if isinstance(about, str) else None
    return url is not None and is_image_file(url)


def _plain(text: str, kind: str, types: list[str], name: str, base_url: str) -> Find | None:
    url = _address(text, base_url)
    if url is None:
        return None
    # Whose image it is, in the place of classes and ids: a person's is a portrait.
    told = Evidence(names=" ".join([*types[:3], name]))
    return Find([ImageCandidate(url)], (kind,), evidence=[told])


def _image_object(thing: Thing, kind: str, named: dict[str, Thing], base_url: str) -> Find | None:
    content = [_address(v, base_url) for v in _texts(thing, "contentUrl", "contentURL")]
    other = [_address(v, base_url) for v in _texts(thing, "url", "@id", "about")]
    others = [url for url in other if url and is_image_file(url)]
    if not any(content) and not others:
        others = [url for v in _texts(thing, "url") if (url := _address(v, base_url))]
    small = [_address(v, base_url) for v in _texts(thing, "thumbnailUrl", "thumbnail")]
    stated = _stated(thing, named, base_url)
    urls = list(dict.fromkeys(url for url in (*content, *others, *small) if url))
    if not urls:
        return None
    candidates = [ImageCandidate(url) for url in urls]
    if urls[0] not in small:
        candidates[0] = ImageCandidate(urls[0], stated.width_px)
    words = _first_text(thing, "caption", "description", "name", "headline", "title")
    told = Evidence(width_px=stated.width_px, height_px=stated.height_px)
    tags = _keywords(thing)
    return Find(candidates, (kind,), None, collapsed(words), [told], stated=stated, tags=tags)


def _stated(thing: Thing, named: dict[str, Thing], base_url: str) -> Stated:
    """Return what a thing says of its own maker, date, rights and size."""
    licence = _first_text(thing, "license", "licence")
    acquire = _first_text(thing, "acquireLicensePage", "usageInfo")
    makers = _names(thing, _MAKERS, named) or _names(thing, _HOLDERS, named)
    return Stated(
        author=collapsed(", ".join(dict.fromkeys(makers))),
        credit=collapsed(_first_text(thing, "creditText")),
        copyright=collapsed(_first_text(thing, "copyrightNotice")),
        date=collapsed(_first_text(thing, *_DATES), 40),
        **of_licence(licence, base_url),
        acquire_licence_page=absolute_url(acquire, base_url) if acquire else None,
        width_px=_pixels(thing.get("width")),
        height_px=_pixels(thing.get("height")),
    )


def _names(thing: Thing, properties: Iterable[str], named: dict[str, Thing]) -> list[str]:
    values = [value for name in properties for value in _values(thing.get(name))]
    return [name for value in values[:20] if (name := _name(value, named))]


def _name(value: Any, named: dict[str, Thing]) -> str | None:
    if isinstance(value, dict):
        full = named.get(value["@id"], value) if isinstance(value.get("@id"), str) else value
        return _first_text(full, "name", "alternateName")
    # An address is no name.
    return value if isinstance(value, str) and "://" not in value else None


def _first_text(thing: Thing, *names: str) -> str | None:
    return next(iter(_texts(thing, *names)), None)


def _texts(thing: Thing, *names: str) -> list[str]:
    """Return the texts of properties, those of the things in their place included."""
    found = []
    for name in names:
        for value in _values(thing.get(name))[:_MAX_TEXTS]:
            if isinstance(value, dict):
                inner = ("contentUrl", "url", "@id", "@value", "name")
                value = next((v for n in inner if isinstance(v := value.get(n), str)), None)
            if isinstance(value, str) and value.strip():
                found.append(value)
    return found


def _values(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(inner := value.get("@list", value.get("@set")), list):
        value = inner
    if isinstance(value, list):
        return value[:MAX_FINDS]
    return [] if value is None else [value]


def _address(text: str, base_url: str) -> str | None:
    if len(text) > MAX_IMAGE_URL_CHARS or not text.strip():
        return None
    return absolute_url(text, base_url)


def _pixels(value: Any) -> int | None:
    if isinstance(value, dict):
        value = value.get("value", value.get("@value"))
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 < value < 1_000_000 else None
    found = _PIXELS.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) if found else None
