"""List pages of every form: their items, in order, and the way to older ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.paging.answers import Answer
from imagecrawler.discovery.paging.reading import ListReader
from imagecrawler.items import ListedItem, Listing, Numbering, Place, Source

MAY = datetime(2024, 5, 1, 12, tzinfo=UTC)
NUMBERED = Numbering("https://e.com/?pid={n}", 1, 1)


def answer(url: str, body: object, **headers: str) -> Answer:
    if not isinstance(body, str | bytes):
        body, headers = json.dumps(body), {"content-type": "application/json", **headers}
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Answer(url, data, {"content-type": ["text/html"], **named})


def read(url: str, body: object, **headers: str) -> Listing:
    reader = ListReader(Source("s", url))
    listing = reader.read(reader.head, answer(reader.head.url, body, **headers))
    assert listing is not None
    return listing


def urls(item: ListedItem) -> list[list[str]]:
    return [[candidate.url for candidate in image.candidates] for image in item.images]


CARDS = "".join(
    '<div class="row">'
    + "".join(
        f'<div class="col card"><a href="/p/{n}"><img src="/t/{n}.jpg" alt="Pic {n}"></a>'
        f'<h3>Title {n}</h3><a rel=tag href=/tag/x>x</a><time datetime="2024-05-01T12:00:0{n}Z">'
        "</time></div>"
        for n in range(row, row + 3)
    )
    + "</div>"
    for row in (0, 3, 6)
)


def test_cards_in_rows_are_items_and_what_is_around_them_is_not() -> None:
    page = (
        "<head><link rel=next href='/new?page=2'><link rel=HUB href=https://hub.e.com/></head>"
        "<header><a href=/><img src=/logo.png></a>"
        f"</header><main>{CARDS}</main><aside><a href=/ad><img src=/ad.png></a></aside>"
        "<link rel=self href=/else>"
    )
    listing = read("https://e.com/new", page)
    assert [item.id for item in listing.items] == [f"https://e.com/p/{n}" for n in range(9)]
    second = listing.items[1]
    assert second.posted == MAY.replace(second=1)
    assert second.page == "https://e.com/p/1"  # The list has a thumbnail that leads there.
    (image,) = second.images
    assert (image.description, image.heading, image.tags) == ("Pic 1", "Title 1", ["x"])
    assert listing.older == Place("https://e.com/new?page=2", 2)
    assert listing.numbering == Numbering("https://e.com/new?page={n}", 1, 1)
    assert listing.addressing == "numbered"
    assert (listing.hints.hub, listing.hints.topic) == ("https://hub.e.com/", None)


def test_posts_with_several_pictures_are_one_item_each() -> None:
    posts = "".join(
        f'<article class="post-{n} post {"sticky" if n == 5 else ""}"><header><h2>'
        f'<a rel=bookmark href="/{n}/">T</a></h2></header><img src=/{n}a.jpg>'
        f"<figure><a href=/att/{n}><img src=/{n}b.jpg></a></figure></article>"
        for n in (5, 4, 3)
    )
    pager = (
        "<div class=navigation><div class=nav-previous><a href=/page/2/>&larr; Older posts</a>"
        "</div><div class=nav-next><a href=/page/0/>Newer</a></div></div>"
    )
    listing = read("https://e.com/", posts + pager)
    assert [item.id for item in listing.items] == [f"https://e.com/{n}/" for n in (5, 4, 3)]
    assert [item.is_pinned for item in listing.items] == [True, False, False]
    assert [len(item.images) for item in listing.items] == [2, 2, 2]
    assert listing.items[0].page is None  # The post is there as a whole.
    assert listing.older == Place("https://e.com/page/2/", 2)


def test_links_around_pictures_and_bare_pictures_are_items() -> None:
    page = "<a href=/v/1><img src=/1.jpg></a><a href=/v/2><img src=/2.jpg></a><img src=/3.jpg>"
    items = read("https://e.com/all", page).items
    assert [item.page for item in items] == ["https://e.com/v/1", "https://e.com/v/2", None]
    assert items[2].id == items[2].images[0].id


def test_a_page_of_html_without_items_is_the_end_below_and_no_list_at_the_head() -> None:
    reader = ListReader(Source("s", "https://e.com/?page={page}"))
    nothing = answer("https://e.com/?page=9", "<p>Nothing here")
    below = reader.read(Place("https://e.com/?page=9", 9), nothing)
    assert below is not None and below.items == () and below.older is None
    assert reader.read(reader.head, nothing) is None
    assert reader.read(reader.head, answer("https://e.com/", b"\x00\x01", content_type="x")) is None


REDDIT: Any = {
    "data": {
        "after": "t3_b",
        "children": [
            {
                "kind": "t3",
                "data": {
                    "id": "a",
                    "title": "A boat",
                    "author": "bob",
                    "permalink": "/r/pics/comments/a/",
                    "url": "https://i.e.com/a.jpg",
                    "thumbnail": "https://t.e.com/a.jpg",
                    "created_utc": 1714564800.0,
                    "stickied": True,
                    "preview": {
                        "images": [
                            {
                                "source": {
                                    "url": "https://p.e.com/a.jpg?width=1920&amp;s=1",
                                    "width": 1920,
                                    "height": 1080,
                                },
                                "resolutions": [
                                    {
                                        "url": "https://p.e.com/a.jpg?width=108&amp;s=2",
                                        "width": 108,
                                        "height": 60,
                                    }
                                ],
                            }
                        ]
                    },
                },
            },
            {
                "kind": "t3",
                "data": {
                    "id": "b",
                    "thumbnail": "https://t.e.com/b.jpg",
                    "media_metadata": {
                        "m1": {"s": {"x": 1920, "y": 1080, "u": "https://p.e.com/m1.jpg"}},
                        "m2": {"s": {"x": 1920, "y": 1080, "u": "https://p.e.com/m2.jpg"}},
                    },
                },
            },
            {"kind": "t3", "data": {"id": "c", "title": "text", "thumbnail": "self"}},
        ],
    }
}


def test_wrapped_json_with_a_cursor() -> None:
    listing = read("https://e.com/new.json?limit=25", REDDIT)
    assert [item.id for item in listing.items] == ["a", "b", "c"]
    boat, gallery, text = listing.items
    assert (boat.posted, boat.is_pinned, boat.page) == (MAY, True, None)
    ((first, *others),) = urls(boat)
    assert first == "https://i.e.com/a.jpg"
    assert others[0] == "https://p.e.com/a.jpg?width=1920&s=1"
    image = boat.images[0]
    assert (image.description, image.stated.author) == ("A boat", "bob")
    assert image.link == "https://e.com/r/pics/comments/a/"
    assert urls(gallery) == [["https://p.e.com/m1.jpg"], ["https://p.e.com/m2.jpg"]]
    assert text.images == ()
    assert listing.older == Place("https://e.com/new.json?limit=25&after=t3_b")
    assert listing.addressing == "cursor"


def test_json_of_photographs_with_a_link_header() -> None:
    sizes = {"raw": "https://i.e.com/p-1?a", "small": "https://i.e.com/p-1?b"}
    entry = {
        "id": "abc",
        "created_at": "2024-05-01T12:00:00Z",
        "width": 4000,
        "height": 3000,
        "alt_description": "a cat",
        "urls": sizes,
        "links": {"self": "https://api.e.com/abc", "html": "https://e.com/photos/abc"},
        "user": {"name": "Jo", "profile_image": {"large": "https://i.e.com/jo"}},
        "tags": [{"title": "cat"}],
    }
    link = '<https://e.com/photos?page=99>; rel="last", <https://e.com/photos?page=2>; rel="next"'
    listing = read("https://e.com/photos", [entry], link=link)
    (photo,) = listing.items[0].images
    assert [c.url for c in photo.candidates] == list(sizes.values())
    assert (photo.description, photo.tags, photo.stated.author) == ("a cat", ["cat"], "Jo")
    assert photo.link == "https://e.com/photos/abc"
    assert listing.older == Place("https://e.com/photos?page=2", 2)


@pytest.mark.parametrize(
    ("envelope", "older"),
    [
        ({"next_url": "/b.json"}, "https://e.com/b.json"),
        ({"links": {"next": {"href": "https://e.com/c"}}}, "https://e.com/c"),
        ({"paging": {"next": "https://e.com/d?after=1"}}, "https://e.com/d?after=1"),
        ({"response_metadata": {"next_cursor": "a=b"}}, "https://e.com/api?cursor=a%3Db"),
        ({"next_max_id": 77}, "https://e.com/api?max_id=77"),
        ({"pageInfo": {"hasNextPage": True, "endCursor": "Q"}}, "https://e.com/api?after=Q"),
        ({"pageInfo": {"hasNextPage": False, "endCursor": "Q"}}, None),
        ({"nextPageToken": "T"}, "https://e.com/api?pageToken=T"),
        ({"after": None}, None),
        ({}, None),
    ],
)
def test_how_json_goes_on(envelope: dict[str, object], older: str | None) -> None:
    body = {"items": [{"id": 1, "image": "https://e.com/1.jpg"}], **envelope}
    found = read("https://e.com/api", body).older
    assert (found.url if found else None) == older


def test_a_cursor_goes_where_the_source_has_a_place_for_it() -> None:
    body = {"items": [{"id": 1, "image": "https://e.com/1.jpg"}], "next_cursor": "x&y"}
    listing = read("https://e.com/api?from={cursor}", body)
    assert listing.place.url == "https://e.com/api?from="
    assert listing.older == Place("https://e.com/api?from=x%26y")


def test_pages_and_offsets_are_counted() -> None:
    entries = [{"id": n, "file_url": f"https://e.com/{n}.jpg"} for n in range(4)]
    counted = read("https://e.com/a?p={page}", entries)
    assert counted.place == Place("https://e.com/a?p=1", 1)
    assert counted.older == Place("https://e.com/a?p=2", 2)
    offset = read("https://e.com/a?skip={offset}", entries)
    assert (offset.older, offset.addressing) == (Place("https://e.com/a?skip=4", 4), "offset")
    assert read("https://e.com/a?skip={offset}", []).older is None


@pytest.mark.parametrize(
    ("body", "is_end"),
    [
        ({"@attributes": {"limit": 10, "offset": 40, "count": 35}}, True),
        ({"meta": {"status": 200, "msg": "OK"}, "response": {}, "error": None}, True),
        ({"error": "slow down"}, False),
        ({"stat": "fail", "code": 105}, False),
        ({"success": False}, False),
        ("null", False),
    ],
)
def test_json_without_a_list_is_the_end_below_the_newest_page(body: object, is_end: bool) -> None:
    reader = ListReader(Source("s", "https://e.com/?pid={page}"))
    headers = {"content-type": "application/json"} if isinstance(body, str) else {}
    for page in (1, 5):
        place = Place(f"https://e.com/?pid={page}", page)
        found = reader.read(place, answer(place.url, body, **headers))
        assert found == (
            Listing(place, (), None, "numbered", NUMBERED) if page > 1 and is_end else None
        )


def test_pictures_may_lie_on_the_pages_of_json_entries() -> None:
    entries = [{"id": 1, "url": "https://e.com/1"}, {"id": 2, "url": "https://e.com/2"}]
    found = read("https://e.com/api", {"results": entries}).items
    assert [(item.id, item.page) for item in found] == [
        ("1", "https://e.com/1"),
        ("2", "https://e.com/2"),
    ]


RSS = """<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><image><url>/logo.png</url></image>
 <ttl>60</ttl><skipHours><hour>1</hour></skipHours><skipDays><day>Sunday</day></skipDays>
 <sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
 <atom:link rel="hub" href="https://hub.e.com/"/><atom:link rel="self" href="/feed"/>{more}
 <lastBuildDate>Wed, 01 May 2024 12:00:00 GMT</lastBuildDate>
 <item><title>One</title><link>/1</link><guid>g1</guid><dc:creator>Ann</dc:creator>
  <pubDate>Wed, 01 May 2024 12:00:00 GMT</pubDate><category>cat</category>
  <media:content url="/1.jpg" medium="image" width="900"/></item>
 <item><link>/2</link><description>&lt;p>&lt;img src="/2.jpg">&lt;/p></description></item>
 <item><link>/3</link><media:thumbnail url="/3.jpg" width="75"/></item></channel></rss>"""


def test_a_feed_says_when_to_ask_again_and_what_is_new() -> None:
    xml = "application/rss+xml"
    listing = read("https://e.com/rss", RSS.format(more=""), content_type=xml, etag='"1"')
    assert [item.id for item in listing.items] == ["g1", "https://e.com/2", "https://e.com/3"]
    assert [urls(item) for item in listing.items[:2]] == [
        [["https://e.com/1.jpg"]],
        [["https://e.com/2.jpg"]],
    ]
    # The third has a thumbnail alone: the picture is on its page.
    assert [item.page for item in listing.items] == [None, None, "https://e.com/3"]
    image = listing.items[0].images[0]
    assert (image.heading, image.stated.author, image.tags) == ("One", "Ann", ["cat"])
    hints = listing.hints
    assert (hints.ttl_seconds, hints.hub, hints.modified) == (43_200, "https://hub.e.com/", MAY)
    assert hints.topic == "https://e.com/feed"
    assert hints.quiet_hours == {h for h in range(168) if h % 24 == 1 or h // 24 == 6}
    assert (hints.etag, listing.addressing, listing.older) == ('"1"', "whole", None)
    paged = RSS.format(more='<atom:link rel="next" href="/rss?paged=2"/>')
    assert read("https://e.com/rss", paged, content_type=xml).older == Place(
        "https://e.com/rss?paged=2", 2
    )


def test_an_atom_feed() -> None:
    listing = read(
        "https://e.com/atom",
        """<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><updated>2024-05-01T12:00:00Z</updated>
        <entry><id>tag:1</id><link href="/2"/><published>2024-05-01T12:00:00Z</published>
        <content type="xhtml"><div><img src="/f.jpg" alt="F"/></div></content></entry></feed>""",
        content_type="application/atom+xml",
        cache_control="public, max-age=600",
    )
    (item,) = listing.items
    assert (item.id, item.posted, urls(item)) == ("tag:1", MAY, [["https://e.com/f.jpg"]])
    assert listing.hints.max_age_seconds == 600


def test_a_picture_in_a_sitemap_is_as_old_as_its_page_says() -> None:
    listing = read(
        "https://e.com/sitemap.xml",
        """<urlset xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>/1</loc>
        <image:image><image:loc>/1.jpg</image:loc></image:image>
        <lastmod>2024-05-01T12:00:00Z</lastmod></url></urlset>""",
        content_type="application/xml",
    )
    (image,) = listing.items[0].images
    assert image.stated.date == MAY.isoformat()


def test_a_date_that_stands_beside_the_picture_alone() -> None:
    def listed(**fields: object) -> object:
        info = {"url": "https://e.com/1.jpg", "timestamp": "2024-05-01T12:00:00Z"}
        return {"pages": [{"pageid": 1, "imageinfo": [info], **fields}]}

    (item,) = read("https://e.com/api", listed()).items
    assert item.posted == MAY
    assert item.images[0].stated.date == MAY.isoformat()
    (item,) = read("https://e.com/api", listed(created="2024-05-02T12:00:00Z")).items
    assert item.posted == MAY.replace(day=2)


def test_the_parts_of_an_index_of_sitemaps_follow_each_other_newest_first() -> None:
    reader = ListReader(Source("s", "https://e.com/index.xml"))
    index = """<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2024-01-01</lastmod></sitemap>
      <sitemap><loc>/b.xml</loc><lastmod>2024-02-01</lastmod></sitemap></sitemapindex>"""
    part = """<urlset><url><loc>/old</loc><lastmod>2024-01-01</lastmod></url>
      <url><loc>/new</loc><lastmod>2024-02-01</lastmod></url></urlset>"""
    place: Place | None = reader.head
    seen = []
    while place is not None:
        body = index if place == reader.head else part
        listing = reader.read(place, answer(place.url, body, content_type="text/xml"))
        assert listing is not None
        seen.append((place.url, [item.page for item in listing.items]))
        place = listing.older
    pages = ["https://e.com/new", "https://e.com/old"]
    assert seen == [
        ("https://e.com/index.xml", []),
        ("https://e.com/b.xml", pages),
        ("https://e.com/a.xml", pages),
    ]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["/a.jpg", "https://e.com/b.jpg", "<img src=c.jpg>", "", "next", "2024-05-01"]
    )
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "url", "items", "image", "next", "data", "width", "tags", "thumb"]
            )
            | st.text(max_size=6),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
markup = st.lists(
    st.sampled_from(["<article>", "</article>", "<a href=/1>", "</a>", "<img src=a.jpg>", "<li>"])
    | st.sampled_from(["<a class=next href='?page=2'>next</a>", "<time datetime=x>", "<rss>", "{"])
    | st.sampled_from(["<item>", "</item>", "<guid>", "</guid>", "<urlset>", "<url>", "<loc>"]),
    max_size=25,
).map("".join)


@given(values.map(json.dumps) | markup | st.binary(max_size=40))
def test_any_answer_is_read_and_each_item_is_once(body: str | bytes) -> None:
    reader = ListReader(Source("s", "https://e.com/list"))
    listing = reader.read(reader.head, answer(reader.head.url, body))
    if listing is not None:
        ids = [item.id for item in listing.items]
        assert len(ids) == len(set(ids))
        assert all(0 < len(name) <= 100 for name in ids)
        assert listing.older is None or listing.older.url.startswith(("http://", "https://"))
