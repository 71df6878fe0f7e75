"""What spiders yield and rooms pass to each other: plain data, no behaviour.

Widths and heights are CSS or image pixels, instants are aware UTC, URLs are absolute and
serialised by the WHATWG URL standard without a fragment unless a field says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ImageCandidate:
    """One rendition of a picture, as the page offers it, or as we made it up.

    ``width_px`` is a claim (a width descriptor, or a width the page states), not what the
    file contains. ``density`` is a pixel density descriptor (``2x`` gives 2.0). Both are
    None when the page claims nothing. ``derived_by`` says which rule of ours wrote the URL;
    it is None for what a page claims, and only such candidates are ever kept. ``is_shown`` is
    False for what no screen shows: a format that is not decoded here, or a copy for print.
    """

    url: str
    width_px: int | None = None
    density: float | None = None
    derived_by: str | None = None
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the markup around one sighting of an image tells of what the image is for.

    ``width_px`` and ``height_px`` are the size at which the page shows it, as attributes, ``sizes``
    or an inline style claim it; None where they do not, and 0 is a claim. ``places`` are the
    landmarks that it stands in (``nav``, ``header``, ``article`` …), ``around`` the classes and
    ids of the nearest elements, both from the image outwards; ``names`` are its own.
    ``has_choice``: it comes with a ``srcset`` or in a ``picture``. ``link`` is the page that it
    links to, in scope or not, ``link_rel`` what the link says of that.
    """

    width_px: int | None = None
    height_px: int | None = None
    places: tuple[str, ...] = ()
    names: str = ""
    around: tuple[str, ...] = ()
    alt: str = ""
    is_hidden: bool = False
    has_choice: bool = False
    link: str | None = None
    link_rel: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page states of a picture, or of itself: who made it, when, under what terms.

    Texts as they stand there; None where the page says nothing. ``licence_url`` is the address
    of the licence's text and ``licence_name`` its SPDX name, where it has them; with
    ``licence_of_page`` it is the one under which the page puts all that it shows. ``width_px``
    and ``height_px`` are the size that it claims.
    """

    author: str | None = None
    credit: str | None = None
    copyright: str | None = None
    date: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    licence_name: str | None = None
    licence_of_page: bool = False
    acquire_licence_page: str | None = None
    width_px: int | None = None
    height_px: int | None = None


@dataclass(slots=True)
class FoundImage:
    """One picture on one page, with all its renditions.

    ``url`` is its ``src``, or its largest candidate where there is none; it is the first
    candidate too. ``link`` is the page that the picture links to (None: it links to none,
    or to an image file, which then is a candidate). ``description`` is None when the page
    gives none. ``tags`` may be empty. ``evidence`` has an entry for each place where the page
    shows it, the first few. ``found_by`` says where the page has it: ``img``, ``srcset``,
    ``picture``, ``lazy``, ``link``, ``og`` … (all of them with what they are worth in
    ``discovery/finds.py``), and, beside these, in what: ``noscript``, ``srcdoc``, ``shadow``.
    ``certainty``, from 0 to 1, is how sure it is that the URL is an image which the page means to
    show: 1 where a browser asks for it as one, 0.5 and less where only the look of the URL says so.
    ``heading`` is the heading that it stands under, ``text`` the text nearest to it, ``position``
    its place among the page's pictures, 1 for the first. ``stated`` is what the page states of it.
    """

    id: str
    url: str
    candidates: list[ImageCandidate]
    link: str | None = None
    description: str | None = None
    tags: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    found_by: list[str] = field(default_factory=list)
    certainty: float = 1.0
    heading: str | None = None
    text: str | None = None
    position: int | None = None
    stated: Stated = field(default_factory=Stated)


@dataclass(slots=True)
class PageItem:
    """A page that was visited: what it shows and where it leads.

    ``key`` is the key it was queued under, ``url`` where its content came from (after
    redirects). ``links`` are the page links to be queued, in document order, already
    within scope; ``skipped_links`` counts the others by reason. ``rendered`` says why and how a
    browser showed the page, or why it could not; None: it was not asked. ``language`` is a BCP 47
    tag as the page gives it. ``source`` is the paged source that led there, its ``name``, its
    ``tags`` and, where its list states that, when the page was ``posted`` (ISO 8601); None: no
    source did.
    """

    key: str
    url: str
    status: int
    title: str | None = None
    language: str | None = None
    canonical: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    images: list[FoundImage] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    skipped_links: dict[str, int] = field(default_factory=dict)
    rendered: dict[str, Any] | None = None
    source: dict[str, Any] | None = None


@dataclass(slots=True)
class ImageItem:
    """An image that was fetched; after the pipelines, with the files it became.

    ``url`` is the rendition that was fetched. ``files`` maps a bucket (``"600"``,
    ``"original"``) to a path relative to the store. ``response`` is the Scrapy response
    until the download worker is done with it, then None.
    """

    id: str
    url: str
    record: dict[str, Any] = field(default_factory=dict)
    format: str | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    bytes: int | None = None
    files: dict[str, str] = field(default_factory=dict)
    response: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ObservedImage:
    """One sighting of an image in a page as its scripts made it, or in what the page asked for.

    ``kind`` says where: ``img``, ``background``, ``poster``, ``svg``, ``input``, ``blob`` or
    ``canvas`` (by the address their bytes came from), or ``request``: asked for by the page, and
    shown in no element that was seen. ``url`` is what the browser shows there, absolute; ""
    where it shows nothing yet, or only inline data. An ``img`` has its ``markup``: the element
    with the ``picture``, figure or link around it, where those are small; it and ``srcset``, the
    renditions of an ``image-set()``, are relative to ``base_url``. ``width_px`` and
    ``height_px`` are the size of its box, 0 when it has none.
    """

    kind: str
    url: str
    base_url: str = ""
    markup: str = ""
    srcset: str = ""
    link: str | None = None
    description: str | None = None
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class FrameLook:
    """The document of a frame of the page's own origin, at the end of the look."""

    url: str
    html: str


