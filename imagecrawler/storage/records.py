"""What a record of an image says, and how a new sighting of it is merged: pure functions.

A record is the JSON object of one file in visited/: ``url`` (always a string), ``follow``,
``description`` and ``tags`` as in the first seed's program; ``page`` and ``title`` of the
first page it was found on, ``pages`` (the first 20) and ``page_count``, ``candidates``,
``found_by`` (the kinds of place where pages have it) and ``certainty`` (of the surest of them),
``marks`` (the evidence of what it is for), and what follows from it, ``class``, ``class_score``
and ``class_reason`` (the marks that speak for that);
``sources``, the names of the paged sources that have it;
``language`` of the first page, ``heading`` and ``text`` nearest to it there, its ``position``
(which picture of how many) and ``claimed`` (width and height that the page gives it, either may
be null); what pages state of it: ``author``, ``credit``, ``copyright``, ``date``, ``licence``
(as stated) with ``licence_url`` and ``licence_name`` (SPDX), ``licence_of_page`` where it is that
of all the page shows, ``acquire_licence_page``;
and, once fetched, ``time``, ``status``, ``etag``, ``sha256``, ``bytes``, ``format``,
``width``, ``height`` (native, after orientation), ``phash`` (algorithm and hash of how it
looks), ``phash_quality``, ``phash_colours``, ``near_duplicate_of`` (the id of a picture it looks
like) and ``near_distance`` (in how many of 64 bits they differ), ``fetched_url``, ``widths``
(the setting it was settled for) and ``files``; ``asked_url`` where redirects led to
``fetched_url``. ``tried`` has the URLs that proved no good for it, ``doubted`` the first width
claimed in vain, ``refuted`` the largest once there were two. ``upgrade`` (true, or what is known
of the tries so far) says that a stored image is to be fetched again, ``given_up`` for which widths
it cannot be.
"""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

# What a later sighting tells where no earlier one did.
_TAKEN_ONCE = (
    *("description", "title", "tags", "follow", "page", "language", "heading", "text"),
    *("author", "credit", "copyright", "date", "acquire_licence_page", "claimed", "position"),
)
_LICENCE = ("licence", "licence_url", "licence_name", "licence_of_page")

PAGES_KEPT = 20
SOURCES_KEPT = 20
CANDIDATES_KEPT = 200
# There are so many only where another hand wrote them: the words that are known are few.
MARKS_KEPT = 200


def merged(record: Record | None, sighting: Record) -> Record | None:
    """Return the record with a sighting added, or None when that changes nothing.

    No attribute is lost; a new candidate and a new kind of source are always added; a
    description, a title or tags are taken where there were none, a certainty where it is higher.
    ``sighting`` has the keys of a record that was seen on exactly one page, ``page``.
    """
    if record is None:
        return {**sighting, "pages": [sighting["page"]], "page_count": 1}
    changes: Record = {}
    for name in _TAKEN_ONCE:
        if not record.get(name) and sighting.get(name):
            changes[name] = sighting[name]
    # A licence comes whole, and one of the picture itself counts more than one of a page.
    if sighting.get("licence") and (
        not record.get("licence")
        or (record.get("licence_of_page") and not sighting.get("licence_of_page"))
    ):
        record = {name: value for name, value in record.items() if name not in _LICENCE}
        changes.update({name: sighting[name] for name in _LICENCE if name in sighting})
    # A page that the picture itself links to says more than the page it was seen on.
    own = sighting["follow"] not in (sighting["page"], record.get("follow"))
    if own and record.get("follow") == record.get("page"):
        changes["follow"] = sighting["follow"]
    if candidates := _more_candidates(record, sighting):
        changes["candidates"] = candidates
    if marks := _more_marks(record, sighting):
        changes["marks"] = marks
    changes.update(_surer(record, sighting))
    changes.update(_more_sources(record, sighting))
    changes.update(_seen_again(record, sighting["page"]))
    return {**record, **changes} if changes else None


