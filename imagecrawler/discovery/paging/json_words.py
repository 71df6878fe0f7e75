"""What a JSON interface says of an item: its id, page, time, title, tags, author, licence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from imagecrawler.discovery.metadata import collapsed, tag_list
from imagecrawler.discovery.paging.instants import stated_instant
from imagecrawler.discovery.stated import of_licence
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Stated

Entry = Mapping[str, Any]

# Names in the order of what is surest; spelled as `bare_name` returns them.
_IDS = ("id", "uuid", "guid", "gid", "pk", "oid", "postid", "photoid", "shortcode", "key", "slug")
_PAGES = (
    *("permalink", "htmlurl", "pageurl", "posturl", "weburl", "canonicalurl", "shorturl"),
    *("link", "href", "url", "uri", "guid"),
)
_POSTED = (
    *("createdutc", "datepublished", "publishedat", "published", "pubdate", "dategmt"),
    *("createdat", "created", "createdtime", "creationdate", "posted", "postedat", "postdate"),
    *("takenattimestamp", "takenat", "dateposted", "dateupload", "uploadedat", "uploaddate"),
    *("datetime", "date", "timestamp", "time", "addedat", "updatedat", "updated", "datemodified"),
)
# What an entry has of its first picture: a wiki has the upload's date there alone.
_OF_PICTURE = re.compile(r"(?:image|photo|picture|media|file)s?(?:info)?")
_TITLES = ("title", "headline", "name", "subject", "caption")
_DESCRIPTIONS = (
    *("alttext", "altdescription", "accessibilitycaption", "alt", "caption", "description"),
    *("summary", "excerpt", "text", "contenttext", "body", "selftext", "content"),
)
_TAGS = ("tags", "tag", "hashtags", "keywords", "taglist", "tagstring", "labels", "categories")
_AUTHORS = (
    *("author", "authors", "creator", "photographer", "artist", "byline", "user", "username"),
    *("owner", "account", "uploader", "credit"),
)
_NAMES = ("name", "displayname", "fullname", "title", "username", "login", "tag", "label", "text")
_LICENCES = ("licenseurl", "licenceurl", "license", "licence", "rights")
_PINNED = ("pinned", "ispinned", "stickied", "sticky", "issticky")
# Who has to do with an item, and what decorates its text; as `bare_name` returns them.
_ASIDE = re.compile(
    r"(?:accounts?|authors?|users?|owners?|creators?|uploaders?|photographers?|artists?|bylines?"
    r"|submitters?|members?|participants?|contributors?|blog|channel|mentions|postedby|createdby"
    r"|updatedby|emojis?|customemojis?|reactions|(?:all)?awardings|badges|flairs?)"
)
_PORTRAIT = re.compile(
    r"avatar|userpic|buddyicon|headshot|profile(?:image|img|pic|photo|icon|banner)"
    r"|^(?:user|author|owner|account|creator|channel|uploader|photographer|artist)"
    r"(?:image|img|pic|photo|icon|thumb)(?!(?:ture|nail)?s)"
)
_MAX_TEXT_CHARS = 300


def bare_name(name: str) -> str:
    """``createdAt``, ``created_at`` and ``created-at`` are one name: ``createdat``."""
    return re.sub(r"[^a-z0-9]", "", name[:100].lower())


def by_name(entry: Entry) -> dict[str, Any]:
    """Return the fields of an entry that say something, under their bare names."""
    return {
        bare_name(key): v for key, v in list(entry.items())[::-1] if v not in (None, "", [], {})
    }


def is_aside(name: str) -> bool:
    """Tell whether the pictures in a field are of people or decoration, none of the item's."""
    return _ASIDE.fullmatch(bare_name(name)) is not None


def is_portrait(name: str) -> bool:
    """Tell whether a field's name says that its picture shows who it is about."""
    return _PORTRAIT.search(bare_name(name)) is not None