@dataclass(slots=True)
class Look:
    """What a page showed while it was looked at.

    ``html`` is the document at the end, but before tabs and folds were pressed, open shadow
    roots as declarative ones; "" when the page answered no more. ``base_url`` is what its URLs
    are relative to, and ``url`` its address then. ``observed`` are sightings at any time, so
    also of what was removed again, each once, in the order they were first seen. ``links`` are
    the absolute addresses of links seen at any time but those marked nofollow. ``unreachable``
    counts canvases and ``blob:`` images that were shown and whose bytes came from no known
    address. ``stopped_by`` is ``nothing-new``, ``max-rounds``, ``max-seconds``, ``max-images``
    or ``unresponsive``.
    """

    html: str
    base_url: str
    url: str = ""
    observed: list[ObservedImage] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    frames: list[FrameLook] = field(default_factory=list)
    rounds: int = 0
    clicks: int = 0
    unreachable: int = 0
    seconds: float = 0.0
    stopped_by: str = "nothing-new"


Addressing = Literal["numbered", "offset", "cursor", "next-link", "whole"]
"""How the list pages of a source are reached, and so what a remembered one is worth later.

``numbered`` and ``offset``: by counting from the newest, so that what lies at a place moves down
whenever something arrives. ``cursor``: below an item, wherever that is by now. ``next-link``: as
the page before says, with no promise. ``whole``: all there is lies in one document (RSS, Atom, a
sitemap); a part of an index of sitemaps is a page like any other.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A paged, newest-first list that is kept fresh, as the user describes it.

    ``name`` is unique within a run and is what its images are filtered by. ``url`` is the newest
    list page; it may have ``{page}`` or ``{offset}`` where the site counts, or ``{cursor}`` where a
    JSON interface wants what it gave as cursor. ``first`` and
    ``step`` are what the site calls the newest page, and how far apart two pages are; None: 1 and
    1 for ``{page}``, 0 and what the first page has for ``{offset}``. ``policy`` None is the run's.
    """

    name: str
    url: str
    policy: str | None = None
    weight: float = 1.0
    tags: tuple[str, ...] = ()
    first: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One list page: where it is asked for, and its page number or offset where it has one."""

    url: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the site counts its list pages: ``template`` has ``{n}`` where the number belongs.

    ``first`` is the number of the newest page, ``step`` what two neighbours differ by: 1 where
    pages are counted, the length of a page where items are.
    """

    template: str
    first: int = 1
    step: int = 1

    def place(self, number: int) -> Place:
        """Return a list page by its number."""
        return Place(self.template.replace("{n}", str(number)), number)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One entry of a list page.

    ``id`` is the same whenever and wherever the list shows it: the site's own id, else the
    item's link, else the id of its picture; at most 100 characters. ``page`` is the item's own page
    where its pictures (or better ones) lie there, so that it is to be visited; None: ``images``
    are all. ``posted`` is what the list states. ``is_pinned``: the markup says that it stands out
    of its order.
    """

    id: str
    page: str | None = None
    images: tuple[FoundImage, ...] = ()
    posted: datetime | None = None
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class ListingHints:
    """What an answer says of when to ask again; each None where it says nothing.

    ``ttl_seconds`` is what a feed states (``ttl``, ``sy:updatePeriod``), ``max_age_seconds`` what
    the cache headers do. ``hub`` is a WebSub hub that would announce news, ``topic`` the URL by
    which it knows the list (None: that of the newest page). ``modified`` is when the list last
    changed: ``lastmod``, the feed's date, or Last-Modified. ``quiet_hours`` are those of the UTC
    week, 0 for Monday's first, in which a feed asks for no requests (``skipHours``, ``skipDays``).
    """

    ttl_seconds: float | None = None
    max_age_seconds: float | None = None
    hub: str | None = None
    topic: str | None = None
    modified: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    quiet_hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list page gave: its items in the order of the page, newest first.

    ``older`` is the page below it, None where there is none: then the list ends here.
    ``numbering`` is there where any page may be asked for by its number. ``is_unchanged``: status
    304; nothing else is known. A list that is there and has no items is an empty `Listing`; a page
    that is no list is none.
    """

    place: Place
    items: tuple[ListedItem, ...] = ()
    older: Place | None = None
    addressing: Addressing = "next-link"
    numbering: Numbering | None = None
    is_unchanged: bool = False
    hints: ListingHints = field(default_factory=ListingHints)