def readable(content: object) -> Record | None:
    """Return the record that a file's JSON is, or None: it has no string ``url``.

    Whatever another hand wrote, ``candidates`` is a list of objects with a string ``url``.
    """
    if not isinstance(content, dict) or not isinstance(content.get("url"), str):
        return None
    if "candidates" in content:
        content["candidates"] = _candidates(content)
    return content


def only_seen_again(record: Record, previous: Record) -> bool:
    """Whether a merged record differs from the previous one in where it was seen alone."""
    seen = ("pages", "page_count")
    return len(record) == len(previous) and all(
        record[name] is previous.get(name) for name in record if name not in seen
    )


def seen_on(record: Record, page: str) -> Record | None:
    """Return the record with one of its first pages added, or None: it has it, or enough."""
    pages = record.get("pages")
    if not isinstance(pages, list) or page in pages or len(pages) >= PAGES_KEPT:
        return None
    return {**record, **_seen_again(record, page)}


def _more_candidates(record: Record, sighting: Record) -> list[dict[str, Any]] | None:
    known = _candidates(record)
    url = record["url"]
    if not any(entry["url"] == url for entry in known):  # the first seed's records have none
        known = [{"url": url}, *known]
    claims = {_claim(entry) for entry in known}
    new = [entry for entry in _candidates(sighting) if _claim(entry) not in claims]
    candidates = (known + new)[:CANDIDATES_KEPT]
    return None if candidates == record.get("candidates") else candidates


def _claim(entry: dict[str, Any]) -> tuple[str, float | None, float | None, bool]:
    width, density = entry.get("width"), entry.get("density")
    return (
        entry["url"],
        width if isinstance(width, int | float) else None,
        density if isinstance(density, int | float) else None,
        entry.get("shown") is not False,
    )


def _more_marks(record: Record, sighting: Record) -> list[str] | None:
    known = record.get("marks")
    known = [mark for mark in known if isinstance(mark, str)] if isinstance(known, list) else []
    both = sorted({*known, *sighting.get("marks", ())})[:MARKS_KEPT]
    return None if both == known else both


def _surer(record: Record, sighting: Record) -> Record:
    """Return what a sighting adds to where a picture was found and how sure that is."""
    changes: Record = {}
    known = record.get("found_by")
    known = known if isinstance(known, list) else []
    if new := [kind for kind in sighting.get("found_by", ()) if kind not in known]:
        changes["found_by"] = known + new
    before, now = record.get("certainty"), sighting.get("certainty")
    if now is not None and not (isinstance(before, int | float) and before >= now):
        changes["certainty"] = now
    return changes


def _more_sources(record: Record, sighting: Record) -> Record:
    """Return what a paged source that has the picture too adds: its name, and its tags."""
    known, tags = record.get("sources"), record.get("tags")
    known = known if isinstance(known, list) else []
    new = [name for name in sighting.get("sources", ()) if name not in known]
    if not new or len(known) >= SOURCES_KEPT:
        return {}
    added = [*tags, *sighting.get("tags", ())] if isinstance(tags, list) else None
    more = {"tags": list(dict.fromkeys(added))} if added else {}
    return {"sources": known + new, **more}


def _candidates(record: Record) -> list[dict[str, Any]]:
    entries = record.get("candidates")
    if not isinstance(entries, list):
        return []
    return [e for e in entries if isinstance(e, dict) and isinstance(e.get("url"), str)]


def _seen_again(record: Record, page: str) -> Record:
    pages = record.get("pages")
    pages = pages if isinstance(pages, list) else []
    if page in pages:
        return {}
    count = record.get("page_count")
    count = count + 1 if isinstance(count, int) else len(pages) + 1
    if len(pages) < PAGES_KEPT:
        return {"pages": [*pages, page], "page_count": count}
    return {"page_count": count}