def entry_id(entry: Entry) -> str | None:
    """Return the id that the interface gives an entry, or None."""
    fields = by_name(entry)
    for name in _IDS:
        value = fields.get(name)
        if isinstance(value, Mapping):  # {"$oid": "…"}, {"videoId": "…"}
            value = next(iter(value.values()), None)
        if isinstance(value, int | str) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def entry_page(entry: Entry, base_url: str) -> str | None:
    """Return the absolute URL of an entry's own page, or None."""
    fields = by_name(entry)
    places = [fields.get(name) for name in _PAGES]
    links = fields.get("links")
    if isinstance(links, Mapping):
        named = by_name(links)
        places = [named.get("html"), *places, named.get("alternate"), named.get("self")]
    for place in places:
        text = place.get("href") if isinstance(place, Mapping) else place
        if isinstance(text, str) and re.match(r"https?://|/", text, re.IGNORECASE):
            url = absolute_url(text, base_url)
            if url is not None and not is_image_file(url):
                return url
    return None


def entry_posted(entry: Entry) -> datetime | None:
    """Return when an entry was posted, as far as it or what it has of its picture says."""
    fields = by_name(entry)
    firsts = (
        value[0] if isinstance(value, list) else value
        for name, value in fields.items()
        if _OF_PICTURE.fullmatch(name)
    )
    inner = (by_name(first) for first in firsts if isinstance(first, Mapping))
    found = (stated_instant(each.get(name)) for each in (fields, *inner) for name in _POSTED)
    return next((instant for instant in found if instant is not None), None)


def is_pinned(entry: Entry) -> bool:
    """Tell whether an entry says of itself that it stands out of its order."""
    fields = by_name(entry)
    return any(fields.get(name) in (True, 1, "true", "1") for name in _PINNED)


def entry_title(entry: Entry) -> str | None:
    """Return what an entry is called."""
    return next(_texts(by_name(entry), _TITLES), None)


def entry_description(entry: Entry) -> str | None:
    """Return the best text there is of what an entry shows."""
    return next(_texts(by_name(entry), _DESCRIPTIONS), None)


def entry_tags(entry: Entry) -> list[str]:
    """Return an entry's tags: a list of texts or of objects with names, or one text."""
    fields = by_name(entry)
    found: list[str | None] = []
    for name in _TAGS:
        value = fields.get(name)
        if isinstance(value, str):
            found += re.split(r"[,;]" if re.search(r"[,;]", value) else r"\s", value[:10_000])
        elif isinstance(value, list):
            found += [_name(tag) for tag in value[:100]]
    return tag_list(text.lstrip("#") for text in found if text)


def entry_stated(entry: Entry, base_url: str) -> Stated:
    """Return what an entry states of its author, licence and date."""
    fields = by_name(entry)
    authors = (_name(value) for name in _AUTHORS for value in _each(fields.get(name)))
    licence = next((t for name in _LICENCES if (t := _address(fields.get(name)))), None)
    posted = entry_posted(entry)
    return Stated(
        author=next((author for author in authors if author), None),
        date=posted.isoformat() if posted is not None else None,
        **of_licence(licence, base_url),
    )


def _texts(fields: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = fields.get(name)
        if isinstance(value, Mapping):  # {"rendered": "<p>…"}, {"text": "…"}
            inner = by_name(value)
            value = inner.get("rendered", inner.get("text"))
        text = _without_markup(value) if isinstance(value, str) else ""
        if "://" not in text[:10] and (short := collapsed(text, _MAX_TEXT_CHARS)):
            yield short


def _without_markup(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    body = LexborHTMLParser(text[:20_000].encode(errors="replace").decode()).body
    return body.text(separator=" ") if body is not None else ""


def _name(value: Any) -> str | None:
    if isinstance(value, Mapping):
        fields = by_name(value)
        value = next((v for name in _NAMES if isinstance(v := fields.get(name), str)), None)
    return collapsed(value) if isinstance(value, str) and "://" not in value else None


def _address(value: Any) -> str | None:
    if isinstance(value, Mapping):
        fields = by_name(value)
        value = fields.get("url", fields.get("href", fields.get("name")))
    return value if isinstance(value, str) else None


def _each(value: Any) -> list[Any]:
    return value[:5] if isinstance(value, list) else [value]
