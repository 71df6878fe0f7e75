"""What the wall answers: every address, what it takes and what it gives.

All data is JSON, all instants are ISO 8601 in UTC, all lists are in the order in which to show
them. Nothing that comes in an address is ever part of a path. An answer that is none has a status
of 400 and more and is ``{"error": "one sentence"}``. Texts in answers are as they came from the
web: show them as text. Links (``page``, ``follow``, ``url``, ``licence.url``) are http or https,
or null; those inside a whole record are as they came.

What a request is about is in its query:

- ``viewer``: who looks, 1 to 64 of ``A-Za-z0-9_.-``, made up by the page and kept by it; several
  tabs of one viewer have one name. Without it: ``-``.
- ``tab``: the like, one for each tab, also when the page is loaded there again.
- ``source``, ``tag``: exact, as `/api/filters` lists them (a source is one of ``scrapy crawl
  feed`` by its name, else a page's host); ``class``: ``content``, ``logo`` … or
  ``all`` (the default); ``min_width``: native pixels; ``text``: words in title, description,
  heading, text, author and tags, the last of which may be just begun.
- ``limit``: 1 to 200, default 20.

====================== ====================================================================
``GET /``              the page; ``GET /static/NAME`` what it needs
``GET /browse``        the page for all images
``GET /status``        the status page; the JSON of /api/status where HTML is not accepted
``GET /api/images``    what to show next: viewer, tab, filters, limit, ``order=newest|random``
                       (default newest), ``after`` (the ``after`` of the last answer, for newest),
                       ``since`` (a ``seq``: only what came after it, and no repeats),
                       ``anew=1`` (the tab has thrown away what it was given).
                       ``{"images": [IMAGE …], "after": "…" or null, "seq": 12 or null,
                       "indexing": true or false, "total": 1000}``
``POST /api/shown``    ``{"viewer": "…", "ids": ["…"]}``: were on screen; ``{"marked": 3}``,
                       so many of them there are
``POST /api/hide``     ``{"id": "…"}``: dropped for good; ``{"hidden": "…", "dropped": true}``;
                       false: a crawl owns the store, it is dropped later and never shown again
``GET /api/fresh``     server-sent events. ``event: fresh``, ``data: {"seq": 15, "came": 3}``:
                       three images came since the event before (or since the request): ask
                       /api/images with ``since=12``, 15 - 3. ``event: state``, data as in
                       /api/images without images: the index has grown (while ``indexing``)
``GET /image/ID/W``    the file: W is a width of /api/images, ``600`` … or ``original``
``GET /api/record/ID`` all that is known: ``{"id", "image": IMAGE or null, "record": {…} or null,
                       "failure": {…} or null, "alike": [IMAGE …]}`` (alike: near duplicates)
``GET /api/browse``    all images, also those seen, a page at a time: filters, limit,
                       ``order=newest|oldest``, ``cursor`` (``next`` or ``previous`` of an answer).
                       ``{"images": [IMAGE …], "next": "…" or null, "previous": "…" or null,
                       "total": 1000000}``; total is that of the store, without filters
``GET /api/filters``   ``{"sources": [{"name": "…", "images": 5} …], "tags": […],
                       "classes": […]}``, the most frequent first, 500 at most
``GET /api/status``    see `imagecrawler.wall.status`
``GET /get``           one IMAGE, next for ``viewer`` (default ``get``), random, marked as shown
====================== ====================================================================

An IMAGE is::

    {"id": "1413745000559-46fdd2d81cd7", "picture": "0123456789abcdef",
     "src": "/image/1413745000559-46fdd2d81cd7/600",
     "files": [{"src": "/image/…/600", "width": 600, "height": 400, "kind": "jpg"}, …],
     "width": 1300, "height": 867, "format": "jpeg", "class": "content",
     "title", "description", "heading", "text", "language", "tags": ["…"],
     "source": "example.com", "page": "https://…", "follow": "https://…", "url": "https://…",
     "author", "credit", "copyright", "date",
     "licence": {"name": "CC-BY-4.0", "url": "https://…", "text": "…", "of_page": false} or null,
     "since": "2026-…Z", "fetched": "2026-…Z", "age_seconds": 3600,
     "repeat": false, "shown": null}

``picture`` is one for all that look alike. ``files`` are narrowest first, ``src`` is the first;
``width`` and ``height`` of the image and its files are null where they are not known, as in the
seed's records. ``since`` is since when it is there to be seen (the page's ``date`` if that can be
read, else when it was fetched), ``age_seconds`` the time since then. ``repeat``: all that was
asked for was shown to this viewer already, this one at ``shown``. Every field is always there;
what is not known is null, or [] for tags.

What is given to a tab is held for it for two minutes, or until it is marked: the viewer's other
tabs get other images.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from imagecrawler.exceptions import ArgumentError, StoreError
from imagecrawler.storage import names, wall_notes
from imagecrawler.wall.choosing import Asked
from imagecrawler.wall.guard import Guard
from imagecrawler.wall.page_files import PageFile, page_files
from imagecrawler.wall.room import Room
from imagecrawler.wall.selection import Selection, cursor, place_of, whole_number

_LIMIT, _LIMIT_MOST = 20, 200
_BODY_BYTES = 65_536
_IDS_MOST = 1_000
_VIEWER = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_SEQ_MOST = 1 << 62

_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".tiff": "image/tiff",
    ".tif": "image/tiff",
    ".svg": "image/svg+xml",
}
_IMAGE_HEADERS = {
    # An SVG that is opened by itself is a document: it gets no scripts and no origin.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cache-control": "private, max-age=86400",
}


class Json(Response):
    """JSON in ASCII: half a character of a hostile text is no error."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the bytes of an answer."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def application(room: Room, host_names: tuple[str, ...] = ()) -> Starlette:
    """Return the wall's ASGI application. ``host_names``: see `imagecrawler.wall.guard`."""
    answers = _Answers(room)
    routes = [
        Route("/", answers.page),
        Route("/static/{name}", answers.static),
        Route("/browse", answers.browse_page),
        Route("/robots.txt", answers.robots),
        Route("/status", answers.status_page),
        Route("/get", answers.get_one),
        Route("/image/{id}/{bucket}", answers.file),
        Route("/api/images", answers.images),
        Route("/api/shown", answers.shown, methods=["POST"]),
        Route("/api/hide", answers.hide, methods=["POST"]),
        Route("/api/fresh", answers.fresh),
        Route("/api/record/{id}", answers.record),
        Route("/api/browse", answers.browse),
        Route("/api/filters", answers.filters),
        Route("/api/status", answers.status),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, names=host_names)],
        exception_handlers={
            ArgumentError: partial(_failed, 400),
            StoreError: partial(_failed, 503),
            sqlite3.Error: partial(_failed, 503),
            OSError: partial(_failed, 503),
            HTTPException: _refused,
        },
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method for each address; those that are not async run in threads."""

    room: Room

    def page(self, request: Request) -> Response:
        return _page_file("index.html")

    def static(self, request: Request) -> Response:
        return _page_file(request.path_params["name"])

    def browse_page(self, request: Request) -> Response:
        return _page_file("browse.html")

    def robots(self, request: Request) -> Response:
        return _page_file("robots.txt")

    def status_page(self, request: Request) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return _page_file("status.html")
        return self.status(request)

    def status(self, request: Request) -> Response:
        return Json(self.room.status.now(viewers=len(self.room.present.numbers())))

    def images(self, request: Request) -> Response:
        given = dict(request.query_params)
        asked = Asked(
            viewer=self.room.marks.viewer(_name(given, "viewer")),
            page=_name(given, "tab"),
            selection=Selection.of(given),
            limit=_limit(given),
            is_random=_one_of(given, "order", ("newest", "random")) == "random",
            after=place_of(given, "after"),
            since=whole_number(given, "since", 0, most=_SEQ_MOST) if "since" in given else None,
        )
        if given.get("anew") == "1":
            self.room.present.let_go_of(asked.viewer, asked.page)
        chosen = self.room.choose(asked)
        images = [self.room.presenter.image(row, shown=at) for row, at in chosen.rows]
        after = cursor(*chosen.after) if chosen.after else None
        return Json({"images": images, "after": after, **self.room.state()})

    async def shown(self, request: Request) -> Response:
        body = await _body(request)
        viewer, ids = _name(body, "viewer"), body.get("ids")
        if not isinstance(ids, list) or len(ids) > _IDS_MOST or not all(map(_is_id, ids)):
            raise ArgumentError("ids: give a list of ids")
        return Json({"marked": await run_in_threadpool(self._mark, viewer, ids)})

    def _mark(self, name: str, ids: list[str]) -> int:
        viewer = self.room.marks.viewer(name)
        marked, there = self.room.marks.mark(viewer, ids, now=time.time())
        self.room.present.shown(viewer, marked)
        return there

    async def hide(self, request: Request) -> Response:
        image_id = (await _body(request)).get("id", "")
        if not _is_id(image_id):
            raise ArgumentError("id: give the id of an image")
        dropped = await run_in_threadpool(self._hide, image_id)
        return Json({"hidden": image_id, "dropped": dropped})

    def _hide(self, image_id: str) -> bool:
        if self.room.presenter.whole(image_id) is None:
            raise HTTPException(404, "there is no such image")
        wall_notes.hide(self.room.database.connection(), image_id, now=time.time())
        return self.room.hider.drop_now()

    async def fresh(self, request: Request) -> Response:
        return StreamingResponse(self.room.news.events(), media_type="text/event-stream")

    def file(self, request: Request) -> Response:
        bucket, image_id = request.path_params["bucket"], request.path_params["id"]
        path = self.room.presenter.file(bucket, image_id)
        if path is None:
            raise HTTPException(404, "there is no such file")
        suffix = path[path.rindex(".") :]
        headers = dict(_IMAGE_HEADERS)
        if suffix == ".svg":
            headers["content-disposition"] = f'attachment; filename="{image_id}.svg"'
        return FileResponse(path, media_type=_TYPES[suffix], headers=headers)

    def record(self, request: Request) -> Response:
        image_id = request.path_params["id"]
        found = self.room.presenter.whole(image_id)
        if found is None:
            raise HTTPException(404, "there is no such image")
        return Json(found | self.room.around(image_id))

    def browse(self, request: Request) -> Response:
        given = dict(request.query_params)
        downwards = _one_of(given, "order", ("newest", "oldest")) == "newest"
        self.room.await_first_images()
        found = self.room.browse(
            Selection.of(given), given.get("cursor", ""), _limit(given), downwards=downwards
        )
        return Json(found)

    def filters(self, request: Request) -> Response:
        return Json(self.room.filters())

    def get_one(self, request: Request) -> Response:
        given = {"viewer": "get", **request.query_params}
        viewer = self.room.marks.viewer(_name(given, "viewer"))
        asked = Asked(viewer, "get", Selection.of(given), limit=1, is_random=True)
        chosen = self.room.choose(asked)
        if not chosen.rows:
            raise HTTPException(404, "there is no image yet")
        [(row, at)] = chosen.rows
        marked, _ = self.room.marks.mark(viewer, [row.id], now=time.time())
        self.room.present.shown(viewer, marked)
        return Json(self.room.presenter.image(row, shown=at))


def _page_file(name: str) -> Response:
    found: PageFile | None = page_files().get(name)
    if found is None:
        raise HTTPException(404, "there is no such page")
    return Response(found.data, media_type=found.media_type)


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent. A form of another site cannot send this type."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "send application/json")
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > _BODY_BYTES:
            raise HTTPException(413, "that is too much")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ArgumentError("send a JSON object")
    return found


def _name(given: dict[str, Any], name: str) -> str:
    text = given.get(name, "")
    text = "-" if text == "" else text
    if not isinstance(text, str) or not _VIEWER.fullmatch(text):
        raise ArgumentError(f"{name}: give 1 to 64 of A-Z, a-z, 0-9, _, . and -")
    return text


def _one_of(given: dict[str, str], name: str, words: tuple[str, ...]) -> str:
    word = given.get(name) or words[0]
    if word not in words:
        raise ArgumentError(f"{name}={word[:50]!r}: give one of {', '.join(words)}")
    return word


def _limit(given: dict[str, str]) -> int:
    return max(1, whole_number(given, "limit", _LIMIT, most=_LIMIT_MOST))


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and names.is_id(value)


async def _failed(status: int, request: Request, error: Exception) -> Response:
    return Json({"error": str(error)}, status_code=status)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Json({"error": error.detail}, status_code=error.status_code, headers=error.headers)
